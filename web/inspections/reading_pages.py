"""Reading cases for an inspection: the file as it stood on one side, the questions in reading order on the other."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from domain.aggregates.inspection import Inspection, Task
from domain.calendar.london_time import LONDON
from domain.entries import code_lists, refusals
from domain.entries.case_entries import QualityJudged
from domain.entries.schemas import ShapeError, load_entry
from domain.policy.frameworks import Question
from projections.cases.case_reading import Reading
from projections.cases.entry_timeline import timeline
from projections.cases.supervision_chart import supervision_chart
from projections.inspections.assessor_agreement import Agreement, compare, judged, judged_and_derived, left
from projections.inspections.sample_scores import inspection_moment, score_inspection
from projections.scoring.answers import Answer
from projections.scoring.management_ladder import placed
from projections.scoring.score_bands import banded
from web.cases.chart_shapes import chart
from web.recording.inspection_entry import Problems, enter, led, read_for, token
from web.services import current_cases
from web.site import access_control, clock

blueprint = Blueprint("assessing", __name__)

SAID: tuple[str, ...] = get_args(code_lists.JudgedAnswer)


@dataclass(frozen=True)
class Asked:
    """One question of the instrument about one case, as it stands before its reader.

    ``derived``: what the entries give, to confirm or overrule. ``settled``: there is nothing to judge, and why.
    ``mine``: what this reader has answered.
    """

    question: Question
    answer: Answer
    derived: str | None
    settled: bool
    mine: QualityJudged | None

    @property
    def open(self) -> bool:
        """Whether the reader has still to answer it."""
        return not self.settled and self.mine is None and self.derived is None


@blueprint.get("/inspections/<inspection>/readings")
@access_control.open_to(*access_control.OPENERS)
def index(inspection: str) -> str:
    """Everybody's readings and how far each is; one's own first. An assessor who doesn't run it sees their own."""
    found = read_for(inspection)
    who, closed = access_control.account().name, current_cases.closed(case for case, _ in found.allocated)
    rows = [
        (task, name, _done(inspection, found, task), task in found.completed)
        for task, name in sorted(found.allocated.items(), key=lambda item: (item[1] != who, item[1], item[0]))
        if task[0] not in closed and (name == who or current_cases.runs(inspection))
    ]
    return render_template(
        "inspections/readings.html", inspection=inspection, opened=found.opened, found=found, rows=rows,
        asked=len(found.framework.questions), me=who, hidden=len(closed),
    )  # fmt: skip


def _done(inspection: str, found: Inspection, task: Task) -> int:
    """How many questions of this reading need no more."""
    return sum(not asked.open for asked in _instrument(found, _read(inspection, found, *task), inspection, task[1]))


def _read(inspection: str, found: Inspection, reference: str, second: bool) -> Reading:
    assert found.opened is not None
    moment = inspection_moment(found.opened)
    return current_cases.casebook().read(reference, moment, found.framework, inspection, second=second)


def _instrument(found: Inspection, reading: Reading, inspection: str, second: bool) -> list[Asked]:
    """The questions in the order in which a case is read."""
    answers = {answer.question.id: answer for answer in reading.answers}
    mine = {j.question: j for j in reading.judgements if j.inspection == inspection and j.second == second}
    asked = []
    for name in found.framework.reading_order:
        answer, said = answers[name], mine.get(name)
        nothing = answer.absent and answer.question.scored_by == "judged"
        never = said is None and answer.basis == "judged" and answer.answer == "not_applicable"
        derived: str | None = None
        if answer.question.derive is not None:
            derived = answer.answer if answer.basis == "derived" else answer.other or answer.answer
        asked.append(Asked(answer.question, answer, derived, nothing or never, said))
    return asked


@blueprint.route("/inspections/<inspection>/read/<crn>/<int:number>", methods=["GET", "POST"])
@access_control.open_to(*access_control.OPENERS)
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
    items = [
        item
        for item in timeline(current_cases.casebook().file(reference), reading.history, reading.moment)
        if not (isinstance(item.fact, QualityJudged) and item.fact.inspection)  # what assessors said is not the file
    ]
    return render_template(
        "inspections/reading.html", inspection=inspection, opened=found.opened, found=found, reference=reference, second=second,
        reading=reading, day=day, spell=reading.snapshot.spell, chart=chart(supervision_chart(reading)),
        items=items, owed=[o for o in reading.obligations if o.clause.of_standards and o.state(day) in ("overdue", "missed")],
        instrument=_instrument(found, reading, inspection, second), problems=problems,
        typed=request.form, finished=found.completed.get(task), said=SAID,
        closed=found.frozen is not None or (second and task in found.completed),
    )  # fmt: skip


def _saved(problems: Mapping[str, str]) -> Response:
    """To the script that saves answers as they are given."""
    if problems:
        answer = jsonify(problems=dict(problems))
        answer.status_code = 422
        return answer
    return jsonify(saved=f"{clock.now().astimezone(LONDON):%H:%M}")


def _save(inspection: str, found: Inspection, task: Task) -> tuple[Problems, int]:
    """Record the answers that differ from what stands; how many."""
    reference, second = task
    if found.frozen is not None:
        return {"step": "This inspection is frozen: an answer recorded now would not count"}, 0
    if second and task in found.completed:
        return {"step": "You have finished this second reading and may see the first: its answers stay as they were"}, 0
    who, now = access_control.account(), clock.recording_time()
    reading = _read(inspection, found, reference, second)
    problems: Problems = {}
    facts = []
    for asked in _instrument(found, reading, inspection, second):
        name = asked.question.id
        said = request.form.get(f"answer {name}", "")
        comment = request.form.get(f"comment {name}", "").replace("\r\n", "\n").strip()
        standing = (asked.mine.answer, asked.mine.comment or "") if asked.mine else ("", "")
        if asked.settled or (said, comment) == standing or not (said or comment):
            continue
        overrules = asked.derived is not None and said != asked.derived
        if said not in SAID:
            problems[f"answer {name}"] = f"Choose an answer: {asked.question.text}"
        elif said == "not_applicable" and asked.question.required and not comment:
            problems[f"comment {name}"] = f"It was required: say why the question does not apply: {asked.question.text}"
        elif overrules and not comment:
            problems[f"comment {name}"] = f"Say why you overrule what the entries give: {asked.question.text}"
        else:
            facts.append({
                "entry": f"reading-{secrets.token_hex(6)}", "occurred_on": clock.today().isoformat(),
                "recorded_at": now.isoformat(), "recorded_by": who.username, "framework": found.framework.id,
                "question": name, "answer": said, "by": who.name, "role": found.assessors[who.name],
                "inspection": inspection, **({"comment": comment} if comment else {}),
                **({"second": True} if second else {}), **({"overrules": True} if overrules else {}),
            })  # fmt: skip
    try:
        made = [load_entry("QualityJudged", values) for values in facts]
        fresh = current_cases.casebook().files.record(reference, made, actor=who.username, now=now)
    except ShapeError as error:
        return {"step": str(error)}, 0
    except (refusals.Refused, refusals.BusyFile) as error:
        return {"step": str(error)}, 0
    if fresh:
        access_control.log("recorded", reference, detail=f"{inspection}: {len(fresh)} answers")
    return problems, len(fresh)


def _finish(inspection: str, found: Inspection, task: Task) -> Problems:
    """Finished, when everything is answered or a note says why not."""
    reading = _read(inspection, found, *task)
    left = sum(asked.open for asked in _instrument(found, reading, inspection, task[1]))
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
@access_control.open_to(*access_control.READERS)
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
        "inspections/management.html", inspection=inspection, opened=opened, found=found, placed=placed(found),
        bands=banded(found, score_inspection(current_cases.casebook(), inspection).score), rated=code_lists.MANAGEMENT_RATINGS,
        open=[p.criterion.id for p in placed(found) if not p.ratings and p.adjusted is None and not p.not_followed_up],
        rungs=found.framework.rungs, problems=problems, typed=request.form,
        runs=current_cases.runs(inspection) and found.frozen is None,
    )  # fmt: skip


def _manage(inspection: str, found: Inspection) -> Problems:
    """Record what was changed about one criterion."""
    criterion = request.form.get("criterion", "")
    if found.framework.bands and criterion in {section.id for section in found.framework.sections}:
        return _place_in_band(inspection, found, criterion)
    if request.form.get("step") == "the others are not followed up":
        rated = {name for name, _ in found.ratings} | set(found.not_followed_up) | set(found.adjusted)
        problems: Problems = {}
        for other in (c.id for c in found.framework.management if c.id not in rated):
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
    to, reason = request.form.get("to", ""), request.form.get("reason", "").strip()
    adjusted = found.adjusted.get(criterion)
    if "to" in request.form and not to and adjusted is not None:
        if reason in ("", adjusted.reason):
            return problems | {f"reason-{criterion}": "Say why the adjustment is taken back"}
        problems |= enter(inspection, "RatingAdjusted", {"criterion": criterion, "reason": reason}, entry=token())
    if to and (adjusted is None or (adjusted.to, adjusted.reason) != (to, reason)):
        if not reason:
            return problems | {f"reason-{criterion}": "Say why the rung is adjusted"}
        problems |= enter(
            inspection, "RatingAdjusted", {"criterion": criterion, "to": to, "reason": reason}, entry=token()
        )
    return problems


def _place_in_band(inspection: str, found: Inspection, section: str) -> Problems:
    """The lead inspector's discretion: another band, where the score is near enough to its boundary."""
    to, reason = request.form.get("to", ""), request.form.get("reason", "").strip()
    here = next(
        b
        for b in banded(found, score_inspection(current_cases.casebook(), inspection).score)
        if b.section.id == section
    )
    if to not in here.within_reach:
        points = found.framework.discretion
        return {f"to-{section}": f"Choose a band whose boundary is within {points} points of {here.printed}%"}
    if not reason:
        return {f"reason-{section}": "Say why the band is adjusted"}
    return enter(inspection, "RatingAdjusted", {"criterion": section, "to": to, "reason": reason}, entry=token())


# ---------------------------------------------------------------- agreement


@blueprint.get("/inspections/<inspection>/agreement")
@access_control.open_to(*access_control.READERS)
def agreement(inspection: str) -> str:
    """How far two readers agree, and assessors with what the entries give."""
    opened = current_cases.inspection(inspection)
    found = current_cases.casebook().inspection(inspection)
    scored = score_inspection(current_cases.casebook(), inspection)
    again = [_read(inspection, found, case, True) for case, second in found.allocated if second]
    once, twice_read = ({case for case, again_ in found.completed if again_ == second} for second in (False, True))
    twice = compare(
        judged(scored.readings, inspection), judged(again, inspection, second=True),
        left(scored.readings, once), left(again, twice_read),
    )  # fmt: skip
    texts = {name: question.text for name, question in found.framework.questions.items()}
    hidden = current_cases.blind(inspection)
    shown = {r.reference for r in scored.readings if r.reference not in hidden and current_cases.may_read(r)}
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
        blind=len(hidden),
    )
