"""The first page, which differs by role."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from web.services import current_inspections
from web.site import access_control, links

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@access_control.open_to()
def index() -> Response:
    """Redirect to the first item of the reader's menu; an inspector who has nothing to read, to the inspections."""
    first = links.menu()[0][1]
    if first == "assessing.mine" and not current_inspections.reads_blind():
        first = "inspections.index"
    return redirect(url_for(first))
