"""Duty queries: what reports ask about the duties of all cases, answered from the column store.

A duty counts in a period when it fell due in it (see ``duty_counts``). It belongs to the place that held the case on its due
date.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np

from domain.policy.clauses import Clause
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import frameworks
from projections.arrays.date_numbers import day_number, day_of, month_numbers
from projections.columns.case_answers import INSUFFICIENT, SUFFICIENT, AnswerBlock, numbers_of
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, CodedValues
from projections.columns.column_store import ColumnStore
from projections.columns.duty_scan import DutyRun
from projections.columns.kept_selections import KeptSelections
from projections.columns.keyed_counts import KeyedCounts, in_order
from projections.columns.layered_counts import CaseCount, counted
from projections.columns.score_counts import case_blocks
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.lists.duty_list import DutyList
from projections.obligations.clause_catalogue import catalogue
from projections.reports.counted_apart import ApartByPlace, apart_of, count_apart, snoozed_places
from projections.reports.counts_by_case import CountsByCase, Grouping, counts_by_case, together
from projections.reports.duty_counts import HELD, DutiesByGroup, DutiesByPeriod, WaitsByPlace, fell_due_runs
from projections.reports.duty_forecast import LoadsByPlace, coming, duties, load_of
from projections.reports.duty_results import (
    AnsweredCase,
    Attribute,
    Count,
    CountedApart,
    DutyLoad,
    HeldAs,
    LateEntry,
    PersonMonth,
    PlaceGroup,
    RecordedCount,
    SnoozedDuty,
    Split,
    Verdicts,
)
from projections.reports.periods import Period
from projections.reports.proportions import Proportion
from projections.reports.recorded_entries import LateByPlace, RecordedByPlace, late_entries

Wanted = Callable[[Place], bool]


def person_of(reference: str) -> str:
    """The CRN of a case: cases of one CRN are one person's."""
    return reference.split("/")[0]


def _each(columns: Sequence[Array]) -> Iterator[tuple[int, ...]]:
    """Each combination of values that occurs in the columns (whole numbers from 0), in order, and how often it does."""
    room = [int(column.max(initial=0)) + 1 for column in columns]
    codes, times = np.unique(
        np.ravel_multi_index([column.astype(np.int64) for column in columns], room), return_counts=True
    )
    values = (part.tolist() for part in np.unravel_index(codes, room))
    return zip(*values, times.tolist(), strict=True)


class DutyQueries:
    """Queries on a column store under one framework. Safe to share between threads that only read.

    Clauses are given by id; the framework's own expectations are included. ``KeyError``: the framework has no such clause.
    """

    def __init__(self, columns: ColumnStore, framework: Framework, selections: KeptSelections | None = None):
        self.columns, self.framework = columns, framework
        self._selection = (KeptSelections(columns) if selections is None else selections).at

    def counts(
        self, period: Period, clauses: Sequence[str], held_as: HeldAs, split: Split | None = None
    ) -> list[Count]:
        """The duties that fell due, by place; also by clause or by an attribute of the person where ``split`` says so."""
        by = ("place", *([split] if split else []))
        found = self._counted(period.moment, DutiesByGroup(period.since, self._numbers(clauses), by, held_as))
        return [
            Count(key[0], key[1] if split else None, Proportion(*both))
            for key, both in zip(found.keys, found.counts.tolist(), strict=True)
        ]

    def by_case(
        self, period: Period, clauses: Sequence[str], held_as: HeldAs, wanted: Wanted, group: Grouping = together,
        cases: Array | None = None,
    ) -> Mapping[str, CountsByCase]:  # fmt: skip
        """The duties that fell due in some places, by group and case. ``cases``: for each case whether it counts (None: all)."""
        runs = self._fallen(period, clauses, wanted, cases)
        return counts_by_case(runs, HELD[held_as], self._places, self.columns.numbers, group)

    def clause(self, clause: str) -> Clause:
        """The clause of this id, in its first edition."""
        return catalogue().clauses[numbers_of(self.framework.id)[clause][0]]

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

    def series(
        self, periods: Sequence[Period], clauses: Sequence[str], held_as: HeldAs
    ) -> Mapping[Place, Sequence[Proportion]]:
        """By place: the figure of each of some consecutive periods."""
        found = self._counted(periods[-1].moment, DutiesByPeriod(tuple(periods), self._numbers(clauses), held_as))
        return {
            place: [Proportion(*both) for both in counts.reshape(len(periods), 2).tolist()]
            for (place,), counts in zip(found.keys, found.counts, strict=True)
        }

    def people(
        self, period: Period, clauses: Sequence[str], wanted: Wanted, by: Split, cases: Array | None = None
    ) -> Mapping[PlaceGroup, Mapping[PersonMonth, int]]:
        """How many duties of each person fell due in each month, by the place that held the case then and by ``by``.

        ``cases``: for each case whether it counts (None: all do).
        """
        people: dict[PlaceGroup, Counter[PersonMonth]] = {}
        for run in self._fallen(period, clauses, wanted, cases):
            values, coded = self._parts(run, period.moment, by)
            columns = (run.column("place"), coded, run.case, month_numbers(run.column("due_on")))
            for place, value, case, month, n in _each(columns):
                group = PlaceGroup(self._places[place], values[value])
                people.setdefault(group, Counter())[PersonMonth(self._persons[case], month)] += n
        return people

    def _parts(self, run: DutyRun, moment: Moment, by: Split) -> CodedValues:
        if by == "clause":
            return CodedValues((catalogue().clauses[run.clause].id,), np.zeros(len(run.state), np.int64))
        values, coded = self._selection(moment).coded(by)
        return CodedValues(values, coded[run.case])

    def values(self, moment: Moment, attribute: Attribute) -> Sequence[object]:
        """The values that an attribute of a person may have."""
        return self._selection(moment).coded(attribute).values

    def holding(self, moment: Moment) -> Mapping[Place, frozenset[str]]:
        """The people (CRNs) whose cases each place holds on the day."""
        people: dict[Place, set[str]] = {}
        for reference, place in self.holders(moment).items():
            people.setdefault(place, set()).add(person_of(reference))
        return {place: frozenset(some) for place, some in people.items()}

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

    def coming(self, moment: Moment, first: date, last: date, wanted: Wanted) -> DutyList:
        """The duties of the national standards due after ``first`` up to ``last``, as ``loads`` counts them, one by one."""
        selection, allowed = self._selection(moment), self._allowed(wanted)
        ends = max(day_number(first), int(selection.day)), day_number(last)
        found = (coming(selection, run, *ends) for run in duties(selection, self._standards))
        return DutyList(selection, [run.only(allowed[run.column("place")]) for run in found], self.framework.id)

    def answers(self, moment: Moment, question: str) -> list[AnsweredCase]:
        """The cases whose answer to a question of the framework counts."""
        selection = self._selection(moment)
        names, places, found = selection.spell_column("name"), selection.place, list[AnsweredCase]()
        for counting in counting_answers(self.framework, selection, question):
            for case, sufficient, absent in zip(*(column.tolist() for column in counting), strict=True):
                name, place = self.columns.names[int(names[case])], self._places[int(places[case])]
                found.append(AnsweredCase(self._references[case], name, place, sufficient, absent, case))
        return found

    def verdicts(self, moment: Moment, question: str) -> Mapping[Place, Verdicts]:
        """``answers``, counted by the place that holds the case on the day."""
        found = self._counted(moment, VerdictsByPlace(self.framework.id, question))
        return {place: Verdicts(*counts) for (place,), counts in zip(found.keys, found.counts.tolist(), strict=True)}

    def recorded(self, period: Period) -> Mapping[Place, RecordedCount]:
        """Entries recorded in a period, by the place that holds the case on its last day."""
        entries = self._counted(period.moment, RecordedByPlace(period.since))
        found = {
            place: RecordedCount(number, Counter())
            for (place,), (number, _) in zip(entries.keys, entries.counts.tolist(), strict=True)
        }
        late = self._counted(period.moment, LateByPlace(period.since))
        for (place, days), (times,) in zip(late.keys, late.counts.tolist(), strict=True):
            found[place].late[days] = times
        return found

    def late(self, period: Period, wanted: Wanted) -> list[LateEntry]:
        """The entries recorded late that ``recorded`` counts, one by one."""
        return list(late_entries(self._selection(period.moment), period.since, self._allowed(wanted)))

    def selection(self, moment: Moment) -> CaseSelection:
        """The cases as at a moment."""
        return self._selection(moment)

    def holders(self, moment: Moment) -> Mapping[str, Place]:
        """The place that holds each case that had begun, on the day."""
        selection = self._selection(moment)
        return {
            self._references[n]: self._places[int(selection.place[n])] for n in np.flatnonzero(selection.there).tolist()
        }

    def places(self) -> Sequence[Place]:
        """All places in the record, in order."""
        return sorted(self._places)

    def first_day(self) -> date | None:
        """The first day of supervision of any case, as known today; None: there is no case."""
        started = [rows["started_on"].min() for rows in self.columns.spells.current if len(rows)]
        return day_of(int(min(started))) if started else None

    @cached_property
    def _references(self) -> list[str]:
        return list(self.columns.references)

    @cached_property
    def _persons(self) -> list[str]:
        """For each case the CRN of its person."""
        return [person_of(reference) for reference in self._references]

    @property
    def _places(self) -> list[Place]:
        """Every place by its number."""
        return self.columns.words["place"].values

    def _allowed(self, wanted: Wanted) -> Array:
        """For each place (a number), whether it is wanted."""
        return np.array([wanted(place) for place in self._places], bool)

    @property
    def _standards(self) -> tuple[int, ...]:
        """The numbers of the clauses of the national standards, the editions of one clause together."""
        return self._numbers(dict.fromkeys(c.id for c in catalogue().clauses if c.of_standards))

    def _numbers(self, clauses: Iterable[str]) -> tuple[int, ...]:
        numbers = numbers_of(self.framework.id)
        return tuple(number for clause in clauses for number in numbers[clause])

    def _fallen(
        self, period: Period, clauses: Sequence[str], wanted: Wanted, cases: Array | None = None
    ) -> Iterator[DutyRun]:
        selection, allowed = self._selection(period.moment), self._allowed(wanted)
        held = self._ever_held(selection, allowed)
        cases = held if cases is None else held & cases
        for run in fell_due_runs(selection, period.since, self._numbers(clauses), cases):
            yield run.only(allowed[run.column("place")])

    def _ever_held(self, selection: CaseSelection, allowed: Array) -> Array:
        """For each case whether a place that is allowed (see ``_allowed``) held it at any time: no other has a duty there."""
        held = np.zeros(self.columns.numbers, bool)
        for rows in self.columns.spells.parts(selection.instant):
            held[rows["case"][allowed[rows["place"]]]] = True
        return held

    def _counted(self, moment: Moment, count: CaseCount) -> KeyedCounts:
        return counted(self._selection(moment), count)


@dataclass(frozen=True)
class VerdictsByPlace:
    """Counts the ``Verdicts`` on a question of a framework (ids) by the place that holds the case on the day."""

    framework: str
    question: str

    def __call__(self, selection: CaseSelection) -> KeyedCounts:
        places = list(selection.columns.words["place"].values)
        totals = np.zeros((3, len(places)), np.int64)
        for some in counting_answers(frameworks()[self.framework], selection, self.question):
            place = selection.place[some.cases]
            for total, of in zip(totals, (place[some.sufficient], place, place[some.absent]), strict=True):
                total += np.bincount(of, minlength=len(places))
        return in_order([(place,) for place in places], *totals)


class CountedAnswers(NamedTuple):
    """Cases (numbers) whose answer to a question counts; for each, whether it is sufficient, and whether absent."""

    cases: Array
    sufficient: Array
    absent: Array


def counting_answers(framework: Framework, selection: CaseSelection, question: str) -> Iterator[CountedAnswers]:
    """The cases whose answer to a question counts, some thousands at a time."""
    asked = framework.questions[question]
    for numbers in case_blocks(np.where(selection.there, 0, -1)):
        verdict, absent = AnswerBlock(framework, selection, numbers).answer(asked)
        which = selection.there[numbers] & ((verdict == SUFFICIENT) | (verdict == INSUFFICIENT))
        yield CountedAnswers(numbers[which], verdict[which] == SUFFICIENT, absent[which])
