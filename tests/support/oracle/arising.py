"""What is owed from a day on: each function says what its part of the standards raises on the day that is lived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.oracle.breach import counted, reached, rule_of, undecided
from tests.support.oracle.case_file import HIGH, level_of
from tests.support.oracle.days import NEW_STANDARDS
from tests.support.oracle.duties import Clock

if TYPE_CHECKING:
    from tests.support.oracle.life import Life


def what_arises(life: Life) -> None:
    if life.today == life.file.start:
        starts(life)
    releases(life)
    if life.moved and life.today > life.file.start:
        life.owe("transfer-first-contact", Clock(5), pauses=True)
    risk_states(life)
    if life.in_mappa and (not life.was_in_mappa or life.today == life.file.start):
        life.review_on = None
        life.owe("mappa-review-set", Clock(5))
        life.owe("mappa-meeting", life.meeting_clock())
    absences(life)
    breach(life)
    for e in life.file.on("CourtReportRequested", life.today):
        life.owe("court-report", Clock(on=e["due_on"]), about=e["entry"])
    outcomes_to_record(life)


def starts(life: Life) -> None:
    """First contact in 5 working days (licence, drug order: 1; from 2005, high: 2); reviews every 16 weeks."""
    days = 1 if life.file.order in ("licence", "drug_treatment_and_testing_order") else 5
    if days == 5 and life.high and life.today >= NEW_STANDARDS:
        days = 2
    life.owe("first-contact", Clock(days), pauses=True)
    assess_and_plan(life, again=False)
    life.owe("plan-review", Clock(weeks=16), pauses=True)
    life.owe("risk-of-harm-review", Clock(weeks=16), pauses=True)


def assess_and_plan(life: Life, again: bool) -> None:
    """Risk of harm in 15 working days (high: 5), the plan in 15 (from 2005, high: 5)."""
    life.owe("risk-of-harm-assessment", Clock(5 if life.high else 15), pauses=True, again=again)
    soon = life.high and life.today >= NEW_STANDARDS
    life.owe("initial-supervision-plan", Clock(5 if soon else 15), pauses=True, again=again)


def releases(life: Life) -> None:
    """First contact after a sentence or a long stay; assessment and plan again after a long sentence."""
    for stay in life.stays:
        if stay.released != life.today:
            continue
        if stay.sentenced or stay.long:
            life.owe("contact-after-release", Clock(1))
        if stay.sentenced and stay.long:
            assess_and_plan(life, again=True)


def releases_after_long_sentence(life: Life) -> None:
    """Reviews that are running are met by the assessment, plan or review after the release too."""
    if any(stay.released == life.today and stay.sentenced and stay.long for stay in life.stays):
        for clause in ("plan-review", "risk-of-harm-review"):
            for duty in life.owed.get(clause, []):
                duty.again = True


def risk_states(life: Life) -> None:
    """What high risk raises when it begins, what a change of the level raises, and what each high assessment does."""
    first_day = life.today == life.file.start
    if life.high and (life.old_risk not in HIGH or first_day):
        life.owe("risk-management-plan", Clock(5), pauses=True, by_release=True)
        life.owe("management-oversight", Clock(weeks=16))
    if life.old_risk not in (None, life.risk) and not first_day:
        life.owe("risk-of-harm-review-after-change", Clock(5))
        if life.high:
            life.owe("risk-management-plan-after-change", Clock(5), pauses=True, by_release=True)
    for e in life.file.done("AssessmentCompleted", life.today):
        if level_of(e) in HIGH and not life.file.old(e):
            life.owe("assessment-countersigned", Clock(5), about=e)


def absences(life: Life) -> None:
    """Each day of absence is decided within 7 working days, each day of failure answered within 10."""
    absent = [a for a in life.file.counting if a.absent and a.counts_from() is not None]
    for day in sorted({a.for_on for a in absent}):
        same = [a for a in absent if a.for_on == day]
        if min((since for a in same if (since := a.counts_from())), default=None) == life.today:
            life.owe("absence-decision", Clock(7), runs_from=day, about=same)
    for failure in life.file.failures:
        if failure.counts == life.today and not undecided(life.file.answers, failure.own):
            life.owe("warning", Clock(10), runs_from=failure.runs, about=failure)


def breach(life: Life) -> None:
    """The second or third failure counts from today: action is owed, unless it is owed already or under way."""
    rule = rule_of(life.file.order)
    open_duty = any(duty.met is None and duty.gone is None for duty in life.owed.get(rule.clause, []))
    new = any(failure.counts == life.today for failure in life.file.failures)
    if not new or open_duty or undecided(life.file.answers, life.today):
        return
    group = reached(rule, counted(life.file.answers, life.file.failures, life.today))
    if group:
        life.owe(rule.clause, Clock(10), runs_from=max(failed.runs for failed in group), about=group[-1])


def outcomes_to_record(life: Life) -> None:
    """For each appointment: on its day, when it was rescheduled or excused before that, or when it was put on the file late."""
    for a in life.file.appointments:
        first, arises = a.first_outcome, a.for_on
        told = first is not None and first["outcome"] in ("rescheduled", "acceptable_absence")
        if told and first["occurred_on"] < a.for_on:
            arises = max(first["occurred_on"], life.file.start)
        elif not a.came:
            arises = max(arises, a.made_on)
        if arises == life.today and not a.session and life.file.is_held(a):
            life.owe("recording", Clock(1), runs_from=min(arises, a.for_on), about=first)
