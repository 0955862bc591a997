"""The pages on which an assessor reads cases: the list of readings, and one case beside its questions."""

from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Inspection, Task
from domain.calendar.london_time import LONDON
from projections.cases.entry_timeline import timeline
from projections.cases.supervision_chart import supervision_chart
from projections.inspections.blind_reading import before_assessors
from projections.inspections.inspection_access import readings_listed
from projections.inspections.reading_questions import questions_asked, unanswered
from web.cases.chart_shapes import chart
from web.inspections.reading_answers import ANSWERS, case_read, finish_reading, questions, save_answers, too_late
from web.recording.inspection_entry import Problems, inspection_to_read
from web.services import current_cases, current_inspections
from web.site import access_control, clock

blueprint = Blueprint("assessing", __name__)


@blueprint.get("/inspections/<inspection>/readings")
@access_control.open_to(*OPENERS)
def index(inspection: str) -> str:
    """The readings and how far each is, one's own first. Assessors who do not run the inspection see only their own."""
    found = inspection_to_read(inspection)
    who, closed = access_control.account().name, current_cases.closed(case for case, _ in found.allocated)
    listed = readings_listed(found, access_control.account(), leads=current_inspections.runs(inspection), closed=closed)
    rows = [(task, name, _answered(inspection, found, task), task in found.completed) for task, name in listed]
    access_control.shown(*(task[0] for task, _ in listed))
    return render_template(
        "inspections/readings.html", inspection=inspection, opened=found.opened, found=found, rows=rows,
        asked=len(found.framework.questions), me=who, hidden=len(closed),
    )  # fmt: skip


def _answered(inspection: str, found: Inspection, task: Task) -> int:
    """The number of questions of this reading that are answered in full."""
    asked = questions(inspection, found, task)
    return len(asked) - unanswered(asked)


@blueprint.route("/inspections/<inspection>/read/<crn>/<int:number>", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def read(inspection: str, crn: str, number: int) -> str | AnyResponse:
    """One case beside the questions. A second reader sees no answer of the first reader."""
    found, reference = inspection_to_read(inspection), f"{crn}/{number}"
    second = request.args.get("second") == "yes"
    task = (reference, second)
    if task not in found.allocated:
        abort(404, f"{reference} has not been given to anybody {'for a second reading' if second else 'to read'} here.")
    if found.allocated[task] != access_control.account().name:
        abort(
            403, f"{reference} is read by {found.allocated[task]}. Give it out to somebody else on the allocation page."
        )
    if current_cases.closed([reference]):
        abort(403, f"Access to {reference} is limited, and not open to you. Tell whoever runs the inspection.")
    problems: Problems = {}
    if request.method == "POST":
        problems, saved = save_answers(inspection, found, task)
        if "application/json" in request.headers.get("Accept", ""):
            return _saved(problems)
        if not problems and request.form.get("step") == "finish":
            problems = finish_reading(inspection, found, task)
            if not problems:
                flash(f"{reference}: the reading is finished.")
                return redirect(url_for("assessing.index", inspection=inspection))
        if not problems:
            flash(f"{saved} answers saved." if saved != 1 else "1 answer saved.")
            return redirect(request.full_path.rstrip("?"))
    return _page(inspection, found, task, problems)


def _page(inspection: str, found: Inspection, task: Task, problems: Problems) -> str:
    reference, second = task
    reading = case_read(inspection, found, reference, second)
    day = reading.moment.on
    file = current_cases.repository().file(reference)
    items = before_assessors(file, timeline(file, reading.history, reading.moment))
    return render_template(
        "inspections/reading.html", inspection=inspection, opened=found.opened, found=found, reference=reference, second=second,
        reading=reading, day=day, spell=reading.snapshot.spell, chart=chart(supervision_chart(reading)),
        items=items, owed=[o for o in reading.obligations if o.clause.of_standards and o.state(day) in ("overdue", "missed")],
        instrument=questions_asked(found.framework, reading, inspection, second=second), problems=problems,
        typed=request.form, finished=found.completed.get(task), said=ANSWERS, closed=too_late(found, task) is not None,
    )  # fmt: skip


def _saved(problems: Mapping[str, str]) -> Response:
    """The reply to the script that saves each answer as it is given."""
    if problems:
        answer = jsonify(problems=dict(problems))
        answer.status_code = 422
        return answer
    return jsonify(saved=f"{clock.now().astimezone(LONDON):%H:%M}")
