"""The answers to the questions of a framework on one case, with their reasons."""

from collections.abc import Sequence

from flask import request
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.policy.frameworks.framework import Framework
from projections.cases.stored_late import late_grounds, late_in_answer
from projections.inspections.reading_replies import open_readings
from projections.scoring.answers import Answer
from web.cases.case_page import blueprint
from web.cases.opened_case import case_page, not_begun, opened_case
from web.services import current_cases, current_inspections
from web.site import access_control


@blueprint.get("/cases/<crn>/<int:number>/answers")
@access_control.open_to(*READERS)
def answers(crn: str, number: int) -> str | Response:
    """The answers, criterion by criterion. With ``?inspection=`` the judgements of that inspection count too."""
    return answers_page(crn, number)


def answers_page(crn: str, number: int, refused: tuple[str, str] = ("", "")) -> str | Response:
    """The page. ``refused``: the inspection to whose reading a reply was not recorded, and why; what was typed stands there."""
    case = opened_case(crn, number)
    if not case.reading.has_begun:
        return not_begun(case)
    judged_first = judged_first_for(case.reference)
    return case_page(
        case,
        "cases/case_answers.html",
        criteria=[] if judged_first else by_criterion(case.reading.answers, case.reading.framework),
        grounds=late_grounds(current_cases.repository(), case.reference, case.reading.moment),
        rest_on=late_in_answer,
        readings=open_readings(current_cases.repository(), case.file),
        refused=refused,
        judged_first=judged_first,
        typed=request.form,
    )


def judged_first_for(reference: str) -> list[str]:
    """The blind inspections for which the person signed in has still to read this case: they judge before they see its answers."""
    book = current_cases.repository()
    names = sorted(current_inspections.not_yet_shown(reference))
    return [book.inspections[name].title for name in names if book.inspection(name).is_blind]


def by_criterion(given: Sequence[Answer], framework: Framework) -> list[tuple[str, str, list[Answer]]]:
    """The answers by criterion: (id, title, answers)."""
    by_question = {answer.question.id: answer for answer in given}
    return [(c.id, c.title, [by_question[q.id] for q in c.questions]) for c in framework.criteria]
