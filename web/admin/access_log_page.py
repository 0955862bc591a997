"""The pages of the access log for the information manager: by person, by member of staff, by action."""

from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from domain.accounts.access_log import ACTIONS
from domain.accounts.roles import ADMINISTRATORS
from web.presentation.downloads import download
from web.presentation.pagination import read_page
from web.presentation.phrases import instant
from web.presentation.table_files import Column, Download
from web.site import access_control

blueprint = Blueprint("access", __name__)


@blueprint.get("/access")
@access_control.open_to(*ADMINISTRATORS)
def index() -> str:
    """The lines of the log: who opened which case, searched for what, downloaded what."""
    wanted = _wanted()
    log = access_control.register().log
    page = read_page(request.args, log.count(**wanted))
    lines = list(log.lines(**wanted, limit=page.size, offset=(page.number - 1) * page.size))
    return render_template("admin/access_log.html", lines=lines, page=page, wanted=wanted, actions=ACTIONS)


@blueprint.get("/access/download/<form>")
@access_control.open_to(*ADMINISTRATORS)
def table(form: str) -> Response:
    """The same lines as a file to download."""
    columns = [Column(name) for name in ("When", "User name", "Name", "What", "Case", "Detail", "Address")]
    rows = [
        (instant(s.at), s.username, s.name, s.action, s.reference, s.detail, s.address)
        for s in access_control.register().log.lines(**_wanted())
    ]
    return download(Download("Access log", columns, rows, []), form, "access-log")


def _wanted() -> dict[str, Any]:
    return {name: request.args.get(name, "").strip() for name in ("person", "staff", "action")}
