"""The pages of second factors: giving one to sign in, setting one up, looking after one's own."""

from urllib.parse import quote

import segno
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from domain.accounts.roles import Account
from domain.accounts.second_factors import MOST, new_secret, step_of
from domain.outside_key import NotSealed
from web.admin import sign_in_pages
from web.site import access_control, access_logging, clock, passkeys, sign_in_checks
from web.site.links import local

blueprint = Blueprint("factors", __name__)

SEALED = "new authenticator app"
"""The purpose for which the secret of a new app is sealed while its page is open."""


@blueprint.get("/second-factor")
@access_control.open_to_anyone
def ask() -> str | Response:
    """Ask somebody who gave the right password for the second factor."""
    who = access_control.arriving("factor")
    return redirect(url_for("signing_in.index")) if who is None else sign_in_pages.ask_factor(who, "/", "")


@blueprint.post("/second-factor")
@access_control.open_to_anyone
def give() -> str | Response:
    """Check the second factor, and sign in."""
    who = access_control.arriving("factor")
    if who is None:
        flash("Your sign-in took too long. Begin again.")
        return redirect(url_for("signing_in.index"))
    following, typed = local(request.form.get("next")), request.form.get("typed", "")
    how, wrong = sign_in_checks.check_factor(who, request.form)
    if wrong:
        return sign_in_pages.ask_factor(who, following, typed, wrong)
    return sign_in_pages.let_in(who, f"password and {how}", following, typed)


@blueprint.get("/second-factor/new")
@access_control.open_to_anyone
def enrol() -> str | Response:
    """Set up a second factor: an authenticator app, or a passkey."""
    who = _may_add()
    return redirect(url_for("signing_in.index")) if who is None else _form(who, new_secret(), {})


@blueprint.post("/second-factor/new/app")
@access_control.open_to_anyone
def add_app() -> str | Response:
    """Add an authenticator app, once it has shown a right code."""
    who = _may_add()
    if who is None:
        return redirect(url_for("signing_in.index"))
    try:
        secret = access_control.register().key.unseal(SEALED, who.username, request.form.get("sealed", ""))
    except NotSealed:
        abort(400, "The form is not the one that this service gave you. Nothing was changed.")
    problems = _confirmed(who)
    if not problems and step_of(secret, request.form.get("app_code", ""), clock.now()) is None:
        problems = {"app_code": "That is not the code that the app shows now"}
    if problems:
        return _form(who, secret, problems)
    _log_added(who, "authenticator app")
    access_control.register().factors.add_app(who.username, _label("Authenticator app"), secret, clock.now())
    return _go_on(who, "authenticator app")


@blueprint.post("/second-factor/new/passkey")
@access_control.open_to_anyone
def add_passkey() -> str | Response:
    """Add the passkey that the browser has made."""
    who = _may_add()
    if who is None:
        return redirect(url_for("signing_in.index"))
    if problems := _confirmed(who):
        return _form(who, new_secret(), problems)
    found = passkeys.made(request.form.get("passkey", ""))
    if found is None:
        return _form(who, new_secret(), {"label": "The browser made no passkey that holds. Try again, or use an app"})
    _log_added(who, "passkey")
    passkeys.keep(who, _label("Passkey"), found)
    return _go_on(who, "passkey")


@blueprint.get("/account/second-factors")
@access_control.open_to()
def index() -> str:
    """One's own second factors."""
    return _list({})


@blueprint.post("/account/second-factors")
@access_control.open_to()
def change() -> str | Response:
    """Remove a factor, but not the last one of somebody who must have one; or give new recovery codes."""
    who, what = access_control.account(), request.form.get("what", "")
    kept = [one.id for one in access_control.register().factors.of(who.username)]
    if what not in ("codes", *kept) or not kept:
        return _list({"what": "Choose what to do."})
    if kept == [what] and access_control.needs_second_factor(who):
        return _list({"what": "People of your role must have a second factor: add another before you remove this one"})
    if problems := sign_in_checks.confirmed(who, request.form):
        return _list(problems)
    return _renew_codes(who) if what == "codes" else _remove(who, what)


def _renew_codes(who: Account) -> str:
    access_control.log("account changed", detail=f"{who.username}: new recovery codes")
    return _codes(who)


def _remove(who: Account, factor: str) -> Response:
    access_control.log("account changed", detail=f"{who.username}: a second factor removed")
    access_control.register().factors.remove(who.username, factor)
    access_control.register().sessions.end_all(who.username, but=access_control.own_session().id)
    flash("The second factor is removed. You are signed out everywhere else.")
    return redirect(url_for("factors.index"))


def _may_add() -> Account | None:
    """Who may set up a factor: somebody signed in with a password, or on the way who must have one first."""
    if access_control.signed_in() is not None and not has_password():
        abort(403)
    return access_control.signed_in() or access_control.arriving("enrol")


def has_password() -> bool:
    """Whether the person signed in uses a password here, which second factors stand beside."""
    return access_control.own_session().how not in access_control.WITHOUT_PASSWORD


def _confirmed(who: Account) -> dict[str, str]:
    """What is wrong before a factor is added: who is on the way has given the password just now."""
    return sign_in_checks.confirmed(who, request.form) if access_control.signed_in() is not None else {}


def _log_added(who: Account, what: str) -> None:
    """Before a factor is added: of somebody on the way the line says that they sign in, since their sign-in goes on."""
    if access_control.signed_in() is None:
        access_logging.write_now("signed in", who, f"password; {what} added as second factor")
    else:
        access_control.log("account changed", detail=f"{who.username}: {what} added as second factor")


def _go_on(who: Account, what: str) -> str | Response:
    """After a factor was added: all other sessions end, and the sign-in of somebody on the way goes on.

    With the first factor come the recovery codes.
    """
    register = access_control.register()
    if access_control.signed_in() is None:
        sign_in_pages.let_in(who, f"password and {what}")
    register.sessions.end_all(who.username, but=access_control.own_session().id)
    if register.factors.recovery_codes_left(who.username) == 0:
        return _codes(who)
    flash("The second factor is added. You are signed out everywhere else.")
    return redirect(url_for("factors.index"))


def _codes(who: Account) -> str:
    return render_template(
        "admin/recovery_codes.html", codes=access_control.register().factors.give_recovery_codes(who.username)
    )


def _form(who: Account, secret: str, problems: dict[str, str]) -> str:
    signed_in = access_control.signed_in() is not None
    if len(access_control.register().factors.of(who.username)) >= MOST:
        abort(400, f"An account has at most {MOST} second factors. Remove one first.")
    asked = signed_in and sign_in_checks.asks_factor(who)
    return render_template(
        "admin/second_factor_new.html", problems=problems, secret=secret, code=_picture(who, secret), confirm=signed_in,
        sealed=access_control.register().key.seal(SEALED, who.username, secret), factor=asked,
        new_passkey=passkeys.asked_to_add(who) if passkeys.possible() else "",
    )  # fmt: skip


def _list(problems: dict[str, str]) -> str:
    who, factors = access_control.account(), access_control.register().factors
    if not has_password():
        abort(403)
    return render_template(
        "admin/second_factors.html", factors=factors.of(who.username), codes=factors.recovery_codes_left(who.username),
        problems=problems, factor=sign_in_checks.asks_factor(who), required=access_control.needs_second_factor(who),
    )  # fmt: skip


def _label(usual: str) -> str:
    return request.form.get("label", "").strip()[:60] or usual


def _picture(who: Account, secret: str) -> Markup:
    """The address that an authenticator app reads (Key Uri Format), as a QR code in SVG without styles."""
    address = f"otpauth://totp/{quote(f'{passkeys.NAME}:{who.username}')}?secret={secret}&issuer={passkeys.NAME}"
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=4, light="#fff", svgclass="ca-qr", lineclass=None)
    return Markup(drawn)  # noqa: S704 - drawn by the library from text that is not in it
