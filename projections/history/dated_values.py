"""Dated values: values that hold from a day on, and spans of days in which a state holds."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

from msgspec import structs

from domain.accounts.roles import Level
from domain.entries.case_entries import Person, PersonDetailsChanged

ON = itemgetter(0)
"""The day of a ``Change``."""


class Change(NamedTuple):
    """A value that holds from a day on."""

    on: date
    value: Any
    entry: str


class Place(NamedTuple):
    """Where a case is held: the printed names, and beside them the ids that the source gives (empty: none)."""

    area: str
    division: str
    team: str
    officer: str
    officer_grade: str
    area_id: str = ""
    division_id: str = ""
    team_id: str = ""
    officer_id: str = ""

    def key(self, level: Level) -> str:
        """The id of the holder at this level; its name where there is no id."""
        held: str = getattr(self, f"{level}_id") or getattr(self, level)
        return held


class Span(NamedTuple):
    """A state holds from ``on`` up to, not including, ``off`` (None: still). ``entry``: the entry that began it."""

    on: date
    off: date | None
    entry: str


def changed_details(person: Person, change: PersonDetailsChanged) -> Person:
    """The person's details with those that an entry gives anew."""
    given = {name: value for name in person.__struct_fields__ if (value := getattr(change, name, None)) is not None}
    return structs.replace(person, **given)


def value_on(changes: Sequence[Change], day: date) -> Any:
    """The value that holds at the end of this day; None before the first."""
    at = bisect_right(changes, day, key=ON)
    return changes[at - 1].value if at else None


def without_repeats(changes: list[Change]) -> list[Change]:
    """Sort changes by day; keep the last recorded of each day; leave out those that change nothing."""
    if len(changes) < 2:
        return changes
    kept: list[Change] = []
    for change in sorted(changes, key=ON):
        if kept and kept[-1].on == change.on:
            kept.pop()
        if not kept or kept[-1].value != change.value:
            kept.append(change)
    return kept
