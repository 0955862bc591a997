"""The pages of the access log: all lines for those who read the log, and for everybody their own."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from domain.accounts.access_lines import ACTIONS, PURPOSES, Line, Mark
from domain.accounts.access_search import Asked
from domain.accounts.roles import AUDITORS
from domain.entries.entry import CASE
from web.admin.access_log_query import LogQuery, read_log_query
from web.presentation.pagination import SIZE, read_page
from web.presentation.table_files import csv_in_parts
from web.site import access_control

blueprint = Blueprint("access", __name__)

_CASE = re.compile(rf"\b{CASE}\b")

HEADINGS = ("Number", "When (UTC)", "User name", "Name", "What", "Purpose", "Page", "Selection", "Searched for", "Cases",
            "List of cases (SHA-256)", "Detail", "Address")  # fmt: skip
"""The columns of a download. It names no case: a list of cases is opened by its digest, which is a line of its own. Nor does it
say what was searched for: the file would outlive the key with which searches are forgotten.
"""


@blueprint.get("/access")
@access_control.open_to(*AUDITORS)
def index() -> str:
    """The log: who was shown which case, searched for what, downloaded what, was refused, signed in."""
    return _page(read_log_query(), "access.index", "access.table", "Access log")


@blueprint.get("/access/mine")
@access_control.open_to()
def mine() -> str:
    """The reader's own lines."""
    return _page(_own(), "access.mine", "access.my_table", "What I looked at")


@blueprint.get("/access/download/csv")
@access_control.open_to(*AUDITORS)
def table() -> Response:
    """The same lines as a file, sent as it is read."""
    return _download(read_log_query(), "access-log")


@blueprint.get("/access/mine/download/csv")
@access_control.open_to()
def my_table() -> Response:
    """The reader's own lines as a file."""
    return _download(_own(), "what-i-looked-at")


@blueprint.get("/access/lists/<digest>")
@access_control.open_to()
def listed(digest: str) -> str:
    """The cases of one list. Who does not read the whole log opens only lists that they were shown themselves."""
    cases = cases_listed(digest)
    page = read_page(request.args, len(cases))
    access_control.log("log read", *page.of(cases))
    return render_template("admin/access_list.html", digest=digest, cases=page.of(cases), page=page)


def cases_listed(digest: str) -> tuple[str, ...]:
    """The cases of one list of the log. 404 where there is none that the reader may open."""
    who, log = access_control.account(), access_control.register().log
    reads_all = who.is_one_of(AUDITORS) or who.has_right("oversight")
    cases = log.cases_of(digest) if reads_all or log.showed(who.username, digest) else ()
    if not cases:
        abort(404, "There is no such list of cases on the log, or it is none that you were shown.")
    return cases


def _own() -> LogQuery:
    return read_log_query(access_control.account().username)


def _page(query: LogQuery, endpoint: str, download: str, title: str) -> str:
    lines, older = lines_before(query, SIZE)
    typed = (reference for line in lines for reference in _CASE.findall(line.sought or ""))
    log_read(query.typed, *typed, *(reference for line in lines for reference in line.references))
    return render_template(
        "admin/access_log.html", lines=lines, title=title, wanted=query.typed, actions=ACTIONS, purposes=PURPOSES,
        older=older, later=query.before is not None, endpoint=endpoint, download=download,
        own=endpoint == "access.mine",
    )  # fmt: skip


def lines_before(query: LogQuery, most: int) -> tuple[list[Line], str | None]:
    """The latest lines that a query asks for, and the place before which older ones stand; None: there are none."""
    found = list(_lines(query.asked, query.before, most + 1))
    return found[:most], _place(found[most - 1].mark) if len(found) > most else None


def _place(mark: Mark) -> str:
    return f"{mark.at}.{mark.number}"


def _download(query: LogQuery, stem: str) -> Response:
    log_read(query.typed)
    access_control.log("downloaded", detail=f"{stem}.csv")
    rows = chain([HEADINGS], map(_row, _lines(query.asked, None, None)))
    answer = Response(csv_in_parts(rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{stem}.csv"'
    return answer


def _lines(asked: Asked, before: Mark | None, limit: int | None) -> Iterator[Line]:
    return access_control.register().log.lines(asked=asked, before=before, limit=limit)


def log_read(typed: Mapping[str, str], *references: str) -> None:
    """Say that the log is read. The line about reading the log names the cases that its page names, and the one asked for."""
    access_control.log("log read", *_CASE.findall(typed["person"]), *references)


def _row(line: Line) -> tuple[Any, ...]:
    return (
        line.mark.number, line.at.isoformat(), line.username, line.name, line.action, line.purpose, line.route, line.selection,
        sought_words(line), line.cases, line.digest, line.detail, line.address,
    )  # fmt: skip


def sought_words(line: Line) -> str:
    """What a file says of a search: that it is sealed, or forgotten; empty where nothing was searched for."""
    return "forgotten" if line.sought is None else "sealed" if line.sought else ""
