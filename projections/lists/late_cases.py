"""Entries stored late on the cases of a list: how many on which, where, and how many duties rest on them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from domain.entries.case_entries import Entry
from domain.policy.frameworks.framework import Framework
from domain.store.lateness import LATE_TABLE
from domain.store.stored_entries import Stored
from projections.cases.case_repository import CaseRepository
from projections.cases.stored_late import entries_of_duty, late_entries, late_grounds
from projections.columns.column_schema import Array
from projections.columns.column_store import ColumnStore
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.lists.counted_cases import CountedCases

READ = 100
"""Cases that are read, at most. Of those beyond, the number of entries is that of all stored late, whenever recorded."""

LATE_BY_FILE = f"SELECT reference, sum(entries) FROM {LATE_TABLE} GROUP BY reference"
"""The query for the number of late entries of each file."""


class LateCase(NamedTuple):
    """A case with entries stored late: its number in the columns, who holds it on the day, how many entries."""

    reference: str
    number: int
    place: Place
    entries: int


@dataclass(frozen=True)
class LateCases:
    """The cases of a list on which entries were stored late that are known at the moment, by reference."""

    moment: Moment
    cases: tuple[LateCase, ...]

    @classmethod
    def of(cls, book: CaseRepository, counted: CountedCases, moment: Moment) -> "LateCases":
        """Those that may be opened."""
        selection, found = counted.selection, list[LateCase]()
        places = selection.columns.words["place"].values
        numbers = _numbers_of(selection.columns, counted.open)
        late = {str(reference): int(entries) for reference, entries in book.files.recorder.rows_of(LATE_BY_FILE)}
        for reference in sorted(late.keys() & numbers.keys()):
            exact = late[reference] if len(found) >= READ else len(late_entries(book, reference, moment))
            if exact:
                number = numbers[reference]
                found.append(LateCase(reference, number, places[int(selection.place[number])], exact))
        return cls(moment, tuple(found))

    def within(self, holds: Callable[[Place], bool]) -> "LateCases":
        """Those that a place holds."""
        return LateCases(self.moment, tuple(one for one in self.cases if holds(one.place)))

    @property
    def entries(self) -> int:
        return sum(one.entries for one in self.cases)

    @property
    def by_place(self) -> list[tuple[str, str, int, int]]:
        """Team, officer, cases and entries, by team and officer."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for one in self.cases:
            key = one.place.team, one.place.officer
            cases, entries = found.get(key, (0, 0))
            found[key] = cases + 1, entries + one.entries
        return [(*key, *counts) for key, counts in sorted(found.items())]

    @property
    def read(self) -> tuple[LateCase, ...]:
        """Those whose duties are looked at."""
        return self.cases[:READ]


def _numbers_of(columns: ColumnStore, opened: Array) -> dict[str, int]:
    """The numbers of the cases that are open, by reference. Where they are many, all references are read in one go."""
    numbers = np.flatnonzero(opened).tolist()
    if len(numbers) * 10 < len(opened):
        return {columns.references[number]: number for number in numbers}
    every = list(columns.references)
    return {every[number]: number for number in numbers}


def duties_on_late(book: CaseRepository, reference: str, moment: Moment, framework: Framework) -> int:
    """How many duties of the national standards on a case have a verdict that rests on entries stored or corrected late."""
    grounds = late_grounds(book, reference, moment)
    owed = book.read(reference, moment, framework).obligations if grounds else ()
    return sum(
        duty.clause.of_standards
        and duty.fell_due(moment.on)
        and not grounds.isdisjoint(entries_of_duty(duty, moment.on))
        for duty in owed
    )


def entries_listed(book: CaseRepository, cases: LateCases) -> Iterator[tuple[LateCase, Entry, Stored]]:
    """Each late entry with its case and how it was stored."""
    for case in cases.cases:
        stored, entries = book.stored(case.reference), book.file(case.reference).entries
        for entry in late_entries(book, case.reference, cases.moment):
            yield case, entries[entry], stored[entry]
