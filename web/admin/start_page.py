"""The first page, which differs by role."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from web.site import access_control, links

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@access_control.open_to()
def index() -> Response:
    """Redirect to the first item of the reader's menu."""
    return redirect(url_for(links.menu()[0][1]))
