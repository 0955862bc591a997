"""The access log, as the information manager reads it: by person, by member of staff, by what was done."""

from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from domain.access_log import ACTIONS
from web import gate
from web.downloads import Column, Table, download
from web.paging import read_page
from web.sentences import instant

blueprint = Blueprint("access", __name__)


@blueprint.get("/access")
@gate.open_to("information_manager")
def index() -> str:
    """Who opened which case, searched for what, downloaded what."""
    wanted = _wanted()
    log = gate.register().log
    page = read_page(request.args, log.count(**wanted))
    lines = list(log.lines(**wanted, limit=page.size, offset=(page.number - 1) * page.size))
    return render_template("access.html", lines=lines, page=page, wanted=wanted, actions=ACTIONS)


@blueprint.get("/access/download/<form>")
@gate.open_to("information_manager")
def table(form: str) -> Response:
    """The same lines as a table to keep."""
    columns = [Column(name) for name in ("When", "User name", "Name", "What", "Case", "Detail", "Address")]
    rows = [
        (instant(s.at), s.username, s.name, s.action, s.reference, s.detail, s.address)
        for s in gate.register().log.lines(**_wanted())
    ]
    return download(Table("Access log", columns, rows, []), form, "access-log")


def _wanted() -> dict[str, Any]:
    return {name: request.args.get(name, "").strip() for name in ("person", "staff", "action")}
