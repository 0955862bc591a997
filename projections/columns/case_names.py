"""The names of people: kept apart from all other columns, in order of case, with a folded copy for search."""

from collections.abc import Iterable

import numpy as np

from projections.arrays.string_codes import TextArray
from projections.columns.column_schema import Array


def names_in_order(owner: Array) -> tuple[Array, Array]:
    """For each name its new number, and the old numbers in the new order: that of the cases that the names are of.

    ``owner``: the number of the case of each name (-1: the case is gone, its names get the number -1).
    """
    order: Array = np.argsort(owner, kind="stable")
    order = order[owner[order] >= 0]
    becomes = np.full(len(owner), -1, np.int32)
    becomes[order] = np.arange(len(order))
    return becomes, order


def folded(names: Iterable[str]) -> TextArray:
    """The names as they are searched: without regard to capitals."""
    return TextArray.of(name.casefold() for name in names)
