"""Duty scan: the duties under one clause with their states at a moment, some rows at a time."""

from collections.abc import Iterator
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

    def column(self, name: str) -> Array:
        """A column of the rows, for these duties: ``arises_on``, ``due_on``, ``met_on``, ``ended_on``, ``place`` or ``value``."""
        return self.rows[name][self.at]

    def only(self, which: Array) -> "DutyRun":
        """The duties for which ``which`` is true."""
        chosen = np.flatnonzero(which)
        at = chosen + self.at.start if isinstance(self.at, slice) else self.at[chosen]
        return DutyRun(self.clause, self.rows, at, self.case[chosen], self.state[chosen])


def scan_duties(selection: CaseSelection, clause: int, first: int = 0, last: int | None = None) -> Iterator[DutyRun]:
    """The duties under a clause (a number) of the cases from ``first`` up to, not including, ``last``."""
    for rows in selection.columns.duties.parts(selection.instant):
        begin, end = _bounds(rows, clause, first, selection.columns.numbers if last is None else last)
        for start in range(begin, end, ROWS_PER_RUN):
            yield _run(selection, clause, rows, slice(start, min(start + ROWS_PER_RUN, end)))


def scan_duties_of(selection: CaseSelection, clause: int, cases: Array, among: Array) -> Iterator[DutyRun]:
    """The duties under a clause of a few cases (numbers in ascending order).

    ``among``: for each number from the first to the last of ``cases``, whether it is one of them.
    """
    first = int(cases[0])
    for rows in selection.columns.duties.parts(selection.instant):
        begin, end = _bounds(rows, clause, first, first + len(among))
        if begin == end:
            continue
        part = positions_of_cases(rows["case"][begin:end], cases, among) + begin
        if len(part):
            yield _run(selection, clause, rows, part)


def positions_of_cases(case: Array, cases: Array, among: Array) -> Array:
    """The indices of the rows of these cases. ``case``: each row's case number, ascending (see ``scan_duties_of``)."""
    if len(case) < SEARCH_COST * len(cases):
        return np.flatnonzero(among[case - cases[0].astype(case.dtype)])
    wanted = cases.astype(case.dtype)
    low = np.searchsorted(case, wanted)
    lengths = np.searchsorted(case, wanted, side="right") - low
    before = np.cumsum(lengths) - lengths
    found: Array = np.arange(int(lengths.sum())) + np.repeat(low - before, lengths)
    return found


def _bounds(rows: Rows, clause: int, first: int, last: int) -> tuple[int, int]:
    """The index of the first duty under a clause of these cases, and the index after the last."""
    begin, end = rows.clause_bounds[clause : clause + 2]
    if begin == end:
        return begin, end
    of_clause = rows["case"][begin:end]
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
