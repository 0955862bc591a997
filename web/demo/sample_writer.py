"""Writing the file of one case, entry by entry, so that it shows what its ``Brief`` says."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from domain.policy.frameworks.framework_files import frameworks
from web.demo import assessments, interventions, supervision
from web.demo.allocate_findings import Brief
from web.demo.case_pen import Pen
from web.demo.invented_people import AREA, ASSESSORS, OFFICERS, person
from web.demo.published_findings import PublishedSample

REQUIREMENTS = {
    "community_rehabilitation_order": ["supervision"],
    "community_punishment_order": ["unpaid_work"],
    "community_punishment_and_rehabilitation_order": ["supervision", "unpaid_work"],
    "community_order": ["supervision"],
    "suspended_sentence_order": ["supervision"],
    "licence": [],
}


def write_case(sample: PublishedSample, brief: Brief) -> Iterator[dict[str, Any]]:
    """The file of one case, as interchange lines."""
    pen = Pen(sample, brief)
    _begin(pen)
    risk_from = assessments.write_assessments(pen)
    plan = assessments.write_plan(pen)
    assessments.write_risk_management(pen, risk_from)
    supervision.write_contact(pen)
    interventions.write_delivery(pen, plan)
    _write_judgements(pen)
    return pen.lines()


def _begin(pen: Pen) -> None:
    brief, start = pen.brief, pen.start
    licence = brief.order_type == "licence"
    gender = "female" if pen.rng.random() < 0.12 else "male"
    brief.person = person(pen.rng, brief.reference.split("/")[0], start, gender)
    brief.tier = None if start.year < 2005 else 4 if brief.high else pen.rng.choice([1, 2, 2, 3, 3, 3])
    requirements = list(REQUIREMENTS[brief.order_type])
    if brief.relevant("programme-started"):
        requirements.append("accredited_programme")
    ends_on = start + timedelta(days=pen.rng.choice(pen.sample.days))
    pen.until = min(pen.until, ends_on)
    dates = {"sentenced_on": start - timedelta(days=200), "released_on": start} if licence else {}
    pen.write(
        "SupervisionStarted",
        start,
        person=brief.person,
        order_type=brief.order_type,
        area=AREA,
        division=brief.officer.division,
        team=brief.officer.team,
        officer=brief.officer.name,
        officer_grade=brief.officer.grade,
        requirements=requirements,
        ends_on=ends_on,
        court=pen.rng.choice(["Cheltenham Magistrates", "Gloucester Crown Court", "Stroud Magistrates"]),
        **({"tier": brief.tier} if brief.tier else {}),
        **dates,
    )
    pen.ended = ends_on <= pen.sample.until
    if pen.ended:
        pen.write("SupervisionEnded", ends_on, reason="expired" if licence else "completed")
    if pen.rng.random() < 0.1:
        other = pen.rng.choice([o for o in OFFICERS if o.team == brief.officer.team and o != brief.officer])
        pen.write(
            "CaseAllocated", pen.day(60), area=AREA, division=other.division, team=other.team, officer=other.name,
            officer_grade=other.grade, recorded_by=pen.manager,
        )  # fmt: skip


COMMENTS = {
    True: [
        "Clear and sufficient.",
        "Done well; evidenced in the contact log.",
        "Sufficient; discussed with the officer.",
    ],
    False: [
        "Not evidenced on the file.",
        "Insufficient; little beyond the form.",
        "The officer agreed this was missed.",
    ],
}


def _write_judgements(pen: Pen) -> None:
    """The assessor's answers to the questions that need a judgement, given in the week of the inspection."""
    by, role = pen.rng.choice(ASSESSORS)
    pen.brief.assessor = by
    on = pen.seen_on + timedelta(days=pen.between(0, 4))
    for question in frameworks()["esi-2003"].questions.values():
        if question.scored_by != "judged":
            continue
        shown = pen.brief.shows.get(question.id)
        if shown is None and question.id == pen.sample.not_answered:
            continue  # as if the paper file had been at court all week: nobody answers
        answer = "not_applicable" if shown is None else "sufficient" if shown else "insufficient"
        comment = {} if shown is None else {"comment": pen.rng.choice(COMMENTS[shown])}
        pen.write(
            "QualityJudged", on, framework="esi-2003", question=question.id, answer=answer, by=by, role=role,
            inspection=pen.sample.inspection, recorded_by=by, **comment,
        )  # fmt: skip
    _write_second_reading(pen, on)


def _write_second_reading(pen: Pen, on: date) -> None:
    """A second reading of one case in six, by another assessor, who answers one question in eight differently."""
    rng = Random(f"second reading of {pen.brief.reference}")
    if rng.random() >= 1 / 6:
        return
    by, role = rng.choice([assessor for assessor in ASSESSORS if assessor[0] != pen.brief.assessor])
    pen.brief.second_assessor = by
    for question in frameworks()["esi-2003"].questions.values():
        shown = pen.brief.shows.get(question.id)
        if question.scored_by != "judged" or (shown is None and question.id == pen.sample.not_answered):
            continue
        again = shown if shown is None or rng.random() >= 0.125 else not shown
        answer = "not_applicable" if again is None else "sufficient" if again else "insufficient"
        pen.write(
            "QualityJudged", on, framework="esi-2003", question=question.id, answer=answer, by=by, role=role,
            inspection=pen.sample.inspection, recorded_by=by, second=True,
        )  # fmt: skip
