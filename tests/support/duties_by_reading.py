"""The duty queries answered by reading every case, as each page about one case does. The columns must agree with it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from domain.calendar.workdays import working_days_between
from domain.policy.frameworks.framework import Framework
from projections.arrays.date_numbers import month_number
from projections.cases.case_reading import Reading
from projections.cases.case_repository import CaseRepository
from projections.cases.caseload import listed_when_over
from projections.columns.column_builder import recorded_by_day
from projections.history.dated_values import value_on
from projections.history.moment import Moment
from projections.ledger.ledger import Place, late_rows
from projections.lists.duty_list import ListedDuty
from projections.obligations.duty_state import Obligation
from projections.reports.case_queries import Wanted
from projections.reports.duty_results import (
    BEFORE,
    WEEKS,
    AnsweredCase,
    Count,
    DutyLoad,
    HeldAs,
    LateEntry,
    RecordedCount,
    Split,
    Verdicts,
)
from projections.reports.periods import Period
from projections.reports.proportions import Proportion
from tests.support.people_by_sets import PersonMonth, PlaceGroup

NO_NUMBER = -1
"""In place of the number of a case: there are no columns."""


class DutiesByReading:
    """All cases of a casebook under one framework."""

    def __init__(self, book: CaseRepository, framework: Framework):
        self.book, self.framework = book, framework

    def _readings(self, moment: Moment) -> list[Reading]:
        return self.book.read_all(self.book.cases, moment, self.framework)

    def _counted(self, period: Period, clauses: Sequence[str]) -> Iterator[tuple[Reading, Place, Obligation]]:
        wanted = frozenset(clauses)
        for reading in self._readings(period.moment):
            for o in reading.obligations:
                if o.clause.id in wanted and o.counts(period.since, period.moment.on):
                    yield reading, _place(reading, o.due_on), o

    def counts(
        self, period: Period, clauses: Sequence[str], held_as: HeldAs, split: Split | None = None
    ) -> list[Count]:
        held: Counter[tuple[Place, Any]] = Counter()
        n: Counter[tuple[Place, Any]] = Counter()
        for reading, place, o in self._counted(period, clauses):
            key = (place, _key(reading, o, split))
            n[key] += 1
            held[key] += o.in_time(period.moment.on) if held_as == "in_time" else o.done(period.moment.on)
        return [Count(place, key, np.array((held[place, key], count))) for (place, key), count in n.items()]

    def series(
        self, periods: Sequence[Period], clauses: Sequence[str], held_as: HeldAs
    ) -> Mapping[Place, Sequence[Proportion]]:
        found: dict[Place, list[Proportion]] = {}
        for n, asked in enumerate(periods):
            for count in self.counts(asked, clauses, held_as):
                of_place = found.setdefault(count.place, [Proportion()] * len(periods))
                of_place[n] = of_place[n] + count.figure
        return found

    def people(
        self, period: Period, clauses: Sequence[str], wanted: Wanted, by: Split
    ) -> Mapping[PlaceGroup, Mapping[PersonMonth, int]]:
        found: dict[PlaceGroup, Counter[PersonMonth]] = {}
        for reading, place, o in self._counted(period, clauses):
            if wanted(place):
                person = PersonMonth(reading.reference.split("/")[0], month_number(o.due_on))
                found.setdefault(PlaceGroup(place, _key(reading, o, by)), Counter())[person] += 1
        return found

    def holding(self, moment: Moment) -> Mapping[Place, frozenset[str]]:
        found: dict[Place, set[str]] = {}
        for reference, place in self.holders(moment).items():
            found.setdefault(place, set()).add(reference.split("/")[0])
        return {place: frozenset(people) for place, people in found.items()}

    def answered(self, moment: Moment, question: str) -> Mapping[Place, frozenset[str]]:
        found: dict[Place, set[str]] = {}
        for case in self.answers(moment, question):
            found.setdefault(case.place, set()).add(case.reference.split("/")[0])
        return {place: frozenset(people) for place, people in found.items()}

    def waits(self, period: Period, clauses: Sequence[str], wanted: Wanted) -> Mapping[Place, Counter[int | None]]:
        found: dict[Place, Counter[int | None]] = {}
        for _, place, o in self._counted(period, clauses):
            if wanted(place):
                days = working_days_between(o.arises_on, o.met_on) if o.met_on and o.done(period.moment.on) else None
                found.setdefault(place, Counter())[days] += 1
        return found

    def places(self) -> Sequence[Place]:
        histories = (self.book.history(reference, None) for reference in self.book.cases)
        return sorted({Place(*change.value) for history in histories for change in history.allocation})

    def verdicts(self, moment: Moment, question: str) -> Mapping[Place, Verdicts]:
        found: dict[Place, Verdicts] = {}
        for case in self.answers(moment, question):
            was = found.get(case.place, Verdicts(0, 0, 0))
            found[case.place] = Verdicts(was.sufficient + case.sufficient, was.n + 1, was.absent + case.absent)
        return found

    def fell_due(self, period: Period, clauses: Sequence[str], wanted: Wanted) -> list[ListedDuty]:
        return [
            ListedDuty(reading.reference, _name(reading), place, o)
            for reading, place, o in self._counted(period, clauses)
            if wanted(place)
        ]

    def answers(self, moment: Moment, question: str) -> list[AnsweredCase]:
        return [
            AnsweredCase(
                reading.reference,
                _name(reading),
                _place(reading, moment.on),
                answer.answer == "sufficient",
                answer.absent,
                NO_NUMBER,
            )
            for reading in self._readings(moment)
            for answer in reading.answers
            if answer.question.id == question and answer.answer in ("sufficient", "insufficient")
        ]

    def loads(self, moment: Moment) -> Mapping[Place, DutyLoad]:
        day, found = moment.on, dict[Place, DutyLoad]()

        def add(place: Place, load: DutyLoad) -> None:
            found[place] = found.get(place, DutyLoad()).plus(load)

        for reading in self._readings(moment):
            end = reading.history.end
            over = end is not None and end.on <= day
            standards = (o for o in reading.obligations if o.clause.of_standards)
            owed = [o for o in standards if not over or listed_when_over(o.clause)]
            add(_place(reading, day), DutyLoad(overdue=sum(o.state(day) == "overdue" for o in owed)))
            for o in reading.obligations:
                if not o.clause.of_standards:
                    continue
                if o.met_on is not None and day - timedelta(weeks=BEFORE) < o.met_on <= day and o.done(day):
                    add(_place(reading, o.due_on), DutyLoad(done=1))
                if day < o.due_on <= day + timedelta(weeks=WEEKS) and _owed(o, day):
                    week = (o.due_on - day - timedelta(days=1)).days // 7
                    add(
                        _place(reading, o.due_on),
                        DutyLoad(tuple(int(n == week) for n in range(WEEKS)), int(o.met_on is not None)),
                    )
        return found

    def recorded(self, period: Period) -> Mapping[Place, RecordedCount]:
        moment, since = period.moment, period.since
        found: dict[Place, RecordedCount] = {}
        for reading in self._readings(moment):
            place = _place(reading, moment.on)
            entries, late = found.get(place, RecordedCount(0, Counter()))
            every = self.book.file(reading.reference).entries.values()
            known = [f for f in every if moment.known_at is None or f.recorded_at < moment.known_at]
            entries += sum(count for day, count in recorded_by_day(known).items() if since < day <= moment.on)
            rows = [row for row in late_rows(reading.history) if since < row.recorded_on <= moment.on]
            found[place] = RecordedCount(entries, late + Counter(row.working_days for row in rows))
        return found

    def late(self, period: Period, wanted: Wanted) -> list[LateEntry]:
        moment, since = period.moment, period.since
        return [
            LateEntry(reading.reference, _name(reading), place, *row[1:], NO_NUMBER)
            for reading in self._readings(moment)
            if wanted(place := _place(reading, moment.on))
            for row in late_rows(reading.history)
            if since < row.recorded_on <= moment.on
        ]

    def coming(self, moment: Moment, first: date, last: date, wanted: Wanted) -> list[ListedDuty]:
        return [
            ListedDuty(reading.reference, _name(reading), place, o)
            for reading in self._readings(moment)
            for o in reading.obligations
            if o.clause.of_standards and first < o.due_on <= last and _owed(o, moment.on)
            if wanted(place := _place(reading, o.due_on))
        ]

    def holders(self, moment: Moment) -> Mapping[str, Place]:
        return {reading.reference: reading.snapshot.spell.place for reading in self._readings(moment)}

    def first_day(self) -> date | None:
        every = (self.book.history(reference, None).start for reference in self.book.cases)
        return min((start.on for start in every if start is not None), default=None)


def _owed(o: Obligation, day: date) -> bool:
    """Whether it will fall due, as it looks on the day: neither met nor ended by then, arisen or still to arise."""
    return not o.done(day) and o.state(day) != "dispensed" and (o.ended_on is None or o.ended_on > day)


def _place(reading: Reading, day: date) -> Place:
    allocation = reading.history.allocation
    return Place(*(value_on(allocation, day) or allocation[0].value))


def _name(reading: Reading) -> str:
    assert reading.history.started is not None
    return reading.history.started.person.name


def _key(reading: Reading, o: Obligation, split: Split | None) -> Any:
    if split is None:
        return None
    assert reading.history.started is not None
    return o.clause.id if split == "clause" else getattr(reading.history.started.person, split)
