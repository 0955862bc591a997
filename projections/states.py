"""The state of duties on a day, and whether rows were known at an instant: the rules of ``obligations`` and ``ledger``
for whole columns at once.
"""

import numpy as np
from numpy.typing import NDArray

from projections.days import STANDING, Days, Instants

NOT_ARISEN, DUE, LAPSED, OPEN, MET, MET_LATE, MET_EARLY = range(7)
"""The states of ``Obligation.state``. ``OPEN``: overdue, or a window missed. Met in time is told apart by whether the day
it was due has come (``MET``) or not (``MET_EARLY``), because only then it counts as fallen due."""

STATES = 8
"""How many numbers a state may take (a power of two)."""

FELL_DUE = (OPEN, MET, MET_LATE)
DONE = (MET, MET_LATE, MET_EARLY)
IN_TIME = (MET, MET_EARLY)


def states(day: np.uint16, arises: Days, due: Days, met: Days, ended: Days) -> NDArray[np.uint8]:
    """The state of each duty on this day, from its four dates: ``Obligation.state``."""
    come = due <= day
    done = met <= day
    late = met > due
    # Each line stands over the one before it, from the weakest to the strongest.
    state = np.where(due < day, np.uint8(OPEN), np.uint8(DUE))
    state[(ended <= day) & (ended <= due)] = LAPSED
    met_now = np.where(late, np.uint8(MET_LATE), np.where(come, np.uint8(MET), np.uint8(MET_EARLY)))
    np.copyto(state, met_now, where=done)
    state[arises > day] = NOT_ARISEN
    return state


def known_at(instant: int | None, since: Instants, until: Instants) -> NDArray[np.bool_]:
    """Whether each row was known at an instant (exclusive; None: all that is recorded to date): ``Known.at``."""
    if instant is None:
        stands: NDArray[np.bool_] = until == STANDING
        return stands
    known: NDArray[np.bool_] = (since < instant) & (instant <= until)
    return known
