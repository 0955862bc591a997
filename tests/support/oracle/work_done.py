"""What is done on a day and which duties it meets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.oracle.breach import rule_of
from tests.support.oracle.case_file import Entry
from tests.support.oracle.duties import Clock

if TYPE_CHECKING:
    from tests.support.oracle.life import Life

FIRST_CONTACTS = ("first-contact", "contact-after-release", "transfer-first-contact")
MANAGERS = ("spo", "senior_practitioner")
PLANS = ("initial_supervision_plan", "sentence_plan")


def what_is_done(life: Life) -> None:
    if life.today < life.file.start:
        return
    if life.today in life.file.offered_on:
        for clause in FIRST_CONTACTS:
            life.meet(clause, lambda duty: True)
    assessments(life)
    plans(life)
    risk_work(life)
    mappa_work(life)
    enforced(life)
    provided = [e["report"] for e in life.file.on("CourtReportProvided", life.today)]
    life.meet("court-report", lambda duty: duty.about in provided)


def assessments(life: Life) -> None:
    """Those of the start, those owed again after release (by any), the reviews every 16 weeks, those after a change."""
    file = life.file
    today = [e for e in file.on("AssessmentCompleted", life.today) if e.get("risk_of_harm")]
    done = [e for e in file.done("AssessmentCompleted", life.today) if e.get("risk_of_harm") and not file.old(e)]
    an_old_one = any(e.get("risk_of_harm") and file.old(e) for e in file.of("AssessmentCompleted"))
    stages = ("initial", "review") if an_old_one else ("initial",)
    first = [e for e in done if e["occurred_on"] < file.start or e["stage"] in stages]
    life.meet("risk-of-harm-assessment", lambda duty: bool(done if duty.again else first))
    reviewed = any(e["stage"] in ("review", "termination") for e in today)
    life.chain("risk-of-harm-review", reviewed, Clock(weeks=16), after_release=bool(done), pauses=True)
    life.meet("risk-of-harm-review-after-change", lambda duty: bool(today))


def plans(life: Life) -> None:
    """The plan of the start, the plan or review owed again after release, the reviews every 16 weeks."""
    file = life.file
    done = [e for e in file.done("SupervisionPlanMade", life.today) if not file.old(e)]
    first = [e for e in done if e["occurred_on"] < file.start or e.get("kind", PLANS[0]) in PLANS]
    old_plans = [e["entry"] for e in file.of("SupervisionPlanMade") if file.old(e)]
    reviews = file.done("SupervisionPlanReviewed", life.today)
    old_reviewed = [e for e in reviews if e["plan"] in old_plans and not file.old(e)]
    life.meet(
        "initial-supervision-plan", lambda duty: bool(done or reviews) if duty.again else bool(first or old_reviewed)
    )
    today = bool(file.on("SupervisionPlanReviewed", life.today))
    life.chain("plan-review", today, Clock(weeks=16), after_release=bool(done), pauses=True)
    life.meet("termination-review", lambda duty: today)


def risk_work(life: Life) -> None:
    file = life.file
    made = [e for e in file.done("RiskManagementPlanMade", life.today) if not file.old(e)]
    reviewed = file.done("RiskManagementPlanReviewed", life.today)
    life.meet("risk-management-plan", lambda duty: bool(made))
    life.meet("risk-management-plan-after-change", lambda duty: bool(made or reviewed))
    signed = file.done("AssessmentCountersigned", life.today)
    life.meet("assessment-countersigned", lambda duty: any(signs(e, duty.about) for e in signed))
    overseen = any(e["grade"] in MANAGERS for e in file.on("OversightRecorded", life.today))
    life.chain("management-oversight", overseen, Clock(weeks=16) if life.high else None)


def signs(signature: Entry, assessment: Any) -> bool:
    """Another person's, of an entitled grade, naming this assessment."""
    entitled = signature["grade"] in MANAGERS and signature["by"] != assessment["assessor"]
    names: bool = signature["assessment"] == assessment["entry"]
    return entitled and names and signature["occurred_on"] >= assessment["occurred_on"]


def mappa_work(life: Life) -> None:
    """Meetings; and the date for the next review, which stands, is put off or replaced, and is owed again when it comes."""
    held = bool(life.file.on("MappaMeetingHeld", life.today))
    life.chain("mappa-meeting", held, life.meeting_clock() if life.in_mappa else None)
    for e in life.file.done("MappaReviewSet", life.today):
        if e["for_on"] < life.today:
            continue
        met = life.meet("mappa-review-set", lambda duty, on=e["for_on"]: on > duty.arises)  # type: ignore[misc]
        if life.review_on is not None or any(duty is life.owed["mappa-review-set"][-1] for duty in met):
            life.review_on = e["for_on"]
    if life.may_arise and life.in_mappa and life.review_on == life.today:
        life.review_on = None
        life.owe("mappa-review-set", Clock(5))


def enforced(life: Life) -> None:
    """Decisions, warnings and actions. Those of earlier days count where the duty arises only today."""
    life.meet("absence-decision", lambda duty: decided(life, duty.about))
    life.meet("warning", lambda duty: any(answers(life, e, duty.about) for e in life.file.answers))
    life.meet("recording", lambda duty: recorded(life, duty.about))
    rule = rule_of(life.file.order)
    acted = any(e["type"] in rule.answers and e["occurred_on"] == life.today for e in life.file.answers)
    life.meet(rule.clause, lambda duty: acted)


def decided(life: Life, absences: Any) -> bool:
    return any(on <= life.today for absence in absences for on in absence.decisions)


def recorded(life: Life, first_outcome: Any) -> bool:
    return first_outcome is not None and first_outcome["recorded_at"].date() <= life.today


def answers(life: Life, entry: Entry, failure: Any) -> bool:
    """A warning or breach that names a failure of that day, or a request for recall, since that day."""
    if not failure.own <= entry["occurred_on"] <= life.today:
        return False
    if entry["type"] == "RecallRequested":
        return True
    named = entry["appointments"] if entry["type"] in ("WarningGiven", "BreachInitiated") else []
    return bool(failure.about.intersection(named))
