"""Declared interests of those who lead and assess an inspection."""

from typing import get_args

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Inspection
from domain.entries import code_lists
from web.inspections.inspection_form import blueprint, form_page
from web.presentation.phrases import sentence
from web.recording.entry_forms import Field
from web.recording.inspection_entry import enter, inspection_to_read, inspection_to_run, read_form, token
from web.services import current_inspections
from web.site import access_control

KINDS = {
    "relation": "A relation",
    "former_post": "A former post",
    "line_manager": "Line manager",
    "other": "Another interest",
}
WHERE = {"case": "A case", "officer": "An officer", "team": "A team", "colleague": "Somebody who leads or assesses too"}


def _fields(found: Inspection, own: str | None) -> list[Field]:
    keys = [own] if own else dict.fromkeys([*([found.lead] if found.lead else []), *found.assessors])
    offered = tuple((key, found.called(key)) for key in keys)
    return [
        Field("of_id", "choice", "Whose", True, "", offered),
        Field("kind", "choice", "What", True, "", tuple((code, KINDS[code]) for code in get_args(code_lists.InterestKind))),
        Field("interest_in", "choice", "In", True, "", tuple((code, WHERE[code]) for code in get_args(code_lists.InterestIn))),
        Field("about", "text", "Which", True, "A case such as X123456/1; of an officer, team or colleague the id, or the name "
              "as the files have it"),
        Field("words", "note", "In words", True, "Such as: worked in that team until 2003. Name no person under supervision"),
    ]  # fmt: skip


@blueprint.get("/inspections/<inspection>/interests")
@access_control.open_to(*OPENERS)
def interests(inspection: str) -> str:
    """The declared interests: all for whoever runs the inspection, their own for an assessor."""
    found = inspection_to_read(inspection)
    who, runs = access_control.account(), current_inspections.runs(inspection)
    shown = {name: one for name, one in found.process.interests.items() if runs or who.is_named(one.of_id)}
    return render_template(
        "inspections/interests.html", inspection=inspection, opened=found.opened, interests=shown, kinds=KINDS, where=WHERE,
        runs=runs, closed=found.published is not None,
    )  # fmt: skip


@blueprint.route("/inspections/<inspection>/interests/declare", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def declare_interest(inspection: str) -> str | Response:
    """Declare an interest: one's own, or for whoever runs the inspection anybody's."""
    found = inspection_to_read(inspection)
    who = access_control.account()
    own = None if current_inspections.runs(inspection) else next(filter(who.is_named, found.assessors), None)
    fields, title = _fields(found, own), "Declare an interest"
    if request.method == "GET":
        return form_page(title, fields, {"of_id": [own]} if own else {}, {}, inspection)
    values, problems = read_form(fields)
    problems = problems or enter(inspection, "InterestDeclared", {**values, "of": found.called(str(values["of_id"]))})
    if problems:
        return form_page(title, fields, request.form.to_dict(flat=False), problems, inspection)
    flash(f"{sentence(KINDS[str(values['kind'])])} of {found.called(str(values['of_id']))} is declared.")
    return redirect(url_for("inspecting.interests", inspection=inspection))


@blueprint.post("/inspections/<inspection>/interests/<entry>/withdraw")
@access_control.open_to(*OPENERS)
def withdraw_interest(inspection: str, entry: str) -> Response:
    """Withdraw an interest that was declared, with the reason."""
    inspection_to_run(inspection)
    reason = request.form.get("reason", "").strip()
    problems = enter(inspection, "InterestWithdrawn", {"interest": entry, "reason": reason}, entry=token())
    for words in problems.values() or ["The interest is withdrawn."]:
        flash(words)
    return redirect(url_for("inspecting.interests", inspection=inspection))
