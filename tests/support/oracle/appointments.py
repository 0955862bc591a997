"""Appointments: what became of each by the last that was recorded, which of them count, and which days failed."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.support.oracle.days import ONE, working_days_after
from tests.support.oracle.stays import Stay

Entry = dict[str, Any]
CAME = ("attended_complied", "attended_failed_to_comply", "sent_home", "sent_home_for_behaviour")

NO_CONTACT = ("telephone", "letter", "text")
DAYS_TO_EXPLAIN = 7
"""Working days after which an absence that nobody decided is unacceptable."""


@dataclass
class Appointment:
    """One appointment or session of unpaid work, with what all that is on the file makes of it.

    ``named``: the days of letters, decisions, warnings and breaches that name it. ``decisions``: their days, in the order
    of recording. ``changed``: the day of the decision that made an absence unacceptable that was acceptable at first.
    """

    entry: str
    for_on: date
    made_on: date
    contact: bool
    session: bool = False
    outcome: str | None = None
    first_outcome: Entry | None = None
    absent: bool = False
    failed: bool = False
    decisions: list[date] = field(default_factory=list)
    first_acceptable: bool = False
    changed: date | None = None
    named: list[date] = field(default_factory=list)

    @property
    def came(self) -> bool:
        return self.outcome in CAME

    @property
    def settled(self) -> bool:
        """Attended and complied, rescheduled, sent home for reasons of the service: nothing is left to decide."""
        return self.outcome in ("attended_complied", "rescheduled", "sent_home")

    def became(self, outcome: str, on: date) -> None:
        """One more outcome was recorded."""
        if outcome == "awaiting_explanation":
            if self.outcome is None and not self.decisions:
                self.outcome, self.absent = outcome, True
            return
        self.outcome = outcome
        self.absent = outcome in ("acceptable_absence", "unacceptable_absence")
        if self.absent:
            self.decide(outcome == "acceptable_absence", on)
        else:
            self.now_failed(outcome in ("attended_failed_to_comply", "sent_home_for_behaviour"), on)

    def judged(self, acceptable: bool, on: date) -> None:
        """One more decision was recorded. It decides nothing where the appointment was attended after all."""
        if self.settled:
            return
        self.absent = self.absent or self.outcome is None
        self.decide(acceptable, on)

    def decide(self, acceptable: bool, on: date) -> None:
        if not self.decisions:
            self.first_acceptable = acceptable
        self.decisions.append(on)
        self.now_failed(not acceptable, on)

    def now_failed(self, failed: bool, on: date) -> None:
        if failed and not self.failed and self.first_acceptable:
            self.changed = on
        self.failed = failed

    def counts_from(self) -> date | None:
        """The day from which it is on the file as what it is. None: put down after its day, missed, and never named."""
        if self.came or self.session or self.made_on <= self.for_on:
            return self.for_on
        return max(self.for_on, min(self.named)) if self.named else None

    def fails_from(self) -> date | None:
        """The day from which it counts as an unacceptable failure; None: it does not."""
        counts = self.counts_from()
        if counts is None:
            return None
        if self.failed:
            return max(counts, self.changed or counts)
        if self.absent and not self.decisions:
            return max(counts, working_days_after(self.for_on, DAYS_TO_EXPLAIN) + ONE)
        return None

    def runs_from(self) -> date:
        """The day from which the time to answer a failure runs: its own, or that of the decision that made it one."""
        return max(self.for_on, self.changed or self.for_on)


def names(entry: Entry) -> list[str]:
    """The appointments that an entry names as missed or failed."""
    if entry["type"] == "ContactLogged" and entry["contact_type"] == "letter":
        return [entry["about"]] if entry.get("about") else []
    if entry["type"] == "AbsenceJudged":
        return [entry["appointment"]]
    return list(entry["appointments"]) if entry["type"] in ("WarningGiven", "BreachInitiated") else []


def is_contact(entry: Entry) -> bool:
    said = entry.get("national_standards")
    return bool(said) if said is not None else entry["contact_type"] not in NO_CONTACT


def appointments_on_file(entries: list[Entry]) -> list[Appointment]:
    """Every appointment and session, with its series of outcomes and decisions in the order of recording."""
    found: dict[str, Appointment] = {}
    for e in entries:
        if e["type"] == "AppointmentMade":
            found[e["entry"]] = Appointment(e["entry"], e["for_on"], e["occurred_on"], is_contact(e))
        elif e["type"] == "UnpaidWorkSession":
            session = Appointment(e["entry"], e["occurred_on"], e["occurred_on"], False, session=True)
            session.became(e["outcome"], e["occurred_on"])
            found[e["entry"]] = session
    for e in sorted(entries, key=lambda e: (e["recorded_at"], e["entry"])):
        for named in names(e):
            if named in found:
                found[named].named.append(e["occurred_on"])
        about = found.get(e.get("appointment", ""))
        if about is not None and e["type"] == "AppointmentOutcomeRecorded":
            about.first_outcome = about.first_outcome or e
            about.became(e["outcome"], e["occurred_on"])
        elif about is not None and e["type"] == "AbsenceJudged":
            about.judged(e["acceptable"], e["occurred_on"])
    return list(found.values())


@dataclass(frozen=True)
class FailedDay:
    """All failures of one day, which are one: ``counts`` from a day, its time ``runs`` from a day."""

    own: date
    counts: date
    runs: date
    about: frozenset[str]


def failed_days(appointments: list[Appointment]) -> list[FailedDay]:
    """The days with a failure, in the order of the days themselves."""
    days = sorted({a.for_on for a in appointments if a.fails_from() is not None})
    found = []
    for day in days:
        same = [a for a in appointments if a.for_on == day]
        counts, runs = min((start, a.runs_from()) for a in same if (start := a.fails_from()) is not None)
        found.append(FailedDay(day, counts, runs, frozenset(a.entry for a in same if a.fails_from() is not None)))
    return found


def held(appointment: Appointment, start: date, end: date | None, stays: list[Stay]) -> bool:
    """Whether it lies in supervision and at liberty. An appointment to which the person came on the first day of custody counts."""
    day = appointment.for_on
    if day < start or (end is not None and day >= end):
        return False
    inside = [stay for stay in stays if stay.holds(day)]
    return not inside or (appointment.came and any(stay.began == day for stay in inside))
