"""A case lived through a day at a time: what holds, what is owed, what is done, and at the end of the day what stands."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.support.oracle.appointments import Appointment, appointments_on_file, failed_days, held
from tests.support.oracle.breach import counted, reached, rule_of, undecided
from tests.support.oracle.contact import Windows, row_of
from tests.support.oracle.days import NEW_STANDARDS, ONE
from tests.support.oracle.duties import Clock, Duty, Verdicts
from tests.support.oracle.stays import Stay, as_one, in_order, stays_on_file

Entry = dict[str, Any]
LEVELS = ("low", "medium", "high", "very_high")
HIGH = ("high", "very_high")
FIRST_CONTACTS = ("first-contact", "contact-after-release", "transfer-first-contact")
MANAGERS = ("spo", "senior_practitioner")
OLD_WORK = timedelta(days=112)
"""An assessment or plan made longer than this before the start counts only once it is reviewed."""


def level_of(assessment: Entry) -> str | None:
    """The overall level of risk of harm, or else the highest to any group."""
    groups = assessment.get("risk_of_harm")
    highest = max(groups.values(), key=LEVELS.index) if groups else None
    return assessment.get("overall_risk_of_harm") or highest


class Life:
    """One case. ``live_until`` a day, then ask; days are asked in their order."""

    def __init__(self, entries: list[Entry]):
        self.entries = in_order(entries)
        begun = next(e for e in self.entries if e["type"] == "SupervisionStarted")
        self.start: date = begun["occurred_on"]
        self.order: str = begun["order_type"]
        self.last_day: date = begun.get("ends_on") or date(self.start.year + 30, 1, 1)
        ended = [e for e in self.entries if e["type"] == "SupervisionEnded"]
        self.end: date | None = min((e["occurred_on"] for e in ended), default=None)
        self.end_reason: str = next((e["reason"] for e in ended if e["occurred_on"] == self.end), "")
        self.stays_in_all = stays_on_file(self.entries, date.max)
        self.appointments = appointments_on_file(self.entries)
        self.counting = [a for a in self.appointments if held(a, self.start, self.end, self.stays_in_all)]
        self.failures = failed_days(self.counting)
        self.rule = rule_of(self.order)
        self.risk: str | None = None
        self.tier: int | None = begun.get("tier")
        self.mappa: int | None = None
        self.place = (begun["area"], begun["team"], begun["officer"])
        self.before: dict[str, Any] = {}
        self.review_on: date | None = None
        self.owed: dict[str, list[Duty]] = {}
        self.windows = Windows(self.start)
        self.today = min(e["occurred_on"] for e in self.entries) - ONE

    # ------------------------------------------------------------------ the world on a day

    def done(self, kind: str) -> list[Entry]:
        """What was done today. On the first day of supervision: also what was done before it."""
        return [
            e
            for e in self.entries
            if e["type"] == kind
            and (e["occurred_on"] == self.today or (self.today == self.start and e["occurred_on"] < self.start))
        ]

    @property
    def supervised(self) -> bool:
        return self.start <= self.today and (self.end is None or self.today < self.end)

    @property
    def may_arise(self) -> bool:
        return self.supervised and self.today <= self.last_day

    @property
    def high(self) -> bool:
        return self.risk in HIGH

    @property
    def in_mappa(self) -> bool:
        return self.mappa in (2, 3)

    @property
    def stays(self) -> list[Stay]:
        return as_one(stays_on_file(self.entries, self.today))

    def old(self, entry: Entry) -> bool:
        too_old: bool = entry["occurred_on"] < self.start - OLD_WORK
        return too_old

    def live_until(self, day: date) -> dict[str, Verdicts]:
        """What stands at the end of a day: under each clause, how many duties with which due day in which state."""
        while self.today < day:
            self.today += ONE
            self.live_a_day()
        return {clause: Counter((d.due, d.state(day)) for d in duties) for clause, duties in self.all_duties().items()}

    def all_duties(self) -> dict[str, list[Duty]]:
        return self.owed | {"contact-frequency": [window.duty for window in self.windows.laid]}

    def live_a_day(self) -> None:
        self.before = {"risk": self.risk, "tier": self.tier, "mappa": self.in_mappa, "high": self.high}
        moved = self.what_holds()
        if self.supervised:
            self.standing_states(moved)
        if self.may_arise:
            self.what_arises(moved)
        self.what_is_done()
        self.what_ends(moved)
        for duties in self.owed.values():
            for duty in duties:
                duty.set_due(self.stays, self.today)
        self.contact()

    def what_holds(self) -> bool:
        """The states at the end of today: the last entry of the day stands. Whether the case moved to another area."""
        place = self.place
        for e in self.entries:
            if e["occurred_on"] != self.today:
                continue
            if e["type"] == "AssessmentCompleted":
                self.risk = level_of(e) or self.risk
            elif e["type"] == "RiskLevelChanged":
                self.risk = e["to"]
            elif e["type"] == "TierSet":
                self.tier = e["tier"]
            elif e["type"] == "MappaSet":
                self.mappa = e["level"]
            elif e["type"] == "CaseAllocated":
                place = (e["area"], e["team"], e["officer"])
        moved = place[0] != self.place[0] and place[1:] != self.place[1:]
        self.place = place
        return moved

    # ------------------------------------------------------------------ what is owed from today

    def owe(self, clause: str, clock: Clock, **how: Any) -> Duty:
        duty = Duty(self.today, clock, **how)
        duty.set_due(self.stays, self.today - ONE)
        self.owed.setdefault(clause, []).append(duty)
        return duty

    def standing_states(self, moved: bool) -> None:
        """A duty towards a place ends when the case moves on."""
        for duty in self.owed.get("transfer-first-contact", []):
            if moved:
                duty.end(self.today)
                duty.closed = True

    def what_arises(self, moved: bool) -> None:
        if self.today == self.start:
            self.starts()
        self.releases()
        if moved and self.today > self.start:
            self.owe("transfer-first-contact", Clock(5), pauses=True)
        self.risk_states()
        self.mappa_states()
        self.enforcement()
        for e in self.entries:
            if e["type"] == "CourtReportRequested" and e["occurred_on"] == self.today:
                self.owe("court-report", Clock(on=e["due_on"]), about=e["entry"])
        self.outcomes_to_record()

    def starts(self) -> None:
        days = 1 if self.order in ("licence", "drug_treatment_and_testing_order") else 5
        if days == 5 and self.high and self.today >= NEW_STANDARDS:
            days = 2
        self.owe("first-contact", Clock(days), pauses=True)
        self.assess_and_plan(again=False)
        self.owe("plan-review", Clock(weeks=16), pauses=True)
        self.owe("risk-of-harm-review", Clock(weeks=16), pauses=True)

    def assess_and_plan(self, again: bool) -> None:
        """Risk of harm in 15 working days (high: 5), the plan in 15 (from 2005, high: 5)."""
        self.owe("risk-of-harm-assessment", Clock(5 if self.high else 15), pauses=True, again=again)
        soon = self.high and self.today >= NEW_STANDARDS
        self.owe("initial-supervision-plan", Clock(5 if soon else 15), pauses=True, again=again)

    def releases(self) -> None:
        """First contact after a sentence or a long stay; assessment and plan again after a long sentence."""
        for stay in self.stays:
            if stay.released != self.today:
                continue
            if stay.sentenced or stay.long:
                self.owe("contact-after-release", Clock(1))
            if stay.sentenced and stay.long:
                self.assess_and_plan(again=True)

    def risk_states(self) -> None:
        begins = self.high and (not self.before["high"] or self.today == self.start)
        old_level = self.before["risk"]
        changed = old_level is not None and old_level != self.risk and self.today > self.start
        if begins:
            self.owe("risk-management-plan", Clock(5), pauses=True, by_release=True)
            self.owe("management-oversight", Clock(weeks=16))
        if changed:
            self.owe("risk-of-harm-review-after-change", Clock(5))
        if changed and self.high:
            self.owe("risk-management-plan-after-change", Clock(5), pauses=True, by_release=True)
        for e in self.done("AssessmentCompleted"):
            if level_of(e) in HIGH and not self.old(e):
                self.owe("assessment-countersigned", Clock(5), about=e)

    def mappa_states(self) -> None:
        if self.in_mappa and (not self.before["mappa"] or self.today == self.start):
            self.review_on = None
            self.owe("mappa-review-set", Clock(5))
            self.owe("mappa-meeting", self.meeting_clock())

    def meeting_clock(self) -> Clock:
        return Clock(weeks=6 if self.mappa == 3 else 12)

    def enforcement(self) -> None:
        for day in sorted({a.for_on for a in self.counting if a.absent}):
            same = [a for a in self.counting if a.for_on == day and a.absent]
            if min((c for a in same if (c := a.counts_from())), default=None) == self.today:
                self.owe("absence-decision", Clock(7), runs_from=day, about=same)
        for failure in self.failures:
            if failure.counts == self.today and not undecided(self.entries, failure.own):
                self.owe("warning", Clock(10), runs_from=failure.runs, about=failure)
        self.breach()

    def breach(self) -> None:
        """The second or third failure counts from today: action is owed, unless it is owed already or under way."""
        open_duty = any(d.met is None and d.gone is None for d in self.owed.get(self.rule.clause, []))
        new = [f for f in self.failures if f.counts == self.today]
        if not new or open_duty or undecided(self.entries, self.today):
            return
        group = reached(self.rule, counted(self.entries, self.failures, self.today))
        if group:
            self.owe(self.rule.clause, Clock(10), runs_from=max(f.runs for f in group), about=group[-1])

    def outcomes_to_record(self) -> None:
        """For each appointment: on its day, or when it was rescheduled or excused before that."""
        for a in self.appointments:
            first = a.first_outcome
            early = first is not None and first["outcome"] in ("rescheduled", "acceptable_absence")
            arises = min(a.for_on, first["occurred_on"]) if early and first else a.for_on
            if arises != self.today or a.session or not self.at_liberty(a, arises):
                continue
            self.owe("recording", Clock(1), about=first)

    def at_liberty(self, appointment: Appointment, day: date) -> bool:
        inside = [stay for stay in self.stays_in_all if stay.holds(day)]
        return not inside or (appointment.attended and any(stay.began == day for stay in inside))

    # ------------------------------------------------------------------ what is done today

    def meet(self, clause: str, done: Callable[[Duty], bool], later: bool = False) -> list[Duty]:
        """Meet each open duty that today's work answers. ``later``: what was done on the day it arose does not count."""
        met = []
        for duty in self.owed.get(clause, []):
            if duty.can_be_met(self.today) and not (later and duty.arises == self.today) and done(duty):
                duty.met = self.today
                met.append(duty)
        return met

    def what_is_done(self) -> None:
        if any(a.contact and a.for_on == self.today and self.offered(a) for a in self.counting):
            for clause in FIRST_CONTACTS:
                self.meet(clause, lambda duty: True)
        if self.today < self.start:
            return
        assessed = self.assessment_and_plan_done()
        self.chain("plan-review", bool(self.today_only("SupervisionPlanReviewed")) or assessed["plan"])
        reviewed = [e for e in self.today_only("AssessmentCompleted") if e["stage"] in ("review", "termination")]
        self.chain("risk-of-harm-review", any(e.get("risk_of_harm") for e in reviewed) or assessed["risk"])
        self.risk_work()
        self.mappa_work()
        self.enforced()
        for e in self.today_only("CourtReportProvided"):
            self.meet("court-report", lambda duty, e=e: duty.about == e["report"])  # type: ignore[misc]
        self.meet("termination-review", lambda duty: bool(self.today_only("SupervisionPlanReviewed")))

    def today_only(self, kind: str) -> list[Entry]:
        return [e for e in self.done(kind) if e["occurred_on"] == self.today]

    def offered(self, appointment: Appointment) -> bool:
        return appointment.outcome != "rescheduled" and appointment.counts_from() is not None

    def assessment_and_plan_done(self) -> dict[str, bool]:
        """What meets those of the start, and those owed again after release; whether one of the latter was met."""
        risk = [e for e in self.done("AssessmentCompleted") if e.get("risk_of_harm") and not self.old(e)]
        old_risk = [
            e for e in self.entries if e["type"] == "AssessmentCompleted" and self.old(e) and e.get("risk_of_harm")
        ]
        stages = ("initial", "review") if old_risk else ("initial",)
        first_risk = [e for e in risk if e["occurred_on"] < self.start or e["stage"] in stages]
        plans = [e for e in self.done("SupervisionPlanMade") if not self.old(e)]
        kinds = ("initial_supervision_plan", "sentence_plan")
        first_plans = [e for e in plans if e["occurred_on"] < self.start or e.get("kind", kinds[0]) in kinds]
        reviews = self.done("SupervisionPlanReviewed")
        old_plans = [e["entry"] for e in self.entries if e["type"] == "SupervisionPlanMade" and self.old(e)]
        old_reviewed = [e for e in reviews if e["plan"] in old_plans and not self.old(e)]
        risk_met = self.meet("risk-of-harm-assessment", lambda d: bool(risk if d.again else first_risk))
        plan_met = self.meet(
            "initial-supervision-plan",
            lambda d: bool(plans or reviews) if d.again else bool(first_plans or old_reviewed),
        )
        return {"risk": any(d.again for d in risk_met), "plan": any(d.again for d in plan_met)}

    def chain(self, clause: str, done: bool, goes_on: bool = True, clock: Clock | None = None, **how: Any) -> None:
        """A duty at regular intervals: once met, the next is owed from that day."""
        last = self.owed.get(clause, [None])[-1]  # type: ignore[list-item]
        met = self.meet(clause, lambda duty: done, later=True)
        if goes_on and self.may_arise and any(duty is last for duty in met):
            pauses = clause in ("plan-review", "risk-of-harm-review")
            self.owe(clause, clock or Clock(weeks=16), pauses=pauses, **how)

    def risk_work(self) -> None:
        made = [e for e in self.done("RiskManagementPlanMade") if not self.old(e)]
        reviewed = self.done("RiskManagementPlanReviewed")
        self.meet("risk-management-plan", lambda duty: bool(made))
        self.meet("risk-management-plan-after-change", lambda duty: bool(made or reviewed))
        assessed = [e for e in self.done("AssessmentCompleted") if e.get("risk_of_harm")]
        self.meet("risk-of-harm-review-after-change", lambda duty: bool(assessed))
        for e in self.done("AssessmentCountersigned"):
            self.meet("assessment-countersigned", lambda duty, e=e: self.signs(e, duty.about))  # type: ignore[misc]
        overseen = any(e["grade"] in MANAGERS for e in self.today_only("OversightRecorded"))
        self.chain("management-oversight", overseen, self.high)

    @staticmethod
    def signs(signature: Entry, assessment: Any) -> bool:
        """Another person's, of an entitled grade, naming this assessment."""
        entitled = signature["grade"] in MANAGERS and signature["by"] != assessment["assessor"]
        names: bool = signature["assessment"] == assessment["entry"]
        return entitled and names and signature["occurred_on"] >= assessment["occurred_on"]

    def mappa_work(self) -> None:
        held_today = bool(self.today_only("MappaMeetingHeld"))
        self.chain("mappa-meeting", held_today, self.in_mappa, self.meeting_clock())
        duties = self.owed.get("mappa-review-set", [])
        for e in self.done("MappaReviewSet") if duties else []:
            duty = duties[-1]
            if e["for_on"] < self.today or e["for_on"] <= duty.arises:
                continue
            if duty.can_be_met(self.today):
                duty.met = self.today
                self.review_on = e["for_on"]
            elif self.review_on is not None:
                self.review_on = e["for_on"]
        if self.may_arise and self.in_mappa and self.review_on == self.today:
            self.review_on = None
            self.owe("mappa-review-set", Clock(5))

    def enforced(self) -> None:
        """Decisions, warnings and actions. Those of earlier days count where the duty arises only today."""
        for duty in self.owed.get("absence-decision", []):
            decisions = [on for a in duty.about for on in a.decisions]  # type: ignore[attr-defined]
            if duty.can_be_met(self.today) and any(on <= self.today for on in decisions):
                duty.met = self.today
        for duty in self.owed.get("warning", []):
            if duty.can_be_met(self.today) and any(self.answers(e, duty.about) for e in self.entries):
                duty.met = self.today
        self.meet("recording", lambda duty: self.recorded(duty.about))
        acted = [e for e in self.entries if e["type"] in self.rule.answers and e["occurred_on"] == self.today]
        self.meet(self.rule.clause, lambda duty: bool(acted))

    def recorded(self, first_outcome: Any) -> bool:
        return first_outcome is not None and first_outcome["recorded_at"].date() <= self.today

    def answers(self, entry: Entry, failure: Any) -> bool:
        """A warning or breach that names a failure of that day, or a request for recall, since that day."""
        if not failure.own <= entry["occurred_on"] <= self.today:
            return False
        if entry["type"] == "RecallRequested":
            return True
        named = entry["appointments"] if entry["type"] in ("WarningGiven", "BreachInitiated") else []
        return bool(failure.about.intersection(named))

    # ------------------------------------------------------------------ what ends today

    def what_ends(self, moved: bool) -> None:
        if self.today == self.end:
            for duties in self.owed.values():
                for duty in duties:
                    duty.end(self.today)
            if self.end_reason not in ("died", "transferred_out"):
                self.owe("termination-review", Clock(10))
                self.meet("termination-review", lambda duty: bool(self.today_only("SupervisionPlanReviewed")))
        for clause, holds in (
            ("risk-management-plan", self.high),
            ("risk-management-plan-after-change", self.high),
            ("management-oversight", self.high),
            ("mappa-review-set", self.in_mappa),
            ("mappa-meeting", self.in_mappa),
        ):
            for duty in self.owed.get(clause, []):
                if not holds:
                    duty.end(self.today)
        if any(stay.began == self.today for stay in stays_on_file(self.entries, self.today)):
            for duty in self.owed.get("contact-after-release", []):
                duty.end(self.today)

    # ------------------------------------------------------------------ contact, window by window

    def contact(self) -> None:
        today, stays = self.today, self.stays
        if today == self.end or (today == self.last_day + ONE and self.supervised):
            self.windows.cut_off(today, stays)
        if not self.supervised:
            if self.end is not None and today >= self.end:
                self.windows.end_of_day(today, False, stays)
            return
        released = [stay for stay in stays if stay.released == today and stay.long]
        if released:
            self.windows.start_anew(today)
            if released[-1].sentenced:
                self.windows.since = today
        if self.may_arise:
            row = row_of(today, self.order, self.tier, self.high)
            old_row = row_of(today, self.order, self.before["tier"], self.before["risk"] in HIGH)
            self.windows.lay(today, row, row != old_row)
        for clause in FIRST_CONTACTS:
            for duty in self.owed.get(clause, []):
                if duty.arises == today:
                    self.windows.arose(duty, today)
        offered = any(a.contact and a.for_on == today and self.offered(a) for a in self.counting)
        self.windows.end_of_day(today, offered, stays)
