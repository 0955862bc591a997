"""The pages of accounts, for the information manager: who may sign in, with which role, for which cases."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.account_rules import changes_kind, may_change
from domain.accounts.kept_accounts import AccountExists, KeyTaken, NoSuchAccount, StaleAccount
from domain.accounts.roles import ADMINISTRATORS, PEOPLE, Account
from domain.entries.code_lists import OfficerGrade
from domain.entries.tidy_text import words
from web.admin.account_form import read_account
from web.services import current_cases
from web.site import access_control, clock, passwords, two_people

blueprint = Blueprint("staff", __name__)

OWN_ACCOUNT = {
    "disabled": "Closed: you can't close your own account.", "role": "Role: you can't give yourself another role.",
}  # fmt: skip
"""Field -> why somebody may not change it in their own account."""


@blueprint.get("/staff")
@access_control.open_to(*ADMINISTRATORS)
def index() -> str:
    """All accounts."""
    register = access_control.register()
    waiting = [one for one in register.requests.still_open(clock.now()) if one.kind.startswith("account")]
    return render_template(
        "admin/accounts.html", accounts=register.accounts(), day=clock.day(),
        unbound=_unbound(),
        alone={one.subject for one in waiting if one.alone}, asked={one.subject for one in waiting if not one.alone},
    )  # fmt: skip


@blueprint.get("/staff/new")
@access_control.open_to(*ADMINISTRATORS)
def new() -> str:
    return _form(None, {}, {})


@blueprint.post("/staff/new")
@access_control.open_to(*ADMINISTRATORS)
def add() -> str | Response | tuple[str, int]:
    """Make an account, once a second person confirms it."""
    account, problems = read_account(_typed())
    if account is not None and account.is_machine:
        problems["role"] = "Role: a machine account is made on a page of its own, from Accounts."
        account = None
    elif account is not None and account.username in asked_for():
        problems["username"] = (
            "User name: this account is asked for already. A second person can confirm it on the page Requests."
        )
        account = None
    if account is None:
        return _form(None, _typed(), problems)
    return _ask(None, replace(account, must_change=True))


@blueprint.get("/staff/<username>")
@access_control.open_to(*ADMINISTRATORS)
def show(username: str) -> str | Response:
    """Show one account, and change it. A machine's has a page of its own."""
    account = _found(username)
    if account.is_machine:
        return redirect(url_for("machines.show", username=username))
    return _form(account, _as_form(account), {})


@blueprint.post("/staff/<username>")
@access_control.open_to(*ADMINISTRATORS)
def change(username: str) -> str | Response | tuple[str, int]:
    """Change an account: what narrows it at once, what widens it once a second person confirms it."""
    standing = _found(username)
    account, problems = read_account({**_typed(), "username": username})
    disabled = request.form.get("disabled") == "yes"
    if standing.is_machine or changes_kind(standing, request.form.get("role", "")):
        problems["role"] = (
            "Role: an account of a person never becomes a machine's, nor the other way. Make another account."
        )
        account = None
    elif not may_change(
        access_control.account(), standing, role=account.role if account else standing.role, disabled=disabled
    ):
        own = "disabled" if disabled else "role"
        problems[own] = f"{OWN_ACCOUNT[own]} Ask a colleague to."
        account = None
    if account is None:
        return _form(standing, _typed(), problems)
    read = request.form.get("revision", "")
    if read != str(standing.revision):
        return _stale(standing, replace(account, disabled=disabled))
    return _ask(standing, replace(account, disabled=disabled, must_change=standing.must_change))


@blueprint.post("/staff/names")
@access_control.open_to(*ADMINISTRATORS)
def bind_name() -> Response:
    """Ask to say whom a printed name in older limits of access means."""
    name, username = words(request.form.get("name", "")), request.form.get("username", "")
    if name not in _unbound():
        flash("Nothing was changed: no limit of access gives that name, or it is bound already.")
        return redirect(url_for("staff.index"))
    _found(username)
    outcome = two_people.ask("name bound", name, {"username": username}, reason=request.form.get("reason", ""))
    flash(f"Older limits that name {name}: asked. {two_people.OUTCOMES[outcome]}")
    return redirect(url_for("staff.index"))


def asked_for() -> set[str]:
    """The user names of accounts that wait for a second person."""
    waiting = access_control.register().requests.still_open(clock.now())
    return {one.subject for one in waiting if one.kind == "account made" and not one.alone}


def _unbound() -> list[str]:
    """The printed names in limits of access that more than one account, or none, may be meant by."""
    accounts = access_control.register().accounts()
    named = {name for staff in current_cases.limits().values() for name in staff} - {one.username for one in accounts}
    return sorted(name for name in named if sum(one.is_shut_out([name]) for one in accounts) != 1)


def _ask(standing: Account | None, account: Account) -> str | Response | tuple[str, int]:
    """Make or change an account as was typed, and go on; the form again where it cannot be."""
    try:
        outcome = two_people.ask_account(standing, account, reason=request.form.get("reason", "").strip())
    except AccountExists:
        return _form(
            standing, _typed(), {"username": "User name must be another one: there is already an account with it."}
        )
    except KeyTaken as error:
        return _form(
            standing,
            _typed(),
            {"staff": f"Staff keys must be of one account alone: {error}. Take it out here, or there."},
        )
    except StaleAccount:
        return _stale(_found(account.username), account)
    if standing is None:
        done = "is made. Give it a password" if outcome == "alone" else "is asked for."
    else:
        done = "is changed." if outcome == "done" else "is changed as far as that narrows it."
    flash(f"The account of {account.name} {done} {two_people.OUTCOMES[outcome]}".strip())
    if standing is None and outcome == "alone":
        return redirect(url_for("staff.show", username=account.username))
    return redirect(url_for("staff.index"))


def _stale(standing: Account, typed: Account) -> tuple[str, int]:
    """The form with the account as it stands now, and what was typed beside it: somebody changed it meanwhile."""
    now, meant = _as_form(standing), _as_form(typed)
    differ = [(name, now[name], meant[name]) for name in now if now[name] != meant[name]]
    return _form(standing, now, {}, differ), 409


@blueprint.post("/staff/<username>/password")
@access_control.open_to(*ADMINISTRATORS)
def give_password(username: str) -> str:
    """Set a new password for somebody who has lost theirs. All their sessions end."""
    account = _found(username)
    if account.is_machine:
        abort(403, "A machine has no password and never signs in. Make a token on its page.")
    given, kept = passwords.given(access_control.register().key, username, clock.now())
    access_control.register().set_password(username, kept, must_change=True)
    access_control.log("password changed", detail=f"for {username}")
    return render_template("admin/given_password.html", account=account, given=given)


def _typed() -> dict[str, str]:
    """The form as it was sent, with the places and inspections that were ticked among those that were typed, one a line."""
    typed = request.form.to_dict()
    for name, ticked in (("places", "place"), ("inspections", "inspection")):
        typed[name] = "\n".join([*request.form.getlist(ticked), *typed.get(name, "").splitlines()])
    return typed


def _as_form(account: Account) -> dict[str, str]:
    return {
        "username": account.username, "name": account.name, "role": account.role, "grade": account.grade or "",
        "places": "\n".join(account.places), "inspections": "\n".join(account.inspections),
        "staff": "\n".join(account.staff), "until": "" if account.until is None else account.until.isoformat(),
        "disabled": "yes" if account.disabled else "",
    }  # fmt: skip


def _found(username: str) -> Account:
    try:
        return access_control.register().account(username)
    except NoSuchAccount:
        abort(404, f"There is no account {username}.")


def _form(
    account: Account | None, values: Any, problems: dict[str, str], differ: Sequence[tuple[str, str, str]] = ()
) -> str:
    choices = current_cases.places()
    return render_template(
        "admin/account.html",
        account=account,
        asked=[]
        if account is None
        else [
            one
            for one in access_control.register().requests.still_open(clock.now())
            if one.subject == account.username and one.kind.startswith("account")
        ],
        values=values,
        problems=problems,
        differ=differ,
        roles=PEOPLE,
        grades=get_args(OfficerGrade),
        places=choices,
        listed=[key for pairs in choices.values() for key, _ in pairs],
        inspections=[(name, opened.title) for name, opened in current_cases.repository().inspections.items()],
    )
