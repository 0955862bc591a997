"""Where the duties of each case end, clause by clause: an index that saves comparing the cases of all rows at each count."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from projections.arrays.date_numbers import Array

ROWS_AT_ONCE = 1 << 20
"""Rows that are compared at once, to limit memory."""

Make = Callable[[str, Any, int], Array]
"""Makes an array to be filled, from its name, type and length: in memory, or mapped to a file."""


class CaseEnds(NamedTuple):
    """Where the rows of each case end, for rows in order of clause and case.

    One element for each clause and case that has rows: ``case``, and ``end``, the index after its last row. The first row
    is the ``end`` of the element before.
    """

    case: Array
    end: Array


def in_memory(_: str, kind: Any, length: int) -> Array:
    return np.empty(length, kind)


def case_ends(clause: Array, case: Array, make: Make = in_memory, name: str = "") -> CaseEnds:
    """The ends of the rows of each case, from the columns ``clause`` and ``case`` in this order."""
    number = sum(map(len, _last_rows(clause, case)))
    found = CaseEnds(
        make(f"{name}.ends.case", case.dtype, number),
        make(f"{name}.ends.end", np.int32 if len(case) < 1 << 31 else np.int64, number),
    )
    filled = 0
    for last in _last_rows(clause, case):
        part = slice(filled, filled + len(last))
        found.case[part], found.end[part] = case[last], last + 1
        filled = part.stop
    return found


def _last_rows(clause: Array, case: Array) -> Iterator[Array]:
    """The indices of the last rows of each case under each clause, some at a time."""
    for begin in range(0, len(case), ROWS_AT_ONCE):
        part = slice(begin, begin + ROWS_AT_ONCE + 1)  # and the row after them, to compare with
        changes = (clause[part][1:] != clause[part][:-1]) | (case[part][1:] != case[part][:-1])
        found = np.flatnonzero(changes) + begin
        yield np.append(found, len(case) - 1) if begin + ROWS_AT_ONCE >= len(case) else found
