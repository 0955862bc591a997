"""The pages on which an assessor reads cases: the list of readings, and one case beside its questions."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Inspection, Task
from domain.calendar.london_time import LONDON
from domain.entries import code_lists
from domain.entries.case_entries import InterviewNoted
from projections.cases.entry_timeline import timeline
from projections.cases.supervision_chart import supervision_chart
from projections.inspections.after_list import after_list
from projections.inspections.attached_evidence import attached_to
from projections.inspections.blind_reading import before_assessors
from projections.inspections.inspection_access import AllocatedReading, readings_listed
from projections.inspections.reading_questions import questions_asked, unanswered
from web.cases.chart_shapes import chart
from web.inspections.reading_answers import (
    ANSWERS,
    PROMPT_ANSWERS,
    case_read,
    finish_reading,
    questions,
    save_answers,
    sources_known,
    too_late,
)
from web.recording.inspection_entry import Problems, inspection_to_read
from web.services import current_cases, current_inspections
from web.site import access_control, clock

blueprint = Blueprint("assessing", __name__)

NOT_GIVEN = (
    "There is no case {} here that you have been given to read and that is open to you. Whoever runs the inspection gives "
    "cases out."
)
"""The same words for a case that is not there, one that another assessor reads, and one that is closed to the reader."""


@blueprint.get("/inspections/<inspection>/readings")
@access_control.open_to(*OPENERS)
def index(inspection: str) -> str:
    """The readings and how far each is, one's own first. Assessors who do not run the inspection see only their own."""
    found = inspection_to_read(inspection)
    rows = reading_lines(inspection, found)
    access_control.shown(*(row.task[0] for row in rows if not row.closed))
    return render_template(
        "inspections/readings.html", inspection=inspection, opened=found.opened, found=found,
        rows=sorted(rows, key=lambda row: row.closed), asked=len(found.framework.for_own_cases.questions),
    )  # fmt: skip


class ReadingLine(NamedTuple):
    """One line of the list of readings. ``answered``: None where it is another reader's of a case still to be read."""

    task: Task
    reader: str
    mine: bool
    answered: int | None
    finished: bool
    closed: bool


def reading_lines(inspection: str, found: Inspection) -> list[ReadingLine]:
    """The readings that the person signed in may see, one's own first."""
    who, runs = access_control.account(), current_inspections.runs(inspection)
    listed = readings_listed(found, who, leads=runs)
    closed = {case for case in current_inspections.closed(inspection, dict.fromkeys(one.task[0] for one in listed))
              if not current_inspections.may_assess(inspection, case)}  # fmt: skip
    return [
        ReadingLine(
            one.task, found.called(one.reader), who.is_named(one.reader), _answered(inspection, found, one),
            one.task in found.completed, one.task[0] in closed,
        )
        for one in listed
    ]  # fmt: skip


def _answered(inspection: str, found: Inspection, given: AllocatedReading) -> int | None:
    """The number of questions of this reading that are answered in full; None where that is not shown yet."""
    mine = access_control.account().is_named(given.reader)
    if not mine and given.task[0] in current_inspections.to_read(inspection):
        return None
    asked = questions(inspection, found, given.task)
    return len(asked) - unanswered(asked)


@blueprint.route("/inspections/<inspection>/read/<crn>/<int:number>", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def read(inspection: str, crn: str, number: int) -> str | AnyResponse:
    """One case beside the questions. A second reader sees no answer of the first reader."""
    found, task = inspection_to_read(inspection), own_reading(inspection, crn, number)
    return reading_page(inspection, found, task, url_for("assessing.index", inspection=inspection))


def reading_page(inspection: str, found: Inspection, task: Task, after: str) -> str | AnyResponse:
    """The page of a reading, and what its form says. ``after``: where its reader goes once it is finished."""
    problems: Problems = {}
    if request.method == "POST":
        problems, saved = save_answers(inspection, found, task)
        if "application/json" in request.headers.get("Accept", ""):
            return _saved(problems)
        if not problems and request.form.get("step") == "finish":
            problems = finish_reading(inspection, found, task)
            if not problems:
                flash(f"{task[0]}: the reading is finished.")
                return redirect(after)
        if not problems:
            flash(f"{saved} answers saved." if saved != 1 else "1 answer saved.")
            return redirect(request.full_path.rstrip("?"))
    return _page(inspection, found, task, problems)


def own_reading(inspection: str, crn: str, number: int) -> Task:
    """The reading of a case, the first or the second as the address says, that the person signed in was given; else 404."""
    task, who = (f"{crn}/{number}", request.args.get("second") == "yes"), access_control.account()
    given = current_cases.repository().inspection(inspection).allocated
    mine = who.is_named(given.get(task)) and not who.is_named(given.get((task[0], not task[1])))
    closed = who.is_shut_out(current_cases.limits().get(task[0], ()))  # known without reading the case
    if closed or not mine or not current_inspections.may_assess(inspection, task[0]):
        access_control.log("refused", task[0])
        abort(404, NOT_GIVEN.format(task[0]))
    return task


def _page(inspection: str, found: Inspection, task: Task, problems: Problems) -> str:
    reference, second = task
    keys = access_control.account().keys
    calibrates = reference in found.calibration.cases
    finished = found.completed.get(task)
    if calibrates:
        finished = next(
            (found.calibration.read[reference, k] for k in keys if (reference, k) in found.calibration.read), None
        )
    reading = case_read(inspection, found, reference, second, opened=True)
    day = reading.moment.on
    book = current_cases.repository()
    file = book.opened_file(book.file(reference))
    reopening = None if second else found.process.reopening_of(reference)
    interviews = [
        fact for fact in file.entries.values()
        if isinstance(fact, InterviewNoted) and fact.inspection == inspection and access_control.account().made(fact)
    ]  # fmt: skip
    hides = found.is_blind and (task in found.to_finish(*keys) or reference in found.to_calibrate(*keys))
    items = before_assessors(file, timeline(file, reading.history, reading.moment, book.stored(reference)))
    return render_template(
        "inspections/reading.html", inspection=inspection, opened=found.opened, found=found, reference=reference, second=second,
        reading=reading, day=day, spell=reading.snapshot.spell, chart=chart(supervision_chart(reading, duties=not hides)),
        items=items, named={item.fact.entry: item.fact for item in items},
        hides=hides, owed=[o for o in reading.obligations if o.clause.of_standards and o.state(day) in ("overdue", "missed")],
        instrument=questions_asked(found.framework, reading, inspection, second=second, left_out=found.not_rescored,
                                   blind=found.is_blind),
        problems=problems,
        interviews=interviews, sources=code_lists.READING_SOURCES,
        sources_ticked=request.form.getlist("sources") if request.method == "POST"
                       else sources_known(finished, interviews),
        attached=attached_to(inspection, current_cases.shown_file(reference)), sealed_here=book.files.seals,
        after_list=after_list(found, file, book.stored(reference)),
        reopened=found.process.comments.get(found.process.reopened[reopening].comment) if reopening else None,
        typed=request.form, finished=finished, calibrates=calibrates, said=ANSWERS, noted=PROMPT_ANSWERS,
        closed=too_late(found, task) is not None,
    )  # fmt: skip


def _saved(problems: Mapping[str, str]) -> Response:
    """The reply to the script that saves each answer as it is given."""
    if problems:
        answer = jsonify(problems=dict(problems))
        answer.status_code = 422
        return answer
    return jsonify(saved=f"{clock.now().astimezone(LONDON):%H:%M}")
