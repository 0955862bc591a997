"""The duties of columns, clause by clause, as the reports take them: what counts, what is coming, in which places."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from domain.policy.frameworks import Framework
from projections.arrays.date_numbers import day_number
from projections.columns.case_answers import numbers_of
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, Rows, known
from projections.columns.column_store import ColumnStore
from projections.columns.duty_scan import owed
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state_arrays import FELL_DUE, UNKNOWN, States, within
from projections.reports.dues import Wanted

AS_AT_KEPT = 64
"""Moments whose cases are kept: a trend asks for two a month."""


class Found(NamedTuple):
    """Duties of one clause (by number): the rows they are from, their places in these, cases and states."""

    clause: int
    rows: Rows
    at: Array
    case: Array
    state: States

    def column(self, name: str) -> Array:
        return self.rows[name][self.at]


class DutyColumns:
    """The cases of some columns under one framework."""

    def __init__(self, columns: ColumnStore, framework: Framework):
        self.columns, self.framework = columns, framework
        self._numbers = numbers_of(framework.id)
        self._clauses = {n: c for c, numbers in self._numbers.items() for n in numbers}
        self._as_at: OrderedDict[Moment, CaseSelection] = OrderedDict()

    def _at(self, moment: Moment) -> CaseSelection:
        found = self._as_at.get(moment)
        if found is None:
            found = self._as_at[moment] = CaseSelection(self.columns, moment)
            while len(self._as_at) > AS_AT_KEPT:
                self._as_at.popitem(last=False)
        return found

    def _place(self, number: int) -> Place:
        return Place(*self.columns.words["place"].values[number])

    def _owed(self, at: CaseSelection, clauses: Sequence[str]) -> Iterator[Found]:
        """Every duty under these clauses of the cases that are there, whatever its state."""
        for name in clauses:
            for number in self._numbers[name]:
                for run in owed(at, number):
                    here = np.flatnonzero(at.there[run.case] & (run.state != UNKNOWN))
                    rows = np.arange(run.at.start, run.at.stop) if isinstance(run.at, slice) else run.at
                    yield Found(number, run.rows, rows[here], run.case[here], run.state[here])

    def _counted(self, at: CaseSelection, since: date, clauses: Sequence[str]) -> Iterator[Found]:
        for found in self._owed(at, clauses):
            due = found.column("due")
            yield of_found(found, within(found.state, FELL_DUE) & (due > day_number(since)) & (due <= at.day))

    @cached_property
    def references(self) -> list[str]:
        return list(self.columns.references)

    def framework_clause(self, number: int) -> Any:
        """The clause of a number in the framework's own terms."""
        return catalogue().of_framework[self.framework.id][number]

    def _allowed(self, wanted: Wanted) -> Array:
        """For each place by number, whether it is wanted."""
        return np.array([wanted(Place(*place)) for place in self.columns.words["place"].values], bool)

    def _standards(self) -> list[str]:
        return list(dict.fromkeys(c.id for c in catalogue().clauses if c.of_standards))

    def _late_rows(self, at: CaseSelection, rows: Rows, since: date) -> Array:
        """Which of these rows were recorded after a day and by the moment's, and known then."""
        then = known(rows, at.instant)
        inside = at.there[rows["case"]] & (rows["recorded"] > day_number(since)) & (rows["recorded"] <= at.day)
        return np.flatnonzero(inside if then is None else inside & then)


def of_found(found: Found, which: Array) -> Found:
    return Found(found.clause, found.rows, found.at[which], found.case[which], found.state[which])


def coming_of(found: Found, at: CaseSelection, last: int) -> Array:
    """Which duties will fall due after the day, up to ``last``, as it looks on the day: neither met nor ended by then."""
    due, ended = found.column("due"), found.column("ended")
    met_then = found.column("met") <= at.day
    arisen = found.column("arises") <= at.day
    coming: Array = (due > at.day) & (due <= last) & ~(met_then & arisen) & (ended > at.day)
    return coming
