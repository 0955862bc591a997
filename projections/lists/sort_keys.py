"""Sorting of lists by numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from projections.columns.column_schema import Array
from projections.columns.keyed_counts import sortable

NONE = -1
"""The key of a row that has no value: it comes last, whichever way the list is sorted."""


def in_order(key: Array, ties: Sequence[Array], first: int, last: int, *, descending: bool = False) -> Array:
    """The indices of the rows from the place ``first`` up to, not including, ``last`` in order of a key.

    ``ties``: the columns by which rows with equal keys are sorted, upwards whichever way the key is sorted.
    """
    key = key.astype(np.int64)
    whole = np.where(key == NONE, np.iinfo(np.int64).max, -key if descending else key)
    return np.lexsort([*reversed(ties), whole])[first:last]


def ranks(values: Sequence[Any]) -> Array:
    """For each value its rank in sorted order, from 0; of None ``NONE``."""
    order = sorted(range(len(values)), key=lambda n: sortable((values[n],)))
    found = np.empty(len(values), np.int64)
    found[order] = np.arange(len(values))
    found[[at for at, value in enumerate(values) if value is None]] = NONE
    return found
