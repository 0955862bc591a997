"""Windows of contact: laid one after another, judged where the person was at liberty for half of their working days."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.support.oracle.days import NEW_STANDARDS, ONE, days_from, is_open, months_after
from tests.support.oracle.duties import Duty
from tests.support.oracle.stays import Stay

ROWS: dict[str, list[tuple[str, int, str]]] = {
    "2002 order": [("days", 84, "weekly"), ("days", 168, "fortnightly"), ("ever", 0, "monthly")],
    "2002 licence": [("days", 28, "weekly"), ("months", 3, "fortnightly"), ("ever", 0, "monthly")],
    "drug order": [("days", 91, "5 days a week"), ("ever", 0, "3 days a week")],
    "2005 high": [("ever", 0, "weekly")],
    "2005 tiers 3 and 4": [("days", 112, "weekly"), ("days", 224, "fortnightly"), ("ever", 0, "monthly")],
    "2005 tier 2": [("days", 112, "weekly"), ("ever", 0, "monthly")],
    "2005 tier 1": [("days", 112, "fortnightly"), ("ever", 0, "monthly")],
    "2005 no tier": [("days", 112, "weekly"), ("days", 224, "fortnightly"), ("ever", 0, "monthly")],
}
"""The phases of each row of the printed tables: until when after the start, and how often."""

A_WEEK = {"weekly": 1.0, "fortnightly": 0.5, "monthly": 12 / 52, "5 days a week": 5.0, "3 days a week": 3.0}
ASKED = {"5 days a week": 5, "3 days a week": 3}


def row_of(day: date, order: str, tier: int | None, high: bool) -> str:
    """The line of the printed table on which a case stands."""
    if order == "drug_treatment_and_testing_order":
        return "drug order"
    if day < NEW_STANDARDS:
        return "2002 licence" if order == "licence" else "2002 order"
    if high:
        return "2005 high"
    return {1: "2005 tier 1", 2: "2005 tier 2", None: "2005 no tier"}.get(tier, "2005 tiers 3 and 4")


def phase_of(row: str, since: date, day: date) -> str:
    """How often, on a day of a case whose phases count from ``since``."""
    for unit, until, often in ROWS[row]:
        last = since + timedelta(days=until) if unit == "days" else months_after(since, until)
        if unit == "ever" or day < last:
            return often
    raise ValueError(row)


@dataclass
class Window:
    """One window, from ``begin`` to ``last``. ``own_due``: its last day, or the last before it was cut."""

    row: str
    often: str
    begin: date
    last: date
    anchor: date
    number: int
    duty: Duty
    first_contacts: list[Duty] = field(default_factory=list)
    days: set[date] = field(default_factory=set)
    cut: bool = False
    own_due: date = date.max

    @property
    def rate(self) -> float:
        return A_WEEK[self.often]

    def running(self, day: date) -> bool:
        return self.begin <= day <= self.last and not self.cut

    def working_days(self) -> list[date]:
        return [day for day in days_from(self.begin, self.last + ONE) if is_open(day)]

    def lost(self, stays: list[Stay], today: date) -> int:
        """Its working days up to today on which the person was in custody."""
        return sum(day <= today and any(s.holds(day) for s in stays) for day in self.working_days())

    def asked(self, stays: list[Stay], today: date) -> int:
        """On how many days: never on more than there were at liberty."""
        return max(1, min(ASKED.get(self.often, 1), len(self.working_days()) - self.lost(stays, today)))


@dataclass
class Windows:
    """All windows of a case. ``since``: the day from which its phases count."""

    since: date
    laid: list[Window] = field(default_factory=list)
    anew: date | None = None

    def lay(self, day: date, row: str, row_changed: bool) -> None:
        """What begins on a day: the next window, or one beside those that run where the row asks for more than they do."""
        running = [w for w in self.laid if w.running(day)]
        more = all(A_WEEK[phase_of(row, self.since, day)] > w.rate for w in running)
        own_ended = any(w.row == row and w.last + ONE == day and not w.cut for w in self.laid)
        own_runs = any(w.row == row for w in running)
        if not running or (more and not own_runs and (row_changed or own_ended)):
            self.begin(row, day)

    def begin(self, row: str, day: date) -> None:
        often = phase_of(row, self.since, day)
        anchor, number = day, 1
        for before in self.laid:
            goes_on = (before.row, before.often, before.last + ONE) == (row, often, day) and not before.cut
            if goes_on and self.anew != day:
                anchor, number = before.anchor, before.number + 1
        weeks = 2 if often == "fortnightly" else 1
        after = months_after(anchor, number) if often == "monthly" else anchor + timedelta(weeks=weeks * number)
        duty = Duty(day, due=after - ONE, settled=True, window=True)
        self.laid.append(Window(row, often, day, after - ONE, anchor, number, duty, own_due=after - ONE))

    def start_anew(self, day: date) -> None:
        """After a long stay: whatever runs is cut."""
        self.anew = day
        for window in self.laid:
            if window.running(day):
                window.cut = True
                window.duty.end(day)

    def arose(self, first_contact: Duty, day: date) -> None:
        """A first contact is owed from today: it may meet the windows that run today."""
        for window in self.laid:
            if window.running(day) and window.often not in ASKED:
                window.first_contacts.append(first_contact)

    def end_of_day(self, day: date, offered: bool, stays: list[Stay]) -> None:
        """Count what was offered today, then see which windows lapse."""
        for window in self.laid:
            duty = window.duty
            if duty.gone is not None:
                duty.met = day if offered and duty.gone == day else duty.met
                continue
            if duty.met is not None:
                self.follow_first_contacts(window)
                continue
            if duty.due is None or day <= duty.due:
                if offered:
                    window.days.add(day)
                if window.days and len(window.days) >= window.asked(stays, day):
                    duty.met = day
                    self.follow_first_contacts(window)
                    continue
            if window.running(day):
                working = len(window.working_days())
                if working == 0 or window.lost(stays, day) * 2 > working:
                    duty.gone = day
                    continue
            self.follow_first_contacts(window)

    @staticmethod
    def follow_first_contacts(window: Window) -> None:
        """A window is due with the first contact that arose in it, or on the day before that ended."""
        dues: list[date | None] = [window.own_due]
        for first in window.first_contacts:
            ended = first.gone is not None and (first.due is None or first.gone <= first.due)
            dues.append(first.gone - ONE if ended and first.gone else first.due)
        window.duty.due = None if None in dues else max(day for day in dues if day is not None)

    def cut_off(self, day: date, stays: list[Stay]) -> None:
        """``day`` is the first on which contact is no longer owed: windows that run are judged by the rule of half."""
        for window in self.laid:
            if not window.running(day):
                continue
            window.cut = True
            duty = window.duty
            if duty.met is not None or duty.gone is not None:
                continue
            after = sum(d >= day for d in window.working_days())
            if (window.lost(stays, day - ONE) + after) * 2 > len(window.working_days()):
                duty.gone = day
            else:
                window.own_due = day - ONE
                self.follow_first_contacts(window)
