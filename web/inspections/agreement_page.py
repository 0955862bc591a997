"""How far the readers of an inspection agree with one another, and with what the entries give; settling where they differ."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS, READERS
from domain.aggregates.inspection import Inspection
from domain.entries.case_entries import QualityJudged
from domain.entries.code_lists import label
from domain.entries.inspection_entries import InspectionOpened
from projections.inspections.assessor_agreement import (
    Agreement,
    AnswerPair,
    CaseQuestion,
    judged_and_derived,
    read_twice,
)
from web.inspections.inspection_form import form_page
from web.inspections.reading_answers import ANSWERS, settle_answer
from web.inspections.reading_pages import blueprint
from web.presentation.formatting import sentence
from web.recording.entry_forms import Field
from web.recording.inspection_entry import inspection_to_run, read_form
from web.services import current_cases, current_inspections
from web.site import access_control


class Compared(NamedTuple):
    """Two sets of answers side by side. ``parts``: the same by question, by assessor and by kind, each with a heading."""

    title: str
    one: str
    other: str
    found: Agreement
    parts: list[tuple[str, Mapping[str, Agreement]]]


@blueprint.get("/inspections/<inspection>/agreement")
@access_control.open_to(*READERS)
def agreement(inspection: str) -> str:
    """How far two readers agree, and assessors with what the entries give. Who has their own readings alone is shown these."""
    found = readers_compared(inspection)
    return render_template(
        "inspections/agreement.html", inspection=inspection, opened=found.opened, kinds=found.kinds, texts=found.texts,
        shown=found.shown, cases=found.cases, blind=found.blind, settled=found.settled,
        may_settle=_may_settle(found.inspection, inspection), mine=_is_mine,
    )  # fmt: skip


class ReadersCompared(NamedTuple):
    """How readers agree, as far as the person signed in may see it.

    ``shown``: the cases that are open to them; ``cases``: how many are read twice; ``blind``: how many they have still to read.
    """

    opened: InspectionOpened
    inspection: Inspection
    kinds: list[Compared]
    texts: Mapping[str, str]
    shown: set[str]
    cases: int
    blind: int
    settled: Mapping[CaseQuestion, QualityJudged]


def readers_compared(inspection: str) -> ReadersCompared:
    """The agreement of an inspection's readers; who has their own readings alone is given these. 404 and 403 as the page."""
    own = current_inspections.own_cases(inspection)
    opened = (
        current_cases.repository().inspections[inspection]
        if own is not None
        else current_inspections.inspection(inspection)
    )
    if current_inspections.is_draft_reader(inspection):
        abort(403, "A draft does not say how its readers agreed.")
    found, hidden = current_inspections.seen(inspection), current_inspections.to_read(inspection)
    scored = current_inspections.scored(inspection)
    blind = current_inspections.blind(inspection)
    twice = _twice(inspection, found)
    read = [reading for reading in scored.readings if own is None or reading.reference in own]
    derived = judged_and_derived([reading for reading in read if reading.reference not in blind])
    texts = {name: question.text for name, question in found.framework.questions.items()}
    kinds = [
        Compared("First and second readers", "First", "Second", twice, _parts(found, texts, twice)),
        Compared("Assessors and the entries", "Assessor", "Entries", derived, []),
    ]
    shown = {reading.reference for reading in current_inspections.shown(inspection, read)}
    differ = {pair.asked.reference for kind in kinds for pair in kind.found.disagreements}
    access_control.shown(*(differ & shown))
    settled = {
        CaseQuestion(reading.reference, judgement.question): judgement
        for reading in read
        for judgement in reading.judgements
        if judgement.inspection == inspection and judgement.adjudicates and reading.reference not in hidden
    }
    cases = sum(second for case, second in found.allocated if own is None or case in own)
    return ReadersCompared(opened, found, kinds, texts, shown, cases, len(hidden), settled)


def _twice(inspection: str, found: Inspection) -> Agreement:
    """Both readings of the cases read twice that the person signed in has not still to read."""
    hidden, own = current_inspections.to_read(inspection), current_inspections.own_cases(inspection)
    given = [case for case, second in found.allocated if second and case not in hidden and (own is None or case in own)]
    return read_twice(current_cases.repository(), inspection, found, given)


def _parts(found: Inspection, texts: Mapping[str, str], twice: Agreement) -> list[tuple[str, Mapping[str, Agreement]]]:
    by_question = twice.by(lambda pair: [texts.get(pair.asked.question, pair.asked.question)])
    by_reader = twice.by(lambda pair: map(found.called, pair.readers))
    by_kind = twice.by(
        lambda pair: (sentence(label(found.assessors[one])) for one in pair.readers if one in found.assessors)
    )
    return [("Question", by_question), ("Assessor", by_reader), ("Kind of assessor", by_kind)]


def _may_settle(found: Inspection, inspection: str) -> bool:
    return found.frozen is None and current_inspections.runs(inspection)


def _is_mine(pair: AnswerPair) -> bool:
    """Whether the person signed in gave one of the two answers."""
    return any(map(access_control.account().is_named, pair.readers))


def _settled(inspection: str, asked: CaseQuestion) -> str:
    """The entry by which a question is settled now; ``nothing`` where it is not."""
    readings = current_inspections.scored(inspection).readings
    made = (one for reading in readings if reading.reference == asked.reference for one in reading.judgements)
    found = [
        one.entry for one in made if one.inspection == inspection and one.adjudicates and one.question == asked.question
    ]
    return found[-1] if found else "nothing"


@blueprint.route("/inspections/<inspection>/settle/<crn>/<int:number>/<question>", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def settle(inspection: str, crn: str, number: int, question: str) -> str | Response:
    """Settle one question that two readers answered differently: by whoever runs the inspection and read neither time."""
    found, case = inspection_to_run(inspection), f"{crn}/{number}"
    differ = {pair.asked: pair for pair in _twice(inspection, found).disagreements}
    pair = differ.get(CaseQuestion(case, question))
    if pair is None or case in current_inspections.closed(inspection, [case]):
        abort(404, f"There is no question {question} about a case {case} that two readers answered differently.")
    if _is_mine(pair):
        abort(403, "You gave one of the two answers: somebody else settles which stands.")
    if not _may_settle(found, inspection):
        abort(403, "This inspection is frozen: its answers stay as they are.")
    first, other = (found.called(one) for one in pair.readers)
    fields = [
        Field("answer", "choice", found.framework.questions[question].text, True,
              f"{first} answered: {label(pair.first)}. {other} answered: {label(pair.other)}.",
              tuple(ANSWERS.items())),
        Field("comment", "note", "Why this answer stands", True),
    ]  # fmt: skip
    title = f"Settle an answer: {case}"
    access_control.shown(case)
    stands = _settled(inspection, pair.asked)
    if request.method == "GET":
        return form_page(title, fields, {}, {}, inspection, stood=stands)
    values, problems = read_form(fields)
    if request.form.get("stood", stands) != stands:
        problems = {"entry": "Somebody settled this while the page was open. What stands now is on the page Agreement"}
    problems = problems or settle_answer(inspection, found, case, {"question": question, **values})
    if problems:
        return form_page(title, fields, request.form.to_dict(flat=False), problems, inspection, stood=stands)
    flash("The answer is settled.")
    return redirect(url_for("assessing.agreement", inspection=inspection))
