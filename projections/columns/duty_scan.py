"""Duty scan: the duties under one clause with their states at a moment, some rows at a time."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from projections.columns.case_rows import begin_of, duties_of_cases, ends_of
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, Rows, known
from projections.columns.duty_states import duty_states

ROWS_PER_RUN = 1 << 17
"""Rows per run: few enough to stay in the processor's cache."""


class DutyRun(NamedTuple):
    """Duties of one clause with their states at the moment.

    ``clause``: its number in the catalogue. ``rows``: the rows that hold the duties. ``at``: their indices in these.
    ``case``: the number of each duty's case. A row that was not known at the moment is left out, or is ``UNKNOWN``.
    """

    clause: int
    rows: Rows
    at: slice | Array
    case: Array
    state: Array

    @property
    def whole(self) -> bool:
        """Whether no row between the first and the last is left out."""
        return isinstance(self.at, slice)

    def column(self, name: str) -> Array:
        """A column of the rows, for these duties: ``arises_on``, ``due_on``, ``met_on``, ``ended_on``, ``place``, ``value`` ..."""
        return self.rows[name][self.at]

    def only(self, which: Array) -> "DutyRun":
        """The duties for which ``which`` is true."""
        chosen = np.flatnonzero(which)
        at = chosen + self.at.start if isinstance(self.at, slice) else self.at[chosen]
        return DutyRun(self.clause, self.rows, at, self.case[chosen], self.state[chosen])


class CaseDuties(NamedTuple):
    """Duties in order of case.

    ``state``: of each duty. ``case``: the cases (numbers) that have duties. ``last``: the index of each one's last duty.
    """

    state: Array
    last: Array
    case: Array


def scan_duties(selection: CaseSelection, clause: int, first: int = 0, last: int | None = None) -> Iterator[DutyRun]:
    """The duties under a clause (a number) of the cases from ``first`` up to, not including, ``last``."""
    for rows in selection.columns.duties.parts(selection.instant):
        ends = ends_of(rows, clause, first, selection.columns.numbers if last is None else last)
        begin, end = (begin_of(rows, at) for at in ends)
        for start in range(begin, end, ROWS_PER_RUN):
            yield _run(selection, clause, rows, slice(start, min(start + ROWS_PER_RUN, end)))


def scan_duties_of(selection: CaseSelection, clause: int, cases: Array, among: Array) -> Iterator[DutyRun]:
    """The duties under a clause of a few cases (numbers in ascending order). ``among``: see ``case_rows.between``."""
    for rows in selection.columns.duties.parts(selection.instant):
        part = duties_of_cases(rows, clause, cases, among)
        if len(part):
            yield _run(selection, clause, rows, part)


def scan_by_case(selection: CaseSelection, clause: int, first: int, last: int) -> Iterator[CaseDuties]:
    """The duties under a clause, case by case, of the cases from ``first`` up to, not including, ``last``."""
    for rows in selection.columns.duties.parts(selection.instant):
        low, high = ends_of(rows, clause, first, last)
        times = -(-(begin_of(rows, high) - begin_of(rows, low)) // ROWS_PER_RUN)
        for here, there in pairwise(low + (high - low) * n // max(times, 1) for n in range(times + 1)):
            if here == there:  # each of few cases has more rows
                continue
            begin, end = begin_of(rows, here), rows.ends.end[here:there]
            run = _run(selection, clause, rows, slice(begin, begin_of(rows, there)))
            if run.whole:
                yield CaseDuties(run.state, end - (begin + 1), rows.ends.case[here:there])
            elif len(run.case):
                yield by_case(run)


def scan_cases_of(selection: CaseSelection, clause: int, cases: Array, among: Array) -> Iterator[CaseDuties]:
    """``scan_duties_of``, case by case."""
    return (by_case(run) for run in scan_duties_of(selection, clause, cases, among) if len(run.case))


def by_case(run: DutyRun) -> CaseDuties:
    """The duties of a run (not empty) case by case."""
    last = np.append(np.flatnonzero(run.case[1:] != run.case[:-1]), len(run.case) - 1)
    return CaseDuties(run.state, last, run.case[last])


def _run(selection: CaseSelection, clause: int, rows: Rows, part: slice | Array) -> DutyRun:
    then = known(rows, selection.instant, part)
    if then is not None and (not isinstance(part, slice) or np.count_nonzero(then) * 2 < len(then)):
        part, then = positions_where(part, then), None
    state = duty_states(selection.columns.words["dispensed"].values, rows, part, clause, selection.day)
    if then is not None:
        state *= then  # sets UNKNOWN; there are few of them, and leaving them out would cost more
    return DutyRun(clause, rows, part, rows["case"][part], state)


def positions_where(part: slice | Array, which: Array) -> Array:
    """The indices of the rows of ``part`` for which ``which`` is true."""
    found: Array = np.flatnonzero(which) + part.start if isinstance(part, slice) else part[which]
    return found
