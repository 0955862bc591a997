"""The page on which a case that cannot be read is replaced by the next spare case of the draw."""

from typing import get_args

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.draw_rules import next_spare
from domain.aggregates.inspection import Inspection
from domain.entries.code_lists import ReplacementReason
from domain.entries.inspection_entries import CaseReplaced
from web.inspections.inspection_form import blueprint, form_page, labelled
from web.inspections.reading_answers import case_read
from web.presentation.formatting import count_noun
from web.recording.entry_forms import Field
from web.recording.inspection_entry import enter, inspection_to_run, read_form, redirect_if_closed
from web.services import current_inspections
from web.site import access_control


@blueprint.route("/inspections/<inspection>/replace/<crn>/<int:number>", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def replace_case(inspection: str, crn: str, number: int) -> str | Response:
    """Replace a case that cannot be read by the next spare case of the draw; nobody chooses which."""
    found, case = inspection_to_run(inspection), f"{crn}/{number}"
    if (late := redirect_if_closed(inspection, found, CaseReplaced)) is not None:
        return late
    if case not in found.sample or current_inspections.closed(inspection, [case]):
        abort(404, f"There is no case {case} in the sample that is open to you.")
    if any(task[0] == case for task in found.allocated) and access_control.account().username != found.lead:
        abort(403, f"{case} is given out to be read: only the lead of the inspection replaces it now.")
    spares = found.spares_for(case)
    closed = current_inspections.closed(inspection, spares)
    spare = next_spare(spares, closed)
    if spare is None:
        flash(
            f"{case} can't be replaced: no spare case of its stratum ({found.stratum_of(case)}) is left that is open to you."
        )
        return redirect(url_for("inspecting.allocation", inspection=inspection))
    passed = [one for one in spares[: spares.index(spare)] if one in closed]
    fields, title, said = _fields(), f"Replace {case}", _said(found, case, spare, len(passed))
    access_control.shown(spare)
    case_read(inspection, found, case, second=False, opened=True)  # for the banner
    if request.method == "GET":
        return form_page(title, fields, {}, {}, inspection, said=said)
    values, problems = read_form(fields)
    problems = problems or enter(
        inspection, "CaseReplaced", {**values, "case": case, "by": spare, "passed_over": passed}, asked=fields
    )
    if problems:
        return form_page(title, fields, request.form.to_dict(flat=False), problems, inspection, said=said)
    flash(f"{spare} takes the place of {case}. Give it out to be read.")
    return redirect(url_for("inspecting.allocation", inspection=inspection))


def _fields() -> list[Field]:
    return [
        Field(
            "why", "choice", "Reason", True, "Replacements are counted by reason", labelled(get_args(ReplacementReason))
        ),
        Field("reason", "note", "In words", True, "Such as: moved to Wiltshire in September, the file went along"),
    ]


def _said(found: Inspection, case: str, spare: str, passed: int) -> str:
    """Which spare case takes the place, and what is passed over."""
    words = f"The next spare case is {spare}, of the same stratum: {found.stratum_of(case)}."
    if passed:
        are = "is" if passed == 1 else "are"
        words += f" {count_noun(passed, 'spare case')} before it {are} closed to you; this is put on record."
    return words
