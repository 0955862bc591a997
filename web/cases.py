"""One case as at a moment: its entries as a timeline, what was due and what became of it, its answers."""

from collections.abc import Sequence

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from domain.frameworks import Framework
from projections.answers import Answer
from projections.caseload import holding, line
from projections.obligations import Obligation
from projections.standing import Standing
from projections.strip import strip
from projections.timeline import timeline
from web import book, gate
from web.strips import chart

blueprint = Blueprint("cases", __name__)


@blueprint.get("/cases/<crn>/<int:number>")
@gate.open_to(*gate.READERS)
def show(crn: str, number: int) -> str | Response:
    """The case's page. With ``?inspection=`` the judgements of that inspection count."""
    reference = f"{crn}/{number}"
    inspection = book.inspection_asked()
    opened = book.inspection(inspection) if inspection else None
    unseen = book.not_yet_shown(reference)
    reading = book.case(reference, None if inspection in unseen else inspection)
    book.viewed(reference)
    file = book.shown_file(reference)
    if reading.history.start is None or reading.history.start.on > reading.moment.on:
        begins = file.beginning and file.beginning.occurred_on
        return render_template("case_not_begun.html", reference=reference, begins=begins)
    day = reading.moment.on
    arisen = [o for o in reading.obligations if o.state(day) is not None]
    return render_template(
        "case.html",
        reading=reading,
        reference=reference,
        started=reading.history.started,
        line=line(Standing.of(reading)),
        holding=holding(reading),
        items=timeline(file, reading.history, reading.moment),
        subjects=_by_subject(arisen),
        criteria=_by_criterion(reading.answers, book.framework_of(None if inspection in unseen else inspection)),
        day=day,
        chart=chart(strip(reading)),
        inspection=inspection,
        opened=opened,
        owed=[o for o in arisen if o.state(day) in ("overdue", "missed")],
        records=book.may_record(reference),
        changes=gate.account().may_change,
        unseen=[book.casebook().inspections[name].title for name in sorted(unseen)],
    )


def _by_subject(obligations: Sequence[Obligation]) -> dict[str, list[Obligation]]:
    """The duties by the subject of their clause, subjects in the order of the standards."""
    subjects: dict[str, list[Obligation]] = {clause.subject: [] for clause in book.framework().clauses}
    for obligation in obligations:
        subjects[obligation.clause.subject].append(obligation)
    return {subject: duties for subject, duties in subjects.items() if duties}


def _by_criterion(answers: Sequence[Answer], framework: Framework) -> list[tuple[str, str, list[Answer]]]:
    """The answers under their criteria: (id, title, answers)."""
    by_question = {answer.question.id: answer for answer in answers}
    return [(c.id, c.title, [by_question[q.id] for q in c.questions]) for c in framework.criteria]
