"""Which rows of one list are the same thing as rows of another, by keys of several numbers."""

from collections.abc import Sequence

import numpy as np

from projections.columns.column_schema import Array


def matches(one: Sequence[Array], other: Sequence[Array]) -> Array:
    """For each row of ``one`` the index of its match in ``other``; -1: it has none.

    ``one``, ``other``: columns of numbers that are equal in matching rows. Each row matches once: of equal rows the first matches
    the first, the second the second.
    """
    here, there = len(one[0]), len(other[0])
    if not here or not there:
        return np.full(here, -1, np.int64)
    dense = _dense([np.concatenate(pair).astype(np.int64) for pair in zip(one, other, strict=True)])
    mine, theirs = _numbered(dense[:here]), _numbered(dense[here:])
    order = np.lexsort((theirs[1], theirs[0]))
    keys = theirs[0][order] * (here + there) + theirs[1][order]
    wanted = mine[0] * (here + there) + mine[1]
    at = np.minimum(np.searchsorted(keys, wanted), there - 1)
    return np.where(keys[at] == wanted, order[at], -1)


def _dense(columns: Sequence[Array]) -> Array:
    """One number for each row: the same where all columns are the same."""
    found: Array = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, numbers = np.unique(column, return_inverse=True)
        _, found = np.unique(found * len(values) + numbers, return_inverse=True)
    return found


def _numbered(dense: Array) -> tuple[Array, Array]:
    """The numbers, and for each row how many equal ones stand before it."""
    order = np.argsort(dense, kind="stable")
    ordered = dense[order]
    begins = np.searchsorted(ordered, ordered)
    turn = np.empty(len(dense), np.int64)
    turn[order] = np.arange(len(dense)) - begins
    return dense, turn
