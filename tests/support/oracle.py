"""An independent judge of the standards: slow, plain, day by day, written from the reference and not from the engine.

It shares nothing with the engine: its own bank holidays (typed in from the gazetted lists for 2003 to 2007), its own
deadlines (from ``national-standards.md``), its own idea of a file (a list of plain dictionaries), and one method only:
it lives through a case a day at a time, remembering what is owed. At the end of every day it says, clause by clause,
which duties stand and in what state.
"""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Entry = dict[str, Any]
Verdicts = Counter[tuple[date, str]]
"""The duties under one clause: (due by, state), counted."""

CLOSED_IN = {
    2003: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2004: "01-01 04-09 04-12 05-03 05-31 08-30 12-27 12-28",
    2005: "01-03 03-25 03-28 05-02 05-30 08-29 12-26 12-27",
    2006: "01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    2007: "01-01 04-06 04-09 05-07 05-28 08-27 12-25 12-26",
}
CLOSED = {date.fromisoformat(f"{year}-{day}") for year, days in CLOSED_IN.items() for day in days.split(" ")}
NEW_STANDARDS = date(2005, 4, 4)
ONE = timedelta(days=1)
ORDERS = ("community_rehabilitation_order", "community_punishment_and_rehabilitation_order", "community_order")


def working_days_after(day: date, count: int) -> date:
    """Walk forward a day at a time, counting only days on which offices are open."""
    while count:
        day += ONE
        if day.weekday() < 5 and day not in CLOSED:
            count -= 1
    return day


def months_after(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass
class Duty:
    """Something owed from ``arises``; ``window``: it cannot be made good once its time is over."""

    arises: date
    due: date
    met: date | None = None
    gone: date | None = None
    window: bool = False

    def state(self, today: date) -> str:
        if self.met is not None:
            return "met" if self.met <= self.due else "met_late"
        if self.gone is not None and self.gone <= self.due:
            return "lapsed"
        if today <= self.due:
            return "due"
        return "missed" if self.window else "overdue"


class Life:
    """One case lived through: what happens each day, what the person's risk and tier are, what is owed."""

    def __init__(self, entries: list[Entry]):
        self.entries = entries
        self.start_entry = next(e for e in entries if e["type"] == "SupervisionStarted")
        self.start: date = self.start_entry["occurred_on"]
        self.order: str = self.start_entry["order_type"]
        self.horizon: date = self.start_entry["ends_on"]
        ends = [e["occurred_on"] for e in entries if e["type"] == "SupervisionEnded"]
        self.end: date | None = min(ends, default=None)
        self.risk: str | None = None
        self.tier: int | None = self.start_entry.get("tier")
        self.mappa: int | None = None
        self.today = min(e["occurred_on"] for e in entries) - ONE
        self.owed: dict[str, list[Duty]] = {}
        self.was_high = False
        self.was_mappa = False
        self.contact: Duty | None = None
        self.contact_row: str | None = None
        self.contact_anchor: tuple[date, int] | None = None
        self.contact_ends: date | None = None
        self.review_on: date | None = None

    # ------------------------------------------------------------------ the world on a day

    def dated(self, kind: str, **wanted: Any) -> list[Entry]:
        found = [e for e in self.entries if e["type"] == kind and e["occurred_on"] == self.today]
        return [e for e in found if all(e.get(k) == v for k, v in wanted.items())]

    def so_far(self, kind: str) -> list[Entry]:
        return [e for e in self.entries if e["type"] == kind and e["occurred_on"] <= self.today]

    def failed_from(self, appointment: Entry) -> date | None:
        """The day from which an appointment counts as an unacceptable failure."""
        about = [e for e in self.entries if e.get("appointment") == appointment["entry"]]
        decisions = [e for e in about if e["type"] == "AbsenceJudged"]
        if decisions:
            return None if decisions[-1]["acceptable"] else self.on_file_from(appointment)
        outcome = self.outcome(appointment)
        if outcome in ("unacceptable_absence", "attended_failed_to_comply"):
            return self.on_file_from(appointment)
        if outcome == "awaiting_explanation":
            return max(self.on_file_from(appointment), working_days_after(appointment["for_on"], 7) + ONE)
        return None

    def on_file_from(self, appointment: Entry) -> date:
        """An appointment put down after its day is on the file from the day it was put down."""
        later: date = max(appointment["for_on"], appointment["occurred_on"])
        return later

    def outcome(self, appointment: Entry) -> str | None:
        outcomes = [
            e["outcome"]
            for e in self.entries
            if e["type"] == "AppointmentOutcomeRecorded" and e["appointment"] == appointment["entry"]
        ]
        return outcomes[-1] if outcomes else None

    @property
    def supervised(self) -> bool:
        return self.start <= self.today and (self.end is None or self.today < self.end)

    @property
    def new(self) -> bool:
        return self.today >= NEW_STANDARDS

    @property
    def high(self) -> bool:
        return self.risk in ("high", "very_high")

    # ------------------------------------------------------------------ living through it

    def live_until(self, day: date) -> dict[str, Verdicts]:
        while self.today < day:
            self.today += ONE
            self.live_a_day()
        return {clause: Counter((d.due, d.state(self.today)) for d in duties) for clause, duties in self.owed.items()}

    def live_a_day(self) -> None:
        for entry in self.dated("AssessmentCompleted"):
            self.risk = entry.get("overall_risk_of_harm", self.risk)
        for entry in self.dated("RiskLevelChanged"):
            self.risk = entry["to"]
        for entry in self.dated("TierSet"):
            self.tier = entry["tier"]
        for entry in self.dated("MappaSet"):
            self.mappa = entry["level"]
        if self.end == self.today:
            self.supervision_ends()
        if self.supervised:
            self.first_duties()
            self.reviews()
            self.standing_things()
            self.absences()
            self.breach()
        self.things_done()
        if self.supervised:
            self.contact_windows()
        self.was_high = self.high
        self.was_mappa = self.mappa in (2, 3)

    def supervision_ends(self) -> None:
        for duties in self.owed.values():
            for duty in duties:
                if duty.met is None and duty.gone is None:
                    duty.gone = self.today

    def owe(self, clause: str, due: date) -> Duty:
        duty = Duty(self.today, due)
        self.owed.setdefault(clause, []).append(duty)
        return duty

    def open(self, clause: str) -> Duty | None:
        return next((d for d in self.owed.get(clause, []) if d.met is None), None)

    def first_duties(self) -> None:
        """Risk of harm 15 (high: 5) working days; plan 15 (2005, high: 5); risk management plan 5 from becoming high."""
        if self.today == self.start:
            self.owe("risk-of-harm-assessment", working_days_after(self.today, 5 if self.high else 15))
            plan_days = 5 if self.new and self.high else 15
            self.owe("initial-supervision-plan", working_days_after(self.today, plan_days))
        if self.high and (not self.was_high or self.today == self.start):
            self.owe("risk-management-plan", working_days_after(self.today, 5))

    def reviews(self) -> None:
        """Four-monthly, 16 weeks from the start and then from each review."""
        if self.today == self.start:
            self.owe("plan-review", self.today + timedelta(weeks=16))

    def standing_things(self) -> None:
        """At high risk a countersigned assessment, at MAPPA 2 or 3 a review date, within 5 working days."""
        if self.high and (not self.was_high or self.today == self.start):
            self.owe("assessment-countersigned", working_days_after(self.today, 5))
        in_mappa = self.mappa in (2, 3)
        if in_mappa and (not self.was_mappa or self.today == self.start):
            self.owe("mappa-review-set", working_days_after(self.today, 5))

    def review_date(self) -> None:
        """The date for the next review: set in time, put off while it stands, owed again on the day it comes."""
        duties = self.owed.get("mappa-review-set", [])
        if not duties:
            return
        duty = duties[-1]
        for entry in self.dated("MappaReviewSet"):
            sensible = entry["for_on"] >= self.today and entry["for_on"] > duty.arises
            if sensible and duty.met is None:
                duty.met = self.today
                self.review_on = entry["for_on"]
            elif sensible and self.review_on is not None and self.today <= self.review_on:
                self.review_on = max(self.review_on, entry["for_on"])
        if self.supervised and self.mappa in (2, 3) and duty.met is not None and self.review_on == self.today:
            self.review_on = None
            self.owe("mappa-review-set", working_days_after(self.today, 5))

    def absences(self) -> None:
        """Every absence is decided within 7 working days."""
        for appointment in self.entries:
            if appointment["type"] == "AppointmentMade" and self.on_file_from(appointment) == self.today:
                absent = ("unacceptable_absence", "acceptable_absence", "awaiting_explanation")
                if self.outcome(appointment) in absent:
                    late = max(self.today, working_days_after(appointment["for_on"], 7))
                    duty = self.owe("absence-decision", late)
                    duty.__dict__["appointment"] = appointment["entry"]

    def breach(self) -> None:
        """Orders: the second unacceptable failure in any twelve months; licences: the third. 10 working days."""
        clause, needed = "breach-second-unacceptable-failure", 2
        if self.order == "licence":
            clause, needed = "breach-or-recall-third-failure", 3
        failures = sorted(
            (from_day, a["for_on"], a["entry"])
            for a in self.entries
            if a["type"] == "AppointmentMade"
            and (from_day := self.failed_from(a)) is not None
            and from_day <= self.today
        )
        for from_day, failed_on, _ in failures:
            if from_day != self.today or self.open(clause) is not None:
                continue
            actions = [d for d in self.actions() if d < self.today]
            counted = [
                f
                for f in failures
                if f <= (from_day, failed_on, _)
                and (not actions or f[0] > max(actions))
                and failed_on < months_after(f[1], 12)
            ]
            taken_today = any(d.met == self.today for d in self.owed.get(clause, []))
            if len(counted) >= needed and not taken_today:
                duty = self.owe(clause, max(self.today, working_days_after(failed_on, 10)))
                earlier = [d for d in self.actions() if failed_on <= d <= self.today]
                duty.met = min(earlier, default=None)

    def actions(self) -> list[date]:
        kinds = ("BreachInitiated", "RecallRequested") if self.order == "licence" else ("BreachInitiated",)
        return [e["occurred_on"] for e in self.entries if e["type"] in kinds and e["occurred_on"] <= self.today]

    def things_done(self) -> None:
        """What was done today meets what is open."""
        assessed = [e for e in self.so_far("AssessmentCompleted") if e.get("stage") == "initial"]
        planned = self.so_far("SupervisionPlanMade")
        for clause, done in (("risk-of-harm-assessment", assessed), ("initial-supervision-plan", planned)):
            duty = self.open(clause)
            if duty is not None and done:
                duty.met = min(e["occurred_on"] for e in done)
        for clause, kind in (
            ("risk-management-plan", "RiskManagementPlanMade"),
            ("assessment-countersigned", "AssessmentCountersigned"),
        ):
            for duty in self.owed.get(clause, []):
                if duty.met is None and self.dated(kind):
                    duty.met = self.today
        self.review_date()
        self.risk_fell()
        for duty in self.owed.get("absence-decision", []):
            if duty.met is None and self.decided(duty.__dict__["appointment"]):
                duty.met = max(self.today, duty.arises)
        for clause in ("breach-second-unacceptable-failure", "breach-or-recall-third-failure"):
            open_duty = self.open(clause)
            if open_duty is not None and self.today in self.actions():
                open_duty.met = self.today
        review = self.open("plan-review")
        if review is not None and self.today > review.arises and self.dated("SupervisionPlanReviewed"):
            review.met = self.today
            if self.supervised:
                self.owe("plan-review", self.today + timedelta(weeks=16))

    def risk_fell(self) -> None:
        """What is owed only at high risk, or in MAPPA, is owed no more once that has passed."""
        for clause, holds in (
            ("risk-management-plan", self.high),
            ("assessment-countersigned", self.high),
            ("mappa-review-set", self.mappa in (2, 3)),
        ):
            for duty in self.owed.get(clause, []):
                if not holds and duty.met is None and duty.gone is None:
                    duty.gone = self.today

    def decided(self, appointment: str) -> bool:
        for e in self.entries:
            if e.get("appointment") != appointment or e["occurred_on"] > self.today:
                continue
            made = next(a for a in self.entries if a["entry"] == appointment)
            if e["occurred_on"] < made["for_on"]:
                continue
            if e["type"] == "AbsenceJudged" or e.get("outcome") in ("acceptable_absence", "unacceptable_absence"):
                return True
        return False

    # ------------------------------------------------------------------ contact, window by window

    def contact_windows(self) -> None:
        if self.today >= self.horizon:
            if self.contact is not None and self.contact.met is None and self.contact.gone is None:
                self.contact.gone = self.horizon
            return
        row = self.row()
        if self.contact_row is not None and row != self.contact_row and self.contact is not None:
            if self.contact.met is None:
                self.contact.gone = self.today
            self.contact, self.contact_ends, self.contact_anchor = None, None, None
        if self.contact_ends is not None and self.today >= self.contact_ends:
            self.contact = None
        if self.contact is None:
            self.contact_ends = self.window_end()
            self.contact = Duty(self.today, self.contact_ends - ONE, window=True)
            self.owed.setdefault("contact-frequency", []).append(self.contact)
        self.contact_row = row
        if self.contact.met is None and self.appointment_today():
            self.contact.met = self.today

    def row(self) -> str:
        """Which line of the printed table the case is on today."""
        if not self.new:
            return "2002 licence" if self.order == "licence" else "2002 order"
        if self.high:
            return "2005 high"
        if self.tier in (1, 2):
            return "2005 tiers 1 and 2"
        return "2005 tiers 3 and 4" if self.tier else "2005 no tier"

    def window_end(self) -> date:
        """The first day after the window that opens today: a week, two weeks, or a month (kept to the same day)."""
        weeks = {
            "2002 order": ((84, 7), (168, 14)),
            "2002 licence": ((28, 7), ((months_after(self.start, 3) - self.start).days, 14)),
            "2005 high": ((10**6, 7),),
            "2005 tiers 1 and 2": ((112, 14),),
            "2005 tiers 3 and 4": ((112, 7), (224, 14)),
            "2005 no tier": ((112, 7), (224, 14)),
        }[self.row()]
        days_in = (self.today - self.start).days
        for until, length in weeks:
            if days_in < until:
                return self.today + timedelta(days=length)
        anchor, number = self.contact_anchor or (self.today, 0)
        self.contact_anchor = (anchor, number + 1)
        return months_after(anchor, number + 1)

    def appointment_today(self) -> bool:
        return any(
            max(e["for_on"], e["occurred_on"]) == self.today
            for e in self.entries
            if e["type"] == "AppointmentMade" and e.get("national_standards", True) and self.outcome(e) != "rescheduled"
        )
