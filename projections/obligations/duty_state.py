"""Duty state: the one page that says what state a duty is in on a day, and what a file was known to say at an instant.

Each rule stands here in every form in which it is asked. Change them together; ``test_duty_state`` holds the forms to one
table.

* Scalar: one ``Obligation`` and its dates. None is *not (yet)*.
* Arrays: columns of many duties. Days and instants are numbers as in ``days``; its largest number is *not (yet)*.
* SQL: columns of a table. NULL is *not (yet)*. Only what some query asks is here.

The array and SQL forms are built from operators alone, so that this page loads neither NumPy nor SQLAlchemy: whoever
reads one case needs neither.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from domain.calendar.workdays import working_days_between
from domain.policy.clauses import Clause, Value

if TYPE_CHECKING:
    import numpy as np
    import sqlalchemy as sa
    from numpy.typing import NDArray

State = Literal["due", "met", "met_late", "overdue", "missed", "lapsed"]
STATES: tuple[State, ...] = ("due", "met", "met_late", "overdue", "missed", "lapsed")


class Obligation(Struct, frozen=True, gc=False):
    """A duty under one clause on one case. Days are days; ``None`` is *not (yet)*.

    ``arises_on`` the duty begins; ``due_on`` the last day on which meeting it is in time; ``met_on`` the day it was
    met; ``ended_on`` the day from which nobody owed it any more. ``window``: it cannot be made good after ``due_on``.
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

    def fell_due(self, day: date) -> bool:
        """Whether this duty counts on this day: its last day has passed, or has come and it is met."""
        state = self.state(day)
        return state in ("overdue", "missed") or (state in ("met", "met_late") and self.due_on <= day)

    def counts(self, since: date, day: date) -> bool:
        """Whether a figure over the time after ``since``, up to ``day``, counts this duty: it fell due in that time."""
        return since < self.due_on <= day and self.fell_due(day)

    def done(self, day: date) -> bool:
        """Whether it is met on this day, in time or late."""
        return self.state(day) in ("met", "met_late")

    def in_time(self, day: date) -> bool:
        """Whether it is met on this day, and was by the day it was due."""
        return self.state(day) == "met"

    def days_late(self, day: date) -> int:
        """Working days after the due date on which it was met, or that have passed by ``day``; 0 when in time."""
        state = self.state(day)
        if state == "met_late" and self.met_on is not None:
            return working_days_between(self.due_on, self.met_on)
        return working_days_between(self.due_on, day) if state in ("overdue", "missed") else 0


def was_known(instant: datetime | None, since: datetime, until: datetime | None) -> bool:
    """Whether what was known from ``since`` to ``until`` (None: still) was known at an instant.

    The instant is exclusive: a recording at it is not known yet. None is hindsight: what is still known.
    """
    if instant is None:
        return until is None
    return since < instant and (until is None or instant <= until)


# The same for arrays.

UNKNOWN, NOT_ARISEN, DUE, LAPSED, OPEN, MET_LATE, MET, MET_EARLY = range(8)
"""The states of ``Obligation.state`` as numbers. They stand in this order so that each question below is a range.

``UNKNOWN``: nobody knew of the duty. ``NOT_ARISEN``: None. ``OPEN``: overdue, or a window that was missed. Met in time
is two: ``MET`` where the day it was due has come, ``MET_EARLY`` where it has not, as only the first fell due.
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
    """The state of each duty on this day (or each on a day of its own), from its four dates."""
    # Add and multiply truths as numbers: choosing by a mask takes ten times as long.
    done, late, early, past, arisen, lapsed = (
        truth.view("uint8")
        for truth in (met <= day, met > due, due > day, due < day, arises <= day, (ended <= day) & (ended <= due))
    )
    open_or_not = DUE + lapsed + (OPEN - DUE) * (past & ~lapsed)
    met_so = MET + early - late
    found: NDArray[np.uint8] = NOT_ARISEN + arisen * (open_or_not - NOT_ARISEN + done * (met_so - open_or_not))
    return found


def within(state: "NDArray[np.uint8]", wanted: range) -> "NDArray[np.bool_]":
    """Which of these states are among those wanted, as in ``within(state, FELL_DUE)``."""
    found: NDArray[np.bool_] = state - wanted.start < len(wanted)
    return found


def rows_known(
    instant: "int | np.uint16 | NDArray[np.int64]",
    since: "NDArray[np.int64] | NDArray[np.uint16]",
    until: "NDArray[np.int64] | NDArray[np.uint16] | None" = None,
) -> "NDArray[np.bool_]":
    """``was_known``, of each row. ``until``: None where every row is still known; ``STANDING`` as the instant: hindsight.

    Where a day begins at the instant, the days on which the spans begin and end may be given in place of instants.
    """
    begun: NDArray[np.bool_] = since < instant
    return begun if until is None else begun & (instant <= until)


# The same in SQL.


def known_in_sql(
    instant: int | None, since: "sa.ColumnElement[int]", until: "sa.ColumnElement[int]"
) -> "sa.ColumnElement[bool]":
    """``was_known``, of columns. Instants are microseconds since 1970."""
    if instant is None:
        return until.is_(None)
    return (since < instant) & (until.is_(None) | (until >= instant))


def unmet_in_sql(
    day: date, arises: "sa.ColumnElement[date]", met: "sa.ColumnElement[date]"
) -> "sa.ColumnElement[bool]":
    """Whether a duty has arisen by the day and is not done: it is due, overdue, missed or lapsed."""
    return (arises <= day) & (met.is_(None) | (met > day))
