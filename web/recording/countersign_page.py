"""Countersigning: the assessment itself is shown, and is countersigned with a comment, or returned to the officer with a reason."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from domain.accounts.roles import MANAGERS
from domain.aggregates.case_file import CaseFile, recording_default
from domain.aggregates.other_file_ids import file_named
from domain.entries import refusals
from domain.entries.case_entries import AssessmentCompleted, AssessmentCountersigned, AssessmentReturned, Entry
from domain.entries.schemas import ShapeError, load_entry
from projections.history.history import History
from web.presentation.formatting import long_date
from web.recording import after_recording, kept_drafts
from web.recording.assessment_reading import AssessmentReading, assessment_reading, digest_of, rows_of, signatures
from web.recording.entries_as_read import as_it_reads
from web.recording.offered_fields import filled_in
from web.recording.problem_words import refusal_words
from web.recording.recorded_by_hand import recorded
from web.recording.typed_entries import token_sent
from web.services import current_cases, entry_rights
from web.site import access_control, clock

blueprint = Blueprint("countersign", __name__)

LONGEST = 20_000
"""Characters of a comment or a reason."""

DECISIONS: Mapping[str, type[Entry]] = {"countersign": AssessmentCountersigned, "return": AssessmentReturned}
"""What may be decided -> the type of entry that it makes."""


@blueprint.route("/cases/<crn>/<int:number>/countersign/<entry:entry>", methods=["GET", "POST"])
@access_control.open_to(*MANAGERS)
@access_control.keeps_what_was_typed
def show(crn: str, number: int, entry: str) -> str | Response:
    """Read an assessment, and countersign it or return it."""
    reference = f"{crn}/{number}"
    current_cases.case(reference)
    if not current_cases.may_record(reference):
        abort(403, f"{reference} is held by somebody else now; what it says can be read, not added to.")
    reading = _reading(reference, entry)
    if request.method == "GET":
        return _page(reference, reading, {})
    problems = _problems()
    return _page(reference, reading, problems) if problems else _record(reference, reading)


def _reading(reference: str, entry: str) -> AssessmentReading:
    history = current_cases.repository().history(reference, None, opened=True)
    found = assessment_reading(history, entry) if file_named(entry) is None else None
    if found is None:
        abort(404, f"There is no assessment {entry} in {reference}, or it is withdrawn.")
    return found


def _own(reference: str, reading: AssessmentReading) -> bool:
    return entry_rights.is_own_assessment(reading.assessment, current_cases.repository().file(reference))


def _page(reference: str, reading: AssessmentReading, problems: Mapping[str, str], meanwhile: str = "") -> str:
    sent = request.form.get("entry", "")
    return render_template(
        "recording/countersign.html", reference=reference, reading=reading, problems=problems, meanwhile=meanwhile,
        own=_own(reference, reading), comment=request.form.get("comment", ""),
        reason=request.form.get("reason", ""), entry_id=token_sent(sent),
        digest=_digest(current_cases.repository().file(reference), reading.assessment.entry),
        name=current_cases.names([reference], current_cases.today()).get(reference, ""),
        rows_of=rows_of, title=f"Assessment of {long_date(reading.assessment.occurred_on)}",
    )  # fmt: skip


def _problems() -> dict[str, str]:
    decision, reason = request.form.get("decision", ""), request.form.get("reason", "").strip()
    problems = {}
    if decision not in DECISIONS:
        problems["decision"] = "Select whether you countersign the assessment or return it to the officer."
    if decision == "return" and not reason:
        problems["reason"] = "Enter what is to be changed. The officer reads it."
    for field, label in (("comment", "Comment"), ("reason", "What is to be changed")):
        if (over := len(request.form.get(field, "")) - LONGEST) > 0:
            problems[field] = f"{label} must be {LONGEST:,} characters or fewer. Leave out {over:,}."
    return problems


def _record(reference: str, reading: AssessmentReading) -> str | Response:
    """Record the decision, unless the assessment is the person's own, or reads otherwise than it was shown."""
    if _own(reference, reading):
        abort(403, "You made, recorded or corrected this assessment: another manager countersigns it.")
    seen, back = request.form.get("reading", ""), kept_drafts.back_asked()

    def unless_changed(file: CaseFile) -> None:
        if fact.entry not in file.entries and (why := _changed(file, reading.assessment.entry, seen)):
            raise refusals.Refused("decision", why)

    try:
        fact = recording_default(current_cases.repository().file(reference), _fact(reading))
        recorded(reference, [fact], back=back, unless=unless_changed)
    except (refusals.Refused, refusals.BusyFile, ShapeError) as error:
        return _page(reference, _reading(reference, reading.assessment.entry), {}, meanwhile=refusal_words(error))
    return after_recording.go_back(reference, back)


def _fact(reading: AssessmentReading) -> Entry:
    """The entry of the decision, signed by the account."""
    fact_type = DECISIONS[request.form["decision"]]
    who, sent = access_control.account(), request.form.get("entry", "")
    text = (
        {"reason": request.form["reason"].strip().replace("\r\n", "\n")}
        if fact_type is AssessmentReturned
        else _comment()
    )
    values: dict[str, Any] = {
        "entry": token_sent(sent),
        "occurred_on": clock.today().isoformat(), "recorded_at": clock.recording_time().isoformat(),
        "recorded_by": who.username, "assessment": reading.assessment.entry, **text,
    }  # fmt: skip
    return load_entry(fact_type.__name__, values | filled_in(fact_type, who))


def _comment() -> dict[str, str]:
    comment = request.form.get("comment", "").strip().replace("\r\n", "\n")
    return {"comment": comment} if comment else {}


def _changed(file: CaseFile, assessment: str, seen: str) -> str:
    """Why a decision on an assessment as it was shown (its digest ``seen``) does not fit the file; empty where it does."""
    if _digest(file, assessment) != seen:
        return (
            "Somebody changed this assessment while you were reading. It is shown as it reads now; your text is kept."
        )
    read = History.of(list(file.entries.values()))
    found = next((fact for fact in read.all(AssessmentCompleted) if fact.entry == assessment), None)
    signed = signatures(read, found) if found is not None else []
    if signed:
        by = f"{signed[0].by} countersigned it on {long_date(signed[0].occurred_on)}"
        return f"{by}. Yours is not recorded; your text is kept."
    return ""


def _digest(file: CaseFile, assessment: str) -> str:
    fact = as_it_reads(file, assessment)
    return "" if fact is None else digest_of(fact)
