"""Signing in and out, changing one's password, and choosing a person in the demonstration."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from domain.accounts.password_hashes import is_password
from domain.accounts.roles import Account
from web.admin import openid
from web.site import access_control, clock, known_browsers, passkeys, passwords, problems, sign_in_checks
from web.site.links import local

blueprint = Blueprint("signing_in", __name__)

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
        by_password=openid.takes_passwords(),
    )


@blueprint.post("/sign-in")
@access_control.open_to_anyone
def enter() -> str | Response:
    """Sign in with a user name and a password; the second factor, where there is one, comes next."""
    username, password = request.form.get("username", "").strip(), request.form.get("password", "")
    following, typed = local(request.form.get("next")), request.form.get("typed", "")
    if not openid.takes_passwords():
        abort(404)
    found = sign_in_checks.check_password(username, password if openid.takes_password_of(username) else "")
    if not isinstance(found, Account):
        return ask(following, dict(parse_qsl(typed)) or None, {"username": found})
    return arrive(found, following, typed)


def arrive(account: Account, following: str, typed: str) -> str | Response:
    """What comes after the right password: the second factor, setting one up, or the page asked for."""
    if access_control.register().factors.of(account.username):
        access_control.sign_in(account, "password", "factor")
        return ask_factor(account, following, typed)
    if access_control.needs_second_factor(account):
        access_control.sign_in(account, "password", "enrol")
        return redirect(url_for("factors.enrol"))
    return let_in(account, "password", following, typed)


def let_in(account: Account, how: str, following: str = "/", typed: str = "") -> str | Response:
    """Sign in somebody whose password, and second factor where one is asked, were right."""
    access_control.sign_in(account, how)
    known_browsers.remember(account.username)
    return _go_on(following, typed)


def ask_factor(account: Account, following: str, typed: str, problem: str = "") -> str:
    """The page that asks for the second factor."""
    return render_template(
        "admin/second_factor.html",
        following=following,
        typed=typed,
        problems={"code": problem} if problem else {},
        passkey=passkeys.asked_to_prove(account),
    )


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
    return _password_form({})


def _password_form(problems: Mapping[str, str]) -> str:
    who = access_control.account()
    return render_template("admin/password.html", problems=problems, factor=sign_in_checks.asks_factor(who))


@blueprint.post("/password")
@access_control.open_to()
def change_password() -> str | Response:
    """Change one's own password. All other sessions end; this one begins anew."""
    who, held = access_control.account(), access_control.own_session()
    new, again = (request.form.get(name, "") for name in ("new", "again"))
    if problems := sign_in_checks.confirmed(who, request.form) or _new_password_problems(who, new, again):
        return _password_form(problems)
    register = access_control.register()
    access_control.log("password changed")
    register.set_password(who.username, passwords.hashed(register.key, who.username, new), must_change=False)
    access_control.sign_in(register.account(who.username), f"new {held.how.removeprefix('new ')}")
    flash("Your password is changed. You are signed out everywhere else.")
    return redirect("/")


def _new_password_problems(who: Account, new: str, again: str) -> dict[str, str]:
    register = access_control.register()
    if fault := passwords.fault(new, who.username, who.name):
        return {"new": fault}
    if new != again:
        return {"again": "The two new passwords differ"}
    if is_password(register.key, who.username, new, register.password(who.username), clock.now()):
        return {"new": "The new password is the old one"}
    return {}


def form_expired(error: CSRFError) -> tuple[str, int] | Response:
    """A form that was refused, as its session had ended or it came from another site: show what was typed again."""
    access_control.log("refused", detail="a form without its token")
    if problems.asked_for():
        return problems.problem(
            400, "Nothing was changed: what comes with the site's session needs the header X-CSRFToken."
        )
    if access_control.signed_in() is not None and (following := access_control.kept_as_draft()):
        return redirect(following)
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
