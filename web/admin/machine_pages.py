"""The pages of machine accounts, for the information manager: what another system may do by the API, and its tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.api_tokens import LONGEST_NAME, CannotStand, last_day
from domain.accounts.kept_accounts import AccountExists, ClientTaken, NoSuchAccount, StaleAccount
from domain.accounts.roles import ADMINISTRATORS, PLACE_LEVELS, RIGHTS, Account
from domain.entries.tidy_text import words
from domain.store.sources import registered_sources
from web.admin import openid
from web.admin.account_form import read_account
from web.admin.accounts_pages import asked_for
from web.services import current_cases
from web.site import access_control, clock, machines, two_people
from web.site.date_field import read_day

blueprint = Blueprint("machines", __name__)

Problems = dict[str, str]

RIGHTS_SAID = {
    "read": "Read: cases and lists of its places",
    "reports": "Reports: figures of its places, rounded and withheld as for people",
    "oversight": "Oversight: accounts, imports and the access log",
    "record": "Record: send entries, as its source",
}
"""Right -> what the form says of it."""


@blueprint.get("/machines/new")
@access_control.open_to(*ADMINISTRATORS)
def new() -> str:
    return _form(None, {"place_level": "area"}, {})


@blueprint.post("/machines/new")
@access_control.open_to(*ADMINISTRATORS)
def add() -> str | Response | tuple[str, int]:
    """Make a machine account, once a second person confirms it."""
    typed = _typed(request.form.get("username", ""))
    account, problems = _read(typed)
    if account is not None and account.username in asked_for():
        problems["username"] = (
            "User name: this account is asked for already. A second person can confirm it on the page Requests."
        )
        account = None
    return _form(None, typed, problems) if account is None else _ask(None, account, typed)


@blueprint.get("/machines/<username>")
@access_control.open_to(*ADMINISTRATORS)
def show(username: str) -> str:
    """One machine account, to be changed; and its tokens."""
    account = _found(username)
    return _form(account, _as_form(account), {})


@blueprint.post("/machines/<username>")
@access_control.open_to(*ADMINISTRATORS)
def change(username: str) -> str | Response | tuple[str, int]:
    """Change or close it: what narrows it at once, what widens it once a second person confirms it."""
    standing, typed = _found(username), _typed(username)
    account, problems = _read(typed)
    if account is None:
        return _form(standing, typed, problems)
    account = replace(account, disabled=typed["disabled"] == "yes")
    if request.form.get("revision", "") != str(standing.revision):
        return _stale(standing)
    return _ask(standing, account, typed)


@blueprint.post("/machines/<username>/tokens")
@access_control.open_to(*ADMINISTRATORS)
def make_token(username: str) -> str:
    """Make a token, and show it once."""
    account = _found(username)
    typed = {
        "token_name": words(request.form.get("token_name", "")),
        "token_until": request.form.get("token_until", "").strip(),
    }
    given = [right for right in RIGHTS if right in request.form.getlist("token_right")]
    register, until = access_control.register(), read_day(typed["token_until"])
    try:
        if until is None:
            raise CannotStand("until", "Enter the token's last day, like 31/3/2027.")
        secret = register.tokens.make(
            account, typed["token_name"], given, until, by=access_control.account().username, now=clock.now()
        )
    except CannotStand as error:
        field = {"name": "token_name", "rights": "token_right", "until": "token_until"}[error.field]
        return _form(account, _as_form(account) | typed, {field: str(error)}, given)
    access_control.log("account changed", detail=f"{username}: token {typed['token_name']} made, until {until}")
    return render_template(
        "admin/token_made.html", account=account, name=typed["token_name"], secret=secret, until=until, rights=given
    )


@blueprint.post("/machines/<username>/tokens/<mark>/end")
@access_control.open_to(*ADMINISTRATORS)
def end_token(username: str, mark: str) -> Response:
    """End a token at once and for good."""
    _found(username)
    name = access_control.register().tokens.end(username, mark, clock.now())
    if name is None:
        flash("Nothing was changed: there is no such token, or it is ended already.")
    else:
        access_control.log("account changed", detail=f"{username}: token {name} ended")
        flash(f"The token {name} is ended. Whoever uses it is refused from now on.")
    return redirect(url_for("machines.show", username=username))


def _found(username: str) -> Account:
    try:
        found = access_control.register().account(username)
    except NoSuchAccount:
        abort(404, f"There is no account {username}.")
    if not found.is_machine:
        abort(404, f"{username} is a person's account, and has no tokens.")
    return found


def _typed(username: str) -> dict[str, str]:
    """The form as it was sent, as ``read_account`` reads one."""
    form = request.form
    typed = {
        name: form.get(name, "")
        for name in ("name", "place_level", "source", "client", "subject", "reason", "disabled")
    }
    day = read_day(form.get("until", ""))
    return {
        **typed, "username": username, "role": "machine", "until": form.get("until", "") if day is None else day.isoformat(),
        "places": "\n".join([*form.getlist("place"), *form.get("places", "").splitlines()]),
        "rights": "\n".join(form.getlist("right")), "issuer": openid.issuer(),
    }  # fmt: skip


def _read(typed: Mapping[str, str]) -> tuple[Account | None, Problems]:
    """The account that the form describes; None with the problems, those of places of another level among them."""
    account, problems = read_account(typed)
    if account is not None and (wrong := _of_another_level(account)):
        problems["places"] = f"Enter places that are all {account.place_level}s: “{wrong}” is none."
        return None, problems
    return account, problems


def _of_another_level(account: Account) -> str:
    """A place that is known, and not at the level that was chosen; empty where there is none."""
    known = {level: {key for key, _ in pairs} for level, pairs in current_cases.places().items()}
    at_it = known.get(account.place_level or "", set())
    elsewhere = {key for level, keys in known.items() if level != account.place_level for key in keys}
    return next((place for place in account.places if place in elsewhere - at_it), "")


def _ask(standing: Account | None, account: Account, typed: Mapping[str, str]) -> str | Response | tuple[str, int]:
    """Make or change an account as was typed, and go on; the form again where it cannot be."""
    try:
        outcome = two_people.ask_account(standing, account, reason=typed["reason"].strip())
    except AccountExists:
        return _form(
            standing, typed, {"username": "User name must be another one: there is already an account with it."}
        )
    except ClientTaken:
        return _form(standing, typed, {"client": "Client must be of one account alone: another has it already."})
    except StaleAccount:
        return _stale(_found(account.username))
    if standing is None:
        done = "is made. Make its first token" if outcome == "alone" else "is asked for."
    else:
        done = "is changed." if outcome == "done" else "is changed as far as that narrows it."
    flash(f"The machine account {account.name} {done} {two_people.OUTCOMES[outcome]}".strip())
    if standing is None and outcome == "asked":
        return redirect(url_for("staff.index"))
    return redirect(url_for("machines.show", username=account.username))


def _stale(standing: Account) -> tuple[str, int]:
    """The form with the account as it stands now: somebody changed it meanwhile."""
    said = (
        "Somebody changed this account after you opened it. Nothing of yours was saved; below it is as it stands now."
    )
    return _form(standing, _as_form(standing), {"name": said}), 409


def _as_form(account: Account) -> dict[str, str]:
    client = account.client
    return {
        "username": account.username, "name": account.name, "places": "\n".join(account.places),
        "rights": "\n".join(account.rights), "place_level": account.place_level or "area", "source": account.source or "",
        "client": "" if client is None else client.id, "until": "" if account.until is None else account.until.isoformat(),
        "subject": "" if client is None or client.subject == client.id else client.subject,
        "disabled": "yes" if account.disabled else "",
    }  # fmt: skip


def _form(
    account: Account | None, values: Mapping[str, str], problems: Problems, token_rights: Sequence[str] = ()
) -> str:
    choices, register = current_cases.places(), access_control.register()
    waiting = [] if account is None else register.requests.still_open(clock.now())
    return render_template(
        "admin/machine.html", account=account, values=values, problems=problems, levels=PLACE_LEVELS,
        asked=[one for one in waiting if account is not None and one.subject == account.username],
        rights=[(right, RIGHTS_SAID[right]) for right in RIGHTS], token_rights=token_rights,
        places=choices, listed=[key for pairs in choices.values() for key, _ in pairs], issuer=openid.issuer(),
        sources=[one.name for one in registered_sources(current_cases.repository().files)],
        tokens=[] if account is None else register.tokens.of(account.username), day=clock.day(),
        latest=None if account is None else last_day(account, clock.now()), longest=LONGEST_NAME,
        calls=machines.limits().calls,
    )  # fmt: skip
