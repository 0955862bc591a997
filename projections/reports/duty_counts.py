"""Duty counts: the duties that fell due in a period, and how many of them were met, by group.

A duty belongs to the place that held the case on the day it was due. Lapsed duties do not count.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from projections.arrays.date_numbers import BEYOND, day_number, instant_number, working_days_before
from projections.columns.case_selection import By, CaseSelection
from projections.columns.column_schema import Array, Rows
from projections.columns.duty_scan import DutyRun, scan_duties
from projections.columns.duty_states import duty_states
from projections.columns.group_keys import GroupKeys, GroupTotals
from projections.columns.keyed_counts import Key, KeyedCounts, in_order, keyed
from projections.lists.open_duties import runs_of
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import (
    DONE,
    FELL_AND_DISPENSED,
    FELL_AND_DONE,
    FELL_AND_IN_TIME,
    FELL_DUE,
    IN_TIME,
    state_in,
    were_known,
)
from projections.reports.duty_results import CountedAs, HeldAs
from projections.reports.periods import Period
from projections.reports.proportions import Proportion

HELD = {"in_time": IN_TIME, "done": DONE}
FELL_AND_HELD = {"in_time": FELL_AND_IN_TIME, "done": FELL_AND_DONE}


@dataclass(frozen=True)
class DutyCounts:
    """For each key the number of duties that fell due (``n``), and of those that are ``held`` (see ``HeldAs``)."""

    keys: Sequence[Key]
    held: Array
    n: Array

    def by_key(self) -> dict[Key, Proportion]:
        return {key: Proportion(int(h), int(n)) for key, h, n in zip(self.keys, self.held, self.n, strict=True)}


def count_duties(
    selection: CaseSelection,
    since: date | None = None,
    clauses: Iterable[int] | None = None,
    by: By = (),
    counted_as: CountedAs = "in_time",
    cases: Array | None = None,
) -> DutyCounts:
    """The duties that ``fell_due_runs`` gives, counted by group; groups are in order of their keys.

    ``by``: names of ``group_keys.OF_DUTY`` and ``case_selection.ATTRIBUTES`` (of the case on the day read). A place is the
    one on the day the duty was due. ``KeyError``: another name.
    """
    group_keys = GroupKeys(selection, by, since)
    total = GroupTotals(group_keys.room)
    for run in fell_due_runs(selection, since, clauses, cases):
        total.add(group_keys.code(run), held(run, counted_as))
    codes, of_held, n = total.found()
    order = group_keys.order(codes)
    return DutyCounts(group_keys.keys(codes[order]), of_held[order], n[order])


def held(run: DutyRun, counted_as: CountedAs) -> Array:
    """For each duty of a run that fell due whether it is counted so."""
    if counted_as == "dispensed":
        return state_in(run.state, FELL_AND_DISPENSED)
    if counted_as == "told_late":
        late: Array = run.column("told_late") & state_in(run.state, FELL_AND_IN_TIME)
        return late
    return state_in(run.state, HELD[counted_as])


@dataclass(frozen=True)
class DutiesByGroup:
    """Counts what ``count_duties`` does of all cases: for each key ``held``, then ``n``."""

    since: date
    clauses: tuple[int, ...]
    by: tuple[str, ...]
    held_as: HeldAs

    def __call__(self, selection: CaseSelection) -> KeyedCounts:
        found = count_duties(selection, self.since, self.clauses, self.by, self.held_as)
        return keyed(found.keys, found.held, found.n)


def fell_due_runs(
    selection: CaseSelection,
    since: date | None = None,
    clauses: Iterable[int] | None = None,
    cases: Array | None = None,
) -> Iterator[DutyRun]:
    """The duties that fell due after ``since`` (None: at any time) up to the moment's day, of the cases that had begun.

    ``clauses``: numbers in the catalogue; None: all of the national standards. ``cases``: for each case whether it counts.
    The same rule as ``Obligation.counts``, for columns.
    """
    after = None if since is None else np.uint16(day_number(since))
    for run in _runs(selection, catalogue().standards if clauses is None else clauses, cases):
        counted = state_in(run.state, FELL_DUE) & selection.there[run.case]
        if after is not None:
            counted &= run.column("due_on") > after
        found = run.only(counted)
        if len(found.state):
            yield found


def _runs(selection: CaseSelection, clauses: Iterable[int], cases: Array | None) -> Iterator[DutyRun]:
    """The duties under these clauses of the cases that count; where few do, no others are read."""
    if cases is not None:
        return runs_of(selection, cases & selection.there, clauses)
    return (run for clause in clauses for run in scan_duties(selection, clause))


@dataclass(frozen=True)
class WaitsByPlace:
    """Counts the duties that fell due by place and by the working days from arising to being met; None: not met yet."""

    since: date
    clauses: tuple[int, ...]

    def __call__(self, selection: CaseSelection) -> KeyedCounts:
        waits = [_waits(run) for run in fell_due_runs(selection, self.since, self.clauses)]
        every, times = np.unique(np.concatenate([np.zeros(0, np.int64), *waits]), return_counts=True)
        number, code = np.divmod(every, WAITS)
        places = selection.columns.words["place"].values
        days = [length - BEYOND - 1 if length else None for length in code.tolist()]
        return in_order([(places[place], n) for place, n in zip(number.tolist(), days, strict=True)], times)


WAITS = 2 * (BEYOND + 1)
"""Numbers for how long a duty took."""


def _waits(run: DutyRun) -> Array:
    """For each duty of a run one number for its place and how long it took to be met, as at the day read."""
    done, before = state_in(run.state, DONE), working_days_before()
    days = before[np.where(done, run.column("met_on"), 0)] - before[run.column("arises_on")]
    code = np.where(done, days + BEYOND + 1, 0)  # a duty may be met before it arises
    found: Array = run.column("place").astype(np.int64) * WAITS + code
    return found


class PeriodDuties(NamedTuple):
    """Duties due in some periods. ``period``: the index of the period of each. ``place``: a number. ``state``: the state at
    the period's end.
    """

    period: Array
    place: Array
    state: Array


@dataclass(frozen=True)
class DutiesByPeriod:
    """Counts the duties due in each of some consecutive periods, as at its end, by place: for each period ``held``, ``n``."""

    periods: tuple[Period, ...]
    clauses: tuple[int, ...]
    held_as: HeldAs

    def __call__(self, selection: CaseSelection) -> KeyedCounts:
        columns = selection.columns
        at_ends = [CaseSelection(columns, period.moment) for period in self.periods]
        words = columns.words["dispensed"].values
        series = _PeriodSeries(self.periods, np.stack([at.there for at in at_ends]), words)
        places, size = list(columns.words["place"].values), len(self.periods)
        counts = np.zeros((2, len(places) * size), np.int64)
        for clause in self.clauses:
            for rows in columns.duties.all:
                period, place, state = series.due(rows, clause)
                code = place.astype(np.intp) * size + period
                for total, wanted in zip(counts, (FELL_AND_HELD[self.held_as], FELL_DUE), strict=True):
                    total += np.bincount(code[state_in(state, wanted)], minlength=len(total))
        by_place = counts.reshape(2, len(places), size).transpose(1, 2, 0).reshape(len(places), 2 * size)
        return in_order([(place,) for place in places], by_place)


class _PeriodSeries:
    """Consecutive periods. ``there``: for each period and case whether the case had begun at the period's end.

    ``words``: the values of the column ``dispensed``.
    """

    def __init__(self, periods: Sequence[Period], there: Array, words: Sequence[str]):
        self.first = day_number(periods[0].since)
        self.ends = np.array([day_number(period.moment.on) for period in periods], np.uint16)
        self.instants = np.array([instant_number(period.moment.known_at) for period in periods])
        self.there, self.words = there, words

    def due(self, rows: Rows, clause: int) -> PeriodDuties:
        """The duties of a clause that are due in the periods and were known at the end of their period."""
        begin, end = rows.clause_bounds[clause : clause + 2]
        due = rows["due_on"][begin:end]
        at = np.flatnonzero((due > self.first) & (due <= self.ends[-1])) + begin
        period = np.searchsorted(self.ends, rows["due_on"][at])
        until = rows["until"][at] if "until" in rows else None
        then = were_known(self.instants[period], rows["since"][at], until) & self.there[period, rows["case"][at]]
        at, period = at[then], period[then]
        found = duty_states(self.words, rows, at, clause, self.ends[period])
        return PeriodDuties(period, rows["place"][at], found)
