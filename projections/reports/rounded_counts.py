"""Counts of a period that are made of rounded running totals (see ``disclosure``), by clause, place and group of people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from projections.columns.column_schema import Array
from projections.ledger.ledger import Place
from projections.reports.disclosure import BEGINNING, by_place
from projections.reports.duty_queries import DutyQueries
from projections.reports.duty_results import Attribute, HeldAs, RecordedCount
from projections.reports.periods import Period
from projections.reports.reader_reach import Holds

Naming = Callable[[object], str]
"""The group of an attribute's value."""

Counts = dict[Place, Array]


@dataclass(frozen=True)
class RoundedCounts:
    """``at``: a period that begins and ends with months. ``wanted``: whether a place is in an area that is asked for."""

    queries: DutyQueries
    at: Period
    wanted: Holds

    @property
    def periods(self) -> tuple[Period, Period]:
        """All time up to the end of the period, and the period."""
        return Period(self.at.moment, BEGINNING), self.at

    def of_clauses(self, clauses: Sequence[str], held_as: HeldAs) -> dict[str, Counts]:
        """The duties that fell due, by clause and place: held, n."""
        totals: dict[str, Counts] = {}
        for part, period in enumerate(self.periods):
            for count in self.queries.counts(period, clauses, held_as, "clause"):
                if self.wanted(count.place):
                    of = totals.setdefault(count.value, {}).setdefault(count.place, no_counts())
                    of[part] += count.pair
        return {clause: from_totals(of) for clause, of in totals.items()}

    def of_groups(self, clauses: Sequence[str], held_as: HeldAs, split: Attribute, name: Naming) -> dict[str, Counts]:
        """The same by group of people and place; the totals are rounded along the groups, too."""
        found: list[Counts] = []
        groups = sorted({name(value) for value in self.queries.attribute(self.at.moment, split).values})
        for clause in clauses:
            totals: Counts = {}
            for part, period in enumerate(self.periods):
                for count in self.queries.counts(period, [clause], held_as, split):
                    if self.wanted(count.place):
                        of = totals.setdefault(count.place, np.zeros((len(groups), 2, 2), np.int64))
                        of[groups.index(name(count.value)), part] += count.pair
            found.append(by_place({place: np.stack([*map(parted, of)]) for place, of in totals.items()}, [0, 1]))
        every = added(found)
        return {group: {place: of[n, 1] for place, of in every.items()} for n, group in enumerate(groups)}

    def of_entries(self, inside: Mapping[Place, RecordedCount]) -> Counts:
        """The entries recorded, by place: late ones, all. ``inside``: those of the period."""
        totals: Counts = {}
        for part, found in enumerate((self.queries.recorded(self.periods[0]), inside)):
            for place, of in found.items():
                if self.wanted(place):
                    totals.setdefault(place, no_counts())[part] = (sum(of.late.values()), of.entries)
        return from_totals(totals)


def no_counts() -> Array:
    """Two rows of counts: of all time, and of a period."""
    return np.zeros((2, 2), np.int64)


def parted(counts: Array) -> Array:
    """From the counts of all time and of a period: those before it, and those in it."""
    return np.stack([counts[0] - counts[1], counts[1]])


def from_totals(totals: Mapping[Place, Array]) -> Counts:
    """From the counts of all time and of a period those of the period, made of rounded totals."""
    made = by_place({place: parted(counts) for place, counts in totals.items()}, [0])
    return {place: counts[1] for place, counts in made.items()}


def added(several: Sequence[Mapping[Place, Array]]) -> Counts:
    """The counts of each place added up."""
    found: Counts = {}
    for counts in several:
        for place, of in counts.items():
            found[place] = found[place] + of if place in found else of
    return found
