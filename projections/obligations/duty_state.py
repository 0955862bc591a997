"""An obligation: four dates, and its state on any day. The only definition of *overdue*."""

from datetime import date
from typing import Literal

from msgspec import Struct

from domain.calendar.workdays import working_days_between
from domain.policy.clauses import Clause, Value

State = Literal["due", "met", "met_late", "overdue", "missed", "lapsed"]
STATES: tuple[State, ...] = ("due", "met", "met_late", "overdue", "missed", "lapsed")


class Obligation(Struct, frozen=True):
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
        return self.state(day) in ("met", "met_late")

    def in_time(self, day: date) -> bool:
        return self.state(day) == "met"

    def days_late(self, day: date) -> int:
        """Working days after the due date on which it was met, or that have passed by ``day``; 0 when in time."""
        state = self.state(day)
        if state == "met_late" and self.met_on is not None:
            return working_days_between(self.due_on, self.met_on)
        return working_days_between(self.due_on, day) if state in ("overdue", "missed") else 0
