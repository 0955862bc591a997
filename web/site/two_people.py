"""What needs two people: asking, confirming, and what takes effect alone where nobody else could confirm it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal, cast

from flask import current_app

from domain.accounts.account_register import account_of, account_values
from domain.accounts.confirming import confirmers, may_confirm
from domain.accounts.kept_accounts import By, StaleAccount
from domain.accounts.requests import LIFE, Decision, Request, RequestKind
from domain.accounts.roles import Account
from domain.accounts.widening import narrowed, widened
from web.site import access_control, clock

Outcome = Literal["done", "asked", "alone"]
"""It took effect by itself; it waits for a second person; it took effect, and waits for one to confirm it afterwards."""

OUTCOMES: Mapping[Outcome, str] = {
    "done": "",
    "asked": f"A second person must confirm it within {LIFE.days} days: see Requests.",
    "alone": "Nobody else can confirm it, so it holds at once and is marked as done alone.",
}

Effect = Callable[[Request], None]


def attach_effect(kind: RequestKind, effect: Effect, check: Effect = lambda request: None) -> None:
    """Say what a confirmed request of this kind does. Its page is of another part of the site.

    ``check``: raises where it cannot be done any more; then nothing is decided. ``effect`` gets the request as it was decided.
    """
    _effects()[kind] = check, effect


def ask(
    kind: RequestKind,
    subject: str,
    change: Mapping[str, Any],
    *,
    reason: str,
    able: Callable[[Account], bool] = lambda who: True,
) -> Outcome:
    """Ask for something. ``able``: whether an account reaches what it is about. Raises what its effect raises, where it is alone.

    Where no other account could confirm it, it takes effect at once and is marked as done alone.
    """
    register, by = access_control.register(), access_control.account().username
    now = clock.now()
    meant = Request(0, kind, subject, change, reason, by, now, alone=False)
    others = confirmers(meant, register.accounts(), register.requests.every(), clock.day())
    alone = not any(able(who) for who in others)
    if alone:
        take_effect(meant)
    asked = register.requests.ask(kind, subject, change, reason=reason, by=by, at=now, alone=alone)
    access_control.log("asked", detail=f"request {asked.number}: {kind} {subject}{' (alone)' if alone else ''}")
    return "alone" if alone else "asked"


def ask_account(before: Account | None, after: Account, *, reason: str = "", area: str = "") -> Outcome:
    """Make or change an account: what narrows it at once, what widens it once a second person confirms it.

    ``before``: as it was read (None: it is made). ``area``: of the inspection that an inspector is to read. Raises
    ``AccountExists``, ``KeyTaken``, ``StaleAccount``.
    """
    register = access_control.register()
    if before is None:
        register.check_new(after)
        return ask("account made", after.username, {"account": account_values(after)}, reason=reason)
    wider, at_once = widened(before, after), narrowed(before, after)
    if at_once != before or not wider:
        register.change(at_once if wider else replace(after, revision=before.revision), by=_by_hand())
        access_control.log("account changed", detail=said(at_once if wider else after))
    if not wider:
        return "done"
    standing = register.account(before.username)
    register.check_keys(after)
    change = {
        "account": account_values(after), "was": account_values(standing), "revision": standing.revision, "widened": wider,
        "area": area,
    }  # fmt: skip
    return ask("account changed", before.username, change, reason=reason)


def may_be_confirmed(request: Request, by: Account) -> bool:
    """Whether this account may confirm a request now, as far as the accounts say."""
    every = access_control.register().requests.every()
    return request.is_open(clock.now()) and may_confirm(by, request, every, clock.day())


def decide(request: Request, decision: Decision) -> None:
    """Decide a request as the person signed in. ``AlreadyDecided``; ``StaleAccount`` where the account changed since."""
    register = access_control.register()
    if decision == "confirmed" and not request.alone:
        check_fresh(request)
    register.requests.decide(request.number, decision, by=access_control.account().username, at=clock.now())
    access_control.log("decided", detail=f"request {request.number}: {decision}")
    if decision == "confirmed" and not request.alone:
        take_effect(register.requests.request(request.number))


def check_fresh(request: Request) -> None:
    """``StaleAccount`` where the account was changed after the request, or nobody asked for it here.

    ``AccountExists``, ``KeyTaken`` where it cannot be made.
    """
    if not access_control.register().requests.is_ours(request.number):
        raise StaleAccount(
            f"request {request.number} was not asked for here: somebody wrote it into the database, or it is from before an "
            "update or another secret key; ask for it again"
        )
    if request.kind == "account made":
        access_control.register().check_new(account_of(request.change["account"], 0))
    if request.kind in _effects():
        _effects()[request.kind][0](request)
    if request.kind == "account changed":
        standing = access_control.register().account(request.subject)
        if standing.revision != request.change["revision"]:
            raise StaleAccount(f"the account {request.subject} was changed after this was asked for; ask for it again")


def take_effect(request: Request) -> None:
    """Do what was asked for."""
    register, change = access_control.register(), request.change
    match request.kind:
        case "account made":
            register.add(account_of(change["account"], 0), by=_by(request))
            access_control.log("account made", detail=said(account_of(change["account"], 0)))
        case "account changed":
            standing = register.account(request.subject)
            asked = account_of(change["account"], int(change["revision"]))
            register.change(replace(asked, must_change=standing.must_change), by=_by(request))
            access_control.log("account changed", detail=said(asked))
        case "name bound":
            register.bind_name(request.subject, str(change["username"]), by=_by(request))
        case kind:
            _effects()[kind][1](request)


def _by_hand() -> By:
    """The person signed in, on whom the log says that they did it."""
    return By(access_control.account().username, clock.now())


def _by(request: Request) -> By:
    """Who does what was asked for: the person signed in, who confirms it or asks for it alone."""
    by = _by_hand()
    return by if request.asked_by == by.actor else by._replace(asked_by=request.asked_by, request=request.number)


def said(account: Account) -> str:
    """An account in a few words, for the access log: no printed name."""
    scope = ", ".join((*account.rights, *account.places, *account.inspections, *account.staff))
    return f"{account.username}: {account.role} {scope}{' (closed)' if account.disabled else ''}".strip()


def _effects() -> dict[RequestKind, tuple[Effect, Effect]]:
    return cast(dict[RequestKind, tuple[Effect, Effect]], current_app.extensions.setdefault("effects of requests", {}))
