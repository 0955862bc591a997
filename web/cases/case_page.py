"""The page of one case as at a moment: its entries as a timeline, its duties and their states, its answers."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from domain.accounts.roles import KEEPERS, READERS
from domain.aggregates.case_file import CaseFile
from domain.policy.frameworks.framework import Framework
from domain.store.stored_entries import NotHeld
from projections.cases.entry_timeline import timeline
from projections.cases.stored_late import late_grounds, late_in_answer
from projections.cases.supervision_chart import supervision_chart
from projections.history.moment import Moment
from projections.notices.notice_kinds import NOTICES
from projections.obligations.duty_state import Obligation
from projections.obligations.interruptions import interruption
from projections.scoring.answers import Answer
from web.cases.chart_shapes import chart
from web.cases.kept_words import kept_words
from web.services import current_cases, current_inspections, entry_rights
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
        return render_template(
            "cases/case_not_begun.html", reference=reference, begins=begins, held=_not_held(file, reading.moment),
            received=reading.moment.received,
        )  # fmt: skip
    day = reading.moment.on
    arisen = [o for o in reading.obligations if o.state(day) is not None]
    stored = current_cases.repository().stored(reference)
    items = timeline(file, reading.history, reading.moment, stored)
    late = {item.fact.entry for item in items if item.stored is not None and item.stored.late}
    grounds = late_grounds(current_cases.repository(), reference, reading.moment)
    return render_template(
        "cases/case.html",
        reading=reading,
        reference=reference,
        spell=reading.snapshot.spell,
        items=items,
        held=_not_held(file, reading.moment),
        late=late,
        grounds=grounds,
        late_answers=sum(bool(late_in_answer(answer, grounds, day)) for answer in reading.answers),
        rest_on=late_in_answer,
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
        keeps=access_control.account().is_one_of(KEEPERS) and current_cases.may_record(reference),
        changes=partial(entry_rights.may_change, file=file),
        interrupted=lambda duty: interruption(duty, reading.history),
        unseen=[current_cases.repository().inspections[name].title for name in sorted(unseen)],
    )


def _not_held(file: CaseFile, moment: Moment) -> NotHeld | None:
    """What of the file this service did not hold at the moment, where it is read as received here."""
    if not moment.received or file.first_entry is None:
        return None
    stored = current_cases.repository().stored(file.reference)
    return NotHeld.of(file.entries.values(), stored, moment.known_at)


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
