"""The learning points of an officer or a team: from published readings of cases that they held on the sample date."""

from flask import render_template

from domain.accounts.roles import WORKERS
from projections.inspections.learning_points import LearningPoint, by_question, learning_points
from web.officers.known_officers import Unit, unit_named
from web.officers.sheet_page import blueprint
from web.services import current_cases
from web.site import access_control

NO_QUESTION = "Not on one question"


@blueprint.get("/learning/<level>/<staff:key>")
@access_control.open_to(*WORKERS)
def learning(level: str, key: str) -> str:
    """What is to be learned from readings, for whoever may see the officer's page, or the team's actions."""
    unit = unit_named(level, key)
    points = points_of(unit)
    access_control.shown(*(one.case for one in points))
    return render_template(
        "officers/learning.html", unit=unit, points=points, counted=by_question(points, asked), asked=asked
    )


def points_of(unit: Unit) -> list[LearningPoint]:
    """The learning points of a unit, on cases that are open to the person signed in, the latest first."""
    return [one for one in learning_points(current_cases.repository(), unit.holds) if current_cases.is_open(one.case)]


def asked(point: LearningPoint) -> str:
    """The question that a point is about, in words."""
    found = current_cases.repository().inspection(point.inspection)
    if found.unusable is not None and point.noted.question:
        return f"{point.noted.question} (its words cannot be shown: the policy of the inspection cannot be used)"
    question = found.framework.questions.get(point.noted.question) if point.noted.question else None
    return question.text if question is not None else NO_QUESTION
