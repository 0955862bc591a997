"""The pages on which an entry of a case is recorded or corrected by hand: the form, the check, and what comes after.

Every form that is sent is kept as a draft and answered by a redirect, so that Back, an error or the end of the sign-in loses
nothing, and no page that is loaded again sends anything again.
"""

from dataclasses import replace
from typing import Any, get_args

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.aggregates.amendments import withdrawn
from domain.aggregates.person_files import file_named
from domain.entries import refusals
from domain.entries.case_entries import (
    ENTRY_TYPES,
    DispensationGiven,
    Entry,
    EntryCorrected,
    EntryWithdrawn,
    SupervisionStarted,
)
from domain.entries.entry import FormGroup
from domain.working.drafts import Draft
from projections.obligations.duty_state import Obligation
from web.presentation.phrases import fact_title, type_title
from web.recording import after_recording, kept_drafts
from web.recording.check_page import show_check
from web.recording.limits_by_hand import ask_to_lift, lifted
from web.recording.recording_form import RecordingForm, check_may_change
from web.recording.typed_entries import new_token
from web.services import current_cases
from web.site import access_control, two_people

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
    file = current_cases.shown_file(reference)
    subject = file.entries.get(entry_id)
    if subject is None:
        other = current_cases.file_shown(entry_id)
        at = f" It stands on {other}: correct it there." if other else ""
        abort(404, f"There is no entry {entry_id} to correct in {reference}.{at}")
    check_may_change(subject, file)
    if isinstance(subject, EntryCorrected):
        flash("A correction is set right by correcting its entry once more, or by withdrawing the correction.")
        return redirect(_address(reference, "recording.correct", entry_id=subject.of))
    if isinstance(subject, EntryWithdrawn):
        flash("A withdrawal is not corrected: withdraw it, and the entry stands again.")
        return redirect(_address(reference, "recording.entry", type_="EntryWithdrawn", about=entry_id))
    withdrawals = [fact for fact in file.amending if isinstance(fact, EntryWithdrawn)]
    if entry_id in (gone := withdrawn(withdrawals)) and request.method == "GET" and "draft" not in request.args:
        by = next(fact.entry for fact in withdrawals if fact.of == entry_id and fact.entry not in gone)
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
        return redirect(_here(draft=new_token()))
    draft = kept_drafts.found(id)
    if draft is not None and (draft.reference, draft.form) != (reference, where):
        abort(404, kept_drafts.GONE)
    recorded = current_cases.repository().file(reference).entries.get(id)
    if recorded is not None:
        return _recorded_already(reference, recorded, draft)
    if draft is None and kept_drafts.is_anothers(id):
        abort(404, kept_drafts.GONE)
    number = len(current_cases.shown_file(reference).entries)
    if draft is None:
        opened = kept_drafts.number_sent("opened", number)
        draft = Draft(id, access_control.account().username, reference, where, {}, opened, opened,
                      back=kept_drafts.back_asked())  # fmt: skip
    step = request.form.get("step", "check") if request.method == "POST" else request.args.get("step", "")
    if request.method == "GET":
        return _shown(RecordingForm(reference, fact_type, draft, of), step)
    if step == "drop":
        kept_drafts.throw_away(draft)
        flash("The draft is thrown away. Nothing was recorded.")
        return after_recording.go_back(reference, draft.back)
    if step == "record":
        return _record(RecordingForm(reference, fact_type, draft, of), number)
    return _kept(replace(draft, typed=kept_drafts.typed_now(), checked=step == "check"), fact_type, of, step)


def _kept(draft: Draft, fact_type: type[Entry], of: str, step: str) -> Response:
    """Keep what was typed, and go on to the check, back to the form with what is wrong, or to the case."""
    form = RecordingForm(draft.reference, fact_type, draft, of)
    asked = {field.name for field in (*form.fields, *form.more)}
    form.draft = draft = replace(draft, typed={name: texts for name, texts in draft.typed.items() if name in asked})
    kept_drafts.keep(draft)
    if step == "later":
        flash("Kept as a draft for seven days. Only you see it, under Your drafts.")
        return after_recording.go_back(draft.reference, draft.back)
    fact, _ = form.tried() if step == "check" else (None, {})
    return redirect(_here(step="check" if fact is not None else None))


def _shown(form: RecordingForm, step: str) -> str | Response:
    """The form or the check. A form that was checked says what is wrong in it."""
    fact, problems = form.tried() if form.draft.checked and not form.is_new else (None, {})
    if step == "check":
        return redirect(_here(step=None)) if fact is None else show_check(form, fact)
    form.presetting(request.args.get("about", ""), request.args.get("clause", ""))
    groups: dict[str, list[object]] = {}
    for field in (*form.fields, *form.more):
        groups.setdefault(field.group, []).append(field)
    return render_template(
        "recording/record_entry.html", form=form, name=_name(form.reference), groups=groups, typed=form.typed,
        problems=problems, owed=form.owed(), writer=kept_drafts.writer(form.draft), draft=form.draft,
        others=_others(form),
    )  # fmt: skip


def _others(form: RecordingForm) -> list[kept_drafts.DraftLine]:
    """What the writer began on the same form before, where this one is new."""
    if not form.is_new:
        return []
    return [one for one in kept_drafts.own_drafts(form.reference) if one.draft.form == form.draft.form]


def _record(form: RecordingForm, number: int) -> Response:
    """Record the entry of the draft, unless the draft or the file is not what the writer saw on the check."""
    draft = form.draft
    fact, _ = form.tried() if not form.is_new else (None, {})
    if fact is None or request.form.get("revision") != draft.revision:
        if not form.is_new:
            flash("This was changed in another window. Look at it once more; nothing is recorded yet.")
        return redirect(_here(step="check" if fact is not None else None))
    seen = replace(draft, seen=kept_drafts.number_sent("seen", number))
    form.draft = seen
    if form.unseen():
        kept_drafts.keep(seen)
        return redirect(_here(step="check"))
    return _stored(form, fact)


def _stored(form: RecordingForm, fact: Entry) -> Response:
    """Store the entry, and go where one came from; a limit of access is lifted by two people."""
    reference, draft = form.reference, form.draft
    if staff := lifted(fact, form.file):
        outcome = ask_to_lift(reference, fact, staff, form.file)
        kept_drafts.throw_away(draft)
        flash(
            f"{fact_title(fact)}: {'recorded' if outcome == 'alone' else 'asked for'}. {two_people.OUTCOMES[outcome]}"
        )
        return redirect(url_for("requests.index"))
    files = current_cases.repository().files
    try:
        actor = access_control.stored_by_account(form.who.username)
        facts = [fact, *form.also(fact)]
        fresh = files.record(reference, facts, actor=actor, now=form.now)
    except (refusals.Refused, refusals.BusyFile) as error:
        recorded = current_cases.repository().file(reference).entries.get(draft.id)
        if recorded is not None:
            return _recorded_already(reference, recorded, draft)
        flash(f"Not recorded yet: {error}. Your text is kept; look at it once more.")
        return redirect(_here(step="check"))
    if fresh:
        said = "; ".join(f"{type(one).__name__} {one.entry}" for one in fresh)
        access_control.log("recorded", reference, detail=said)
    kept_drafts.throw_away(draft)
    after_recording.note(reference, *(one.entry for one in facts), back=draft.back)
    return after_recording.go_back(reference, draft.back)


def _recorded_already(reference: str, recorded: Entry, draft: Draft | None) -> Response:
    """A form that was sent twice, or gone back to: it is recorded once."""
    who = access_control.account().username
    if recorded.recorded_by != who:
        abort(404, kept_drafts.GONE)
    back = draft.back if draft is not None else kept_drafts.back_asked()
    if draft is not None:
        kept_drafts.throw_away(draft)
    if request.method == "POST" and request.form.get("step") == "record":
        after_recording.note(reference, recorded.entry, back=back)
    else:
        flash("You have recorded this entry already. To change it, correct it on the case page.")
    return after_recording.go_back(reference, back)


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


def _here(**changes: str | None) -> str:
    """The address of this page with other arguments; None leaves one out."""
    kept = {name: request.args[name] for name in ("draft", "about", "clause", "back") if name in request.args}
    arguments: dict[str, Any] = {**kept, "as_at": None, "known": None, **changes}
    return url_for(request.endpoint or "", **(request.view_args or {}), **arguments)


def _address(reference: str, endpoint: str, **values: Any) -> str:
    crn, _, number = reference.partition("/")
    return url_for(endpoint, crn=crn, number=int(number), **values)


def may_dispense(duty: Obligation) -> bool:
    """Whether the person signed in may dispense with duties of the national standards, such as this one."""
    return duty.clause.of_standards and access_control.account().may_enter(DispensationGiven)


def about_dispensed(duty: Obligation) -> str | None:
    """The entry that tells a duty from others of its clause in the form of a dispensation; None: its days do, or none here."""
    named = not duty.window and duty.raised_by is not None and file_named(duty.raised_by) is None
    return duty.raised_by if named else None


def attach(app: Flask) -> None:
    for named in (may_dispense, about_dispensed):
        app.add_template_global(named)
    app.add_template_global(new_token, "new_entry_token")
