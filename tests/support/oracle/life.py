"""A case lived through a day at a time: what holds, what is owed, what is done, and at the end of the day what stands."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.support.oracle.arising import releases_after_long_sentence, what_arises
from tests.support.oracle.case_file import HIGH, CaseFile, Entry, level_of
from tests.support.oracle.contact import Windows, row_of
from tests.support.oracle.days import ONE
from tests.support.oracle.duties import Clock, Duty, Verdicts
from tests.support.oracle.stays import Stay
from tests.support.oracle.work_done import FIRST_CONTACTS, what_is_done

WHILE_HIGH = ("risk-management-plan", "risk-management-plan-after-change", "management-oversight")
WHILE_IN_MAPPA = ("mappa-review-set", "mappa-meeting")


class Life:
    """One case. ``live_until`` a day, then ask; days are asked in their order."""

    def __init__(self, entries: list[Entry]):
        self.file = CaseFile(entries)
        begun = self.file.begun
        self.risk: str | None = None
        self.tier: int | None = begun.get("tier")
        self.mappa: int | None = None
        self.place = (begun["area"], begun["team"], begun["officer"])
        self.old_risk, self.old_tier, self.was_in_mappa, self.moved = self.risk, self.tier, False, False
        self.review_on: date | None = None
        self.owed: dict[str, list[Duty]] = {}
        self.windows = Windows(self.file.start)
        self.stays: list[Stay] = []
        self.spared: dict[str, set[date]] = {}
        self.today = min(e["occurred_on"] for e in self.file.entries) - ONE

    @property
    def supervised(self) -> bool:
        return self.file.start <= self.today and (self.file.end is None or self.today < self.file.end)

    @property
    def may_arise(self) -> bool:
        return self.supervised and self.today <= self.file.last_day

    @property
    def high(self) -> bool:
        return self.risk in HIGH

    @property
    def in_mappa(self) -> bool:
        return self.mappa in (2, 3)

    def meeting_clock(self) -> Clock:
        return Clock(weeks=6 if self.mappa == 3 else 12)

    def live_until(self, day: date) -> dict[str, Verdicts]:
        """What stands at the end of a day: under each clause, how many duties with which due day in which state."""
        while self.today < day:
            self.today += ONE
            self.live_a_day()
        return {clause: Counter((d.due, d.state(day)) for d in duties) for clause, duties in self.all_duties().items()}

    def all_duties(self) -> dict[str, list[Duty]]:
        return self.owed | {"contact-frequency": [window.duty for window in self.windows.laid]}

    def live_a_day(self) -> None:
        self.stays = self.file.stays(self.today)
        self.what_holds()
        if self.moved:
            self.leave_the_place()
        if self.may_arise:
            what_arises(self)
        releases_after_long_sentence(self)
        what_is_done(self)
        self.what_ends()
        for duties in self.owed.values():
            for duty in duties:
                duty.set_due(self.stays, self.today)
                duty.settled = duty.settled or (self.today == self.file.end and duty.arises < self.today)
        self.contact()
        self.what_is_dispensed_with()

    def what_is_dispensed_with(self) -> None:
        """The clauses with which somebody has dispensed today: given by today, in its days, and not called off."""
        off = {e["dispensation"] for e in self.file.of("DispensationEnded") if e["occurred_on"] <= self.today}
        for e in self.file.of("DispensationGiven"):
            if e["occurred_on"] <= self.today and e["from_on"] <= self.today <= e["to_on"] and e["entry"] not in off:
                self.spared.setdefault(e["clause"], set()).add(self.today)
        for clause, duties in self.all_duties().items() if self.spared else ():
            for duty in duties:
                duty.spared = self.spared.get(clause, set())

    def what_holds(self) -> None:
        """The states at the end of today: the last entry of the day stands."""
        self.old_risk, self.old_tier, self.was_in_mappa = self.risk, self.tier, self.in_mappa
        place = self.place
        for e in self.file.states:
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
            else:
                place = (e["area"], e["team"], e["officer"])
        self.moved = place[0] != self.place[0] and place[1:] != self.place[1:]
        self.place = place

    # ------------------------------------------------------------------ owing and meeting

    def owe(self, clause: str, clock: Clock, **how: Any) -> None:
        duty = Duty(self.today, clock, **how)
        duty.set_due(self.stays, self.today - ONE)
        self.owed.setdefault(clause, []).append(duty)

    def meet(self, clause: str, done: Callable[[Duty], bool], later: bool = False) -> list[Duty]:
        """Meet each open duty that today's work answers. ``later``: what was done on the day it arose does not count."""
        met = []
        for duty in self.owed.get(clause, []):
            if duty.can_be_met(self.today) and not (later and duty.arises == self.today) and done(duty):
                duty.met = self.today
                met.append(duty)
        return met

    def chain(self, clause: str, done: bool, clock: Clock | None, after_release: bool = False, **how: Any) -> None:
        """A duty at regular intervals: once met, the next is owed from that day. ``clock``: None, it does not go on.

        ``after_release``: something was done that meets a duty that was running at a release from a long sentence.
        """
        last = self.owed[clause][-1] if clause in self.owed else None
        met = self.meet(clause, lambda duty: done or (duty.again and after_release), later=True)
        if clock is not None and self.may_arise and any(duty is last for duty in met):
            self.owe(clause, clock, **how)

    # ------------------------------------------------------------------ what ends today

    def leave_the_place(self) -> None:
        """A duty towards a place ends when the case moves on; nothing meets it any more."""
        for duty in self.owed.get("transfer-first-contact", []):
            duty.end(self.today)
            duty.closed = True

    def what_ends(self) -> None:
        if self.today == self.file.end:
            self.end_all(tuple(self.owed))
            if self.file.end_reason not in ("died", "transferred_out"):
                self.owe("termination-review", Clock(10))
                reviewed = bool(self.file.on("SupervisionPlanReviewed", self.today))
                self.meet("termination-review", lambda duty: reviewed)
        self.end_all(() if self.high else WHILE_HIGH)
        self.end_all(() if self.in_mappa else WHILE_IN_MAPPA)
        if self.file.custody_begins(self.today):
            self.end_all(("contact-after-release",))

    def end_all(self, clauses: tuple[str, ...]) -> None:
        for clause in clauses:
            for duty in self.owed.get(clause, []):
                duty.end(self.today)

    # ------------------------------------------------------------------ contact, window by window

    def contact(self) -> None:
        today, stays = self.today, self.stays
        if today < self.file.start:
            return
        if today == self.file.end or (today == self.file.last_day + ONE and self.supervised):
            self.windows.cut_off(today, stays)
        if self.supervised:
            self.lay_windows()
        self.windows.end_of_day(today, self.supervised and today in self.file.offered_on, stays)

    def lay_windows(self) -> None:
        today = self.today
        for stay in self.stays:
            if stay.released == today and stay.long:
                self.windows.start_anew(today)
                self.windows.since = today if stay.sentenced else self.windows.since
        if self.may_arise:
            order = self.file.order
            row, old = (
                row_of(today, order, t, r in HIGH) for t, r in ((self.tier, self.risk), (self.old_tier, self.old_risk))
            )
            self.windows.lay(today, row, row != old)
        for clause in FIRST_CONTACTS:
            for duty in self.owed.get(clause, []):
                if duty.arises == today:
                    self.windows.arose(duty, today)
