"""Signing in and out, one's own password, and the demonstration's door."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from domain.register import NoSuchAccount
from domain.staff import Account
from web import clock, gate, openid, passwords
from web.links import local

blueprint = Blueprint("signing_in", __name__)

WINDOW = timedelta(minutes=15)
TRIES_OF_ONE, TRIES_FROM_ONE_PLACE = 5, 50
"""Failed sign-ins allowed within the window: as one account, and from one network address."""

WRONG = "The user name or the password is not right"
WAIT = "There were too many tries. Wait 15 minutes, or ask your information manager for a new password"

UNTYPED = ("csrf_token", "step")
"""Parts of a form that are not what the person typed."""


@blueprint.get("/sign-in")
@gate.open_to_anyone
def index() -> str | Response:
    """The sign-in page; in a demonstration, the people whom one may be."""
    if gate.signed_in() is not None:
        return redirect(local(request.args.get("next")))
    return ask(local(request.args.get("next")), None)


def ask(following: str, typed: Mapping[str, str] | None, problems: Mapping[str, str] | None = None) -> str:
    """The sign-in page, which keeps what was typed into a form that came too late."""
    kept = "" if typed is None else urlencode([(k, v) for k, v in _pairs(typed) if k not in UNTYPED])
    return render_template(
        "sign_in.html",
        following=following,
        typed=kept,
        problems=problems or {},
        people=gate.register().accounts() if current_app.config["DEMO"] else None,
        none_yet=not gate.register().accounts(),
        openid=openid.configured(),
    )


@blueprint.post("/sign-in")
@gate.open_to_anyone
def enter() -> str | Response:
    """Try a user name and a password."""
    username, password = request.form.get("username", "").strip(), request.form.get("password", "")
    following, typed = local(request.form.get("next")), dict(parse_qsl(request.form.get("typed", "")))
    log, since = gate.register().log, clock.now() - WINDOW
    if (
        log.failures_of(username, since) >= TRIES_OF_ONE
        or log.failures_from(request.remote_addr or "", since) >= TRIES_FROM_ONE_PLACE
    ):
        return ask(following, typed or None, {"username": WAIT})
    found = _known(username)
    if not passwords.fits(password, "" if found is None else gate.register().password(found.username)) or found is None:
        gate.log("sign-in failed", who=username)
        return ask(following, typed or None, {"username": WRONG})
    gate.sign_in(found, "password")
    return _go_on(following, request.form.get("typed", ""))


@blueprint.get("/demo")
@gate.open_to_anyone
def people() -> str:
    """In a demonstration only: the people one may be, for who would like to be another."""
    if not current_app.config["DEMO"]:
        abort(404)
    return ask("/", None)


@blueprint.post("/demo/<username>")
@gate.open_to_anyone
def be(username: str) -> Response | str:
    """In a demonstration only: sign in as one of its people without a password."""
    found = _known(username)
    if not current_app.config["DEMO"] or found is None:
        abort(404)
    gate.sign_in(found, "demonstration")
    return _go_on(local(request.form.get("next")), request.form.get("typed", ""))


@blueprint.post("/sign-out")
@gate.open_to()
def leave() -> Response:
    gate.log("signed out")
    gate.sign_out()
    flash("You have signed out.")
    return redirect(url_for("signing_in.index"))


@blueprint.get("/password")
@gate.open_to()
def password() -> str:
    """One's own password."""
    return render_template("password.html", problems={})


@blueprint.post("/password")
@gate.open_to()
def change_password() -> str | Response:
    who = gate.account()
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    problems = {}
    if not passwords.fits(old, gate.register().password(who.username)):
        problems["old"] = "That is not your password now"
    if fault := passwords.fault(new, who.username, who.name):
        problems["new"] = fault
    elif new != again:
        problems["again"] = "The two new passwords differ"
    elif new == old:
        problems["new"] = "The new password is the old one"
    if problems:
        return render_template("password.html", problems=problems)
    gate.register().set_password(who.username, passwords.hashed(new), must_change=False)
    gate.log("password changed")
    gate.sign_in(gate.register().account(who.username), "new password")
    flash("Your password is changed.")
    return redirect("/")


def form_expired(error: CSRFError) -> tuple[str, int]:
    """A form whose sign-in had ended meanwhile, or that came from elsewhere: what was typed is shown again."""
    view = current_app.view_functions.get(request.endpoint or "")
    kept = getattr(view, "keeps_typed", False) and gate.signed_in() is not None
    typed = [pair for pair in _pairs(request.form) if pair[0] not in UNTYPED] if kept else []
    return render_template("typed_again.html", address=request.full_path.rstrip("?"), typed=typed, expired=True), 400


def _go_on(following: str, typed: str) -> Response | str:
    """To the page that was asked for; where a form came too late, back to it with what was typed."""
    if not typed:
        return redirect(following)
    return render_template("typed_again.html", address=following, typed=parse_qsl(typed), expired=False)


def _known(username: str) -> Account | None:
    try:
        found = gate.register().account(username)
    except NoSuchAccount:
        return None
    return None if found.disabled else found


def _pairs(form: Mapping[str, str]) -> list[tuple[str, str]]:
    return list(form.items(multi=True)) if hasattr(form, "lists") else list(form.items())  # type: ignore[call-arg]


def attach(app: Flask) -> None:
    """Answer forms that come too late."""
    app.config["ASK_TO_SIGN_IN"] = ask
    app.register_error_handler(CSRFError, form_expired)
