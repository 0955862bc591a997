"""Invitations that bind an account to a person of the organisation's own sign-in; and ending somebody's sessions."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from domain.accounts.identities import INVITED_FOR
from domain.accounts.kept_accounts import NoSuchAccount
from domain.accounts.roles import ADMINISTRATORS, Account
from web.admin import openid
from web.site import access_control, clock

blueprint = Blueprint("invitations", __name__)


@blueprint.post("/staff/<username>/invitation")
@access_control.open_to(*ADMINISTRATORS)
def invite(username: str) -> str:
    """Make a link for the person of an account. An earlier one no longer works."""
    account = _found(username)
    if not openid.configured():
        abort(404)
    if account.is_machine:
        abort(403, "A machine is no person, so nobody is invited to its account. Name its client on its page.")
    access_control.log("account changed", detail=f"{username}: invited")
    token = access_control.register().identities.invite(username, clock.now())
    address = url_for("invitations.show", mark=token, _external=True)
    return render_template(
        "admin/invitation_made.html", account=account, address=address, days=INVITED_FOR // timedelta(days=1)
    )


@blueprint.post("/staff/<username>/release")
@access_control.open_to(*ADMINISTRATORS)
def release(username: str) -> Response:
    """Bind an account to nobody. Its sessions end."""
    account = _found(username)
    access_control.log("account changed", detail=f"{username}: bound to nobody")
    access_control.register().identities.release(username)
    access_control.register().sessions.end_all(username)
    flash(f"The account of {account.name} is bound to nobody.")
    return redirect(url_for("staff.show", username=username))


@blueprint.post("/staff/<username>/sessions")
@access_control.open_to(*ADMINISTRATORS)
def end_sessions(username: str) -> Response:
    """Sign somebody out everywhere."""
    account = _found(username)
    access_control.log("signed out", detail=f"all sessions of {username} ended")
    access_control.register().sessions.end_all(username)
    flash(f"{account.name} is signed out everywhere.")
    return redirect(url_for("staff.show", username=username))


@blueprint.get("/invitation/<mark>")
@access_control.open_to_anyone
def show(mark: str) -> str:
    """What an invitation is for, and the way to the organisation's sign-in."""
    return render_template("admin/invitation.html", account=_invited(mark))


@blueprint.post("/invitation/<mark>")
@access_control.open_to_anyone
def follow(mark: str) -> Response:
    """To the organisation's sign-in, which comes back with who the person is."""
    _invited(mark)
    session["invitation"] = mark
    return openid.away()


def sign_in_state(account: Account) -> dict[str, Any]:
    """What the page of an account says of its sign-ins."""
    register = access_control.register()
    return {
        "sessions": register.sessions.of(account.username, clock.now()),
        "factors": register.factors.of(account.username),
        "bound_since": register.identities.bound_since(account.username),
        "openid": openid.configured(),
    }


def _invited(mark: str) -> Account:
    username = access_control.register().identities.invited(mark, clock.now())
    if username is None or not openid.configured():
        abort(404, "This invitation was used, or is over. Ask your information manager for a new one.")
    return _found(username)


def _found(username: str) -> Account:
    try:
        return access_control.register().account(username)
    except NoSuchAccount:
        abort(404, f"There is no account {username}.")


def attach(app: Flask) -> None:
    """Give the templates ``sign_in_state``."""
    app.add_template_global(sign_in_state)
