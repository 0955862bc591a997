"""The first page: each role's own."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from web.site import access_control

blueprint = Blueprint("home", __name__)

HOMES = {"inspector": "inspections.index", "information_manager": "staff.index"}
"""Where a role starts; the others at their desk."""


@blueprint.get("/")
@access_control.open_to()
def index() -> Response:
    """To the page that the role's work begins with."""
    return redirect(url_for(HOMES.get(access_control.account().role, "desk.index")))
