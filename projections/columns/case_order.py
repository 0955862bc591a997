"""The order of cases: by the place that holds each case last, as known today.

Cases are numbered in this order, so that the rows of an area, a team or an officer under one clause are a few ranges.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from projections.columns.column_schema import Array, Rows
from projections.ledger.ledger import Place

LastPlace = tuple[str, ...]
"""A place; empty where supervision never began."""


def last_places(spells: Iterable[Rows], cases: int, places: Sequence[Place]) -> list[LastPlace]:
    """The last place of each case, from the spells that are still known. ``cases``: how many there are."""
    found = np.full(cases, -1, np.int32)
    for rows in spells:
        order: Array = np.lexsort((rows["begins_on"], rows["case"]))
        found[rows["case"][order]] = rows["place"][order]  # of several rows of a case, the last assignment remains
    return [() if at < 0 else places[at] for at in found.tolist()]
