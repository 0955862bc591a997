"""Pressing *Record* on the check: the entry of the draft is stored once, unless it or the file is not what the writer saw."""

from dataclasses import replace

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from domain.entries import refusals
from domain.entries.case_entries import Entry
from domain.working.drafts import Draft
from web.presentation.fact_words import fact_title
from web.recording import after_recording, kept_drafts
from web.recording.kept_drafts import IDLE, this_form
from web.recording.limits_by_hand import ask_to_lift, lifted
from web.recording.problem_words import refusal_words
from web.recording.recorded_by_hand import recorded
from web.recording.recording_form import RecordingForm
from web.services import current_cases
from web.site import access_control, two_people


def record(form: RecordingForm) -> Response:
    """Record the entry of the draft, unless the draft or the file is not what the writer saw on the check."""
    draft = form.draft
    fact, _ = form.tried() if not form.is_new else (None, {})
    if fact is None or request.form.get("revision") != draft.revision:
        if not form.is_new:
            flash("This was changed in another window. Look at it once more; nothing is recorded yet.")
        return redirect(this_form(step="check" if fact is not None else None))
    seen = replace(draft, seen=kept_drafts.number_sent("seen", len(form.file.entries)))
    form.draft = seen
    if form.unseen():
        kept_drafts.keep(seen)
        return redirect(this_form(step="check"))
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
    try:
        recorded(reference, [fact, *form.also(fact)], now=form.now, back=draft.back)
    except (refusals.Refused, refusals.BusyFile) as error:
        standing = current_cases.repository().file(reference).entries.get(draft.id)
        if standing is not None:
            return recorded_already(reference, standing, draft)
        flash(f"Not recorded yet: {refusal_words(error)} Your text is kept; look at it once more.")
        return redirect(this_form(step="check"))
    kept_drafts.throw_away(draft)
    return after_recording.go_back(reference, draft.back)


def recorded_already(reference: str, standing: Entry, draft: Draft | None) -> Response:
    """A form that was sent twice, or gone back to: it is recorded once."""
    who = access_control.account().username
    if standing.recorded_by != who:
        abort(404, kept_drafts.GONE)
    back = draft.back if draft is not None else kept_drafts.back_asked()
    if draft is not None:
        kept_drafts.throw_away(draft)
    step = request.form.get("step", "") if request.method == "POST" else ""
    if step == IDLE:
        return Response(status=204)
    if step == "record":
        after_recording.note(reference, standing.entry, back=back)
    else:
        flash("You have recorded this entry already. To change it, correct it on the case page.")
    return after_recording.go_back(reference, back)
