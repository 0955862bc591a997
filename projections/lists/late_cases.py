"""Entries stored late on the cases of a list: how many on which, where, and how many duties rest on them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from domain.entries.case_entries import Entry, QualityJudged
from domain.policy.frameworks.framework import Framework
from domain.store.application import Files
from domain.store.hash_chain import TABLE
from domain.store.lateness import LATE_TABLE, in_utc
from domain.store.preparation import position_column
from domain.store.sqlite_recorder import topic_of
from domain.store.stored_entries import Stored
from projections.cases.case_repository import CaseRepository
from projections.cases.stored_late import entries_of_duty, late_entries, late_grounds
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.lists.counted_cases import CountedCases

READ = 200
"""Cases of which the duties are looked at, at most: a list of more says of how many it speaks."""

LATE_BY_CASE = (
    f"SELECT late.reference, count(*) FROM {LATE_TABLE} AS late JOIN {TABLE} AS entry ON entry.{{position}} = late.position "
    f"WHERE entry.topic <> '{topic_of(QualityJudged)}'{{known}} GROUP BY late.reference"
)
"""The query for the number of late entries of each file. Answers of assessors are left out: they may be blind readers'."""


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
    def of(cls, files: Files, counted: CountedCases, moment: Moment) -> "LateCases":
        """Those that may be opened."""
        selection, found = counted.selection, []
        places = selection.columns.words["place"].values
        opened = counted.open
        for reference, entries in sorted(late_by_file(files, moment).items()):
            number = selection.columns.number(reference)
            if number is not None and opened[number]:
                found.append(LateCase(reference, number, places[int(selection.place[number])], entries))
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


def late_by_file(files: Files, moment: Moment) -> Mapping[str, int]:
    """How many entries of each file were stored late, of those recorded by the moment."""
    known = "" if moment.known_at is None else f" AND late.recorded_at < '{in_utc(moment.known_at)}'"
    query = LATE_BY_CASE.format(position=position_column(files.recorder), known=known)
    return {reference: int(count) for reference, count in files.recorder.rows_of(query)}


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
