"""Report scope: the places whose figures an account may ask for."""

from collections.abc import Callable, Iterable

from domain.accounts.roles import Account
from projections.ledger.ledger import Place
from projections.reports.proportions import LEVELS, Scope


def own_scope(account: Account) -> Scope:
    """The place that an account answers for; the scope without a level where there are several."""
    if account.scope is None or len(account.scope[1]) != 1:
        return Scope()
    level, names = account.scope
    return Scope(level, names[0])


def is_place(scope: Scope, places: Iterable[Place], mine: Callable[[Place], bool] = lambda place: True) -> bool:
    """Whether one of ``places`` is in the scope and ``mine``. The scope without a level is always a place.

    It tells a wrong name, or a place of others, from a place in which nothing fell due.
    """
    return scope.level is None or any(scope.holds(place) and mine(place) for place in places)


def scope_within(scope: Scope, account: Account, places: Callable[[], Iterable[Place]]) -> Scope | None:
    """The scope asked for; the account's own where it has no level; None where the account answers for no case held there.

    ``places`` is called only where the scope is another than the account's own.
    """
    own = own_scope(account)
    if scope.level is None or scope == own:
        return own
    return scope if is_place(scope, places(), account.answers_for) else None


def scopes_of(account: Account, places: Iterable[Place]) -> list[Scope]:
    """The areas, divisions, teams and officers among these places that an account answers for, from the area down."""
    mine = [place for place in places if account.answers_for(place)]
    return [Scope(level, name) for level in LEVELS for name in sorted({getattr(place, level) for place in mine})]
