"""Signing in and out, changing one's password, and choosing a person in the demonstration."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from web.admin import openid
from web.site import access_control, clock, passwords
from web.site.links import local

blueprint = Blueprint("signing_in", __name__)

WRONG = "The user name or the password is not right"
WAIT = "There were too many tries. Wait 15 minutes, or ask your information manager for a new password"

UNTYPED = ("csrf_token", "step")
"""Fields of a form that the person did not type."""


@blueprint.get("/sign-in")
@access_control.open_to_anyone
def index() -> str | Response:
    """The sign-in page; in a demonstration, the people to choose from."""
    if access_control.signed_in() is not None:
        return redirect(local(request.args.get("next")))
    return ask(local(request.args.get("next")), None)


def ask(following: str, typed: Mapping[str, str] | None, problems: Mapping[str, str] | None = None) -> str:
    """The sign-in page. It keeps what was typed into a form whose session had ended."""
    kept = "" if typed is None else urlencode([(k, v) for k, v in _pairs(typed) if k not in UNTYPED])
    return render_template(
        "admin/sign_in.html",
        following=following,
        typed=kept,
        problems=problems or {},
        people=access_control.register().accounts() if current_app.config["DEMO"] else None,
        none_yet=not access_control.register().accounts(),
        openid=openid.configured(),
    )


@blueprint.post("/sign-in")
@access_control.open_to_anyone
def enter() -> str | Response:
    """Sign in with a user name and a password."""
    username, password = request.form.get("username", "").strip(), request.form.get("password", "")
    following, typed = local(request.form.get("next")), dict(parse_qsl(request.form.get("typed", "")))
    if access_control.register().log.has_failed_often(username, request.remote_addr or "", clock.now()):
        return ask(following, typed or None, {"username": WAIT})
    found = access_control.register().open_account(username, clock.day())
    if (
        not passwords.fits(password, "" if found is None else access_control.register().password(found.username))
        or found is None
    ):
        access_control.log("sign-in failed", who=username)
        return ask(following, typed or None, {"username": WRONG})
    access_control.sign_in(found, "password")
    return _go_on(following, request.form.get("typed", ""))


@blueprint.get("/demo")
@access_control.open_to_anyone
def people() -> str:
    """In a demonstration only: the people to choose from, to change to another."""
    if not current_app.config["DEMO"]:
        abort(404)
    return ask("/", None)


@blueprint.post("/demo/<username>")
@access_control.open_to_anyone
def be(username: str) -> Response | str:
    """In a demonstration only: sign in as one of its people without a password."""
    found = access_control.register().open_account(username, clock.day())
    if not current_app.config["DEMO"] or found is None:
        abort(404)
    access_control.sign_in(found, "demonstration")
    return _go_on(local(request.form.get("next")), request.form.get("typed", ""))


@blueprint.post("/sign-out")
@access_control.open_to()
def leave() -> Response:
    access_control.log("signed out")
    access_control.sign_out()
    flash("You have signed out.")
    return redirect(url_for("signing_in.index"))


@blueprint.get("/password")
@access_control.open_to()
def password() -> str:
    """Change one's own password."""
    return render_template("admin/password.html", problems={})


@blueprint.post("/password")
@access_control.open_to()
def change_password() -> str | Response:
    who = access_control.account()
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    problems = {}
    if not passwords.fits(old, access_control.register().password(who.username)):
        problems["old"] = "That is not your password now"
    if fault := passwords.fault(new, who.username, who.name):
        problems["new"] = fault
    elif new != again:
        problems["again"] = "The two new passwords differ"
    elif new == old:
        problems["new"] = "The new password is the old one"
    if problems:
        return render_template("admin/password.html", problems=problems)
    access_control.register().set_password(who.username, passwords.hashed(new), must_change=False)
    access_control.log("password changed")
    access_control.sign_in(access_control.register().account(who.username), "new password")
    flash("Your password is changed.")
    return redirect("/")


def form_expired(error: CSRFError) -> tuple[str, int]:
    """A form that was refused, as its session had ended or it came from another site: show what was typed again."""
    access_control.log("refused", detail="a form without its token")
    view = current_app.view_functions.get(request.endpoint or "")
    kept = getattr(view, "keeps_typed", False) and access_control.signed_in() is not None
    typed = [pair for pair in _pairs(request.form) if pair[0] not in UNTYPED] if kept else []
    return render_template(
        "admin/typed_again.html", address=request.full_path.rstrip("?"), typed=typed, expired=True
    ), 400


def _go_on(following: str, typed: str) -> Response | str:
    """Go to the page asked for; after a refused form, back to that form with what was typed."""
    if not typed:
        return redirect(following)
    return render_template("admin/typed_again.html", address=following, typed=parse_qsl(typed), expired=False)


def _pairs(form: Mapping[str, str]) -> list[tuple[str, str]]:
    return list(form.items(multi=True)) if hasattr(form, "lists") else list(form.items())  # type: ignore[call-arg]


def attach(app: Flask) -> None:
    """Register the handler of refused forms."""
    app.config["ASK_TO_SIGN_IN"] = ask
    app.register_error_handler(CSRFError, form_expired)
