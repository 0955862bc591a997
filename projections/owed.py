"""What was owed: the duties of one clause as at a moment, a run of rows at a time."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from projections.slices import AsAt
from projections.states import states
from projections.tables import Array, Rows, known

RUN = 1 << 17
"""Rows taken at a time: few enough to stay in the processor's cache while they are worked on."""


class Run(NamedTuple):
    """Rows of one clause that were known at the moment: which they are, the number of each one's case, its state."""

    rows: Rows
    at: slice | Array
    case: Array
    state: Array


def owed(at: AsAt, clause: int, first: int = 0, last: int | None = None) -> Iterator[Run]:
    """The duties under a clause (by number) of the cases from ``first`` up to, not including, ``last``."""
    for rows in at.columns.duties.parts(at.instant):
        begin, end = rows.clause_bounds[clause : clause + 2]
        if begin < end and (first or last is not None):
            of_clause = rows["case"][begin:end]
            ends = np.array((first, at.columns.numbers if last is None else last), of_clause.dtype)
            begin, end = (begin + int(place) for place in np.searchsorted(of_clause, ends))
        for start in range(begin, end, RUN):
            yield _run(at, rows, slice(start, min(start + RUN, end)))


def owed_by(at: AsAt, clause: int, cases: Array) -> Iterator[Run]:
    """The duties under a clause of these cases (numbers in order), found one by one: quicker where they are few."""
    for rows in at.columns.duties.parts(at.instant):
        begin, end = rows.clause_bounds[clause : clause + 2]
        of_clause = rows["case"][begin:end]
        wanted = cases.astype(of_clause.dtype)
        low = np.searchsorted(of_clause, wanted)
        lengths = np.searchsorted(of_clause, wanted, side="right") - low
        total = int(lengths.sum())
        if total:
            before = np.cumsum(lengths) - lengths
            yield _run(at, rows, np.arange(total) + np.repeat(begin + low - before, lengths))


def _run(at: AsAt, rows: Rows, part: slice | Array) -> Run:
    then = known(rows, at.instant, part)
    if then is not None:
        part = np.flatnonzero(then) + part.start if isinstance(part, slice) else part[then]
    dates = (rows[name][part] for name in ("arises", "due", "met", "ended"))
    return Run(rows, part, rows["case"][part], states(at.day, *dates))
