"""Who may confirm a request. Pure rules.

Nobody confirms what they asked for or what concerns them. Two people do not confirm each other. An account that one person
made alone does not confirm what that person asks for.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from domain.accounts.requests import OF_A_CASE, Request
from domain.accounts.roles import ADMINISTRATORS, KEEPERS, WORKERS, Account

MUTUAL = timedelta(days=30)
"""How long somebody whose own request was confirmed by another confirms nothing about that other (**P**, a parameter of ours)."""


def concerns(request: Request) -> frozenset[str]:
    """The user names of those whom a request is about."""
    if request.kind == "limit lifted":
        return frozenset(request.change.get("excluded", ()))
    if request.kind == "name bound":
        return frozenset((str(request.change["username"]),))
    if request.kind == "destination registered":
        return frozenset(filter(None, (str(request.change.get("subscriber", "")),)))
    no_account = request.kind in ("taking over", "signing key replaced", "person erased", "text redacted")
    return frozenset() if no_account else frozenset((request.subject,))


def has_the_role(who: Account, request: Request) -> bool:
    """Whether a request of this kind is for their role to confirm. Of a case they must be able to open it besides."""
    if request.kind == "limit lifted":
        return (
            who.is_one_of(WORKERS) and not who.holds_cases and not who.is_shut_out(request.change.get("excluded", ()))
        )
    if request.kind in OF_A_CASE:
        return who.is_one_of(KEEPERS)
    if request.kind == "account changed" and _only_inspections(request):
        return who.is_one_of(ADMINISTRATORS) or (who.inspects and request.change.get("area") in who.places)
    return who.is_one_of(ADMINISTRATORS)


def may_confirm(who: Account, request: Request, earlier: Iterable[Request], day: date) -> bool:
    """Whether this account may confirm a request on this day. ``earlier``: all requests so far."""
    if not who.may_sign_in(day) or not has_the_role(who, request):
        return False
    if who.username == request.asked_by or who.username in concerns(request):
        return False
    return not any(_ties(one, who, request) for one in earlier)


def confirmers(request: Request, accounts: Iterable[Account], earlier: Iterable[Request], day: date) -> list[Account]:
    """The accounts that may confirm a request on this day."""
    earlier = list(earlier)
    return [who for who in accounts if may_confirm(who, request, earlier, day)]


def _ties(one: Request, who: Account, request: Request) -> bool:
    """Whether an earlier request about this account ties it to whom the present one is about, or to who asks for it."""
    if who.username not in concerns(one):
        return False
    if one.decision == "confirmed" and one.decided_by in concerns(request) and one.decided_at is not None:
        return abs(request.asked_at - one.decided_at) < MUTUAL
    return one.kind == "account made" and one.alone and one.decision is None and one.asked_by == request.asked_by


def _only_inspections(request: Request) -> bool:
    return list(request.change.get("widened", ())) == ["inspections"]
