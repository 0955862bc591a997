"""Accounts as JSON: of people and machines, without any secret, and the requests that two people decide."""

from datetime import datetime
from typing import Any

from flask import abort

from domain.accounts.api_tokens import ApiToken
from domain.accounts.kept_accounts import NoSuchAccount
from domain.accounts.requests import KINDS, Request
from domain.accounts.roles import ADMINISTRATORS, OPENERS, ROLES, Account
from web.admin.data_page import AccountLine, account_lines
from web.admin.invitations_page import sign_in_state
from web.admin.requests_page import requests_seen, shown_request
from web.api.answer_fields import code, day, flag, instant, many, said, texts, whole
from web.api.api_query import Answer, Query, choice
from web.api.paged_lists import Rows
from web.api.resources import Resource
from web.site import access_control, clock

blueprint = Resource(
    "accounts",
    tag="Accounts",
    description="Who may sign in or use the API, in which role, for which cases; and requests that a second person decides. No "
    "password, token or other secret is in it.",
    purpose="administration",
)


class ListedAccountSchema(Answer):
    """An account of a person or a machine."""

    username = said("The user name, which is its id.", example="p.anstey")
    name = said("The name.")
    role = code("The role.", *ROLES)
    places = texts(
        "The teams, divisions or areas that it answers for; of an inspector, where they may open inspections."
    )
    staff = texts("Its staff keys.")
    inspections = texts("The inspections that an inspector reads.")
    grade = said("The grade.", null=True)
    until = day("The last day on which it may be used; null: none is set.", null=True)
    open = flag("Whether it may be used today.")
    state = said("Why it may not; empty: it may.")
    last_sign_in = instant("Its last sign-in; null: none in the last three months.", null=True)
    waits = flag("Whether it must wait after tries that failed.")
    revision = whole("How often it was changed.")
    rights = texts("Of a machine: its rights.")
    place_level = said("Of a machine: the level of its places.", null=True)
    source = said("Of a machine: the source that it records as.", null=True)
    client = said("Of a machine: its client of the organisation's sign-in.", null=True)


class TokenSchema(Answer):
    """A token of a machine account, without the token."""

    name = said("Its name.")
    rights = texts("What it may do.")
    until = day("Its last day.")
    made_at = instant("When it was made.")
    made_by = said("By whom.")
    used_at = instant("When it was used last.", null=True)
    ended_at = instant("When it was ended.", null=True)


class AccountSchema(ListedAccountSchema):
    """An account with its tokens, and how it signs in."""

    tokens = many(TokenSchema, "Of a machine: its tokens, without what they are.")
    sessions = whole("Of a person: how often they are signed in now.")
    second_factors = whole("Of a person: how many second factors they have.")
    bound_since = instant(
        "Since when it is bound to a person of the organisation's sign-in; null: to nobody.", null=True
    )


class AccountFilters(Query):
    """Which accounts."""

    role = choice("Of this role.", *ROLES)


class RequestedSchema(Answer):
    """A line of what is asked for."""

    name = said("What of it.")
    value = said("Its value, or the values before and after.")


class RequestSchema(Answer):
    """What somebody asked for, and a second person decides."""

    number = whole("Its number.")
    kind = code("What it asks for.", *KINDS)
    about = said("The same in words.")
    lines = many(RequestedSchema, "What is asked for, line by line.")
    reason = said("Why.")
    state = code("How it stands.", "waiting", "alone", "confirmed", "refused", "withdrawn", "lapsed")
    asked_by = said("Who asked: a user name.")
    asked_at = instant("When.")
    lapses_at = instant("When it lapses unless it is decided.")
    decided_by = said("Who decided.", null=True)
    decided_at = instant("When.", null=True)
    may_confirm = flag("Whether you may confirm it, on the site.")
    may_withdraw = flag("Whether you may withdraw it, on the site.")


class RequestFilters(Query):
    """Which requests."""

    state = choice("How it stands.", "waiting", "alone", "confirmed", "refused", "withdrawn", "lapsed")


@blueprint.paged(
    "/accounts", "listAccounts", ListedAccountSchema, roles=ADMINISTRATORS, read="undated", filters=AccountFilters,
    sort={
        "username": lambda one: one.account.username, "name": lambda one: one.account.name, "last_sign_in": lambda one: one.last,
    },
)  # fmt: skip
def list_accounts(query: dict[str, Any]) -> Rows[AccountLine]:
    """Every account."""
    accounts = access_control.register().accounts()
    if "role" in query:
        accounts = [one for one in accounts if one.is_one_of((query["role"],))]
    return Rows(account_lines(accounts, clock.now()), given=_listed)


@blueprint.one(
    "/accounts/<username>",
    "getAccount",
    AccountSchema,
    roles=ADMINISTRATORS,
    read="undated",
    path={"username": "p.anstey"},
)
def get_account(_: dict[str, Any], username: str) -> dict[str, Any]:
    """One account; of a machine with its tokens, without what they are.

    404 where there is none of this user name."""
    register = access_control.register()
    try:
        account: Account = register.account(username)
    except NoSuchAccount:
        abort(404, f"There is no account {username}.")
    tokens = register.tokens.of(username) if account.is_machine else []
    signing_in = sign_in_state(account)
    return _listed(account_lines([account], clock.now())[0]) | {
        "tokens": [_token(one) for one in tokens], "sessions": len(signing_in["sessions"]),
        "second_factors": len(signing_in["factors"]), "bound_since": signing_in["bound_since"],
    }  # fmt: skip


@blueprint.paged(
    "/requests", "listRequests", RequestSchema, roles=(*ADMINISTRATORS, *OPENERS), read="undated", filters=RequestFilters,
    sort={"number": lambda one: one.number, "asked_at": lambda one: one.asked_at}, default="-number",
)  # fmt: skip
def list_requests(query: dict[str, Any]) -> Rows[Request]:
    """The requests of two people that you may see: those about a case only where the case is open to you."""
    now = clock.now()
    return Rows([one for one in requests_seen() if query.get("state") in (None, _state(one, now))], given=_request)


def _listed(line: AccountLine) -> dict[str, Any]:
    one = line.account
    return {
        "username": one.username, "name": one.name, "role": one.role, "places": one.places, "staff": one.staff,
        "inspections": one.inspections, "grade": one.grade, "until": one.until, "open": one.is_open(clock.day()),
        "state": line.state, "last_sign_in": line.last, "waits": line.waits, "revision": one.revision, "rights": one.rights,
        "place_level": one.place_level, "source": one.source, "client": one.client and one.client.id,
    }  # fmt: skip


def _token(one: ApiToken) -> dict[str, Any]:
    return {
        "name": one.name, "rights": one.rights, "until": one.until, "made_at": one.made_at, "made_by": one.made_by,
        "used_at": one.used_at, "ended_at": one.ended_at,
    }  # fmt: skip


def _request(one: Request) -> dict[str, Any]:
    shown = shown_request(one)
    return {
        "number": one.number, "kind": one.kind, "about": shown.about, "reason": one.reason, "state": _state(one, clock.now()),
        "lines": [{"name": name, "value": value} for name, value in shown.lines],
        "asked_by": one.asked_by, "asked_at": one.asked_at, "lapses_at": shown.lapses_on, "decided_by": one.decided_by,
        "decided_at": one.decided_at, "may_confirm": shown.may_confirm, "may_withdraw": shown.may_withdraw,
    }  # fmt: skip


def _state(one: Request, now: datetime) -> str:
    if one.decision is not None:
        return one.decision
    return "lapsed" if not one.is_open(now) else "alone" if one.alone else "waiting"
