"""The docs of the API, ``/api/v1/docs``: made from the OpenAPI document, as a page of the site."""

from flask import Blueprint, current_app, render_template

from web.api import api_words
from web.api.api_conventions import PROBLEMS
from web.api.api_query import MOST_ROWS
from web.api.resources import PREFIX
from web.presentation.pagination import SIZE
from web.site import access_control, machines

blueprint = Blueprint("api_docs", __name__, url_prefix="/api/v1")

DOCUMENT = "api document"
"""The name among the app's extensions of what gives the OpenAPI document."""


@blueprint.get("/docs")
@access_control.open_to()
@machines.open_to_machines()
def index() -> str:
    """The page."""
    document = current_app.extensions[DOCUMENT]()
    return render_template(
        "api/api_docs.html",
        tags=api_words.tags(document),
        schemas=api_words.schemas(document),
        prefix=PREFIX,
        version=document["info"]["version"],
        cookie=current_app.config["SESSION_COOKIE_NAME"],
        problems=PROBLEMS,
        size=SIZE,
        most=MOST_ROWS,
    )
