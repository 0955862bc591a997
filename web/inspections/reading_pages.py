"""The pages on which an assessor reads cases: the list of readings, and one case beside its questions."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import NamedTuple

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Inspection, Task
from domain.calendar.london_time import LONDON
from projections.cases.entry_timeline import timeline
from projections.cases.supervision_chart import supervision_chart
from projections.inspections.after_list import after_list
from projections.inspections.blind_reading import before_assessors
from projections.inspections.inspection_access import AllocatedReading, readings_listed
from projections.inspections.reading_questions import questions_asked, unanswered
from web.cases.chart_shapes import chart
from web.inspections.inspection_form import form_page
from web.inspections.reading_answers import ANSWERS, case_read, finish_reading, questions, save_answers, too_late
from web.recording.entry_forms import Field
from web.recording.inspection_entry import Problems, inspection_to_read, read_form, record_on_case
from web.services import current_cases, current_inspections
from web.site import access_control, clock
from web.site.date_field import read_day

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
    who, runs = access_control.account(), current_inspections.runs(inspection)
    listed = readings_listed(found, who, leads=runs)
    closed = {case for case in current_inspections.closed(inspection, dict.fromkeys(one.task[0] for one in listed))
              if not current_inspections.may_assess(inspection, case)}  # fmt: skip
    rows = [
        ReadingLine(
            one.task, found.called(one.reader), who.is_named(one.reader), _answered(inspection, found, one),
            one.task in found.completed, one.task[0] in closed,
        )
        for one in listed
    ]  # fmt: skip
    access_control.shown(*(row.task[0] for row in rows if not row.closed))
    return render_template(
        "inspections/readings.html", inspection=inspection, opened=found.opened, found=found,
        rows=sorted(rows, key=lambda row: row.closed), asked=len(found.framework.questions),
    )  # fmt: skip


class ReadingLine(NamedTuple):
    """One line of the list of readings. ``answered``: None where it is another reader's of a case still to be read."""

    task: Task
    reader: str
    mine: bool
    answered: int | None
    finished: bool
    closed: bool


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
    found, reference = inspection_to_read(inspection), f"{crn}/{number}"
    second = request.args.get("second") == "yes"
    task, who = (reference, second), access_control.account()
    mine = who.is_named(found.allocated.get(task)) and not who.is_named(found.allocated.get((reference, not second)))
    closed = who.is_shut_out(current_cases.limits().get(reference, ()))  # known without reading the case
    if closed or not mine or not current_inspections.may_assess(inspection, reference):
        access_control.log("refused", reference)
        abort(404, NOT_GIVEN.format(reference))
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
    reading = case_read(inspection, found, reference, second, opened=True)
    day = reading.moment.on
    book = current_cases.repository()
    file = book.opened_file(book.file(reference))
    reopening = None if second else found.process.reopening_of(reference)
    items = before_assessors(file, timeline(file, reading.history, reading.moment, book.stored(reference)))
    return render_template(
        "inspections/reading.html", inspection=inspection, opened=found.opened, found=found, reference=reference, second=second,
        reading=reading, day=day, spell=reading.snapshot.spell, chart=chart(supervision_chart(reading)),
        items=items, named={item.fact.entry: item.fact for item in items},
        owed=[o for o in reading.obligations if o.clause.of_standards and o.state(day) in ("overdue", "missed")],
        instrument=questions_asked(found.framework, reading, inspection, second=second), problems=problems,
        after_list=after_list(found, file, book.stored(reference)), alert_by=alert_due(clock.recording_time()),
        reopened=found.process.comments.get(found.process.reopened[reopening].comment) if reopening else None,
        typed=request.form, finished=found.completed.get(task), said=ANSWERS, closed=too_late(found, task) is not None,
    )  # fmt: skip


def _saved(problems: Mapping[str, str]) -> Response:
    """The reply to the script that saves each answer as it is given."""
    if problems:
        answer = jsonify(problems=dict(problems))
        answer.status_code = 422
        return answer
    return jsonify(saved=f"{clock.now().astimezone(LONDON):%H:%M}")


ALERT_HOURS = 24
"""Hours within which an alert is to be answered, unless its reader sets another time (**P**)."""


def alert_due(now: datetime) -> str:
    """When an alert raised now is to be answered, as the form offers it."""
    due = (now + timedelta(hours=ALERT_HOURS)).astimezone(LONDON)
    return f"{due.day}/{due.month}/{due.year} {due:%H:%M}"


@blueprint.route("/inspections/<inspection>/read/<crn>/<int:number>/alert", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def raise_alert(inspection: str, crn: str, number: int) -> str | AnyResponse:
    """Raise an alert: somebody is in danger. The area's named person has it at once."""
    found, reference = inspection_to_read(inspection), f"{crn}/{number}"
    reads = any(access_control.account().is_named(found.allocated.get((reference, second))) for second in (False, True))
    if not (reads or current_inspections.runs(inspection)) or not current_inspections.may_assess(inspection, reference):
        access_control.log("refused", reference)
        abort(404, NOT_GIVEN.format(reference))
    fields = [
        Field("danger", "note", "Who is in danger, and how", True, "The area's named person reads it at once"),
        Field("answer_by", "text", "To be answered by", True, "A day and an hour, like 3/10/2005 14:30"),
    ]
    title = f"Raise an alert: {reference}"
    nobody = not any("alerts" in one.named_for for one in found.process.area.values())
    said = (
        "Nobody of the area is named to answer alerts here: tell the lead, and call the area yourself."
        if nobody
        else ""
    )
    access_control.shown(reference)
    if request.method == "GET":
        return form_page(title, fields, {"answer_by": [alert_due(clock.recording_time())]}, {}, inspection, said=said)
    values, problems = read_form(fields)
    due = read_instant(str(values.get("answer_by", "")))
    if "answer_by" not in problems and (due is None or due <= clock.recording_time()):
        problems["answer_by"] = "Enter a day and an hour that are still to come, like 3/10/2005 14:30"
    if not problems and due is not None:
        who = access_control.account()
        problems = record_on_case(reference, "AlertRaised", {
            "inspection": inspection, "danger": values["danger"], "answer_by": due.isoformat(), "by": who.name,
            "by_id": who.username,
        })  # fmt: skip
    if problems:
        return form_page(title, fields, request.form.to_dict(flat=False), problems, inspection, said=said)
    flash("The alert is raised. The area's named person has it now.")
    return redirect(url_for("assessing.index", inspection=inspection))


def read_instant(typed: str) -> datetime | None:
    """A day and an hour in London as somebody types them; None where they are not readable."""
    day, _, hour = typed.strip().partition(" ")
    on = read_day(day)
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", hour.strip())
    return None if on is None or found is None else datetime.combine(on, time(int(found[1]), int(found[2])), LONDON)
