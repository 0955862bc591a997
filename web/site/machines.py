"""Machines on the API: who a request with a bearer token is, what of the API is open to it, and how often it may ask.

A bearer token counts on the API alone, and only in the header ``Authorization``. Where there is one, no session counts.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, request

from domain.accounts.access_lines import UNKNOWN
from domain.accounts.account_register import AccountRegister
from domain.accounts.api_calls import WINDOW, Counted
from domain.accounts.api_tokens import PREFIX
from domain.accounts.kept_accounts import NoSuchAccount
from domain.accounts.roles import MACHINES, Account, Right
from domain.accounts.sign_in_tries import FREE_FROM_ONE_PLACE, Subject, client
from web.site import access_logging, access_tokens, clock, outages, problems

View = TypeVar("View", bound=Callable[..., Any])

REALM = "caseaudit"

CLAIMED = "caseaudit:"
"""How the words of the claim ``scope`` begin that narrow what an access token may do: ``caseaudit:read``."""

MOST_CALLS, MOST_ENTRIES, MOST_MEGABYTES = 300, 10_000, 16
"""Unless the operator says otherwise: requests of an account in a minute, entries of a request, and megabytes of these."""

LARGEST = {"CASEAUDIT_API_REQUESTS": 100_000, "CASEAUDIT_API_ENTRIES": 100_000, "CASEAUDIT_API_MEGABYTES": 64}
"""The settings of the environment, and the largest number that each may be."""


class WrongLimit(ValueError):
    """A limit of the API is set to what is no number of this kind; the message says which and what to write."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a machine account may ask: ``calls`` a minute, and ``entries`` and ``megabytes`` a request."""

    calls: int = MOST_CALLS
    entries: int = MOST_ENTRIES
    megabytes: int = MOST_MEGABYTES

    @classmethod
    def of_environment(cls) -> "Limits":
        """As the operator set them; ``WrongLimit`` names each that is wrong, a line for each."""
        usual = dict(zip(LARGEST, (MOST_CALLS, MOST_ENTRIES, MOST_MEGABYTES), strict=True))
        if faults := [fault for name in usual if (fault := _fault(name))]:
            raise WrongLimit("\n".join(faults))
        return cls(*(int(_said(name) or default) for name, default in usual.items()))


def _said(name: str) -> str:
    return os.environ.get(name, "").strip()


def _fault(name: str) -> str:
    """What is wrong with a limit; empty: nothing."""
    said = _said(name)
    if not said or (said.isascii() and said.isdigit() and 1 <= int(said) <= LARGEST[name]):
        return ""
    return f"{name} is '{said}'; write a whole number from 1 to {LARGEST[name]}, or leave it out"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a bearer token is of. ``account``: with the rights of the token; None where it does not count, for ``refusal``.

    ``named``: the account that a token that does not count is of. ``token``: which of its tokens, in words, for the log.
    ``waits``: the issuer cannot be asked now.
    """

    account: Account | None = None
    token: str = ""
    named: Account | None = None
    refusal: str = ""
    waits: bool = False


def open_to_machines(right: Right | None = None) -> Callable[[View], View]:
    """State that machines with this right may enter a view of the API (None: every machine).

    A view that names no roles of persons besides is for machines alone.
    """

    def state(view: View) -> View:
        view.opens_to_machines = right  # type: ignore[attr-defined]
        if not hasattr(view, "opens_to"):
            view.opens_to = frozenset(MACHINES)  # type: ignore[attr-defined]
        return view

    return state


def may_enter(who: Account, endpoint: str) -> bool:
    """Whether a view is open to a machine: the one place where the rights of machines are asked."""
    view: Any = current_app.view_functions.get(endpoint)
    return hasattr(view, "opens_to_machines") and who.has_right(view.opens_to_machines)


def is_asked() -> bool:
    """Whether this request is to the API and says itself who it is of, so that no session counts."""
    return request.path.startswith(problems.UNDER) and "Authorization" in request.headers


def bearer(register: AccountRegister) -> Bearer:
    """Who this request's bearer token is of; looked up once a request."""
    if "bearer" not in g:
        g.bearer = _found(register, request.headers.get("Authorization", ""))
        if g.bearer.named or g.bearer.account:
            outages.note_answered()
    found: Bearer = g.bearer
    return found


def _found(register: AccountRegister, header: str) -> Bearer:
    scheme, _, token = header.strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        return Bearer(refusal="The header Authorization must be: Bearer, a space, and a token.")
    if token.startswith(PREFIX):
        return _of_ours(register, token)
    if "." not in token:  # an issuer's has three parts
        return Bearer(refusal=f"There is no such token: one that is made here begins with {PREFIX}.")
    return _of_issuer(register, token)


def _of_ours(register: AccountRegister, secret: str) -> Bearer:
    """Who a token is of that was made on an account's page."""
    token = register.tokens.find(secret)
    if token is None:
        return Bearer(refusal="There is no such token. Ask who looks after accounts for one.")
    words, open_ = f"token {token.name}", register.open_machine(token.username, clock.day())
    named = open_ or _named(register, token.username)
    if token.ended_at is not None:
        return Bearer(token=words, named=named, refusal=f"The token {token.name} was ended. Ask for a new one.")
    if not token.stands(clock.day()):
        return Bearer(
            token=words, named=named, refusal=f"The token {token.name} ended on {token.until}. Ask for a new one."
        )
    if open_ is None:
        return Bearer(token=words, named=named, refusal="The account of this token is closed, or its last day is over.")
    register.tokens.used(token, clock.now())
    return Bearer(open_.narrowed_to(token.rights), words)


def _of_issuer(register: AccountRegister, token: str) -> Bearer:
    """Who an access token of the organisation's sign-in is of."""
    try:
        claims = access_tokens.claims_of(token)
    except access_tokens.NotTaken as error:
        named = None if error.client is None else register.machine_of(*error.client)
        words = "" if named is None else _client_words(named)
        return Bearer(token=words, named=named, refusal=f"The token does not count: {error}.")
    except access_tokens.NoKeys:
        return Bearer(refusal="The organisation's sign-in does not answer, so the token cannot be checked.", waits=True)
    found = register.machine_of(str(claims["iss"]).rstrip("/"), claims["client_id"])
    if found is None or found.client is None:
        return Bearer(refusal="No account here is this client. Two people name it on the page of a machine account.")
    words = _client_words(found)
    if claims["sub"] != found.client.subject:
        why = "The token is of a person, or of another subject than its account names (sub)."
        return Bearer(token=words, named=found, refusal=why)
    if not found.is_open(clock.day()):
        return Bearer(
            token=words, named=found, refusal="The account of this client is closed, or its last day is over."
        )
    return Bearer(_narrowed(found, claims.get("scope")), words)


def _narrowed(account: Account, scope: Any) -> Account:
    """The account with the rights that the claim ``scope`` names, where it names any of ours."""
    said = scope.split() if isinstance(scope, str) else []
    ours = [word.removeprefix(CLAIMED) for word in said if word.startswith(CLAIMED)]
    return account.narrowed_to(ours) if ours else account


def _client_words(account: Account) -> str:
    return f"client {account.client.id}" if account.client is not None else ""


def _named(register: AccountRegister, username: str) -> Account | None:
    try:
        return register.account(username)
    except NoSuchAccount:
        return None


def enter(register: AccountRegister) -> None:
    """Before a request to the API that has a bearer token: count it, and refuse it unless it counts and may enter."""
    found = bearer(register)
    who = found.account or found.named
    if who is not None:
        access_logging.by(found.token)
        _count(register, who)
    if found.account is None:
        _refuse(register, found)
    elif not may_enter(found.account, request.endpoint or ""):
        _refuse_right(found.account)


def _count(register: AccountRegister, who: Account) -> None:
    """Count this request of an account, and refuse it where that is one too many. The answer says how many are left."""
    g.counted = counted = register.calls.count(who.username, clock.now())
    most = limits().calls
    if counted.calls > most:
        access_logging.did("refused", who=who)
        _wait(counted.seconds, f"This account has made its {most} requests of this minute.")


def _refuse(register: AccountRegister, found: Bearer) -> None:
    """401 for a token that does not count, and 503 where that cannot be said now."""
    if found.waits:
        g.retry_after = access_tokens.BETWEEN
        abort(problems.problem(HTTPStatus.SERVICE_UNAVAILABLE, found.refusal))
    if found.named is None:
        address = client(request.remote_addr or "").key
        delayed = register.tries.take([Subject(f"token {address}"[:100], FREE_FROM_ONE_PLACE)], clock.now())
        if delayed > timedelta():
            _wait(int(delayed.total_seconds()) + 1, "There were many tokens from this address that do not count.")
    access_logging.did("sign-in failed", who=found.named or UNKNOWN, detail="API")
    g.challenge = challenge("invalid_token", found.refusal)
    abort(401, found.refusal)


def _refuse_right(who: Account) -> None:
    view: Any = current_app.view_functions[request.endpoint or ""]
    if not hasattr(view, "opens_to_machines"):
        abort(403, "This is for persons only: it needs a person's own sign-in. No machine may do it.")
    needed = view.opens_to_machines or "any"
    held = ", ".join(who.rights) or "none"
    g.challenge = challenge("insufficient_scope", f"it needs the right {needed}", scope=needed)
    abort(403, f"This needs the right {needed}; the token has: {held}. A token has no more rights than its account.")


def _wait(seconds: int, why: str) -> None:
    g.retry_after = seconds
    abort(429, f"{why} Try again in {seconds} seconds.")


def refuse_in_address() -> None:
    """400 where a token stands in the address: addresses are kept in logs."""
    if request.path.startswith(problems.UNDER) and "access_token" in request.args:
        abort(400, "A token never belongs into the address, where logs keep it. Send it in the header Authorization, and "
                   "have this one ended: it may have been read.")  # fmt: skip


def challenge(error: str = "", says: str = "", **more: str) -> str:
    """The header ``WWW-Authenticate`` (RFC 6750, 3)."""
    said = {
        "realm": REALM,
        **({"error": error} if error else {}),
        **({"error_description": says} if says else {}),
        **more,
    }
    quoted = (f'{name}="{_plain(value)}"' for name, value in said.items())
    return f"Bearer {', '.join(quoted)}"


def _plain(text: str) -> str:
    """A text as the header may hold it (RFC 6750, 3): printable ASCII without quotes and backslashes."""
    return "".join(char if " " <= char <= "~" and char not in '"\\' else "?" for char in text)


def limits() -> Limits:
    """The limits of this site."""
    found: Limits = current_app.extensions["machine limits"]
    return found


def _headers(response: Response) -> Response:
    """Say who may ask, when to ask again, and how many requests are left (draft-ietf-httpapi-ratelimit-headers)."""
    if not request.path.startswith(problems.UNDER):
        return response
    if response.status_code == HTTPStatus.UNAUTHORIZED or "challenge" in g:
        response.headers["WWW-Authenticate"] = g.get("challenge") or challenge()
    if "retry_after" in g:
        response.headers["Retry-After"] = str(g.retry_after)
    counted: Counted | None = g.get("counted")
    if counted is not None:
        most = limits().calls
        response.headers["RateLimit-Policy"] = f'"minute";q={most};w={WINDOW}'
        response.headers["RateLimit"] = f'"minute";r={counted.left(most)};t={counted.seconds}'
    return response


def attach(app: Flask, only: Limits | None = None) -> None:
    """Read the limits, from the environment unless they are given; add the headers. ``WrongLimit``."""
    app.extensions["machine limits"] = only or Limits.of_environment()
    app.extensions["issuer keys"] = access_tokens.IssuerKeys()
    app.after_request(_headers)
