"""Calibration: cases beside the sample that every assessor reads blind before fieldwork, and how far they judged alike."""

from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Inspection
from projections.inspections.calibration_answers import CalibratedQuestion, compared
from web.inspections.reading_pages import NOT_GIVEN, blueprint, reading_page
from web.recording.inspection_entry import Problems, enter, inspection_to_read, inspection_to_run, token
from web.services import current_cases, current_inspections
from web.site import access_control


class CalibrationCase(NamedTuple):
    """A case of calibration as the person signed in sees it. ``mine``: they are to read it; ``closed``: it is closed to them.

    ``readers``: who finished it; None before they have finished their own. ``answers``: of these readers, beside one another.
    """

    case: str
    mine: bool
    closed: bool
    readers: list[str] | None
    answers: list[CalibratedQuestion]


@blueprint.get("/inspections/<inspection>/calibration")
@access_control.open_to(*OPENERS)
def calibration(inspection: str) -> str:
    """The cases of calibration; of those that the person signed in has not to read any more, everybody's answers."""
    return _page(inspection, inspection_to_read(inspection), {})


@blueprint.post("/inspections/<inspection>/calibration")
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def name_calibration(inspection: str) -> str | Response:
    """Name a case for calibration, or take one back."""
    found, case = inspection_to_run(inspection), request.form.get("case", "").strip().upper()
    back = request.form.get("step") == "take back"
    if not back and not current_inspections.may_calibrate(inspection, case):
        problems = {"case": "There is no such case that is open to you and had begun by the sample date"}
    else:
        problems = enter(
            inspection, "CalibrationNamed", {"case": case, **({"taken_back": True} if back else {})}, entry=token()
        )
    if problems:
        return _page(inspection, found, {"case": next(iter(problems.values()))})
    flash(f"{case} is {'no case' if back else 'a case'} of calibration.")
    return redirect(url_for("assessing.calibration", inspection=inspection))


@blueprint.route("/inspections/<inspection>/calibration/<crn>/<int:number>", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def calibrate(inspection: str, crn: str, number: int) -> str | Response:
    """A case of calibration beside the questions, for an assessor."""
    found, case, who = inspection_to_read(inspection), f"{crn}/{number}", access_control.account()
    closed = who.is_shut_out(current_cases.limits().get(case, ()))
    reads = case in found.calibration.cases and any(map(who.is_named, found.assessors))
    if closed or not reads or not current_inspections.may_assess(inspection, case):
        access_control.log("refused", case)
        abort(404, NOT_GIVEN.format(case))
    return reading_page(inspection, found, (case, False), url_for("assessing.calibration", inspection=inspection))


def _page(inspection: str, found: Inspection, problems: Problems) -> str:
    cases = calibration_cases(inspection, found)
    return render_template(
        "inspections/calibration.html", inspection=inspection, opened=found.opened, found=found, cases=cases, problems=problems,
        typed=request.form.get("case", ""), runs=current_inspections.runs(inspection),
        assessors=[found.called(key) for key in found.assessors],
        texts={name: question.text for name, question in found.framework.questions.items()},
    )  # fmt: skip


def calibration_cases(inspection: str, found: Inspection) -> list[CalibrationCase]:
    """The cases of calibration as the person signed in sees them. Those that are open to them go into the access log."""
    cases = [_case(inspection, found, case) for case in found.calibration.cases]
    access_control.shown(*(one.case for one in cases if not one.closed))
    return cases


def _case(inspection: str, found: Inspection, case: str) -> CalibrationCase:
    keys = access_control.account().keys
    mine = case in found.to_calibrate(*keys)
    closed = case in current_cases.closed([case]) or not current_inspections.may_assess(inspection, case)
    if mine or closed:
        return CalibrationCase(case, mine, closed, None, [])
    readers = found.calibration.readers(case)
    return CalibrationCase(
        case, mine, closed, [found.called(one) for one in readers],
        compared(current_cases.repository(), inspection, found, [case]),
    )  # fmt: skip
