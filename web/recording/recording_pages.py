"""The pages on which an entry of a case is recorded or corrected by hand: the form, the check, and what comes after.

Every form that is sent is kept as a draft and answered by a redirect, so that Back, an error or the end of the sign-in loses
nothing, and no page that is loaded again sends anything again.
"""

from typing import Any, get_args

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.aggregates.amendments import withdrawn
from domain.entries.case_entries import ENTRY_TYPES, Entry, EntryCorrected, EntryWithdrawn, SupervisionStarted
from domain.entries.entry import FormGroup
from web.presentation.fact_words import fact_title, type_title
from web.recording import after_recording, kept_drafts
from web.recording.check_page import show_check
from web.recording.kept_drafts import IDLE, this_form
from web.recording.recording_form import RecordingForm
from web.recording.recording_step import record, recorded_already
from web.recording.typed_entries import new_token
from web.services import current_cases, entry_rights
from web.site import access_control

blueprint = Blueprint("recording", __name__)

_NOT_LISTED = ("EntryCorrected", "EntryWithdrawn", "SupervisionStarted")

_CASE_ENTRIES = {name: kind for name, kind in ENTRY_TYPES.items() if kind.kept_on == "case"}


@blueprint.get("/cases/<crn>/<int:number>/record")
@access_control.open_to(*READERS)
def index(crn: str, number: int) -> str:
    """The types of entry that may be recorded on this case, in groups, and what was begun and not recorded yet."""
    reference = _open(crn, number)
    mine = [
        name
        for name, kind in _CASE_ENTRIES.items()
        if access_control.account().may_enter(kind) and name not in _NOT_LISTED
    ]
    groups = {
        title: [name for name in mine if _CASE_ENTRIES[name].use.form_group == title] for title in get_args(FormGroup)
    }
    return render_template(
        "recording/record.html", reference=reference, name=_name(reference), back=kept_drafts.back_asked(),
        groups={title: names for title, names in groups.items() if names},
    )  # fmt: skip


def _keep_recording(crn: str, number: int, type_: str) -> str | None:
    return kept_drafts.keep_for_writer(f"{crn}/{number}", f"record/{type_}")


@blueprint.route("/cases/<crn>/<int:number>/record/<type_>", methods=["GET", "POST"])
@access_control.open_to(*READERS)
@access_control.keeps_draft(_keep_recording)
def entry(crn: str, number: int, type_: str) -> str | Response:
    """Record one entry: the form, then the check, then the page that one came from."""
    reference = _open(crn, number)
    fact_type = _CASE_ENTRIES.get(type_)
    if fact_type is SupervisionStarted and access_control.account().may_enter(fact_type):
        return redirect(url_for("begin.index"))
    if fact_type is None or fact_type is EntryCorrected:
        abort(404, f"There is no form for {type_}.")
    return _answer(reference, fact_type, f"record/{type_}")


def _keep_correcting(crn: str, number: int, entry_id: str) -> str | None:
    return kept_drafts.keep_for_writer(f"{crn}/{number}", f"correct/{entry_id}")


@blueprint.route("/cases/<crn>/<int:number>/correct/<entry:entry_id>", methods=["GET", "POST"])
@access_control.open_to(*READERS)
@access_control.keeps_draft(_keep_correcting)
def correct(crn: str, number: int, entry_id: str) -> str | Response:
    """Correct one entry: its own form, filled in as the entry reads now. The fields that are changed are recorded."""
    reference = _open(crn, number)
    elsewhere = _to_other_form(reference, entry_id)
    return elsewhere or _answer(reference, EntryCorrected, f"correct/{entry_id}", entry_id)


def _to_other_form(reference: str, entry_id: str) -> Response | None:
    """None where this entry can be corrected. Else where to go for what may be meant; 404 where there is no such entry."""
    file = current_cases.sealed_file(reference)
    subject = file.entries.get(entry_id)
    if subject is None:
        other = current_cases.file_shown(entry_id)
        at = f" It stands on {other}: correct it there." if other else ""
        abort(404, f"There is no entry {entry_id} to correct in {reference}.{at}")
    if not entry_rights.may_change(subject, file):
        abort(403, f"{fact_title(subject)}, entry {entry_id}: that is not yours to correct or withdraw.")
    if isinstance(subject, EntryCorrected):
        flash("A correction is set right by correcting its entry once more, or by withdrawing the correction.")
        return redirect(_address(reference, "recording.correct", entry_id=subject.of))
    if isinstance(subject, EntryWithdrawn):
        flash("A withdrawal is not corrected: withdraw it, and the entry stands again.")
        return redirect(_address(reference, "recording.entry", type_="EntryWithdrawn", about=entry_id))
    if entry_id in (gone := withdrawn(file.amending)) and request.method == "GET" and "draft" not in request.args:
        by = next(
            fact.entry
            for fact in file.amending
            if isinstance(fact, EntryWithdrawn) and fact.of == entry_id and fact.entry not in gone
        )
        flash(f"{fact_title(subject)} is withdrawn. To correct it, withdraw its withdrawal first.")
        return redirect(_address(reference, "recording.entry", type_="EntryWithdrawn", about=by))
    return None


def _answer(reference: str, fact_type: type[Entry], where: str, of: str = "") -> str | Response:
    """The reply to a request for a form: a fresh draft, the form, the check, or what comes after."""
    if not access_control.account().may_enter(fact_type):
        abort(403, f"{type_title(fact_type.__name__)}: that is not yours to record.")
    id = kept_drafts.asked_for()
    if id is None:
        if request.method == "POST":
            abort(400, "This form does not say which draft it is. Open it again from the case.")
        return redirect(this_form(draft=new_token()))
    draft = kept_drafts.found(id)
    if draft is not None and (draft.reference, draft.form) != (reference, where):
        abort(404, kept_drafts.GONE)
    standing = current_cases.repository().file(reference).entries.get(id)
    if standing is not None:
        return recorded_already(reference, standing, draft)
    if draft is None and kept_drafts.is_anothers(id):
        abort(404, kept_drafts.GONE)
    file = current_cases.shown_file(reference)
    form = RecordingForm(file, fact_type, draft or kept_drafts.fresh(id, reference, where, len(file.entries)), of)
    return _shown(form, request.args.get("step", "")) if request.method == "GET" else _sent(form)


def _sent(form: RecordingForm) -> Response:
    """What comes after a button of the form or of the check was pressed."""
    step, draft = request.form.get("step", "check"), form.draft
    if step == "drop":
        kept_drafts.throw_away(draft)
        flash("Nothing was recorded." if form.is_new else "The draft is thrown away. Nothing was recorded.")
        return after_recording.go_back(draft.reference, draft.back)
    if step == "record":
        return record(form)
    form.type_in(kept_drafts.typed_now(), checked=draft.checked if step == IDLE else step == "check")
    kept_drafts.keep(form.draft)
    if step == IDLE:
        return Response(status=204)
    if step == "later":
        flash("Kept as a draft for seven days. Only you see it, under Your drafts.")
        return after_recording.go_back(draft.reference, draft.back)
    fact, _ = form.tried() if step == "check" else (None, {})
    return redirect(this_form(step="check" if fact is not None else None))


def _shown(form: RecordingForm, step: str) -> str | Response:
    """The form or the check. A form that was checked says what is wrong in it."""
    checked = (form.draft.checked or step == "check") and not form.is_new
    fact, problems = form.tried() if checked else (None, {})
    if step == "check":
        return redirect(this_form(step=None)) if fact is None else show_check(form, fact)
    about = request.args.get("about", "")
    form.presetting(about, request.args.get("clause", ""))
    groups: dict[str, list[object]] = {}
    for field in (*form.fields, *form.more):
        groups.setdefault(field.group, []).append(field)
    return render_template(
        "recording/record_entry.html", form=form, name=_name(form.reference), groups=groups, typed=form.typed,
        problems=problems, address=this_form(), another=this_form(choose="1"), owed=form.owed(),
        writer=kept_drafts.writer(form.draft), draft=form.draft, others=_others(form),
        settled={} if "choose" in request.args else form.settled(about, problems),
    )  # fmt: skip


def _others(form: RecordingForm) -> list[kept_drafts.DraftLine]:
    """What the writer began on the same form before, where this one is new."""
    if not form.is_new:
        return []
    return [one for one in kept_drafts.own_drafts(form.reference) if one.draft.form == form.draft.form]


def _open(crn: str, number: int) -> str:
    """The reference of the case. 403 where the person signed in may not record on it today."""
    reference = f"{crn}/{number}"
    current_cases.case(reference)
    if not current_cases.may_record(reference):
        abort(403, f"{reference} is held by somebody else now; what it says can be read, not added to.")
    return reference


def _name(reference: str) -> str:
    """The name of the person of the case today."""
    return current_cases.names([reference], current_cases.today()).get(reference, "")


def _address(reference: str, endpoint: str, **values: Any) -> str:
    crn, _, number = reference.partition("/")
    return url_for(endpoint, crn=crn, number=int(number), **values)
