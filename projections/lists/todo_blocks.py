"""Blocks of what is to be done: one a case, with its items under it, in the order of the bands. Pure, on arrays."""

from dataclasses import dataclass

import numpy as np

from projections.columns.column_schema import Array


@dataclass(frozen=True)
class Blocks:
    """Blocks in order. ``case`` and ``band``: of each block. ``items``: the indices of the items, block after block.

    ``ends``: for each block the place in ``items`` after its last item.
    """

    case: Array
    band: Array
    items: Array
    ends: Array

    def __len__(self) -> int:
        return len(self.case)

    def of(self, block: int) -> Array:
        """The indices of the items of a block, in order."""
        return self.items[self.ends[block - 1] if block else 0 : self.ends[block]]


def blocks(case: Array, band: Array, days_left: Array, tie: Array, reference: Array) -> Blocks:
    """One block for each case that has items.

    ``case``: of each item, its number. ``days_left``: working days to its day, negative when late. ``tie``: the order of the
    items of a case that are alike in band and lateness. ``reference``: for each item the rank of its case's number.

    A block has the band of its first item. Blocks stand in order of band, then the latest first (by the items of that band),
    then by case number; the items of a block by band, lateness and ``tie``.
    """
    order = np.lexsort([tie, days_left, band, case])
    held = case[order]
    begins = np.flatnonzero(np.diff(held, prepend=-1))
    sizes = np.diff(begins, append=len(held))
    first = order[begins]
    rank = np.lexsort([reference[first], days_left[first], band[first]])
    places = np.repeat(begins[rank], sizes[rank]) + _within(sizes[rank])
    return Blocks(held[begins[rank]], band[first[rank]], order[places], np.cumsum(sizes[rank]))


def _within(sizes: Array) -> Array:
    """0, 1, 2 ... for each size, one after another."""
    ends = np.cumsum(sizes)
    found: Array = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - sizes, sizes)
    return found
