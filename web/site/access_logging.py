"""The line that each request writes to the access log, before its answer leaves.

Every request of somebody who is signed in writes exactly one. A view says only which cases it shows (``shown``), and what was
done where that is more than looking (``did``). Where the line cannot be written, the page of the outage goes out instead.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

from domain.accounts.access_lines import UNKNOWN, Action, Actor, LogUnavailable, Purpose
from domain.accounts.access_log import AccessLog
from domain.accounts.roles import Account
from domain.entries.entry import CASE_REFERENCE
from web.site import clock, damage_pages, outages

PURPOSES: Mapping[str, Purpose] = {
    "imports": "administration", "extracts": "administration", "invitations": "administration", "keeping": "administration",
    "destinations": "administration",
    "proof": "administration", "requests": "administration", "sources": "administration", "staff": "administration",
    "machines": "administration",
    "area": "inspection", "assessing": "inspection", "inspecting": "inspection", "inspections": "inspection",
    "policy": "inspection", "publishing": "inspection", "reporting": "inspection", "access": "oversight",
    "about": "own account", "digests": "own account", "factors": "own account",
    "languages": "own account", "openid": "own account", "own_account": "own account", "signing_in": "own account",
    "api-docs": "own account", "api_docs": "own account", "board_pack": "reports", "compliance": "reports", "handbook": "reports",
    "process": "reports",
    "actions": "supervision", "begin": "supervision", "calendars": "supervision", "caseload": "supervision",
    "cases": "supervision", "changes": "supervision", "countersign": "supervision", "desk": "supervision",
    "home": "supervision", "matrix": "supervision", "officers": "supervision", "outcomes": "supervision",
    "recording": "supervision", "replay": "supervision", "search": "supervision", "data": "administration",
}  # fmt: skip
"""Blueprint -> what its pages are for."""

CLEAR = frozenset((
    "about", "action", "after", "area", "as_at", "attribute", "band", "before", "beside", "by", "choose", "clause", "day",
    "division", "duties", "edition", "framework", "group", "inspection", "kind", "known", "limit", "measure", "months", "of",
    "officer", "older", "order", "page", "per_page", "purpose", "risk", "second", "show", "since", "sort", "standards", "step",
    "subject", "target", "team", "tier", "trend", "types", "until", "week",
))  # fmt: skip
"""The query arguments that are filters. All others are free text, which may name somebody: they are kept sealed."""

UNSAID = ("back", "draft")
"""The query arguments that only say where a page was reached from, or which form it is."""

NOT_MODIFIED = 304
"""The answer that says: you have it already. It tells as much as the answer itself."""

EXEMPT = ("static", "healthz")
"""The endpoints that show nothing of anybody."""

_REFERENCE = re.compile(CASE_REFERENCE)


@dataclass
class RequestLine:
    """What the line of this request says so far."""

    who: Account | Actor | str | None = None
    action: Action | None = None
    references: dict[str, None] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)
    sought: str = ""
    written: bool = False


def shown(*references: str) -> None:
    """Say that these cases are shown by the answer to this request."""
    _line().references.update(dict.fromkeys(references))


def did(
    action: Action, *references: str, detail: str = "", who: Account | Actor | str | None = None, sought: str = ""
) -> None:
    """Say what this request does. Of several actions the last counts; the details are all kept.

    ``who``: default, the person signed in now. A text is a user name as typed. ``sought``: what was searched for, which is
    kept sealed.
    """
    line = _line()
    line.who, line.action = who or line.who or _signed_in(), action
    line.references.update(dict.fromkeys(references))
    if detail:
        line.details.append(detail)
    line.sought = sought or line.sought


def by(token: str) -> None:
    """Say which of its tokens an account used for this request."""
    _line().details.insert(0, token)


def write_now(action: Action, who: Account, detail: str) -> None:
    """Write the line of this request at once: nothing that follows may happen without it. ``LogUnavailable``."""
    line = _line()
    if line.action is not None:
        detail = f"{action}: {detail}"
    did(line.action or action, detail=detail, who=who)
    try:
        _write(line, 200)
    except LogUnavailable:
        line.action = "refused"  # should the log be back when the answer leaves
        raise


def _line() -> RequestLine:
    line: RequestLine = request.environ.setdefault("caseaudit.access_line", RequestLine())
    return line


def _write(line: RequestLine, status: int) -> None:
    """Write the line, unless nobody is signed in and nothing is to be said, or it is written."""
    who = line.who or _signed_in()
    if line.written or (who is None and line.action is None):
        return
    details = [*line.details, *([f"answered {status}"] if status >= 400 or status == NOT_MODIFIED else ())]
    _log().add(
        clock.now(), who or UNKNOWN, line.action or ("refused" if 400 <= status < 500 else "viewed"),
        references=[*line.references, *_case_asked_for()], route=request.endpoint or "", selection=_selection(),
        sought=line.sought or _sought(), purpose=_purpose(),
        detail="; ".join(details), address=request.remote_addr or "",
    )  # fmt: skip
    line.written = True


def _case_asked_for() -> list[str]:
    """The case that the address names, whatever came of it."""
    values = request.view_args or {}
    reference = f"{values.get('crn')}/{values.get('number')}"
    return [reference] if _REFERENCE.match(reference) else []


def _selection() -> str:
    """The address with its filters. The case stands in the list of the line alone; free text is left out."""
    rule = request.url_rule.rule.replace("<crn>/<int:number>", "<case>") if request.url_rule else ""
    for name, value in (request.view_args or {}).items():
        if name not in ("crn", "number", "mark", "token"):
            rule = re.sub(rf"<(?:[a-z]+:)?{name}>", lambda _, value=value: str(value), rule)  # type: ignore[misc]
    filters = urlencode([pair for pair in _arguments() if pair[0] in CLEAR])
    return f"{'' if request.method == 'GET' else f'{request.method} '}{rule}{'?' if filters else ''}{filters}"


def _sought() -> str:
    """What was typed in free text; for an address that is no page, the whole of it."""
    if request.url_rule is None:
        return request.full_path.rstrip("?")
    return urlencode([pair for pair in _arguments() if pair[0] not in (*CLEAR, *UNSAID)])


def _arguments() -> list[tuple[str, str]]:
    return list(request.args.items(multi=True))


def purpose_of(app: Flask, blueprint: str) -> Purpose | Any:
    """What the pages of a blueprint are for: as it says itself (a resource of the API does), or as listed here."""
    return getattr(app.blueprints.get(blueprint), "purpose", PURPOSES.get(blueprint, ""))


def _purpose() -> Purpose | Any:
    found = purpose_of(current_app, request.blueprint or "")
    return "inspection" if found == "supervision" and request.args.get("inspection") else found


def outage(error: BaseException) -> Response:
    """The answer where the log cannot be written: nothing is shown, and nobody signs in."""
    return outages.of_log(error)


def _before_answer(response: Response) -> Response:
    if request.endpoint in EXEMPT or outages.met():
        return response
    try:
        _write(_line(), response.status_code)
    except Exception as error:
        if (
            damage_pages.MARK in request.environ
        ):  # nobody can be told from the database, and this page shows nothing of anybody
            return response
        # Whatever the reason: no answer leaves without its line. The reason alone is noted, not what was asked for.
        why = damage_pages.words_for(error) or type(error.__cause__ or error).__name__
        current_app.logger.error("the access log cannot be written: %s", why)
        response.close()
        return outage(error)
    return response


def _before_change() -> None:
    """Before a form is taken: nothing is recorded while the log cannot be written."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and request.endpoint not in EXEMPT:
        _log().try_out()


def _log() -> AccessLog:
    log: AccessLog = current_app.extensions["access log"]()
    return log


def _signed_in() -> Account | None:
    who: Account | None = current_app.extensions["signed in"]()
    return who


def attach(app: Flask, log: Callable[[], AccessLog], signed_in: Callable[[], Account | None]) -> None:
    """Write the lines. To be attached last: so its hook is the first to see an answer, and the others finish an outage's."""
    app.extensions["access log"], app.extensions["signed in"] = log, signed_in
    app.register_error_handler(LogUnavailable, outage)
    app.before_request(_before_change)
    app.after_request(_before_answer)
