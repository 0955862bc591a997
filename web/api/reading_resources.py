"""The reading of cases for an inspection as JSON: frame, draw, sample, readings, calibration, and how readers agree."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import abort

from domain.accounts.roles import OPENERS, READERS
from domain.aggregates.draw_rules import left_out_counts
from domain.aggregates.inspection import Inspection
from domain.store.draw_seeds import own_names
from projections.inspections.assessor_agreement import Agreement, AnswerPair, CaseQuestion
from projections.inspections.reading_questions import ReadingQuestion
from web.api.inspection_resources import PATH, reason_given
from web.api.paged_lists import Rows
from web.api.reading_schemas import (
    AgreementSchema,
    CalibrationCaseSchema,
    DrawnCaseSchema,
    DrawSchema,
    FrameSchema,
    ListedReadingSchema,
    MyReadingsSchema,
    ReadingSchema,
    SampleCaseSchema,
    SecondQuery,
)
from web.api.resources import Resource
from web.inspections.agreement_page import Compared, readers_compared
from web.inspections.calibration_page import CalibrationCase, calibration_cases
from web.inspections.draw_words import draw_facts
from web.inspections.my_reading_page import my_readings
from web.inspections.reading_answers import questions, too_late
from web.inspections.reading_pages import ReadingLine, own_reading, reading_lines
from web.inspections.sample_pages import DrawLine, closed_in_frame, draw_lines, stratum_sizes
from web.recording.inspection_entry import inspection_to_read, inspection_to_run
from web.services import current_cases, current_inspections
from web.site import access_control

blueprint = Resource(
    "readings",
    tag="Readings",
    description="How cases are read for an inspection: its frame, draw and sample for who runs it, readings for who reads them. "
    "A blind reader is given nothing of others before they have finished.",
    purpose="inspection",
)


@blueprint.one(
    "/inspections/<inspection>/frame", "getFrame", FrameSchema, roles=OPENERS, read="undated", path=PATH, persons=True
)
def get_frame(_: dict[str, Any], inspection: str) -> dict[str, Any]:
    """The sampling frame in counts, for who runs the inspection.

    404 where none is taken, or there is no such inspection; 403 where somebody else runs it."""
    found = inspection_to_run(inspection)
    frame = found.frame
    if frame is None:
        abort(404, "No frame has been taken for this inspection: its cases were chosen elsewhere, or it has none yet.")
    closed = closed_in_frame(inspection, found)
    return {
        "started_from": frame.started_from, "started_to": frame.started_to, "division": frame.division, "team": frame.team,
        "orders": frame.orders, "strata": frame.strata, "ended": frame.ended, "cases": len(frame.cases), "closed": len(closed),
        "left_out": left_out_counts(frame.left_out), "frames": len(found.frames),
        "sizes": [
            {"name": name, "frame": size, "drawn": drawn, "spare": spare}
            for name, size, drawn, spare in stratum_sizes(found, closed)
        ],
    }  # fmt: skip


@blueprint.one(
    "/inspections/<inspection>/draw", "getDraw", DrawSchema, roles=OPENERS, read="undated", path=PATH, persons=True
)
def get_draw(_: dict[str, Any], inspection: str) -> dict[str, Any]:
    """The draw with its seed, for who runs the inspection; its cases are `listDrawnCases`.

    404 where nothing was drawn, or there is no such inspection; 403 where somebody else runs it."""
    found = inspection_to_run(inspection)
    draw_lines(inspection, found)
    drawn, frame = found.drawn, found.frame
    assert drawn is not None and frame is not None, "without a draw there are no lines"
    closed = closed_in_frame(inspection, found)
    second = [case for case in found.second_drawn if case not in closed]
    by_hand = [one for one in frame.left_out if one.words]
    hidden = current_inspections.closed(inspection, (one.case for one in by_hand))
    access_control.shown(*second, *(one.case for one in by_hand if one.case not in hidden))
    return {
        "drawn_on": drawn.occurred_on, "size": drawn.size, "per_officer": drawn.per_officer,
        "spare_per_cent": drawn.spare_per_cent, "method": drawn.method, "seed": drawn.seed, "repeats": drawn.repeats,
        "closed": len(closed), "second": second,
        "facts": [
            {"name": name, "value": value} for name, value in draw_facts(found, own_names(current_cases.repository().files))
        ],
        "left_out_by_hand": [
            {"case": None if one.case in hidden else one.case, "why": one.why, "explained": one.words} for one in by_hand
        ],
    }  # fmt: skip


@blueprint.paged(
    "/inspections/<inspection>/draw/cases",
    "listDrawnCases",
    DrawnCaseSchema,
    roles=OPENERS,
    read="undated",
    path=PATH,
    dear=True,
    persons=True,
)
def list_drawn(_: dict[str, Any], inspection: str) -> Rows[DrawLine]:
    """The frame as drawn, by stratum and ticket, for who runs the inspection. Cases that are closed to you come last.

    404 where nothing was drawn, or there is no such inspection; 403 where somebody else runs it."""
    lines = draw_lines(inspection, inspection_to_run(inspection))
    access_control.shown(*(line.case for line in lines if line.ticket))
    return Rows(lines, given=_drawn)


@blueprint.paged(
    "/inspections/<inspection>/sample", "listSample", SampleCaseSchema, roles=OPENERS, read="undated", path=PATH, persons=True,
    sort={"case": lambda one: one["case"], "stratum": lambda one: one["stratum"], "first_reader": lambda one: one["first_reader"]},
)  # fmt: skip
def list_sample(_: dict[str, Any], inspection: str) -> Rows[dict[str, Any]]:
    """The cases of the sample that are open to you, with their readers, for who runs the inspection.

    404 where there is no such inspection; 403 where somebody else runs it."""
    found = inspection_to_run(inspection)
    closed = current_inspections.closed(inspection, found.sample)
    rows = [_sampled(found, case) for case in found.sample if case not in closed]
    return Rows(rows, given=lambda one: one, case=lambda one: one["case"])


@blueprint.paged(
    "/inspections/<inspection>/readings", "listReadings", ListedReadingSchema, roles=OPENERS, read="undated", path=PATH,
    persons=True,
)  # fmt: skip
def list_readings(_: dict[str, Any], inspection: str) -> Rows[ReadingLine]:
    """The readings and how far each is, your own first. Who does not run the inspection is given their own alone.

    404 where there is no such inspection; 403 where you neither run it nor read for it."""
    found = inspection_to_read(inspection)
    asked = len(found.framework.for_own_cases.questions)
    lines = sorted(reading_lines(inspection, found), key=lambda line: line.closed)
    access_control.shown(*(line.task[0] for line in lines if not line.closed))
    return Rows(lines, given=lambda line: _reading_line(line, asked))


@blueprint.one(
    "/inspections/<inspection>/readings/<crn>/<int:number>", "getReading", ReadingSchema, roles=OPENERS, query=SecondQuery,
    read="undated", path={**PATH, "crn": "X123456", "number": "1"}, persons=True,
)  # fmt: skip
def get_reading(_: dict[str, Any], inspection: str, crn: str, number: int) -> dict[str, Any]:
    """A reading of yours: the questions, your answers, and what the entries give as far as you may see it yet.

    404 where you were not given it, or the case is closed to you; 403 where you neither run the inspection nor read for it."""
    found, task = inspection_to_read(inspection), own_reading(inspection, crn, number)
    access_control.shown(task[0])
    finished, opened = found.completed.get(task), current_cases.repository().inspections[inspection]
    return {
        "case": task[0], "second": task[1], "finished_on": finished and finished.occurred_on,
        "closed": too_late(found, task) is not None,
        "questions": [_asked(one, opened.occurred_on) for one in questions(inspection, found, task, opened=True)],
    }  # fmt: skip


@blueprint.one(
    "/my-readings", "listMyReadings", MyReadingsSchema(many=True), roles=OPENERS, read="undated", persons=True
)
def list_my_readings(_: dict[str, Any]) -> list[dict[str, Any]]:
    """What you have still to read, by inspection, the latest first.

    The list is short and given whole: as an array."""
    found = my_readings()
    access_control.shown(*(case for one in found for case in (*one.calibration, *(case for case, _ in one.tasks))))
    return [
        {
            "inspection": one.name, "title": one.opened.title, "first": [case for case, second in one.tasks if not second],
            "second": [case for case, second in one.tasks if second], "calibration": one.calibration, "closed": one.closed,
        }
        for one in found
    ]  # fmt: skip


@blueprint.one(
    "/inspections/<inspection>/agreement", "getAgreement", AgreementSchema, roles=READERS, read="undated", path=PATH
)
def get_agreement(_: dict[str, Any], inspection: str) -> dict[str, Any]:
    """How far two readers agree, and assessors with what the entries give.

    404 where there is no such inspection that is open to you; 403 where you read its draft alone."""
    found = readers_compared(inspection)
    settled = {asked: judged.answer for asked, judged in found.settled.items()}
    return {
        "read_twice": found.cases, "blind": found.blind,
        "compared": [_compared(one, found.shown, settled) for one in found.kinds],
    }  # fmt: skip


@blueprint.one(
    "/inspections/<inspection>/calibration", "getCalibration", CalibrationCaseSchema(many=True), roles=OPENERS, read="undated",
    path=PATH, persons=True,
)  # fmt: skip
def get_calibration(_: dict[str, Any], inspection: str) -> list[dict[str, Any]]:
    """The cases of calibration; of those that you have not to read any more, everybody's answers.

    404 where there is no such inspection; 403 where you neither run it nor read for it."""
    found = inspection_to_read(inspection)
    return [_calibrated(found, one) for one in calibration_cases(inspection, found)]


def _drawn(line: DrawLine) -> dict[str, Any]:
    said = {
        "case": line.case, "stratum": line.stratum, "officer": line.officer, "team": line.team, "ticket": line.ticket,
        "replaced": line.replaced,
    }  # fmt: skip
    if not line.ticket:
        said = dict.fromkeys(said, "")
    return {name: value or None for name, value in said.items()} | {"drawn": line.drawn}


def _sampled(found: Inspection, case: str) -> dict[str, Any]:
    given = [found.allocated.get((case, second)) for second in (False, True)]
    first, other = (None if key is None else found.called(key) for key in given)
    return {
        "case": case, "stratum": found.stratum_of(case), "first_reader": first, "second_reader": other,
        "first_finished": (case, False) in found.completed, "second_finished": (case, True) in found.completed,
    }  # fmt: skip


def _reading_line(line: ReadingLine, asked: int) -> dict[str, Any]:
    return {
        "case": None if line.closed else line.task[0], "second": line.task[1], "reader": line.reader, "mine": line.mine,
        "answered": None if line.closed else line.answered, "asked": asked, "finished": line.finished,
    }  # fmt: skip


def _asked(one: ReadingQuestion, on: date) -> dict[str, Any]:
    why = one.answer.because if one.settled or one.shown else ()
    return {
        "question": one.question.id, "text": one.question.text, "settled": one.settled,
        "shown": one.answer.answer if one.settled else one.shown, "because": [reason_given(reason, on) for reason in why],
        "answer": one.mine.answer if one.mine else None, "comment": one.mine.comment if one.mine else None,
        "prompts": [{"prompt": p.id, "text": p.text, "noted": one.noted.get(p.id)} for p in one.prompts],
    }  # fmt: skip


def _agreed(found: Agreement) -> dict[str, Any]:
    kappa, reach = found.kappa, found.kappa_interval_told
    return {
        "n": found.n, "agreed": found.agreed, "kappa": None if kappa is None else round(float(kappa), 4),
        "low": reach and round(reach.low, 4), "high": reach and round(reach.high, 4),
    }  # fmt: skip


def _compared(one: Compared, shown: set[str], settled: Mapping[CaseQuestion, str]) -> dict[str, Any]:
    def differs(pair: AnswerPair) -> dict[str, Any]:
        return {
            "case": pair.asked.reference, "question": pair.asked.question, "first": pair.first,
            "other": pair.other, "settled": settled.get(pair.asked) if one.parts else None,
        }  # fmt: skip

    return {
        "title": one.title, "all": _agreed(one.found),
        "parts": [{"part": title, "of": of, **_agreed(found)} for title, parts in one.parts for of, found in parts.items()],
        "disagreements": [differs(pair) for pair in one.found.disagreements if pair.asked.reference in shown],
    }  # fmt: skip


def _calibrated(found: Inspection, one: CalibrationCase) -> dict[str, Any]:
    return {
        "case": None if one.closed else one.case, "mine": one.mine, "readers": one.readers or [],
        "answers": [
            {
                "question": asked.asked.question, "pairs": len(asked.pairs), "agreed": asked.agreement.agreed,
                "answers": {found.called(reader): answer for reader, answer in asked.answers.items()},
            }
            for asked in one.answers
        ],
    }  # fmt: skip
