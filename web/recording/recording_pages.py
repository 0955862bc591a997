"""The pages on which an entry of a case is recorded or corrected by hand."""

from typing import get_args

from flask import Blueprint, Flask, abort, render_template, request
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.aggregates.person_files import file_named
from domain.entries.case_entries import ENTRY_TYPES, EntryCorrected, EntryWithdrawn
from domain.entries.entry import FormGroup
from projections.obligations.duty_state import Obligation
from web.presentation.formatting import numeric_date
from web.presentation.phrases import type_title
from web.recording.recording_form import RecordingForm, check_may_change
from web.recording.typed_values import typed_of
from web.services import current_cases
from web.site import access_control, clock

blueprint = Blueprint("recording", __name__)

_NOT_LISTED = ("EntryCorrected", "EntryWithdrawn")

_CASE_ENTRIES = {name: kind for name, kind in ENTRY_TYPES.items() if kind.kept_on == "case"}


@blueprint.get("/cases/<crn>/<int:number>/record")
@access_control.open_to(*READERS)
def index(crn: str, number: int) -> str:
    """The types of entry that may be recorded on this case, in groups."""
    reference = _open(crn, number)
    mine = [
        name
        for name, kind in _CASE_ENTRIES.items()
        if access_control.account().may_enter(kind) and name not in _NOT_LISTED
    ]
    groups = {
        title: [name for name in mine if _CASE_ENTRIES[name].use.form_group == title] for title in get_args(FormGroup)
    }
    return render_template("recording/record.html", reference=reference, groups={k: v for k, v in groups.items() if v})


@blueprint.route("/cases/<crn>/<int:number>/record/<type_>", methods=["GET", "POST"])
@access_control.open_to(*READERS)
@access_control.keeps_what_was_typed
def entry(crn: str, number: int, type_: str) -> str | Response:
    """Record one entry: the form, then the check, then the case with the entry on it."""
    reference = _open(crn, number)
    fact_type = _CASE_ENTRIES.get(type_)
    if fact_type is None or fact_type is EntryCorrected:
        abort(404, f"There is no form for {type_}.")
    form = RecordingForm(reference, fact_type)
    if request.method == "GET":
        about = request.args.get("about", "")
        preset = {f.name: [about] for f in form.fields if about and f.kind in ("entry", "entries")}
        return form.show({"occurred_on": [numeric_date(clock.today())], **form.defaults(), **preset})
    return form.answer(form.whole)


@blueprint.route("/cases/<crn>/<int:number>/correct/<entry_id>", methods=["GET", "POST"])
@access_control.open_to(*READERS)
@access_control.keeps_what_was_typed
def correct(crn: str, number: int, entry_id: str) -> str | Response:
    """Correct one entry: its own form, filled in as the entry reads now. The fields that are changed are recorded."""
    reference = _open(crn, number)
    file = current_cases.shown_file(reference)
    subject = file.entries.get(entry_id)
    if subject is None or isinstance(subject, EntryCorrected | EntryWithdrawn):
        abort(404, f"There is no entry {entry_id} to correct in {reference}.")
    read = {fact.entry: fact for fact in current_cases.repository().history(reference, None, opened=True).entries}
    standing = read.get(entry_id, subject)
    check_may_change(standing)
    form = RecordingForm(reference, EntryCorrected, of=standing)
    if request.method == "GET":
        return form.show(typed_of(standing))
    return form.answer(form.correction)


def answered_by(duty: Obligation) -> dict[str, str] | None:
    """The type of entry that can meet a duty: its name and title, and the id of the entry that it must name.

    For a link to its form. None where the person signed in may record none.
    """
    for by in duty.clause.entries:
        # What names an entry of another file is recorded there.
        if by.naming and duty.raised_by is not None and file_named(duty.raised_by) is not None:
            continue
        if access_control.account().may_enter(by.type):
            title = type_title(by.type.__name__)
            return {"type": by.type.__name__, "title": title, "about": (by.naming and duty.raised_by) or ""}
    return None


def _open(crn: str, number: int) -> str:
    """The reference of the case. 403 where the person signed in may not record on it today."""
    reference = f"{crn}/{number}"
    current_cases.case(reference)
    if not current_cases.may_record(reference):
        abort(403, f"{reference} is held by somebody else now; what it says can be read, not added to.")
    return reference


def attach(app: Flask) -> None:
    app.add_template_global(answered_by)
