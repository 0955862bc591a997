"""Assessments, plans and the management of risk of harm in a sample case."""

from datetime import date, timedelta
from typing import Any

from domain.calendar.workdays import add_working_days
from web.demo.case_pen import Pen

REVIEW_EVERY = 105
"""Days between the reviews of an officer who keeps to the limit of sixteen weeks (112 days)."""

AGENCIES = ["police", "social_services", "prison", "health", "previous_assessment", "mappa"]
FACTORS = [
    "alcohol_misuse", "drug_misuse", "thinking_and_behaviour", "education_training_employment", "accommodation",
    "lifestyle_and_associates", "attitudes", "relationships",
]  # fmt: skip
OBJECTIVES = [
    "Attend and complete the work set out in the plan by the first review",
    "Reduce drinking to agreed limits, kept in a weekly diary, by the end of month three",
    "Be registered with a training provider within eight weeks",
    "Keep a stable address for six months",
    "Address offending behaviour",
    "Think about the effect of the offence on others",
]
INTERVENTIONS = [
    "alcohol_counselling", "basic_skills", "cognitive_work", "employment_advice", "offence_focused_work",
    "relapse_prevention", "victim_awareness", "accommodation_advice",
]  # fmt: skip


def _harm(level: str, who: str = "public") -> dict[str, str]:
    groups = {"public": "low", "known_adult": "low", "children": "low", "staff": "low", "prisoners": "low"}
    return {**groups, who: level}


def write_assessments(pen: Pen) -> date | None:
    """Write all assessments. Returns the day from which risk of harm is high; None if it is not."""
    brief = pen.brief
    due = add_working_days(pen.start, 15)
    level = "high" if brief.high else pen.rng.choice(["low", "medium", "medium"])
    if brief.relevant("mappa-reviews-kept") and not brief.high:
        level = "medium"
    who = pen.rng.choice(["public", "known_adult", "children"])
    likelihood = None if "likelihood" in brief.lacks else {"score": pen.between(25, 130)}
    on_time = brief.is_sufficient("risk-of-harm-assessed-on-time")
    together = likelihood and on_time == brief.is_sufficient("likelihood-score-on-time")
    assessed_on = None
    if "assessment" not in brief.lacks:
        before_sentence = on_time and not brief.high and pen.rng.random() < 0.25
        if before_sentence:
            assessed_on = pen.start - timedelta(days=pen.between(4, 20))
        else:
            assessed_on = pen.workday(pen.start, 4, 13) if on_time else pen.workday(due, 1, 8)
        _write_initial(pen, assessed_on, level, who, likelihood if together else None)
    if likelihood and not (together and assessed_on):
        by_due = brief.is_sufficient("likelihood-score-on-time")
        on = pen.workday(pen.start, 3, 12) if by_due else pen.workday(due, 2, 10)
        score = {"score": pen.between(20, 90)}
        pen.write("AssessmentCompleted", on, instrument="ogrs2", stage="initial", assessor=brief.officer.name,
                  likelihood_of_reoffending=score)  # fmt: skip
    changed_on, level, previous = _write_change(pen, level)
    _write_reviews(pen, who, changed_on, level, previous)
    if not brief.high:
        return None
    return changed_on if assessed_on is None else assessed_on


def _write_initial(pen: Pen, on: date, level: str, who: str, likelihood: dict[str, int] | None) -> None:
    brief = pen.brief
    sources = ["interview", pen.rng.choice(["psr", "cps_papers"])]
    if brief.is_sufficient("risk-of-harm-sources"):
        sources += pen.rng.sample(AGENCIES, pen.between(1, 2))
    factors = pen.rng.sample(FACTORS, pen.between(2, 4))
    special = pen.rng.choice(["domestic_violence", "sexual_offending"])
    if brief.relevant("specialist-tool-used"):
        factors.append(special)
    entry = pen.write(
        "AssessmentCompleted", on, instrument="oasys", stage="initial", assessor=brief.officer.name,
        risk_of_harm=_harm(level, who), overall_risk_of_harm=level, criminogenic_factors=factors, sources=sources,
        **({"likelihood_of_reoffending": likelihood} if likelihood else {}),
    )  # fmt: skip
    if brief.is_sufficient("specialist-tool-used"):
        tool = "sara" if special == "domestic_violence" else "risk_matrix_2000"
        pen.write("AssessmentCompleted", pen.workday(max(on, pen.start), 2, 8), instrument=tool, stage="initial",
                  assessor=brief.officer.name)  # fmt: skip
    if brief.is_sufficient("manager-involved-in-assessment"):
        pen.write("AssessmentCountersigned", pen.workday(on, 1, 4), assessment=entry, by=pen.manager, grade="spo",
                  recorded_by=pen.manager)  # fmt: skip


def _write_change(pen: Pen, level: str) -> tuple[date | None, str, str]:
    """A change of the risk level, where the brief has one: its day, the new level, the old level."""
    brief = pen.brief
    if not brief.relevant("change-in-risk-dealt-with"):
        return None, level, level
    unassessed = "assessment" in brief.lacks
    if unassessed and brief.high:
        before, now, on = "medium", "high", pen.day(pen.between(25, 35))
        pen.write(
            "RiskLevelChanged",
            pen.start,
            **{"from": "low", "to": before},
            reason="Level taken from the report to the court",
        )
    else:
        before = level
        now = {"high": "very_high", "medium": "low", "low": "medium"}[level]
        on = pen.day(pen.between(70, 90))
    pen.write("RiskLevelChanged", on, **{"from": before, "to": now},
              reason=pen.rng.choice(["Further arrest", "Police intelligence", "New relationship", "Work completed"]))  # fmt: skip
    return on, now, before


def _write_reviews(pen: Pen, who: str, changed_on: date | None, level: str, previous: str) -> None:
    brief = pen.brief
    if not brief.is_sufficient("risk-of-harm-reviewed"):
        if "assessment" not in brief.lacks and not changed_on and pen.rng.random() < 0.4:
            _review(pen, pen.day(112 + pen.between(12, 24)), who, level)
        return
    last = pen.start
    days = []
    if changed_on:
        days.append(add_working_days(changed_on, 2))
        last = days[0]
    while (following := last + timedelta(days=REVIEW_EVERY)) < pen.until:
        last = pen.day((following - pen.start).days)
        days.append(last)
    for on in days:
        _review(pen, on, who, level if changed_on is None or on >= changed_on else previous)


def _review(pen: Pen, on: date, who: str, level: str) -> None:
    entry = pen.write("AssessmentCompleted", on, instrument="oasys", stage="review", assessor=pen.brief.officer.name,
                      risk_of_harm=_harm(level, who), overall_risk_of_harm=level)  # fmt: skip
    if level in ("high", "very_high") and pen.brief.is_sufficient("sufficient-management-oversight"):
        pen.write("AssessmentCountersigned", add_working_days(on, 2), assessment=entry, by=pen.manager, grade="spo",
                  recorded_by=pen.manager)  # fmt: skip


def write_plan(pen: Pen) -> tuple[date, str, list[str]] | None:
    """Write the plan and its reviews. Returns its day, its entry and its interventions; None if there is no plan."""
    brief = pen.brief
    if "plan" in brief.lacks:
        return None
    kind, allowed = "initial_supervision_plan", 15
    if brief.order_type == "community_punishment_order":
        kind, allowed = "community_punishment_assessment", 10
    elif brief.order_type == "licence":
        kind = "sentence_plan"
    in_time = brief.is_sufficient("initial-plan-on-time")
    on = pen.workday(pen.start, 4, allowed - 1) if in_time else pen.workday(add_working_days(pen.start, allowed), 1, 9)
    texts = pen.rng.sample(OBJECTIVES, 3)
    smart = brief.is_sufficient("objectives-smart")
    account = [
        "sentence_plan" if brief.order_type == "licence" else pen.rng.choice(["psr", "psr", "ssr"]),
        "risk_of_harm",
    ]
    interventions = pen.rng.sample(INTERVENTIONS, 3)
    entry = pen.write(
        "SupervisionPlanMade", on, kind=kind, interventions=interventions,
        objectives=[{"text": text, "smart": smart or i == 0} for i, text in enumerate(texts)],
        takes_account_of=account if brief.is_sufficient("plan-takes-account") else ["need"],
    )  # fmt: skip
    _write_plan_reviews(pen, on, entry)
    return on, entry, interventions


def _write_plan_reviews(pen: Pen, made_on: date, plan: str) -> None:
    brief = pen.brief
    if not brief.relevant("plan-reviewed"):
        return
    if "review" in brief.lacks:
        if pen.rng.random() < 0.25:
            # Held in time, but recorded only after the inspection.
            pen.write("SupervisionPlanReviewed", pen.day(REVIEW_EVERY), recorded_on=pen.seen_on + timedelta(days=9),
                      plan=plan, reason="Four-monthly review")  # fmt: skip
        return
    days: list[date] = []
    if brief.is_sufficient("plan-reviewed"):
        last = pen.start
        while (following := last + timedelta(days=REVIEW_EVERY)) < pen.until:
            last = pen.day((following - pen.start).days)
            days.append(last)
    else:
        days.append(pen.day(112 + pen.between(10, 24)))
    for on in days:
        pen.write("SupervisionPlanReviewed", max(on, made_on), plan=plan, reason="Four-monthly review")
    if pen.ended and pen.rng.random() < 0.8:
        pen.write("SupervisionPlanReviewed", pen.workday(pen.until, 0, 8), plan=plan, reason="Final review")


def write_risk_management(pen: Pen, high_from: date | None) -> None:
    """Write the risk management plan, MAPPA and the manager's oversight."""
    _write_mappa(pen, high_from)
    if high_from is None:
        return
    brief = pen.brief
    if "risk plan" not in brief.lacks:
        _write_risk_plan(pen, high_from)
    kind: dict[str, Any] = {"by": pen.manager, "grade": "spo", "recorded_by": pen.manager}
    if brief.is_sufficient("sufficient-management-oversight"):
        on = high_from
        while (on := add_working_days(on, 30)) < pen.until:
            pen.write(
                "OversightRecorded", on, kind="case_discussion", note="Risk and plan discussed in supervision.", **kind
            )
    elif pen.rng.random() < 0.5:
        pen.write("OversightRecorded", high_from + timedelta(days=130), kind="supervision", **kind)


def _write_risk_plan(pen: Pen, high_from: date) -> None:
    brief = pen.brief
    if "risk plan in time for a review" in brief.lacks:
        made_on = pen.workday(pen.seen_on - timedelta(days=80), 0, 5)
    elif brief.is_sufficient("risk-management-plan-on-time"):
        made_on = pen.workday(high_from, 1, 4)
    else:
        made_on = pen.workday(high_from, 7, 10)
    plan = pen.write("RiskManagementPlanMade", made_on, by=brief.officer.name,
                     actions=["Weekly reporting", "Liaison with the police", "Home visit each month"])  # fmt: skip
    if brief.is_sufficient("risk-management-plan-executed"):
        for days in (14, 42, 70):
            if made_on + timedelta(days=days) < pen.seen_on:
                pen.write("RiskManagementActionTaken", add_working_days(made_on, days * 5 // 7), plan=plan,
                          action=pen.rng.choice(["Home visit made", "Police consulted", "Weekly reporting kept"]))  # fmt: skip
    if not brief.is_sufficient("risk-management-plan-reviewed"):
        return
    last = made_on
    changed = brief.is_sufficient("change-in-risk-dealt-with")
    if changed:
        changed_on = next(date.fromisoformat(x["occurred_on"]) for x in pen.lines() if x["type"] == "RiskLevelChanged")
        last = add_working_days(changed_on, 3)
        pen.write("RiskManagementPlanReviewed", last, plan=plan, changes="Revised after the change in risk")
    while (last := add_working_days(last, 75)) < pen.until:
        pen.write("RiskManagementPlanReviewed", last, plan=plan)


def _write_mappa(pen: Pen, high_from: date | None) -> None:
    brief = pen.brief
    if not brief.relevant("mappa-reviews-kept"):
        return
    set_on = add_working_days(max(high_from or pen.start, pen.start), 4)
    pen.write("MappaSet", set_on, category=pen.rng.choice([2, 3]), level=2)
    if not brief.is_sufficient("mappa-reviews-kept"):
        if pen.rng.random() < 0.5:
            pen.write("MappaReviewSet", add_working_days(set_on, 2), for_on=add_working_days(set_on, 42))
        return
    said_on, for_on = add_working_days(set_on, 2), add_working_days(set_on, 42)
    while True:
        pen.write("MappaReviewSet", said_on, for_on=for_on)
        if for_on >= pen.until:
            return
        pen.write("MappaMeetingHeld", for_on, level=2, agencies=["police", "social_services", "housing"])
        said_on, for_on = for_on, add_working_days(for_on, 45)
