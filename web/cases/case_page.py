"""The page of one case as at a moment: its entries as a timeline, its duties and their states, its answers."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.policy.frameworks.framework import Framework
from projections.cases.entry_timeline import timeline
from projections.cases.supervision_chart import supervision_chart
from projections.notices.notice_kinds import NOTICES
from projections.obligations.duty_state import Obligation
from projections.obligations.interruptions import interruption
from projections.scoring.answers import Answer
from web.cases.chart_shapes import chart
from web.cases.kept_words import kept_words
from web.services import current_cases, current_inspections
from web.site import access_control

blueprint = Blueprint("cases", __name__)


@blueprint.get("/cases/<crn>/<int:number>")
@access_control.open_to(*READERS)
def show(crn: str, number: int) -> str | Response:
    """The page of a case. With ``?inspection=`` the judgements of that inspection count too."""
    reference = f"{crn}/{number}"
    inspection = current_inspections.inspection_asked()
    opened = current_inspections.inspection(inspection) if inspection else None
    unseen = current_inspections.not_yet_shown(reference)
    reading = current_cases.case(reference, None if inspection in unseen else inspection)
    file = current_cases.shown_file(reference)
    if not reading.has_begun:
        first = file.begun or file.first_entry
        begins = first and first.occurred_on
        return render_template("cases/case_not_begun.html", reference=reference, begins=begins)
    day = reading.moment.on
    arisen = [o for o in reading.obligations if o.state(day) is not None]
    items = timeline(file, reading.history, reading.moment)
    return render_template(
        "cases/case.html",
        reading=reading,
        reference=reference,
        spell=reading.snapshot.spell,
        items=items,
        shown={item.fact.entry for item in items},
        subjects=_by_subject(arisen),
        criteria=_by_criterion(reading.answers, reading.framework),
        day=day,
        chart=chart(supervision_chart(reading)),
        inspection=inspection,
        opened=opened,
        kept=partial(kept_words, appointments=reading.history.appointments),
        noticed=[(NOTICES[row.notice], row) for row in reading.snapshot.noticed],
        owed=[o for o in arisen if o.state(day) in ("overdue", "missed")],
        records=current_cases.may_record(reference),
        changes=access_control.account().may_change,
        interrupted=lambda duty: interruption(duty, reading.history),
        unseen=[current_cases.repository().inspections[name].title for name in sorted(unseen)],
    )


def _by_subject(obligations: Sequence[Obligation]) -> dict[str, list[Obligation]]:
    """Subject of the clause -> its duties; the subjects in the order of the standards."""
    subjects: dict[str, list[Obligation]] = {clause.subject: [] for clause in current_cases.framework().clauses}
    for obligation in obligations:
        subjects[obligation.clause.subject].append(obligation)
    return {subject: duties for subject, duties in subjects.items() if duties}


def _by_criterion(answers: Sequence[Answer], framework: Framework) -> list[tuple[str, str, list[Answer]]]:
    """The answers by criterion: (id, title, answers)."""
    by_question = {answer.question.id: answer for answer in answers}
    return [(c.id, c.title, [by_question[q.id] for q in c.questions]) for c in framework.criteria]
