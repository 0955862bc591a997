"""The state of duties on a day, and whether rows were known at an instant: the rules of ``obligations`` and ``ledger``
for whole columns at once.
"""

import numpy as np
from numpy.typing import NDArray

from projections.arrays.date_numbers import STANDING, Days, Instants

States = NDArray[np.uint8]

UNKNOWN, NOT_ARISEN, DUE, LAPSED, OPEN, MET_LATE, MET, MET_EARLY = range(8)
"""The states of ``Obligation.state``; ``UNKNOWN``: nobody knew of the duty. ``OPEN``: overdue, or a window missed. Met in
time is told apart by whether the day it was due has come (``MET``) or not (``MET_EARLY``), because only then it counts as
fallen due. In this order whatever is asked for is a range."""

ARISEN = range(DUE, MET_EARLY + 1)
FELL_DUE = range(OPEN, MET + 1)
DONE = range(MET_LATE, MET_EARLY + 1)
IN_TIME = range(MET, MET_EARLY + 1)
FELL_AND_DONE = range(MET_LATE, MET + 1)
FELL_AND_IN_TIME = range(MET, MET + 1)


def states(day: np.uint16 | Days, arises: Days, due: Days, met: Days, ended: Days) -> States:
    """The state of each duty on this day, from its four dates: ``Obligation.state``."""
    # Truths added and multiplied as numbers: to choose between two by a mask takes ten times as long.
    done, late, early, past, arisen, lapsed = (
        truth.view(np.uint8)
        for truth in (met <= day, met > due, due > day, due < day, arises <= day, (ended <= day) & (ended <= due))
    )
    open_or_not = DUE + lapsed + np.uint8(OPEN - DUE) * (past & ~lapsed)
    met_so = MET + early - late
    found: States = NOT_ARISEN + arisen * (open_or_not - NOT_ARISEN + done * (met_so - open_or_not))
    return found


def within(state: States, wanted: range) -> NDArray[np.bool_]:
    """Which of these states are among those wanted."""
    found: NDArray[np.bool_] = state - np.uint8(wanted.start) < np.uint8(len(wanted))
    return found


def known_at(at: int | np.uint16 | None, since: Instants | Days, until: Instants | Days) -> NDArray[np.bool_]:
    """Whether each row was known at an instant (exclusive; None: all that is recorded to date): ``Known.at``.

    Where a day begins at the instant, the days on which the span begins and ends say the same.
    """
    if at is None:
        stands: NDArray[np.bool_] = until == STANDING
        return stands
    known: NDArray[np.bool_] = (since < at) & (at <= until)
    return known
