"""Duty forecast: duties of the national standards that fall due in the weeks after a day, met before it, and overdue on it.

A duty that falls due belongs to the place that holds the case on its due date; an overdue one to the place that holds it on
the day read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from projections.arrays.date_numbers import NEVER, day_number
from projections.cases.caseload import listed_when_over
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.columns.duty_scan import DutyRun, scan_duties
from projections.columns.keyed_counts import KeyedCounts, in_order
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import DISPENSED_EARLY, DONE, OPEN, UNKNOWN, state_in
from projections.reports.duty_results import BEFORE, WEEKS, DutyLoad


def duties(selection: CaseSelection, clauses: Iterable[int]) -> Iterator[DutyRun]:
    """The duties under these clauses (numbers) of the cases that had begun, in any state."""
    for clause in clauses:
        for run in scan_duties(selection, clause):
            yield run.only(selection.there[run.case] & (run.state != UNKNOWN))


def coming(selection: CaseSelection, run: DutyRun, first: int, last: int) -> DutyRun:
    """The duties due after the day ``first`` up to ``last`` (day numbers) that are neither met nor ended by the day read.

    What is dispensed with on the day read is left out.

    ``first`` is the day read or later. Duties that have still to arise are included.
    """
    due = run.column("due_on")
    return run.only(
        (due > first)
        & (due <= last)
        & ~state_in(run.state, DONE)
        & (run.state != DISPENSED_EARLY)
        & (run.column("ended_on") > selection.day)
    )


class LoadCounter:
    """Adds up the load of every place, run by run."""

    def __init__(self, selection: CaseSelection):
        self.selection, self.size = selection, len(selection.columns.words["place"].values)
        self.since = day_number(selection.moment.on - timedelta(weeks=BEFORE))
        self.last = day_number(selection.moment.on + timedelta(weeks=WEEKS))
        self.places, self.over = selection.place, selection.over
        self.weeks = np.zeros((self.size, WEEKS), np.int64)
        self.arranged, self.done, self.overdue = (np.zeros(self.size, np.int64) for _ in range(3))

    def add(self, run: DutyRun) -> None:
        """Add the duties of a run (one clause)."""
        done = run.only(state_in(run.state, DONE) & (run.column("met_on") > self.since))
        self.done += self._by_place(done.column("place"))
        ahead = coming(self.selection, run, int(self.selection.day), self.last)
        week = (ahead.column("due_on").astype(np.int64) - int(self.selection.day) - 1) // 7
        np.add.at(self.weeks, (ahead.column("place"), week), 1)
        self.arranged += self._by_place(ahead.only(ahead.column("met_on") != NEVER).column("place"))
        self.overdue += self._by_place(self.places[self._overdue(run)])

    def _overdue(self, run: DutyRun) -> Array:
        """For each duty that a caseload lists as overdue its case."""
        clause = catalogue().clauses[run.clause]
        if clause.kind == "frequency":  # a window is missed, never overdue
            return run.case[:0]
        late: Array = run.case[run.state == OPEN]
        if not listed_when_over(clause):
            late = late[~self.over[late]]
        return late

    def _by_place(self, places: Array) -> Array:
        counted: Array = np.bincount(places, minlength=self.size)
        return counted

    def found(self) -> KeyedCounts:
        """For each place the cases it holds on the day, then its load (see ``load_of``)."""
        held = self._by_place(self.places[self.selection.there])
        places = self.selection.columns.words["place"].values[: self.size]
        columns = (held, self.arranged, self.done, self.overdue, self.weeks)
        return in_order([(place,) for place in places], *columns)


@dataclass(frozen=True)
class LoadsByPlace:
    """Counts the load of each place that holds a case on the day or has a duty under these clauses that counts."""

    clauses: tuple[int, ...]

    def __call__(self, selection: CaseSelection) -> KeyedCounts:
        loads = LoadCounter(selection)
        for run in duties(selection, self.clauses):
            loads.add(run)
        return loads.found()


def load_of(counts: Sequence[int]) -> DutyLoad:
    """The load of a place from the counts that ``LoadsByPlace`` gives."""
    _, arranged, done, overdue, *weeks = counts
    return DutyLoad(tuple(weeks), arranged, done, overdue)
