"""Messy histories of one case: what was done and what happened to a person, in any order that files really have.

``messy(seed)``: the same entries for the same seed. Entries are plain dictionaries (``tests.support.plain_entries``).
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from tests.support.plain_entries import ELSEWHERE, PLACE, Pages, Plain

ORDERS = ("community_order", "community_rehabilitation_order", "suspended_sentence_order", "licence")
LEVELS = ("low", "medium", "high", "very_high")
EDITION = date(2005, 4, 4)
LONGEST = 420
"""Days from the start within which almost everything happens."""

OUTCOMES = (
    ("attended_complied",) * 4
    + ("unacceptable_absence",) * 4
    + ("acceptable_absence", "awaiting_explanation", "awaiting_explanation", "attended_failed_to_comply")
    + ("rescheduled", "sent_home")
)
MISSED = ("unacceptable_absence", "acceptable_absence", "awaiting_explanation")


class Mess:
    """One history being made. ``r``: chance."""

    def __init__(self, seed: int | str):
        self.r = Random(seed)
        self.pages = Pages()
        self.start = date(2003, 2, 1) + timedelta(days=self.r.randrange(1200))
        if self.r.random() < 0.4:
            self.start = EDITION - timedelta(days=self.r.randrange(200))
        self.order = self.r.choice(ORDERS)
        self.plan: str | None = None
        self.assessments: list[str] = []
        self.appointments: list[tuple[str, date]] = []

    def chance(self, share: float) -> bool:
        return self.r.random() < share

    def day(self, lowest: int = 0, highest: int = LONGEST) -> date:
        """A day so far from the start; never the one on which the edition changes, when a row may change for two reasons."""
        on = self.start + timedelta(days=self.r.randint(lowest, highest))
        return on + timedelta(days=1) if on == EDITION else on

    def recorded(self, on: date) -> dict[str, Any]:
        """The time of recording: of the day, or some days late; at times the hour at which it happened is given."""
        late = self.r.choice((0, 0, 0, 1, 2, 9, 40)) if self.chance(0.5) else 0
        second = len(self.pages.entries)
        instant = datetime.combine(on, time(8 + self.r.randrange(10)), UTC) + timedelta(days=late, seconds=second)
        fields: dict[str, Any] = {"recorded": instant}
        if self.chance(0.15):
            fields["occurred_at"] = datetime.combine(on, time(8 + self.r.randrange(10), second % 60), UTC)
        return fields

    def add(self, kind: str, on: date, /, **fields: Any) -> str:
        return self.pages.add(kind, on, **(self.recorded(on) | fields))

    # ------------------------------------------------------------------ the order

    def begin(self) -> None:
        ends = self.r.choice((None, 120, 300, 365, 700))
        tier = self.r.choice((None, 1, 2, 3, 4, 3))
        fields: dict[str, Any] = {"tier": tier} if tier else {}
        if ends:
            fields["ends_on"] = self.start + timedelta(days=ends)
        self.pages.start(self.start, self.order, **fields)

    def finish(self) -> None:
        reason = self.r.choice(("completed", "revoked", "recalled", "expired", "transferred_out", "died"))
        self.add("SupervisionEnded", self.day(1, LONGEST + 60), reason=reason)

    # ------------------------------------------------------------------ states

    def risk(self) -> None:
        on = self.day(-30)
        for _ in range(self.r.choice((1, 1, 1, 2))):
            if self.chance(0.5):
                self.assess(on)
            else:
                level = self.r.choice(LEVELS)
                self.add("RiskLevelChanged", on, **{"from": self.r.choice(LEVELS), "to": level, "reason": "r"})

    def assess(self, on: date | None = None) -> None:
        on = on or self.day(self.r.choice((-180, -20, 0, 0)), self.r.choice((30, LONGEST)))
        how = self.recorded(on)
        if self.chance(0.1):
            how["risk_of_harm"] = None
        stage = self.r.choice(("initial", "initial", "review", "review", "termination"))
        made = self.pages.assess(on, self.r.choice(LEVELS), stage, **how)
        entry = self.pages.entries[-1]
        if entry["risk_of_harm"] is None:
            del entry["risk_of_harm"]
        self.assessments.append(made)
        if self.chance(0.5):
            self.add(
                "AssessmentCountersigned",
                on + timedelta(days=self.r.choice((0, 1, 4, 7, 8, 20))),
                assessment=made,
                by=self.r.choice(("M", "M", "M", "Jo")),
                grade=self.r.choice(("spo", "spo", "senior_practitioner", "po")),
            )

    def tier(self) -> None:
        on = self.day()
        for _ in range(self.r.choice((1, 1, 4))):
            self.add("TierSet", on, tier=self.r.randint(1, 4))
            on += timedelta(days=self.r.choice((1, 2, 6, 9)))
            on += timedelta(days=on == EDITION)

    def mappa(self) -> None:
        on = self.day(-20)
        self.add("MappaSet", on, category=1, level=self.r.choice((1, 2, 2, 3)))
        for _ in range(self.r.randrange(4)):
            on += timedelta(days=self.r.choice((0, 1, 5, 8, 30, 84)))
            if self.chance(0.6):
                self.add("MappaReviewSet", on, for_on=on + timedelta(days=self.r.choice((0, 1, 14, 60))))
            else:
                self.add("MappaMeetingHeld", on, level=2)

    # ------------------------------------------------------------------ custody and places

    def custody(self) -> None:
        on = self.day()
        for _ in range(self.r.choice((1, 1, 1, 2, 3, 6))):
            if self.chance(0.25) and self.order == "licence":
                self.add("RecallDecided", on, outcome="recalled")
                if self.chance(0.5):
                    self.add("CustodyStarted", on + timedelta(days=self.r.randrange(3)), reason="recall")
            else:
                self.add("CustodyStarted", on, reason=self.r.choice(("remand", "remand", "sentence", "recall")))
            if self.chance(0.1):
                return
            on += timedelta(days=self.r.choice((0, 1, 3, 3, 5, 10, 27, 28, 29, 60)))
            on += timedelta(days=on == self.start)
            self.add("CustodyEnded", on)
            on += timedelta(days=self.r.choice((0, 1, 1, 2, 3, 4, 4, 10, 50)))

    def transfer(self) -> None:
        on = self.day(1)
        places = [ELSEWHERE, PLACE, PLACE | {"area": "Gloucestershire and Wiltshire"}, PLACE | {"officer": "Di"}]
        for _ in range(self.r.choice((1, 2, 3))):
            self.add("CaseAllocated", on, **self.r.choice(places))
            on += timedelta(days=self.r.choice((0, 1, 3, 7, 8, 30)))

    # ------------------------------------------------------------------ contact and enforcement

    def appointment(self, on: date | None = None) -> None:
        on = on or self.day(self.r.choice((-5, 0, 0, 0)), LONGEST + 20)
        made = on - timedelta(days=self.r.choice((0, 1, 7, 7, 14))) if self.chance(0.85) else on + timedelta(days=3)
        fields: dict[str, Any] = {"contact_type": self.r.choice(("office", "office", "home_visit", "programme"))}
        if self.chance(0.15):
            fields["national_standards"] = self.chance(0.3)
        entry = self.add("AppointmentMade", made, for_on=on, **fields)
        self.appointments.append((entry, on))
        if self.chance(0.9):
            self.series(entry, on, made)

    def series(self, entry: str, on: date, made: date) -> None:
        """What became of an appointment: one outcome, or several, and decisions."""
        outcome = self.r.choice(OUTCOMES)
        when = on
        if outcome in ("rescheduled", "acceptable_absence") and made < on and self.chance(0.4):
            when = on - timedelta(days=1)
        instant = datetime.combine(max(when, made), time(18), UTC) + timedelta(
            days=self.r.choice((0, 0, 0, 1, 3, 5)), seconds=len(self.pages.entries)
        )
        self.pages.add("AppointmentOutcomeRecorded", when, recorded=instant, appointment=entry, outcome=outcome)
        if outcome not in MISSED and not (outcome == "attended_failed_to_comply" and self.chance(0.3)):
            return
        day = max(on, when)
        for _ in range(self.r.choice((0, 0, 1, 1, 2, 3))):
            day += timedelta(days=self.r.choice((0, 1, 3, 8, 9, 12, 24)))
            instant = max(instant, datetime.combine(day, time(18), UTC)) + timedelta(minutes=1)
            if self.chance(0.8):
                acceptable = self.chance(0.5)
                self.pages.add(
                    "AbsenceJudged", day, recorded=instant, appointment=entry, acceptable=acceptable, reason="r"
                )
            else:
                again = ("attended_complied",) if outcome not in MISSED else (*MISSED, "attended_complied")
                last = self.r.choice(again)
                self.pages.add("AppointmentOutcomeRecorded", day, recorded=instant, appointment=entry, outcome=last)
                if last == "attended_complied":
                    return

    def weekly(self) -> None:
        """Seen, or at least expected, at intervals for a while."""
        on = self.day(0, 200)
        step = self.r.choice((3, 7, 7, 7, 14, 30))
        for _ in range(self.r.randint(3, 20)):
            self.appointment(on + timedelta(days=self.r.choice((0, 0, 0, 1, -1, 0))))
            on += timedelta(days=step)

    def enforce(self) -> None:
        """Letters, warnings, breach and recall, and what was decided of them."""
        if not self.appointments:
            return
        entry, missed_on = self.r.choice(self.appointments)
        on = missed_on + timedelta(days=self.r.choice((0, 1, 2, 5, 9, 14, 15, 40)))
        kind = self.r.choice(("letter", "warning", "warning", "action", "action", "decided"))
        others = [e for e, day in self.appointments if day <= on]
        named = sorted({entry, self.r.choice(others)})
        if kind == "letter":
            self.add("ContactLogged", on, contact_type="letter", about=entry)
        elif kind == "warning":
            self.add("WarningGiven", on, appointments=named, stage="first")
        elif kind == "decided":
            self.add("BreachDecided", on, outcome="order_continues")
        else:
            self.act(on, named)

    def act(self, on: date, named: list[str]) -> None:
        decided = on + timedelta(days=self.r.choice((0, 1, 10, 42)))
        if self.order == "licence" and self.chance(0.6):
            self.add("RecallRequested", on, reason="r")
            if self.chance(0.7):
                outcome = self.r.choice(("recalled", "not_recalled", "warned"))
                self.add("RecallDecided", decided, outcome=outcome)
        else:
            self.add("BreachInitiated", on, appointments=named)
            if self.chance(0.7):
                self.add("BreachDecided", decided, outcome=self.r.choice(("order_continues", "not_proved")))

    # ------------------------------------------------------------------ plans, reports, oversight

    def plans(self) -> None:
        if self.plan is None or self.chance(0.3):
            on = self.day(self.r.choice((-160, -20, 0, 0)), self.r.choice((30, LONGEST)))
            how = self.recorded(on)
            if self.chance(0.2):
                how["kind"] = "sentence_plan"
            self.plan = self.pages.plan(on, **how)
        for _ in range(self.r.randrange(4)):
            self.add("SupervisionPlanReviewed", self.day(), plan=self.plan)

    def risk_plan(self) -> None:
        plan = self.add("RiskManagementPlanMade", self.day(-20))
        for _ in range(self.r.randrange(3)):
            self.add("RiskManagementPlanReviewed", self.day(), plan=plan)

    def oversight(self) -> None:
        for _ in range(self.r.randint(1, 3)):
            grade = self.r.choice(("spo", "spo", "senior_practitioner", "po"))
            self.add("OversightRecorded", self.day(), kind="case_discussion", by="M", grade=grade)

    def court(self) -> None:
        on = self.day()
        report = self.add("CourtReportRequested", on, kind="psr", due_on=on + timedelta(days=self.r.randint(1, 30)))
        if self.chance(0.6):
            self.add("CourtReportProvided", on + timedelta(days=self.r.randint(0, 40)), report=report)

    def dispense(self) -> None:
        """Somebody dispenses with a clause for a while, from that day or a later one; at times it is called off."""
        on = self.day(0)
        first = on + timedelta(days=self.r.choice((0, 0, 1, 7, 30)))
        last = first + timedelta(days=self.r.choice((0, 1, 6, 13, 27, 90)))
        clause = self.r.choice(
            ("contact-frequency", "contact-frequency", "initial-supervision-plan", "plan-review", "warning")
        )
        given = self.add("DispensationGiven", on, clause=clause, from_on=first, to_on=last, reason="r", by="M")
        if self.chance(0.3):
            self.add("DispensationEnded", first + timedelta(days=self.r.choice((0, 1, 5, 20))), dispensation=given)

    def withdraw(self) -> None:
        others = [e for e in self.pages.entries if e["type"] not in ("SupervisionStarted",)]
        subject = self.r.choice(others)
        instant = subject["recorded_at"] + timedelta(days=self.r.choice((0, 1, 20)), seconds=30)
        self.pages.add("EntryWithdrawn", subject["occurred_on"], recorded=instant, of=subject["entry"], reason="r")


USUAL = (Mess.weekly, Mess.weekly, Mess.appointment, Mess.enforce, Mess.risk, Mess.assess, Mess.plans, Mess.custody)
OTHERS = (Mess.tier, Mess.mappa, Mess.transfer, Mess.risk_plan, Mess.oversight, Mess.court)


def messy(seed: int | str) -> list[Plain]:
    """The entries of one history, as they stand on the file, withdrawals among them."""
    mess = Mess(seed)
    mess.begin()
    for _ in range(mess.r.choice((3, 6, 10, 16, 24))):
        mess.r.choice(USUAL * 2 + OTHERS)(mess)
    if mess.chance(0.4):
        mess.finish()
    mess.r = Random(f"dispense {seed}")
    for _ in range(mess.r.choice((0, 0, 1, 2))):
        mess.dispense()
    mess.r = Random(f"withdraw {seed}")
    for _ in range(mess.r.choice((0, 0, 1, 3))):
        if len(mess.pages.entries) > 1:
            mess.withdraw()
    return mess.pages.entries
