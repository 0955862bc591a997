"""Random duties of random people in random places, counted as ``DutyQueries`` counts the record's."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

import numpy as np
from dateutil.relativedelta import relativedelta

from projections.arrays.date_numbers import month_number
from projections.columns.column_schema import Array, CodedValues
from projections.ledger.ledger import Place
from projections.reports.case_queries import Wanted
from projections.reports.counted_people import CountedPeople
from projections.reports.duty_results import Count
from projections.reports.periods import Period
from tests.support.people_by_sets import PersonMonth, PlaceGroup, as_arrays

CLAUSES = ("c1", "c2")
ATTRIBUTES: Mapping[str, Sequence[str]] = {
    "gender": ("female", "male"), "ethnicity": ("A", "B", "W"), "disability": ("no", "yes"),
}  # fmt: skip
BEGIN = date(2004, 12, 31)
"""The last day before the record."""
MONTHS = 8
END = BEGIN + relativedelta(months=MONTHS, day=31)
TODAY = END + relativedelta(days=20)


@dataclass(frozen=True)
class RandomDuty:
    person: str
    place: Place
    clause: str
    due_on: date
    held: bool


class RandomDuties:
    """Duties of one area with two divisions, their teams and officers, over ``MONTHS`` months at most."""

    def __init__(self, rng: Random, clauses: int = len(CLAUSES), months: int = MONTHS):
        self.months, self.clauses = months, CLAUSES[:clauses]
        self.persons = {
            f"P{n}": {name: rng.choice(values) for name, values in ATTRIBUTES.items()}
            for n in range(rng.randint(6, 60))
        }
        self.every = [
            Place("A", f"D{division}", f"T{division}{team}", f"O{division}{team}{officer}", "po")
            for division in range(2)
            for team in range(rng.randint(1, 3))
            for officer in range(rng.randint(1, 3))
        ]
        self.duties = [*self._drawn(rng)]
        self.closed = frozenset(self.persons)
        """The people whose cases are closed to the reader."""

    def _drawn(self, rng: Random) -> Iterator[RandomDuty]:
        often = rng.choice((1, 3, 8, 20))
        for person in self.persons:
            home = rng.choice(self.every)
            for _ in range(rng.randint(1, often)):
                place = home if rng.random() < 0.8 else rng.choice(self.every)
                month = BEGIN + relativedelta(months=rng.randrange(self.months), day=31)
                due = month + relativedelta(days=rng.randint(1, 28))
                yield RandomDuty(person, place, rng.choice(self.clauses), due, rng.random() < 0.6)

    def inside(self, period: Period, clauses: Sequence[str]) -> list[RandomDuty]:
        """The duties that fell due in a period."""
        since, on = period.since, period.moment.on
        return [duty for duty in self.duties if since < duty.due_on <= on and duty.clause in clauses]

    def value(self, duty: RandomDuty, by: str | None) -> Any:
        """What a duty is counted by."""
        return None if by is None else duty.clause if by == "clause" else self.persons[duty.person][by]

    def counts(self, period: Period, clauses: Sequence[str], held_as: str, split: str | None = None) -> list[Count]:
        held: Counter[tuple[Place, Any]] = Counter()
        n: Counter[tuple[Place, Any]] = Counter()
        for duty in self.inside(period, clauses):
            key = duty.place, self.value(duty, split)
            held[key] += duty.held
            n[key] += 1
        return [Count(place, value, np.array((held[place, value], n[place, value]))) for place, value in n]

    def series(self, periods: Sequence[Period], clauses: Sequence[str], held_as: str) -> Mapping[Place, Array]:
        counted = [{c.place: c.pair for c in self.counts(period, clauses, held_as)} for period in periods]
        return {place: np.stack([found.get(place, np.zeros(2, np.int64)) for found in counted]) for place in self.every}

    def people(
        self, period: Period, clauses: Sequence[str], wanted: Wanted, by: str, closed: bool = False
    ) -> CountedPeople:
        return as_arrays(self.people_one_by_one(period, clauses, wanted, by, closed), self.every)

    def people_one_by_one(
        self, period: Period, clauses: Sequence[str], wanted: Wanted, by: str, closed: bool = False
    ) -> Mapping[PlaceGroup, Counter[PersonMonth]]:
        found: dict[PlaceGroup, Counter[PersonMonth]] = {}
        for duty in self.inside(period, clauses):
            if wanted(duty.place) and (duty.person in self.closed or not closed):
                month = PersonMonth(duty.person, month_number(duty.due_on))
                found.setdefault(PlaceGroup(duty.place, self.value(duty, by)), Counter())[month] += 1
        return found

    def attribute(self, moment: object, attribute: str) -> CodedValues:
        return CodedValues(ATTRIBUTES[attribute], np.zeros(0, np.int64))

    def places(self) -> Sequence[Place]:
        return self.every

    @property
    def columns(self) -> None:
        return None

    def selection(self, moment: object) -> None:
        return None

    def first_day(self) -> date:
        return BEGIN + relativedelta(days=1)
