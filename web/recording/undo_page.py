"""Undoing what one has just recorded: a withdrawal within ten minutes, visible as one."""

from hashlib import sha256

from flask import abort, flash, request
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.entries import refusals
from domain.entries.case_entries import Entry
from domain.entries.schemas import load_entry
from web.presentation.fact_words import fact_title
from web.recording import after_recording
from web.recording.limits_by_hand import lifted
from web.recording.problem_words import refusal_words
from web.recording.recorded_by_hand import recorded
from web.recording.recording_pages import blueprint
from web.services import current_cases, entry_rights
from web.site import access_control, clock

REASON = "Undone within ten minutes"

TOO_LATE = "can be undone for ten minutes only, by who recorded it. Withdraw it instead: nothing is lost."


@blueprint.post("/cases/<crn>/<int:number>/undo/<entry:entry_id>")
@access_control.open_to(*READERS)
def undo(crn: str, number: int, entry_id: str) -> Response:
    """Withdraw an entry that the person signed in recorded in the last ten minutes. Undone twice, it is undone once."""
    reference, back = f"{crn}/{number}", request.form.get("back", "")
    current_cases.case(reference)
    file = current_cases.shown_file(reference)
    fact = file.entries.get(entry_id)
    if fact is None:
        abort(404, f"There is no entry {entry_id} in {reference}.")
    if fact.recorded_by != access_control.account().username or not current_cases.may_record(reference):
        abort(403, f"{fact_title(fact)}, entry {entry_id}: that is not yours to undo.")
    flash(_undone(reference, fact))
    return after_recording.go_back(reference, back)


def _undone(reference: str, fact: Entry) -> str:
    """Undo the entry; what to say of it."""
    if after_recording.is_undone(reference, fact.entry):
        return f"{fact_title(fact)}: it is undone already."
    if after_recording.corrects_none(reference, fact):
        return f"Not undone: {fact_title(fact)}. The entry that it corrects is withdrawn, so nothing reads by it."
    file = current_cases.shown_file(reference)
    if after_recording.may_undo_until(reference, fact) is None or not entry_rights.may_change(fact, file):
        return f"Not undone: {fact_title(fact)} {TOO_LATE}"
    withdrawal = _withdrawal(fact)
    if lifted(withdrawal, file):
        return f"Not undone: {fact_title(fact)} limits access, and lifting that takes two people. Withdraw it instead."
    try:
        recorded(reference, [withdrawal], now=max(clock.recording_time(), fact.recorded_at))
    except refusals.EntryRepeats:
        return f"{fact_title(fact)}: it was undone before, and the withdrawal withdrawn. Withdraw it in the usual way."
    except (refusals.Refused, refusals.BusyFile) as error:
        return f"Not undone: {refusal_words(error)}"
    return f"Undone: {fact_title(fact)}. The entry and its withdrawal both stay on the file."


def _withdrawal(fact: Entry) -> Entry:
    """The withdrawal of an entry by undoing: of one entry it always has the same id."""
    at = max(clock.recording_time(), fact.recorded_at)
    return load_entry(
        "EntryWithdrawn",
        {
            "entry": f"undo-{sha256(fact.entry.encode()).hexdigest()[:16]}",
            "occurred_on": clock.today().isoformat(),
            "recorded_at": at.isoformat(),
            "recorded_by": access_control.account().username,
            "of": fact.entry,
            "reason": REASON,
        },
    )
