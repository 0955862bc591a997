"""What was owed: the duties of one clause as at a moment, a run of rows at a time."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from projections.rows import Array, Rows, known
from projections.slices import AsAt
from projections.states import states


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
        if begin == end:
            continue
        if first or last is not None:
            of_clause = rows["case"][begin:end]
            ends = np.array((first, at.columns.numbers if last is None else last), of_clause.dtype)
            low, high = np.searchsorted(of_clause, ends)
            begin, end = begin + int(low), begin + int(high)
            if begin == end:
                continue
        part: slice | Array = slice(begin, end)
        then = known(rows, at.instant, part)
        if then is not None:
            part = np.flatnonzero(then) + begin
        dates = (rows[name][part] for name in ("arises", "due", "met", "ended"))
        yield Run(rows, part, rows["case"][part], states(at.day, *dates))
