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

from domain.calendar.workdays import ONE_DAY, working_days_between
from domain.policy.cited_documents import MARKS
from domain.policy.clauses import Clause, Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WHEN_RELEASED = date(2079, 6, 5)
"""The due date of a duty that counts from release, while nobody can say when that is: later than any day read."""

State = Literal["due", "met", "met_late", "overdue", "missed", "dispensed", "lapsed"]
STATES: tuple[State, ...] = ("due", "met", "met_late", "overdue", "missed", "dispensed", "lapsed")

Days = tuple[tuple[date, date | None], ...]
"""Spans of days, each from its first day up to, not including, the second (None: for good)."""


def holds(days: Days, day: date) -> bool:
    """Whether a day is in one of these spans."""
    return any(first <= day and (off is None or day < off) for first, off in days)


class Obligation(Struct, frozen=True, gc=False):
    """A duty under one clause on one case. None: not, or not yet.

    ``arises_on``: the day the duty begins. ``due_on``: the last day on which meeting it is in time. ``met_on``: the day it
    was met. ``ended_on``: the day from which it no longer applies. ``window``: it cannot be met after ``due_on``.
    ``raised_by`` and ``met_by``: ids of entries. ``dispensed``: when somebody else has dispensed with it.
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
    dispensed: Days = ()

    def state(self, day: date) -> State | None:
        """The state on this day; None while the duty has not arisen."""
        if day < self.arises_on:
            return None
        if self.met_on is not None and self.met_on <= day:
            return "met" if self.met_on <= self.due_on else "met_late"
        if self.ended_on is not None and self.ended_on <= day and self.ended_on <= self.due_on:
            return "lapsed"
        if self.dispensed and holds(self.dispensed, day):
            return "dispensed"
        if day <= self.due_on:
            return "due"
        return "missed" if self.window else "overdue"

    def dispensed_until(self, day: date) -> date | None:
        """The last day on which a duty that reads dispensed on this day does so; None: for good, or it does not read so."""
        if self.state(day) != "dispensed":
            return None
        off = next(off for first, off in self.dispensed if holds(((first, off),), day))
        return None if off is None else off - ONE_DAY

    @property
    def due_day(self) -> date | None:
        """The due date; None while it waits for a release."""
        return None if self.due_on == WHEN_RELEASED else self.due_on

    @property
    def mark(self) -> str:
        """How sure its value is, in a word, wherever its verdict is shown; empty where the value was found."""
        return "" if self.value.sure == "F" else MARKS[self.value.sure]

    @property
    def cited(self) -> str:
        """Where its value is printed, with its mark, for files."""
        return f"{self.value.citation} ({self.mark})" if self.mark else self.value.citation

    def fell_due(self, day: date) -> bool:
        """Whether this duty counts in figures on this day: ``due_on`` has passed, or it has come and the duty is met.

        A dispensed duty counts as not met, unless its clause leaves it out.
        """
        state = self.state(day)
        if state == "dispensed":
            return self.due_on < day and self.clause.when_dispensed == "not_met"
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

UNKNOWN, NOT_ARISEN, DUE, LAPSED, DISPENSED_EARLY, DISPENSED, OPEN, MET_LATE, MET, MET_EARLY = range(10)
"""The states of ``Obligation.state`` as numbers, ordered so that each group of states below is a range.

``UNKNOWN``: the duty was not known. ``NOT_ARISEN``: None. ``OPEN``: overdue, or missed (a window). Met in time has two
numbers: ``MET`` where ``due_on`` has come, ``MET_EARLY`` where it has not. Only the first fell due. So has dispensed:
``DISPENSED`` where ``due_on`` has passed; ``DISPENSED_EARLY`` where it has not, or the clause leaves it out of figures.
"""

ARISEN = range(DUE, MET_EARLY + 1)
FELL_DUE = range(DISPENSED, MET + 1)
DONE = range(MET_LATE, MET_EARLY + 1)
IN_TIME = range(MET, MET_EARLY + 1)
FELL_AND_DONE = range(MET_LATE, MET + 1)
FELL_AND_IN_TIME = range(MET, MET + 1)
FELL_AND_DISPENSED = range(DISPENSED, DISPENSED + 1)


def states(
    day: "np.uint16 | NDArray[np.uint16]",
    arises: "NDArray[np.uint16]",
    due: "NDArray[np.uint16]",
    met: "NDArray[np.uint16]",
    ended: "NDArray[np.uint16]",
    dispensed: "NDArray[np.bool_] | None" = None,
    *,
    left_out: bool = False,
) -> "NDArray[np.uint8]":
    """The state of each duty from its four dates, on one day or on a day for each duty.

    ``dispensed``: for each duty whether ``holds`` says so of its day; None: of none. ``left_out``: whether the clause leaves
    dispensed duties out of figures.
    """
    # Add and multiply booleans as numbers: selecting by a mask takes ten times as long.
    done, late, early, past, arisen, lapsed = (
        truth.view("uint8")
        for truth in (met <= day, met > due, due > day, due < day, arises <= day, (ended <= day) & (ended <= due))
    )
    open_or_not = DUE + lapsed + (OPEN - DUE) * (past & ~lapsed)
    if dispensed is not None:
        apart = DISPENSED_EARLY + (0 if left_out else DISPENSED - DISPENSED_EARLY) * past
        open_or_not = open_or_not + (dispensed & (lapsed == 0)) * (apart - open_or_not)
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
