"""The pages of one's own account: what there is to do, and where one is signed in."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.admin.second_factor_pages import has_password
from web.site import access_control, clock

blueprint = Blueprint("own_account", __name__)

OWN_LINES = "access.mine"
"""The endpoint of one's own lines in the access log."""


@blueprint.get("/account")
@access_control.open_to()
def index() -> str:
    """What a person can see and change of their own account."""
    return render_template(
        "admin/own_account.html",
        by_password=has_password(),
        lines=url_for(OWN_LINES) if OWN_LINES in current_app.view_functions else "",
        records=access_control.account().records,
        digest=access_control.may_enter(access_control.account(), "digests.index"),
        requests=access_control.may_enter(access_control.account(), "requests.index"),
        calendar=access_control.may_enter(access_control.account(), "calendars.index"),
    )


@blueprint.get("/account/sessions")
@access_control.open_to()
def sessions() -> str:
    """Where the person is signed in."""
    found = access_control.register().sessions.of(access_control.account().username, clock.now())
    return render_template("admin/own_sessions.html", sessions=found, here=access_control.own_session().id)


@blueprint.post("/account/sessions")
@access_control.open_to()
def end() -> Response:
    """End one other session, or all others."""
    who, here, chosen = access_control.account(), access_control.own_session().id, request.form.get("session", "")
    held = access_control.register().sessions
    mine = {one.id for one in held.of(who.username, clock.now())} - {here}
    ended = mine & {chosen} if chosen else mine
    held.end(*ended)
    access_control.log("signed out", detail=f"{len(ended)} other sessions ended")
    flash("You are signed out there." if chosen else "You are signed out everywhere else.")
    return redirect(url_for("own_account.sessions"))
