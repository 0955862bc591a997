"""A window of a clause on contact: as it is laid, and as it is judged."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from domain.policy.clauses import Clause, Phase, Value


class Window(Struct, frozen=True, gc=False):
    """A window from the day ``begins`` up to, not including, ``closes``.

    ``due_on``: its last day. ``ended_on``: the day from which it no longer applies, where it lapses; else None.
    ``asked``: how many (appointments, hours, days) are asked, each with the day from which this is known.
    """

    clause: Clause
    value: Value
    begins: date
    due_on: date
    ended_on: date | None
    closes: date
    asked: tuple[tuple[date, float], ...]
    on_days: bool
    own_due: date
    """Its own last day. ``due_on`` is later where a first contact that came to be owed in it is due later."""
    extended_from: date | None = None
    """The day on which that first contact came to be owed."""

    @property
    def moved(self) -> "Moved":
        """Its own last day, and the day from which a first contact moved it."""
        return Moved(self.own_due, self.extended_from)


class Moved(NamedTuple):
    """How a first contact moved the due date of a window: from its own last day, since the day on which it came to be owed."""

    own_due: date
    since: date | None

    def before(self, met_on: date | None) -> bool:
        """Whether the window was met before: then it is due on its own last day."""
        return met_on is not None and self.since is not None and met_on < self.since


class FirstContact(Struct, frozen=True, gc=False):
    """A duty to see the person for the first time: from ``arises_on``, until ``last`` at the latest."""

    arises_on: date
    last: date


@dataclass(slots=True)
class Run:
    """A window being laid: the row and phase that it belongs to, and its number in a row of windows from ``anchor``."""

    clause: Clause
    value: Value
    phase: Phase
    anchor: date
    number: int
    begins: date
    closes: date = field(init=False)

    def __post_init__(self) -> None:
        self.closes = self.phase.window.after(self.anchor, self.number)

    def following(self) -> "Run":
        """The next window of the same row and phase."""
        return Run(self.clause, self.value, self.phase, self.anchor, self.number + 1, self.closes)
