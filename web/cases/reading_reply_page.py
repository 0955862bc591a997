"""Replying to how a case was read for an inspection, and noting what is to be learned."""

import secrets
from collections.abc import Mapping

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS
from domain.entries import refusals
from domain.entries.schemas import ShapeError, load_entry
from domain.entries.tidy_text import paragraphs
from projections.inspections.reading_replies import open_readings
from web.cases.answers_tab import answers_page
from web.cases.case_page import blueprint
from web.services import current_cases
from web.site import access_control, clock

KINDS = {"reply": "ReadingReplied", "point": "LearningPointNoted"}
LONGEST = 5_000


@blueprint.post("/cases/<crn>/<int:number>/reading/<inspection>")
@access_control.open_to(*WORKERS)
@access_control.keeps_what_was_typed
def reply(crn: str, number: int, inspection: str) -> str | Response:
    """Reply to a reading of this case, or note a learning point. For those who may record on the case today."""
    reference = f"{crn}/{number}"
    current_cases.case(reference)
    shown = open_readings(current_cases.repository(), current_cases.shown_file(reference))
    reading = next((one for one in shown if one.name == inspection), None)
    if reading is None:
        abort(404, "There is no reading of this case that is open to you under that name.")
    if not current_cases.may_record(reference):
        abort(403, "Only who answers for the case today replies to how it was read.")
    kind, says = KINDS.get(request.form.get("kind", "")), paragraphs(request.form.get("says", ""))
    question = request.form.get("question", "") if kind == KINDS["point"] else ""
    if question and (reading.framework is None or question not in reading.framework.questions):
        problem = "Choose the question from the list."
    elif kind is None or not says or len(says) > LONGEST:
        problem = f"Write what you have to say, in at most {LONGEST:,} characters."
    else:
        problem = _record(reference, kind, inspection, {"says": says, **({"question": question} if question else {})})
    if problem:
        return answers_page(crn, number, (inspection, f"{problem} Nothing was recorded."))
    flash("It is recorded.")
    return redirect(url_for("cases.answers", crn=crn, number=number, _anchor="readings"))


def _record(reference: str, kind: str, inspection: str, said: Mapping[str, str]) -> str:
    """Record it; why it was refused, in words, or an empty text."""
    who, now = access_control.account(), clock.recording_time()
    try:
        fact = load_entry(kind, {
            "entry": f"reply-{secrets.token_hex(6)}", "occurred_on": clock.today().isoformat(), "recorded_at": now.isoformat(),
            "recorded_by": who.username, "inspection": inspection, **said, "by": who.name, "by_id": who.username,
        })  # fmt: skip
        current_cases.repository().files.record(
            reference, [fact], actor=access_control.stored_by_account(who.username), now=now
        )
    except (ShapeError, refusals.Refused, refusals.BusyFile) as error:
        return str(error)
    access_control.log("recorded", reference, detail=kind)
    return ""
