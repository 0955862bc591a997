"""Duty scan: the duties under one clause with their states at a moment, some rows at a time."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, Rows, known
from projections.obligations.duty_state import states

ROWS_PER_RUN = 1 << 17
"""Rows per run: few enough to stay in the processor's cache."""

SEARCH_COST = 150
"""Finding one case by binary search costs as much as reading so many rows."""


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
        """A column of the rows, for these duties: ``arises_on``, ``due_on``, ``met_on``, ``ended_on``, ``place`` or ``value``."""
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
        ends = _ends_of(rows, clause, first, selection.columns.numbers if last is None else last)
        begin, end = (_begin(rows, at) for at in ends)
        for start in range(begin, end, ROWS_PER_RUN):
            yield _run(selection, clause, rows, slice(start, min(start + ROWS_PER_RUN, end)))


def scan_duties_of(selection: CaseSelection, clause: int, cases: Array, among: Array) -> Iterator[DutyRun]:
    """The duties under a clause of a few cases (numbers in ascending order).

    ``among``: for each number from the first to the last of ``cases``, whether it is one of them.
    """
    for rows in selection.columns.duties.parts(selection.instant):
        part = _duties_of_cases(rows, clause, cases, among)
        if len(part):
            yield _run(selection, clause, rows, part)


def scan_by_case(selection: CaseSelection, clause: int, first: int, last: int) -> Iterator[CaseDuties]:
    """The duties under a clause, case by case, of the cases from ``first`` up to, not including, ``last``."""
    for rows in selection.columns.duties.parts(selection.instant):
        low, high = _ends_of(rows, clause, first, last)
        times = -(-(_begin(rows, high) - _begin(rows, low)) // ROWS_PER_RUN)
        for here, there in pairwise(low + (high - low) * n // max(times, 1) for n in range(times + 1)):
            if here == there:  # each of few cases has more rows
                continue
            begin, end = _begin(rows, here), rows.ends.end[here:there]
            run = _run(selection, clause, rows, slice(begin, _begin(rows, there)))
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


def positions_of_cases(case: Array, cases: Array, among: Array) -> Array:
    """The indices of the rows of these cases. ``case``: each row's case number, ascending (see ``scan_duties_of``)."""
    if len(case) < SEARCH_COST * len(cases):
        return np.flatnonzero(among[case - cases[0].astype(case.dtype)])
    wanted = cases.astype(case.dtype)
    return ranges(np.searchsorted(case, wanted), np.searchsorted(case, wanted, side="right"))


def rows_from(rows: Rows, part: slice, first: int, last: int) -> slice:
    """The rows of the cases from ``first`` up to, not including, ``last``, in a part of a table that is in order of case."""
    case = rows["case"][part]
    low, high = np.searchsorted(case, np.array((first, last), case.dtype)).tolist()
    return slice(part.start + low, part.start + high)


def rows_of_cases(rows: Rows, part: slice, cases: Array, among: Array) -> Array:
    """The indices of the rows of some cases, as ``rows_from`` (see ``scan_duties_of``)."""
    near = rows_from(rows, part, int(cases[0]), int(cases[0]) + len(among))
    found: Array = positions_of_cases(rows["case"][near], cases, among) + near.start
    return found


def ranges(first: Array, last: Array) -> Array:
    """All numbers from each ``first`` up to, not including, its ``last``."""
    lengths = last - first
    before = np.cumsum(lengths) - lengths
    found: Array = np.arange(int(lengths.sum())) + np.repeat(first - before, lengths)
    return found


def _duties_of_cases(rows: Rows, clause: int, cases: Array, among: Array) -> Array:
    """The indices of the duties of these cases (see ``scan_duties_of``)."""
    low, high = _ends_of(rows, clause, int(cases[0]), int(cases[0]) + len(among))
    at, end = positions_of_cases(rows.ends.case[low:high], cases, among) + low, rows.ends.end
    return ranges(end[at - 1] * (at > 0), end[at])  # the first row of all follows none


def _begin(rows: Rows, at: int) -> int:
    """The index of the first duty of an element of ``rows.ends``."""
    return int(rows.ends.end[at - 1]) if at else 0


def _ends_of(rows: Rows, clause: int, first: int, last: int) -> tuple[int, int]:
    """The index in ``rows.ends`` of the first of these cases with duties under a clause, and the index after the last."""
    begin, end = rows.clause_ends[clause : clause + 2]
    of_clause = rows.ends.case[begin:end]
    low, high = np.searchsorted(of_clause, np.array((first, last), of_clause.dtype)).tolist()
    return begin + low, begin + high


def _run(selection: CaseSelection, clause: int, rows: Rows, part: slice | Array) -> DutyRun:
    then = known(rows, selection.instant, part)
    if then is not None and (not isinstance(part, slice) or np.count_nonzero(then) * 2 < len(then)):
        part, then = positions_where(part, then), None
    state = states(selection.day, *(rows[name][part] for name in ("arises_on", "due_on", "met_on", "ended_on")))
    if then is not None:
        state *= then  # sets UNKNOWN; there are few of them, and leaving them out would cost more
    return DutyRun(clause, rows, part, rows["case"][part], state)


def positions_where(part: slice | Array, which: Array) -> Array:
    """The indices of the rows of ``part`` for which ``which`` is true."""
    found: Array = np.flatnonzero(which) + part.start if isinstance(part, slice) else part[which]
    return found
