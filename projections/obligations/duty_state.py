"""Duty state: the rules for the state of a duty on a day, and for what was known at an instant.

Each rule is here in two forms. Change them together; ``test_duty_state`` tests both against one table.

* Scalar: one ``Obligation`` and its dates. None: not, or not yet.
* Arrays: columns of many duties. Days and instants are numbers of ``projections.arrays.date_numbers``; the largest: not, or
  not yet.

The array form uses operators alone, so that this module does not load NumPy: reading one case does not need it.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from domain.calendar.workdays import working_days_between
from domain.policy.clauses import Clause, Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WHEN_RELEASED = date(2079, 6, 5)
"""The due date of a duty that counts from release, while nobody can say when that is: later than any day read."""

State = Literal["due", "met", "met_late", "overdue", "missed", "lapsed"]
STATES: tuple[State, ...] = ("due", "met", "met_late", "overdue", "missed", "lapsed")


class Obligation(Struct, frozen=True, gc=False):
    """A duty under one clause on one case. None: not, or not yet.

    ``arises_on``: the day the duty begins. ``due_on``: the last day on which meeting it is in time. ``met_on``: the day it
    was met. ``ended_on``: the day from which it no longer applies. ``window``: it cannot be met after ``due_on``.
    ``raised_by`` and ``met_by``: ids of entries.
    """

    clause: Clause
    value: Value
    arises_on: date
    due_on: date
    met_on: date | None
    ended_on: date | None
    raised_by: str | None
    met_by: tuple[str, ...]
    window: bool = False

    def state(self, day: date) -> State | None:
        """The state on this day; None while the duty has not arisen."""
        if day < self.arises_on:
            return None
        if self.met_on is not None and self.met_on <= day:
            return "met" if self.met_on <= self.due_on else "met_late"
        if self.ended_on is not None and self.ended_on <= day and self.ended_on <= self.due_on:
            return "lapsed"
        if day <= self.due_on:
            return "due"
        return "missed" if self.window else "overdue"

    @property
    def due_day(self) -> date | None:
        """The due date; None while it waits for a release."""
        return None if self.due_on == WHEN_RELEASED else self.due_on

    def fell_due(self, day: date) -> bool:
        """Whether this duty counts in figures on this day: ``due_on`` has passed, or it has come and the duty is met."""
        state = self.state(day)
        return state in ("overdue", "missed") or (state in ("met", "met_late") and self.due_on <= day)

    def counts(self, since: date, day: date) -> bool:
        """Whether a figure over the time after ``since``, up to ``day``, counts this duty: it fell due in that time."""
        return since < self.due_on <= day and self.fell_due(day)

    def done(self, day: date) -> bool:
        """Whether it is met on this day, in time or late."""
        return self.state(day) in ("met", "met_late")

    def in_time(self, day: date) -> bool:
        """Whether it is met on this day, and was met by ``due_on``."""
        return self.state(day) == "met"

    def days_late(self, day: date) -> int:
        """Working days after the due date on which it was met, or that have passed by ``day``; 0 when in time."""
        state = self.state(day)
        if state == "met_late" and self.met_on is not None:
            return working_days_between(self.due_on, self.met_on)
        return working_days_between(self.due_on, day) if state in ("overdue", "missed") else 0


def was_known(instant: datetime | None, since: datetime, until: datetime | None) -> bool:
    """Whether something known from ``since`` to ``until`` (None: still known) was known at an instant.

    The instant is exclusive: a recording at the instant is not known yet. ``instant`` None: hindsight, what is still known.
    """
    if instant is None:
        return until is None
    return since < instant and (until is None or instant <= until)


# The same for arrays.

UNKNOWN, NOT_ARISEN, DUE, LAPSED, OPEN, MET_LATE, MET, MET_EARLY = range(8)
"""The states of ``Obligation.state`` as numbers, ordered so that each group of states below is a range.

``UNKNOWN``: the duty was not known. ``NOT_ARISEN``: None. ``OPEN``: overdue, or missed (a window). Met in time has two
numbers: ``MET`` where ``due_on`` has come, ``MET_EARLY`` where it has not. Only the first fell due.
"""

ARISEN = range(DUE, MET_EARLY + 1)
FELL_DUE = range(OPEN, MET + 1)
DONE = range(MET_LATE, MET_EARLY + 1)
IN_TIME = range(MET, MET_EARLY + 1)
FELL_AND_DONE = range(MET_LATE, MET + 1)
FELL_AND_IN_TIME = range(MET, MET + 1)


def states(
    day: "np.uint16 | NDArray[np.uint16]",
    arises: "NDArray[np.uint16]",
    due: "NDArray[np.uint16]",
    met: "NDArray[np.uint16]",
    ended: "NDArray[np.uint16]",
) -> "NDArray[np.uint8]":
    """The state of each duty from its four dates, on one day or on a day for each duty."""
    # Add and multiply booleans as numbers: selecting by a mask takes ten times as long.
    done, late, early, past, arisen, lapsed = (
        truth.view("uint8")
        for truth in (met <= day, met > due, due > day, due < day, arises <= day, (ended <= day) & (ended <= due))
    )
    open_or_not = DUE + lapsed + (OPEN - DUE) * (past & ~lapsed)
    met_so = MET + early - late
    found: NDArray[np.uint8] = NOT_ARISEN + arisen * (open_or_not - NOT_ARISEN + done * (met_so - open_or_not))
    return found


def state_in(state: "NDArray[np.uint8]", wanted: range) -> "NDArray[np.bool_]":
    """Which of these states are among those wanted, as in ``within(state, FELL_DUE)``."""
    found: NDArray[np.bool_] = state - wanted.start < len(wanted)
    return found


def were_known(
    instant: "int | np.uint16 | NDArray[np.int64]",
    since: "NDArray[np.int64] | NDArray[np.uint16]",
    until: "NDArray[np.int64] | NDArray[np.uint16] | None" = None,
) -> "NDArray[np.bool_]":
    """``was_known`` for each row. ``until``: None where every row is still known. ``instant`` ``STANDING``: hindsight.

    Where the instant is the beginning of a day, spans may be given as days in place of instants.
    """
    begun: NDArray[np.bool_] = since < instant
    return begun if until is None else begun & (instant <= until)
