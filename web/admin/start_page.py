"""The first page, which differs by role."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from web.site import access_control

blueprint = Blueprint("home", __name__)

HOMES = {"inspector": "inspections.index", "information_manager": "staff.index", "auditor": "access.index"}
"""Role -> its first page; every other role starts at the desk."""


@blueprint.get("/")
@access_control.open_to()
def index() -> Response:
    """Redirect to the first page of the reader's role."""
    return redirect(url_for(HOMES.get(access_control.account().role, "desk.index")))
