"""The pages of accounts, for the information manager: who may sign in, with which role, for which cases."""

import re
import secrets
from dataclasses import replace
from typing import Any, cast, get_args

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.account_register import AccountExists, NoSuchAccount
from domain.accounts.roles import LEVELS, ROLES, Account, Role
from domain.entries.code_lists import OfficerGrade
from web.services import current_cases
from web.site import access_control, passwords

blueprint = Blueprint("staff", __name__)

USERNAME = re.compile(r"[a-z0-9][a-z0-9.@_-]{1,98}")


@blueprint.get("/staff")
@access_control.open_to("information_manager")
def index() -> str:
    """All accounts."""
    return render_template("admin/accounts.html", accounts=access_control.register().accounts())


@blueprint.get("/staff/new")
@access_control.open_to("information_manager")
def new() -> str:
    return _form(None, {}, {})


@blueprint.post("/staff/new")
@access_control.open_to("information_manager")
def add() -> str | Response:
    """Add an account, with a password that must be changed at the first sign-in."""
    account, problems = read_account(request.form)
    if account is not None:
        given = secrets.token_urlsafe(12)
        try:
            access_control.register().add(replace(account, must_change=True), passwords.hashed(given))
        except AccountExists:
            problems["username"] = "There is already an account of this user name"
        else:
            access_control.log("account made", detail=_said(account))
            return render_template("admin/given_password.html", account=account, given=given)
    return _form(None, request.form, problems)


@blueprint.get("/staff/<username>")
@access_control.open_to("information_manager")
def show(username: str) -> str:
    """Show one account, and change it."""
    account = _found(username)
    return _form(account, _as_form(account), {})


@blueprint.post("/staff/<username>")
@access_control.open_to("information_manager")
def change(username: str) -> str | Response:
    standing = _found(username)
    account, problems = read_account({**request.form, "username": username})
    disabled = request.form.get("disabled") == "yes"
    if username == access_control.account().username and (disabled or (account and account.role != standing.role)):
        problems["disabled"] = "You can't close your own account or give yourself another role; ask a colleague to"
        account = None
    if account is None:
        return _form(standing, request.form, problems)
    changed = replace(account, disabled=disabled, must_change=standing.must_change)
    access_control.register().change(changed)
    access_control.log("account changed", detail=_said(changed))
    flash(f"The account of {changed.name} is changed.")
    return redirect(url_for("staff.index"))


@blueprint.post("/staff/<username>/password")
@access_control.open_to("information_manager")
def give_password(username: str) -> str:
    """Set a new password for somebody who has lost theirs. All their sessions end."""
    account = _found(username)
    given = secrets.token_urlsafe(12)
    access_control.register().set_password(username, passwords.hashed(given), must_change=True)
    access_control.log("password changed", detail=f"for {username}")
    return render_template("admin/given_password.html", account=account, given=given)


def read_account(form: Any) -> tuple[Account | None, dict[str, str]]:
    """The account that a form or the command line describes, or what is wrong with it: field -> what to do."""
    said = {name: str(form.get(name, "")).strip() for name in ("username", "name", "role", "grade")}
    places, inspections = (_lines(form.get(name, "")) for name in ("places", "inspections"))
    problems = {}
    if not USERNAME.fullmatch(said["username"]):
        problems["username"] = "Enter a user name of small letters, numbers, dots and hyphens, like r.ablewhite"
    if not 0 < len(said["name"]) <= 200:
        problems["name"] = "Enter the name as the case files write it"
    if said["role"] not in ROLES:
        problems["role"] = f"Choose a role: {', '.join(ROLES)}"
    elif said["role"] in LEVELS and said["role"] != "case_manager" and not places:
        problems["places"] = f"Enter the {LEVELS[cast(Role, said['role'])]}s that this person answers for, one a line"
    elif said["role"] == "inspector" and not inspections:
        problems["inspections"] = "Enter the inspections that this person reads, one a line"
    if said["grade"] and said["grade"] not in get_args(OfficerGrade):
        problems["grade"] = f"Choose a grade: {', '.join(get_args(OfficerGrade))}"
    if problems:
        return None, problems
    grade = cast(OfficerGrade, said["grade"]) if said["grade"] else None
    role = cast(Role, said["role"])
    return Account(said["username"], said["name"], role, places, inspections, grade), {}


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _as_form(account: Account) -> dict[str, str]:
    return {
        "username": account.username, "name": account.name, "role": account.role, "grade": account.grade or "",
        "places": "\n".join(account.places), "inspections": "\n".join(account.inspections),
        "disabled": "yes" if account.disabled else "",
    }  # fmt: skip


def _said(account: Account) -> str:
    scope = ", ".join((*account.places, *account.inspections))
    return f"{account.username}: {account.role} {scope}{' (closed)' if account.disabled else ''}".strip()


def _found(username: str) -> Account:
    try:
        return access_control.register().account(username)
    except NoSuchAccount:
        abort(404, f"There is no account {username}.")


def _form(account: Account | None, values: Any, problems: dict[str, str]) -> str:
    return render_template(
        "admin/account.html",
        account=account,
        values=values,
        problems=problems,
        roles=ROLES,
        grades=get_args(OfficerGrade),
        places=current_cases.places(),
        inspections=list(current_cases.casebook().inspections),
    )
