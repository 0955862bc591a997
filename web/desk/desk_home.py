"""The desk: the home page of whoever answers for cases, by role, and the list of what is to be done."""

from collections.abc import Mapping

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS, Role
from web.desk import summary_page, today_page, todo_page
from web.site import access_control

blueprint = Blueprint("desk", __name__)

HOME_WORDS: Mapping[Role, str] = {
    "case_manager": "Today", "spo": "To do", "divisional_manager": "Summary", "area_manager": "Summary",
}  # fmt: skip
"""What the home page of each role is called."""


@blueprint.get("/desk")
@access_control.open_to(*WORKERS)
def index() -> str:
    """Today for a case manager, the list of what is to be done for an SPO, the summary for managers above them."""
    who = access_control.account()
    if who.holds_cases:
        return today_page.show()
    return todo_page.show() if who.leads_teams else summary_page.show()


@blueprint.get("/desk/to-do")
@access_control.open_to(*WORKERS)
def todo() -> str | Response:
    """The list of what is to be done, filtered and in pages. A case manager's own is on the page Today, without what they hid."""
    if access_control.account().holds_cases and request.args.get("show") != "snoozed":
        return redirect(url_for("desk.index"))
    return todo_page.show()
