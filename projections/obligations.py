"""Obligations: what was due on a case, by when, and when it was done. The only definition of *overdue*.

The state on any day is a closed function of four dates, so "today" is an argument and nothing runs at midnight.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.clauses import Clause, Value
from domain.conditions import Entries
from domain.workdays import working_days_between
from projections import kinds
from projections.history import History

State = Literal["due", "met", "met_late", "overdue", "missed", "lapsed"]
STATES: tuple[State, ...] = ("due", "met", "met_late", "overdue", "missed", "lapsed")


@dataclass(frozen=True, slots=True)
class Obligation:
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


def obligations(history: History, clauses: Iterable[Clause]) -> list[Obligation]:
    """Every duty that these clauses raise on this case, whenever it arises, in order of the day it is due.

    Pure: what happens after a day never changes the state on that day.
    """
    if history.start is None:
        return []
    found = [
        Obligation(
            clause, duty.value, duty.arises_on, duty.due_on, duty.met_on, duty.ended_on, duty.raised_by, duty.met_by,
            clause.kind == "frequency",
        )
        for clause in clauses
        if _may_arise(clause, history)
        for duty in kinds.DERIVE[clause.kind](clause, history)
        if clause.in_force(duty.arises_on)
    ]  # fmt: skip
    found.sort(key=lambda o: (o.due_on, o.arises_on, o.clause.id, o.raised_by or ""))
    return found


def _may_arise(clause: Clause, history: History) -> bool:
    """Whether the clause was in force at any time of this case, and there is what raises it; the others are not walked."""
    if clause.end is not None and clause.end <= history.entries[0].occurred_on:
        return False
    if clause.start is not None and history.end is not None and clause.start > history.end.on:
        return False
    if isinstance(clause.after, Entries):
        return clause.after.type in history.by_type
    match clause.after:
        case "end":
            return history.end is not None
        case "release":
            return bool(history.releases)
        case "transfer":
            return len(history.allocation) > 1
        case "absence" | "failure":
            return bool(history.appointments)
    return clause.kind != "response" or bool(history.appointments)
