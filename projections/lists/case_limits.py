"""Which cases of the columns are closed to an account."""

from collections.abc import Callable

import numpy as np

from projections.cases.recorded_limits import Limits
from projections.columns.column_schema import Array
from projections.columns.column_store import ColumnStore


def closed_cases(columns: ColumnStore, limits: Limits, is_shut_out: Callable[[frozenset[str]], bool]) -> Array:
    """For each case whether it is closed to an account; ``is_shut_out``: whether these staff mean the account."""
    closed = np.zeros(columns.numbers, bool)
    numbers = [columns.number(reference) for reference, staff in limits.items() if is_shut_out(staff)]
    closed[[number for number in numbers if number is not None]] = True
    return closed
