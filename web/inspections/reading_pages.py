"""Reading cases for an inspection: the file as it stood on one side, the questions in reading order on the other."""

import secrets
from collections.abc import Mapping
from typing import Any, get_args

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from domain.accounts.roles import OPENERS, READERS
from domain.aggregates.inspection import Inspection, Task
from domain.aggregates.inspection_rules import check_answer, closed_to
from domain.calendar.london_time import LONDON
from domain.entries import code_lists, refusals
from domain.entries.inspection_entries import ManagementRated
from domain.entries.schemas import ShapeError, load_entry
from projections.cases.case_reading import Reading
from projections.cases.entry_timeline import timeline
from projections.cases.supervision_chart import supervision_chart
from projections.inspections.assessor_agreement import (
    Agreement,
    compare,
    judged_and_derived,
    judged_answers,
    left_as_derived,
)
from projections.inspections.blind_reading import before_assessors
from projections.inspections.inspection_access import readings_listed
from projections.inspections.reading_questions import CommentReason, ReadingQuestion, questions_asked, unanswered
from projections.inspections.sample_scores import inspection_moment, score_inspection
from projections.scoring.management_ladder import criterion_rungs
from projections.scoring.score_bands import section_bands
from web.cases.chart_shapes import chart
from web.recording.inspection_entry import Problems, enter, in_words, led, read_for, token
from web.services import current_cases
from web.site import access_control, clock

blueprint = Blueprint("assessing", __name__)

SAID: tuple[str, ...] = get_args(code_lists.JudgedAnswer)


NO_REASON: Mapping[CommentReason, str] = {
    "not applicable": "It was required: say why the question does not apply",
    "overruling": "Say why you overrule what the entries give",
}
"""What an empty comment should have said."""


@blueprint.get("/inspections/<inspection>/readings")
@access_control.open_to(*OPENERS)
def index(inspection: str) -> str:
    """Everybody's readings and how far each is; one's own first. An assessor who doesn't run it sees their own."""
    found = read_for(inspection)
    who, closed = access_control.account().name, current_cases.closed(case for case, _ in found.allocated)
    listed = readings_listed(found, access_control.account(), leads=current_cases.runs(inspection), closed=closed)
    rows = [(task, name, _done(inspection, found, task), task in found.completed) for task, name in listed]
    return render_template(
        "inspections/readings.html", inspection=inspection, opened=found.opened, found=found, rows=rows,
        asked=len(found.framework.questions), me=who, hidden=len(closed),
    )  # fmt: skip


def _done(inspection: str, found: Inspection, task: Task) -> int:
    """How many questions of this reading need no more."""
    asked = _questions(inspection, found, task)
    return len(asked) - unanswered(asked)


def _questions(inspection: str, found: Inspection, task: Task) -> list[ReadingQuestion]:
    """The questions about one case as they stand before its reader."""
    return questions_asked(found.framework, _read(inspection, found, *task), inspection, second=task[1])


def _read(inspection: str, found: Inspection, reference: str, second: bool) -> Reading:
    assert found.opened is not None
    moment = inspection_moment(found.opened)
    return current_cases.casebook().read(reference, moment, found.framework, inspection, second=second)


@blueprint.route("/inspections/<inspection>/read/<crn>/<int:number>", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def read(inspection: str, crn: str, number: int) -> str | AnyResponse:
    """One case: read it, answer the questions. A second reader sees nothing of the first's answers."""
    found, reference = read_for(inspection), f"{crn}/{number}"
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
    current_cases.viewed(reference)
    problems: Problems = {}
    if request.method == "POST":
        problems, saved = _save(inspection, found, task)
        if "application/json" in request.headers.get("Accept", ""):
            return _saved(problems)
        if not problems and request.form.get("step") == "finish":
            problems = _finish(inspection, found, task)
            if not problems:
                flash(f"{reference}: the reading is finished.")
                return redirect(url_for("assessing.index", inspection=inspection))
        if not problems:
            flash(f"{saved} answers saved." if saved != 1 else "1 answer saved.")
            return redirect(request.full_path.rstrip("?"))
    return _page(inspection, found, task, problems)


def _page(inspection: str, found: Inspection, task: Task, problems: Problems) -> str:
    reference, second = task
    reading = _read(inspection, found, reference, second)
    day = reading.moment.on
    file = current_cases.casebook().file(reference)
    items = before_assessors(file, timeline(file, reading.history, reading.moment))
    return render_template(
        "inspections/reading.html", inspection=inspection, opened=found.opened, found=found, reference=reference, second=second,
        reading=reading, day=day, spell=reading.snapshot.spell, chart=chart(supervision_chart(reading)),
        items=items, owed=[o for o in reading.obligations if o.clause.of_standards and o.state(day) in ("overdue", "missed")],
        instrument=questions_asked(found.framework, reading, inspection, second=second), problems=problems,
        typed=request.form, finished=found.completed.get(task), said=SAID, closed=_too_late(found, task) is not None,
    )  # fmt: skip


def _saved(problems: Mapping[str, str]) -> Response:
    """To the script that saves answers as they are given."""
    if problems:
        answer = jsonify(problems=dict(problems))
        answer.status_code = 422
        return answer
    return jsonify(saved=f"{clock.now().astimezone(LONDON):%H:%M}")


def _too_late(found: Inspection, task: Task) -> refusals.TooLate | None:
    """Why no answer of this reading can be recorded any more; None while it can."""
    try:
        check_answer(found, task[0], second=task[1])
    except refusals.TooLate as error:
        return error
    return None


def _save(inspection: str, found: Inspection, task: Task) -> tuple[Problems, int]:
    """Record the answers that differ from what stands; how many."""
    if (late := _too_late(found, task)) is not None:
        return {"step": in_words(late.reason)}, 0
    who, now = access_control.account(), clock.recording_time()
    problems, said = _answers_typed(inspection, found, task)
    common = {
        "occurred_on": clock.today().isoformat(), "recorded_at": now.isoformat(), "recorded_by": who.username,
        "framework": found.framework.id, "by": who.name, "role": found.assessors[who.name], "inspection": inspection,
        **({"second": True} if task[1] else {}),
    }  # fmt: skip
    try:
        made = [
            load_entry("QualityJudged", {"entry": f"reading-{secrets.token_hex(6)}", **common, **one}) for one in said
        ]
        fresh = current_cases.casebook().files.record(task[0], made, actor=who.username, now=now)
    except (ShapeError, refusals.Refused, refusals.BusyFile) as error:
        return {"step": str(error)}, 0
    if fresh:
        access_control.log("recorded", task[0], detail=f"{inspection}: {len(fresh)} answers")
    return problems, len(fresh)


def _answers_typed(inspection: str, found: Inspection, task: Task) -> tuple[Problems, list[dict[str, Any]]]:
    """The answers that the form gives and that do not stand already, as interchange fields; what is wrong with others."""
    problems: Problems = {}
    answers = []
    for asked in _questions(inspection, found, task):
        name, said, comment = asked.question.id, *_typed(asked.question.id)
        if not asked.is_new(said, comment):
            continue
        if said not in SAID:
            problems[f"answer {name}"] = f"Choose an answer: {asked.question.text}"
        elif (wanting := asked.comment_wanted(said, comment)) is not None:
            problems[f"comment {name}"] = f"{NO_REASON[wanting]}: {asked.question.text}"
        else:
            more = {"comment": comment} if comment else {}
            answers.append({"question": name, "answer": said, "overrules": asked.overrules(said), **more})
    return problems, answers


def _typed(question: str) -> tuple[str, str]:
    """What the form says to a question: the answer and the comment, empty where there is none."""
    comment = request.form.get(f"comment {question}", "").replace("\r\n", "\n").strip()
    return request.form.get(f"answer {question}", ""), comment


def _finish(inspection: str, found: Inspection, task: Task) -> Problems:
    """Finished, when everything is answered or a note says why not."""
    left = unanswered(_questions(inspection, found, task))
    note = request.form.get("note", "").strip()
    if left and not note:
        words = f"{left} questions are not answered" if left > 1 else "One question is not answered"
        return {"note": f"{words}. Answer them, or say here why they stay open"}
    said = {
        "case": task[0],
        "assessor": access_control.account().name,
        "note": note,
        **({"second": True} if task[1] else {}),
    }
    return enter(inspection, "ReadingCompleted", said, entry=token())


# ---------------------------------------------------------------- section A


@blueprint.route("/inspections/<inspection>/management", methods=["GET", "POST"])
@access_control.open_to(*READERS)
@access_control.keeps_what_was_typed
def management(inspection: str) -> str | AnyResponse:
    """Section A: each item's rating, the rung that these propose and why, the lead inspector's adjustment."""
    opened = current_cases.inspection(inspection)
    found = current_cases.casebook().inspection(inspection)
    problems: Problems = {}
    if request.method == "POST":
        problems = _manage(inspection, led(inspection))
        if not problems:
            flash("Saved.")
            return redirect(url_for("assessing.management", inspection=inspection))
    return render_template(
        "inspections/management.html", inspection=inspection, opened=opened, found=found, placed=criterion_rungs(found),
        bands=section_bands(found, score_inspection(current_cases.casebook(), inspection).score),
        rated=code_lists.MANAGEMENT_RATINGS,
        open=[p.criterion.id for p in criterion_rungs(found) if not p.ratings and p.adjusted is None and not p.not_followed_up],
        rungs=found.framework.rungs, problems=problems, typed=request.form,
        runs=current_cases.runs(inspection) and closed_to(found, ManagementRated) is None,
    )  # fmt: skip


def _manage(inspection: str, found: Inspection) -> Problems:
    """Record what was changed about one criterion."""
    criterion = request.form.get("criterion", "")
    if found.framework.bands and criterion in {section.id for section in found.framework.sections}:
        return _place_in_band(inspection, found, criterion)
    if request.form.get("step") == "the others are not followed up":
        problems: Problems = {}
        for other in found.undecided:
            problems |= enter(inspection, "NotFollowedUp", {"criterion": other}, entry=token())
        return problems
    managed = next((c for c in found.framework.management if c.id == criterion), None)
    if managed is None:
        return {"criterion": "There is no such criterion"}
    if request.form.get("step") == "not followed up":
        return enter(inspection, "NotFollowedUp", {"criterion": criterion}, entry=token())
    problems = {}
    for item in managed.rated:
        rating, evidence = (request.form.get(f"{x} {item.id}", "").strip() for x in ("rating", "evidence"))
        standing = found.ratings.get((criterion, item.id))
        if rating and (rating, evidence) != (standing and standing.rating, (standing and standing.evidence) or ""):
            said = {"criterion": criterion, "item": item.id, "rating": rating, "evidence": evidence}
            problems |= enter(inspection, "ManagementRated", said, entry=token())
    return problems | _adjust(inspection, found, criterion)


def _adjust(inspection: str, found: Inspection, criterion: str) -> Problems:
    """Record another rung for a criterion, or that its own stands again; nothing where that is so already."""
    to, reason = request.form.get("to", ""), request.form.get("reason", "").strip()
    adjusted = found.adjusted.get(criterion)
    standing = (adjusted.to, adjusted.reason) if adjusted else ("", "")
    if "to" not in request.form or (to, reason if to else "") == standing:
        return {}
    if not reason:
        return {f"reason-{criterion}": "Say why the rung is adjusted" if to else "Say why the adjustment is taken back"}
    problems = enter(inspection, "RatingAdjusted", {"criterion": criterion, "to": to, "reason": reason}, entry=token())
    return {f"reason-{criterion}" if name == "reason" else name: words for name, words in problems.items()}


def _place_in_band(inspection: str, found: Inspection, section: str) -> Problems:
    """The lead inspector's discretion: another band, where the score is near enough to its boundary."""
    to, reason = request.form.get("to", ""), request.form.get("reason", "").strip()
    here = next(
        b
        for b in section_bands(found, score_inspection(current_cases.casebook(), inspection).score)
        if b.section.id == section
    )
    if not here.may_be(to):
        points = found.framework.discretion
        return {f"to-{section}": f"Choose a band whose boundary is within {points} points of {here.printed}%"}
    if not reason:
        return {f"reason-{section}": "Say why the band is adjusted"}
    return enter(inspection, "RatingAdjusted", {"criterion": section, "to": to, "reason": reason}, entry=token())


# ---------------------------------------------------------------- agreement


@blueprint.get("/inspections/<inspection>/agreement")
@access_control.open_to(*READERS)
def agreement(inspection: str) -> str:
    """How far two readers agree, and assessors with what the entries give."""
    opened = current_cases.inspection(inspection)
    found = current_cases.casebook().inspection(inspection)
    scored = score_inspection(current_cases.casebook(), inspection)
    again = [_read(inspection, found, case, True) for case, second in found.allocated if second]
    once, twice_read = found.finished(second=False), found.finished(second=True)
    twice = compare(
        judged_answers(scored.readings, inspection), judged_answers(again, inspection, second=True),
        left_as_derived(scored.readings, once), left_as_derived(again, twice_read),
    )  # fmt: skip
    texts = {name: question.text for name, question in found.framework.questions.items()}
    shown = {reading.reference for reading in current_cases.shown(inspection, scored.readings)}
    kinds: list[tuple[str, str, str, Agreement]] = [
        ("First and second readers", "First", "Second", twice),
        ("Assessors and the entries", "Assessor", "Entries", judged_and_derived(scored.readings, once)),
    ]
    return render_template(
        "inspections/agreement.html",
        inspection=inspection,
        opened=opened,
        kinds=kinds,
        texts=texts,
        shown=shown,
        cases=len(again),
        blind=len(current_cases.blind(inspection)),
    )
