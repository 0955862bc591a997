"""The pages of accounts, for the information manager: who may sign in, with which role, for which cases."""

from dataclasses import replace
from typing import Any, get_args

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.account_register import AccountExists, NoSuchAccount
from domain.accounts.account_rules import may_change
from domain.accounts.roles import ADMINISTRATORS, ROLES, Account
from domain.entries.code_lists import OfficerGrade
from web.admin.account_form import read_account
from web.services import current_cases
from web.site import access_control, clock, passwords

blueprint = Blueprint("staff", __name__)


@blueprint.get("/staff")
@access_control.open_to(*ADMINISTRATORS)
def index() -> str:
    """All accounts."""
    return render_template("admin/accounts.html", accounts=access_control.register().accounts())


@blueprint.get("/staff/new")
@access_control.open_to(*ADMINISTRATORS)
def new() -> str:
    return _form(None, {}, {})


@blueprint.post("/staff/new")
@access_control.open_to(*ADMINISTRATORS)
def add() -> str | Response:
    """Add an account, with a password that must be changed at the first sign-in."""
    account, problems = read_account(request.form)
    if account is not None:
        given, kept = passwords.given(access_control.register().key, account.username, clock.now())
        try:
            access_control.register().add(replace(account, must_change=True), kept)
        except AccountExists:
            problems["username"] = "There is already an account of this user name"
        else:
            access_control.log("account made", detail=_said(account))
            return render_template("admin/given_password.html", account=account, given=given)
    return _form(None, request.form, problems)


@blueprint.get("/staff/<username>")
@access_control.open_to(*ADMINISTRATORS)
def show(username: str) -> str:
    """Show one account, and change it."""
    account = _found(username)
    return _form(account, _as_form(account), {})


@blueprint.post("/staff/<username>")
@access_control.open_to(*ADMINISTRATORS)
def change(username: str) -> str | Response:
    standing = _found(username)
    account, problems = read_account({**request.form, "username": username})
    disabled = request.form.get("disabled") == "yes"
    if not may_change(
        access_control.account(), standing, role=account.role if account else standing.role, disabled=disabled
    ):
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
@access_control.open_to(*ADMINISTRATORS)
def give_password(username: str) -> str:
    """Set a new password for somebody who has lost theirs. All their sessions end."""
    account = _found(username)
    given, kept = passwords.given(access_control.register().key, username, clock.now())
    access_control.register().set_password(username, kept, must_change=True)
    access_control.log("password changed", detail=f"for {username}")
    return render_template("admin/given_password.html", account=account, given=given)


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
        inspections=list(current_cases.repository().inspections),
    )
