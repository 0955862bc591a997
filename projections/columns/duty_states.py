"""The states of duties in columns: from their dates, what is dispensed with, and what their clause says of that."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from projections.arrays.date_numbers import NEVER, day_number
from projections.columns.column_schema import Array, Rows
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.dispensations import from_text
from projections.obligations.duty_state import states

DATES = ("arises_on", "due_on", "met_on", "ended_on")


def duty_states(words: Sequence[str], rows: Rows, at: slice | Array, clause: int, day: np.uint16 | Array) -> Array:
    """The state of each duty of these rows under a clause (a number), on one day or on a day for each.

    ``words``: the values of the column ``dispensed``.
    """
    left_out = catalogue().clauses[clause].when_dispensed == "left_out"
    dispensed = dispensed_on(words, rows["dispensed"][at], day) if any(words) else None
    arises, due, met, ended = (rows[name][at] for name in DATES)
    found: Array = states(day, arises, due, met, ended, dispensed, left_out=left_out)
    return found


def dispensed_on(words: Sequence[str], codes: Array, day: np.uint16 | Array) -> Array | None:
    """For each code of a word whether it holds on the day, or on its own day; None where none does on any day."""
    some = np.flatnonzero(codes != (words.index("") if "" in words else -1))
    if not len(some):
        return None
    of, days = codes[some], np.broadcast_to(day, codes.shape)[some]
    holding = np.zeros(len(some), bool)
    for code in np.unique(of).tolist():
        for first, off in _numbers(words[code]):
            holding |= (of == code) & (days >= first) & (days < off)
    found = np.zeros(len(codes), bool)
    found[some] = holding
    return found


@cache
def _numbers(word: str) -> tuple[tuple[int, int], ...]:
    """The spans of a word as numbers of days; one that is for good ends on no day."""
    return tuple((day_number(first), NEVER if off is None else day_number(off)) for first, off in from_text(word))
