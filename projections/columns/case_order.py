"""Homes: where each case is held last, as is now known. Cases are numbered in order of them, so that those of an area, a
team or an officer lie together: their rows under a clause are a few ranges.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from projections.columns.column_schema import Array, Rows
from projections.ledger.ledger import Place

LastPlace = tuple[str, ...]
"""A place, or nothing where the supervision never began."""


def last_places(spells: Iterable[Rows], cases: int, places: Sequence[Place]) -> list[LastPlace]:
    """The home of each of so many cases, from the spells that are still known."""
    found = np.full(cases, -1, np.int32)
    for rows in spells:
        order: Array = np.lexsort((rows["on"], rows["case"]))
        found[rows["case"][order]] = rows["place"][order]  # the last one of a case stays
    return [() if at < 0 else places[at] for at in found.tolist()]
