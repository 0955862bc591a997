"""Duty queries: what reports ask about the duties of all cases, answered from the column store.

A duty counts in a period when it fell due in it (see ``duty_counts``). It belongs to the place that held the case on its due
date.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from projections.arrays.date_numbers import day_number, month_numbers
from projections.columns.case_answers import numbers_of
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, CodedValues
from projections.columns.duty_scan import DutyRun
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.lists.duty_list import DutyList
from projections.obligations.clause_catalogue import catalogue
from projections.reports.case_queries import CaseQueries, Wanted
from projections.reports.counted_apart import ApartByPlace, apart_of, count_apart, snoozed_places
from projections.reports.counted_people import CountedPeople, number_in
from projections.reports.counts_by_case import CountsByCase, Grouping, counts_by_case, together
from projections.reports.duty_counts import HELD, DutiesByGroup, DutiesByPeriod, WaitsByPlace, fell_due_runs
from projections.reports.duty_forecast import LoadsByPlace, coming, duties, load_of
from projections.reports.duty_results import (
    Count,
    CountedApart,
    DutyLoad,
    HeldAs,
    SnoozedDuty,
    Split,
)
from projections.reports.enforcement_paths import AbsencePath, Decisions, absence_paths
from projections.reports.kept_runs import KeptRuns
from projections.reports.periods import Period

NO_ROWS = (np.zeros(0, np.int64),) * 4


class DutyQueries(CaseQueries):
    """Queries on the duties of a column store under one framework."""

    def counts(
        self, period: Period, clauses: Sequence[str], held_as: HeldAs, split: Split | None = None
    ) -> list[Count]:
        """The duties that fell due, by place; also by clause or by an attribute of the person where ``split`` says so."""
        by = ("place", *([split] if split else []))
        found = self._counted(period.moment, DutiesByGroup(period.since, self._numbers(clauses), by, held_as))
        pairs = found.counts.astype(np.int64)
        return [Count(key[0], key[1] if split else None, pair) for key, pair in zip(found.keys, pairs, strict=True)]

    def by_case(
        self, period: Period, clauses: Sequence[str], held_as: HeldAs, wanted: Wanted, group: Grouping = together,
        cases: Array | None = None,
    ) -> Mapping[str, CountsByCase]:  # fmt: skip
        """The duties that fell due in some places, by group and case. ``cases``: for each case whether it counts (None: all)."""
        runs = self._fallen(period, clauses, wanted, cases)
        return counts_by_case(runs, HELD[held_as], self._places, self.columns.numbers, group)

    def apart(
        self, period: Period, clauses: Sequence[str], snoozed: Iterable[SnoozedDuty], cases: Array | None = None
    ) -> Callable[[Wanted], CountedApart]:
        """What is counted beside the figure of some places, of those who ask for them.

        ``cases``: for each case whether it counts (None: all do).
        """
        selection, numbers = self._selection(period.moment), self._numbers(clauses)
        if cases is None:
            found = self._counted(period.moment, ApartByPlace(period.since, numbers))
        else:
            found = count_apart(selection, period.since, numbers, cases)
        hidden = snoozed_places(selection, period.since, frozenset(clauses), snoozed)
        return lambda holds: apart_of(found, hidden, holds)

    def series(self, periods: Sequence[Period], clauses: Sequence[str], held_as: HeldAs) -> Mapping[Place, Array]:
        """By place: in each of some consecutive periods how many are held, of how many."""
        found = self._counted(periods[-1].moment, DutiesByPeriod(tuple(periods), self._numbers(clauses), held_as))
        pairs = found.counts.astype(np.int64).reshape(-1, len(periods), 2)
        return {place: of for (place,), of in zip(found.keys, pairs, strict=True)}

    def people(
        self, period: Period, clauses: Sequence[str], wanted: Wanted, by: Split, cases: Array | None = None
    ) -> CountedPeople:
        """How many duties of each person fell due in each month, by the place that held the case then and by ``by``.

        ``cases``: for each case whether it counts (None: all do).
        """
        values, parts = dict[Any, int](), [NO_ROWS]
        for run in self._fallen(period, clauses, wanted, cases):
            if len(run.case):
                words, coded = self._parts(run, period.moment, by)
                number = np.array([number_in(values, word) for word in words], np.int64)
                month = month_numbers(run.column("due_on"))
                parts.append((run.column("place"), number[coded], self._persons[run.case], month))
        place, value, person, month = (np.concatenate(column) for column in zip(*parts, strict=True))
        return CountedPeople(self._places, [*values], place, value, person, month, np.ones(len(place), np.int64))

    def _parts(self, run: DutyRun, moment: Moment, by: Split) -> CodedValues:
        if by == "clause":
            return CodedValues((catalogue().clauses[run.clause].id,), np.zeros(len(run.state), np.int64))
        values, coded = self._selection(moment).coded(by)
        return CodedValues(values, coded[run.case])

    def waits(self, period: Period, clauses: Sequence[str], wanted: Wanted) -> Mapping[Place, Counter[int | None]]:
        """By place: how many duties took each number of working days from arising to being met; None: not met by the day."""
        found = self._counted(period.moment, WaitsByPlace(period.since, self._numbers(clauses)))
        waited: dict[Place, Counter[int | None]] = {}
        for (place, days), (times,) in zip(found.keys, found.counts.tolist(), strict=True):
            if wanted(place):
                waited.setdefault(place, Counter())[days] = times
        return waited

    def fell_due(self, period: Period, clauses: Sequence[str], wanted: Wanted) -> DutyList:
        """The duties that fell due, one by one."""
        return DutyList(self._selection(period.moment), [*self._fallen(period, clauses, wanted)], self.framework.id)

    def loads(self, moment: Moment) -> Mapping[Place, DutyLoad]:
        """The load of each place: duties due in the coming weeks, met before, and overdue."""
        found = self._counted(moment, LoadsByPlace(self._standards))
        return {place: load_of(counts) for (place,), counts in zip(found.keys, found.counts.tolist(), strict=True)}

    def absence_paths(self, asked: Period, wanted: Wanted, decisions: Decisions) -> list[AbsencePath]:
        """What followed each absence of a period in some places (see ``enforcement_paths``)."""
        return absence_paths(self._selection(asked.moment), asked, numbers_of(self.framework.id), wanted, decisions)

    def coming(self, moment: Moment, first: date, last: date, wanted: Wanted) -> DutyList:
        """The duties of the national standards due after ``first`` up to ``last``, as ``loads`` counts them, one by one."""
        selection, allowed = self._selection(moment), self._allowed(wanted)
        ends = max(day_number(first), int(selection.day)), day_number(last)
        found = (coming(selection, run, *ends) for run in duties(selection, self._standards))
        return DutyList(selection, [run.only(allowed[run.column("place")]) for run in found], self.framework.id)

    @property
    def _standards(self) -> tuple[int, ...]:
        """The numbers of the clauses of the national standards, the editions of one clause together."""
        return self._numbers(dict.fromkeys(c.id for c in catalogue().clauses if c.of_standards))

    def _fallen(
        self, period: Period, clauses: Sequence[str], wanted: Wanted, cases: Array | None = None
    ) -> Iterator[DutyRun]:
        """The duties that fell due in some places, clause by clause; kept where all cases count."""
        selection, allowed = self._selection(period.moment), self._allowed(wanted)

        def scan(numbers: Sequence[int]) -> Iterator[DutyRun]:
            held = self._ever_held(selection, allowed)
            for run in fell_due_runs(selection, period.since, numbers, held if cases is None else held & cases):
                yield run.only(allowed[run.column("place")])

        numbers = self._numbers(clauses)
        return scan(numbers) if cases is not None else self._runs.of((period, allowed.tobytes()), numbers, scan)

    @cached_property
    def _runs(self) -> KeptRuns:
        return KeptRuns()

    def _ever_held(self, selection: CaseSelection, allowed: Array) -> Array:
        """For each case whether a place that is allowed (see ``_allowed``) held it at any time: no other has a duty there."""
        held = np.zeros(self.columns.numbers, bool)
        for rows in self.columns.spells.parts(selection.instant):
            held[rows["case"][allowed[rows["place"]]]] = True
        return held
