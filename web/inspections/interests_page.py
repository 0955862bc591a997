"""Declared interests of those who lead and assess an inspection."""

import re
from typing import Literal, get_args

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Inspection
from domain.entries import code_lists
from domain.entries.entry import CASE_REFERENCE
from domain.entries.process_entries import InterestDeclared
from domain.entries.tidy_text import same_words
from web.inspections.inspection_form import blueprint, form_page
from web.presentation.formatting import sentence
from web.recording.entry_forms import Field
from web.recording.inspection_entry import enter, inspection_to_read, inspection_to_run, read_form, token
from web.services import current_inspections, following_read_model
from web.site import access_control

KINDS = {
    "relation": "A relation",
    "former_post": "A former post",
    "line_manager": "Line manager",
    "other": "Another interest",
}
UNKNOWN = {
    "case": "Enter the reference of the case, like X123456/1",
    "officer": "No officer of the area is called so: enter the name as the files have it, or the id",
    "team": "No team of the area is called so: enter the name as the files have it, or the id",
    "colleague": "Nobody who leads or assesses this inspection is called so: enter the name or the user name",
}
"""What to do where nothing is called as it was typed: what names nothing would keep no case from anybody."""

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
    return render_template(
        "inspections/interests.html", inspection=inspection, opened=found.opened, kinds=KINDS, where=WHERE,
        interests=interests_seen(inspection, found), runs=current_inspections.runs(inspection),
        closed=found.published is not None,
    )  # fmt: skip


def interests_seen(inspection: str, found: Inspection) -> dict[str, InterestDeclared]:
    """The declared interests that the person signed in may see, by the ids of their entries."""
    who, runs = access_control.account(), current_inspections.runs(inspection)
    return {name: one for name, one in found.process.interests.items() if runs or who.is_named(one.of_id)}


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
    if not problems:
        about = _as_on_record(found, str(values["interest_in"]), str(values["about"]))
        values["about"] = about or ""
        problems = {} if about else {"about": UNKNOWN[str(values["interest_in"])]}
    made = {**values, "of": found.called(str(values.get("of_id")))}
    problems = problems or enter(inspection, "InterestDeclared", made, asked=fields)
    if problems:
        return form_page(title, fields, request.form.to_dict(flat=False), problems, inspection)
    flash(f"{sentence(KINDS[str(values['kind'])])} of {found.called(str(values['of_id']))} is declared.")
    return redirect(url_for("inspecting.interests", inspection=inspection))


def _as_on_record(found: Inspection, interest_in: str, typed: str) -> str | None:
    """What an interest is in, as the record has it, however it was typed; None where nothing there is called so.

    Of a case only the shape is looked at: nobody is told which there are.
    """
    if interest_in == "case":
        reference = typed.strip().upper()
        return reference if re.match(CASE_REFERENCE, reference) else None
    if interest_in == "colleague":
        keys = dict.fromkeys([*([found.lead] if found.lead else []), *found.assessors])
        known = {same_words(name): key for key in keys for name in (found.called(key), key)}
    else:
        level: Literal["officer", "team"] = "officer" if interest_in == "officer" else "team"
        area = found.opened.area if found.opened else ""
        here = [
            place for place in following_read_model.selections().columns.words["place"].values if place.area == area
        ]
        known = {same_words(name): name for place in here for name in (place.key(level), getattr(place, level))}
    return known.get(same_words(typed))


@blueprint.post("/inspections/<inspection>/interests/<entry>/withdraw")
@access_control.open_to(*OPENERS)
def withdraw_interest(inspection: str, entry: str) -> Response:
    """Withdraw an interest that was declared, with the reason."""
    inspection_to_run(inspection)
    reason = request.form.get("reason", "").strip()
    if not reason:
        flash("Say why the interest is withdrawn.")
        return redirect(url_for("inspecting.interests", inspection=inspection))
    problems = enter(inspection, "InterestWithdrawn", {"interest": entry, "reason": reason}, entry=token())
    for words in problems.values() or ["The interest is withdrawn."]:
        flash(words)
    return redirect(url_for("inspecting.interests", inspection=inspection))
