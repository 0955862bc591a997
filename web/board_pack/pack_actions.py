"""The agreed actions of a pack's place: what, who, by when, and in a word what the record shows of it.

Numbers of what was done are not printed: they may be about few people.
"""

from datetime import date
from typing import NamedTuple

from domain.accounts.plan_rules import LINE
from projections.officers.action_progress import Progress
from projections.reports.reader_reach import Holds
from web.officers.action_words import OUTCOMES
from web.officers.agreed_actions import ShownAction, shown_plans
from web.officers.known_officers import Unit, accounts, units


class PackAction(NamedTuple):
    """One action. ``recommendation``: that it answers, if any. ``state``: ``Overdue``, how it ended, or what the record shows."""

    what: str
    owner: str
    by_when: date
    unit: str
    recommendation: int | None
    overdue: bool
    state: str


def pack_actions(holds: Holds) -> list[PackAction]:
    """The actions of the areas, divisions and teams that lie in some places whole, the overdue first, by when they are due."""
    found = [
        _printed(shown, plan.unit)
        for plan in shown_plans([unit for unit in units() if unit.places and all(map(holds, unit.places))])
        for shown in (*plan.open, *plan.closed)
    ]
    return sorted(found, key=lambda one: (not one.overdue, one.by_when, one.unit, one.what))


def _printed(shown: ShownAction, unit: Unit) -> PackAction:
    agreed, closed = shown.action.agreed, shown.action.closed
    said = OUTCOMES[closed.outcome] if closed is not None else _by_record(shown.progress)
    state = ", ".join(filter(None, ("Overdue" if shown.overdue else "", said)))
    return PackAction(
        agreed.what, _owner(agreed.owner), agreed.by_when, unit.name, agreed.recommendation, shown.overdue,
        state or "Open",
    )  # fmt: skip


def _owner(key: str) -> str:
    """The name of a manager who owns an action; a pack names no officer."""
    named = next((one.name for one in accounts() if key in one.keys and one.is_one_of(LINE)), None)
    return named or "an officer"


def _by_record(progress: Progress | None) -> str:
    """What the record shows of an open action, without numbers."""
    if progress is None or progress.before is not None or not progress.now.n or progress.now.withheld:
        return ""
    if progress.now.held == progress.now.n:
        return "done, by the record"
    return "partly done, by the record" if progress.now.held else "not begun, by the record"
