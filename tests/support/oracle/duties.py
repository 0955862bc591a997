"""One thing owed: what its clock is, what custody does to it, and in what state it is at the end of a day."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.support.oracle.days import days_from, next_open, open_days, working_days_after
from tests.support.oracle.stays import Stay

Verdicts = Counter[tuple[date | None, str]]
"""The duties under one clause: (due by, state), counted. No day: due when released."""


@dataclass(frozen=True)
class Clock:
    """Working days, or weeks, from a day; or the very day that somebody set."""

    working_days: int = 0
    weeks: int = 0
    on: date | None = None

    def due(self, day: date, stopped: list[Stay]) -> date:
        """When the time is over that runs from ``day`` and does not run in the stays in which it is stopped."""
        if self.on is not None:
            return self.on
        if self.weeks:
            days = sum(len(days_from(stay.began, stay.released)) for stay in stopped if stay.released)
            return next_open(day + timedelta(weeks=self.weeks, days=days))
        days = sum(open_days(stay.began, stay.released) for stay in stopped if stay.released)
        return working_days_after(day, self.working_days + days)


def due_in_custody(clock: Clock, day: date, stays: list[Stay], by_release: bool) -> date | None:
    """The due day of a duty that pauses in custody. None: custody is still open, so it is due when released.

    ``by_release``: where the time would have run out in custody, it is due on the day of release.
    """
    inside = [stay for stay in stays if stay.holds(day)]
    if inside:
        released = inside[0].released
        if released is None or (by_release and clock.due(day, []) < released):
            return released
        day = released
    stopped: list[Stay] = []
    for stay in stays:
        due = clock.due(day, stopped)
        if stay.began < day or stay.began > due:
            continue
        if stay.released is None or (by_release and due < stay.released):
            return stay.released
        stopped.append(stay)
    return clock.due(day, stopped)


@dataclass
class Duty:
    """Something owed from ``arises``. ``settled``: its due day no longer moves.

    ``gone``: the day on which it ended; ``closed``: after that day nothing meets it, overdue or not. ``window``: it cannot
    be made good once its time is over. ``spared``: the days lived so far on which somebody else had dispensed with it.
    """

    arises: date
    clock: Clock = field(default_factory=Clock)
    pauses: bool = False
    by_release: bool = False
    runs_from: date | None = None
    due: date | None = None
    settled: bool = False
    met: date | None = None
    gone: date | None = None
    closed: bool = False
    window: bool = False
    again: bool = False
    about: object = None
    spared: set[date] = field(default_factory=set)

    def set_due(self, stays: list[Stay], today: date) -> None:
        """At the end of today. A due day that is over, or whose duty is, moves no more.

        The due day of one that was met in custody is known on the release.
        """
        if self.settled:
            return
        day = self.runs_from or self.arises
        if self.pauses:
            at_once = self.met is not None and self.met == self.arises and not self.by_release
            self.due = due_in_custody(self.clock, day, [] if at_once else stays, self.by_release)
        else:
            self.due = self.clock.due(day, [])
            if self.clock.on is None:
                self.due = max(self.due, self.arises)
        over = self.due is not None and self.due <= today
        met = self.met is not None and self.due is not None
        self.settled = over or met or self.gone is not None

    @property
    def lapsed(self) -> bool:
        if self.gone is None or (self.due is not None and self.due < self.gone):
            return False
        return self.met is None or self.met > self.gone

    def can_be_met(self, today: date) -> bool:
        if self.met is not None or today < self.arises:
            return False
        return not self.closed and not (self.lapsed and self.gone is not None and today > self.gone)

    def end(self, today: date) -> None:
        if self.met is None and self.gone is None:
            self.gone = today

    def state(self, today: date) -> str:
        if self.met is not None:
            return "met" if self.due is None or self.met <= self.due else "met_late"
        if self.lapsed:
            return "lapsed"
        if today in self.spared or (self.window and self.due in self.spared and self.due <= today):
            return "dispensed"
        if self.due is None or today <= self.due:
            return "due"
        return "missed" if self.window else "overdue"
