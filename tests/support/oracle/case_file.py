"""The file of one case, as the oracle reads it: entries by day, appointments that count, custody as known on a day."""

from datetime import date, timedelta
from typing import Any

from tests.support.oracle.appointments import Appointment, appointments_on_file, failed_days, held
from tests.support.oracle.stays import Stay, as_one, in_order, stays_on_file

Entry = dict[str, Any]
LEVELS = ("low", "medium", "high", "very_high")
HIGH = ("high", "very_high")
OLD_WORK = timedelta(days=112)
"""An assessment or plan made longer than this before the start counts only once it is reviewed."""

CUSTODY = ("CustodyStarted", "CustodyEnded", "RecallDecided")
ANSWERS = ("WarningGiven", "BreachInitiated", "RecallRequested", "BreachDecided", "RecallDecided")
STATES = ("AssessmentCompleted", "RiskLevelChanged", "TierSet", "MappaSet", "CaseAllocated")


def level_of(assessment: Entry) -> str | None:
    """The overall level of risk of harm, or else the highest to any group."""
    groups = assessment.get("risk_of_harm")
    highest = max(groups.values(), key=LEVELS.index) if groups else None
    return assessment.get("overall_risk_of_harm") or highest


class CaseFile:
    """All entries of one case and what follows from all of them, whatever the day."""

    def __init__(self, entries: list[Entry]):
        self.entries = in_order(entries)
        self.begun = self.of("SupervisionStarted")[0]
        self.start: date = self.begun["occurred_on"]
        self.order: str = self.begun["order_type"]
        self.last_day: date = self.begun.get("ends_on") or date(self.start.year + 30, 1, 1)
        ended = self.of("SupervisionEnded")
        self.end: date | None = ended[0]["occurred_on"] if ended else None
        self.end_reason: str = ended[0]["reason"] if ended else ""
        self.custody = self.of(*CUSTODY)
        self.custody_days = stays_on_file(self.custody, date.max)
        self.answers = self.of(*ANSWERS)
        self.states = self.of(*STATES)
        self.appointments = appointments_on_file(self.entries)
        self.counting = [a for a in self.appointments if held(a, self.start, self.end, self.custody_days)]
        self.failures = failed_days(self.counting)
        self.offered_on = {
            a.for_on for a in self.counting if a.contact and a.outcome != "rescheduled" and a.counts_from() is not None
        }
        self.by_kind: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self.by_kind.setdefault(entry["type"], []).append(entry)

    def of(self, *kinds: str) -> list[Entry]:
        return [e for e in self.entries if e["type"] in kinds]

    def on(self, kind: str, day: date) -> list[Entry]:
        return [e for e in self.by_kind.get(kind, []) if e["occurred_on"] == day]

    def done(self, kind: str, day: date) -> list[Entry]:
        """What was done on a day. On the first day of supervision: also what was done before it."""
        if day != self.start:
            return self.on(kind, day)
        return [e for e in self.by_kind.get(kind, []) if e["occurred_on"] <= day]

    def old(self, entry: Entry) -> bool:
        too_old: bool = entry["occurred_on"] < self.start - OLD_WORK
        return too_old

    def stays(self, day: date) -> list[Stay]:
        """Custody as the file told it by the end of a day; stays that are nearly one are one."""
        return as_one(stays_on_file(self.custody, day))

    def custody_begins(self, day: date) -> bool:
        return any(stay.began == day for stay in stays_on_file(self.custody, day))

    def is_held(self, appointment: Appointment) -> bool:
        return held(appointment, self.start, self.end, self.custody_days)
