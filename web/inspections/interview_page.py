"""Noting an interview from a reading: it is the reader's alone until the other may see it, and sealed with the person's texts."""

from typing import get_args

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.entries import code_lists
from domain.entries.code_lists import label
from web.inspections.inspection_form import form_page
from web.inspections.reading_answers import too_late
from web.inspections.reading_pages import blueprint, own_reading
from web.presentation.formatting import sentence
from web.recording.entry_forms import Field
from web.recording.inspection_entry import inspection_to_read, read_form, record_on_case
from web.recording.problem_words import in_plain_words
from web.site import access_control


@blueprint.route("/inspections/<inspection>/read/<crn>/<int:number>/interview", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def note_interview(inspection: str, crn: str, number: int) -> str | Response:
    """Note what somebody said about this case."""
    found, (reference, second) = inspection_to_read(inspection), own_reading(inspection, crn, number)
    who = access_control.account()
    back = url_for("assessing.read", inspection=inspection, crn=crn, number=number, second="yes" if second else None)
    if (late := too_late(found, (reference, second))) is not None:
        flash(in_plain_words(late.reason))
        return redirect(back)
    with_whom = tuple((code, sentence(label(code))) for code in get_args(code_lists.InterviewedWith))
    fields = [
        Field("with", "choice", "With whom", True, "", with_whom),
        Field("occurred_on", "date", "When", True, "Not after today"),
        Field("note", "note", "What was said", True, "It is sealed with the texts of the case"),
    ]
    title = f"Note an interview: {reference}"
    access_control.shown(reference)
    if request.method == "GET":
        return form_page(title, fields, {}, {}, inspection)
    values, problems = read_form(fields)
    problems = problems or record_on_case(reference, "InterviewNoted", {
        **values, "inspection": inspection, "by": who.name, "by_id": who.username, **({"second": True} if second else {}),
    }, asked=fields)  # fmt: skip
    if problems:
        return form_page(title, fields, request.form.to_dict(flat=False), problems, inspection)
    flash("The interview is noted.")
    return redirect(back)
