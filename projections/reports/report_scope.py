"""Report scope: the places whose figures an account may ask for."""

from collections.abc import Callable, Iterable

from domain.accounts.roles import Account
from projections.ledger.ledger import Place
from projections.lists.known_names import require_place
from projections.reports.proportions import LEVELS, Scope


def own_scope(account: Account) -> Scope:
    """The place that an account answers for; the scope without a level where there are several."""
    if account.scope is None or len(account.scope[1]) != 1:
        return Scope()
    level, names = account.scope
    return Scope(level, names[0])


def check_scope(scope: Scope, places: Iterable[Place], mine: Callable[[Place], bool] | None = None) -> None:
    """``UnknownName`` where no place is in the scope (and is ``mine``). The scope without a level is always one.

    It tells a wrong name, or a place of others, from a place in which nothing fell due.
    """
    if scope.level is not None:
        require_place(scope.level, scope.name, places, mine)


def scope_within(scope: Scope, account: Account, places: Callable[[], Iterable[Place]]) -> Scope:
    """The scope asked for; the account's own where it has no level. ``UnknownName`` where the account answers for no case
    that was ever held there.

    ``places`` is called only where the scope is another than the account's own.
    """
    own = own_scope(account)
    if scope.level is None or scope == own:
        return own
    check_scope(scope, places(), account.answers_for)
    return scope


def scopes_of(account: Account, places: Iterable[Place]) -> list[Scope]:
    """The areas, divisions, teams and officers among these places that an account answers for, from the area down."""
    mine = [place for place in places if account.answers_for(place)]
    return [Scope(level, name) for level in LEVELS for name in sorted({getattr(place, level) for place in mine})]
