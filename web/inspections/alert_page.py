"""Raising an alert from a reading: somebody is in danger, and the area's named person has it at once."""

import re
from datetime import datetime, time, timedelta

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from domain.accounts.roles import OPENERS
from domain.calendar.london_time import LONDON
from web.inspections.inspection_form import form_page
from web.inspections.reading_pages import NOT_GIVEN, blueprint
from web.recording.entry_forms import Field
from web.recording.inspection_entry import inspection_to_read, read_form, record_on_case
from web.services import current_cases, current_inspections
from web.site import access_control, clock
from web.site.date_field import read_day

ALERT_HOURS = 24
"""Hours within which an alert is to be answered, unless its reader sets another time (**P**)."""


def alert_due(now: datetime) -> str:
    """When an alert raised now is to be answered, as the form offers it: the full hour."""
    due = (now + timedelta(hours=ALERT_HOURS)).astimezone(LONDON).replace(minute=0)
    return f"{due.day}/{due.month}/{due.year} {due:%H:%M}"


@blueprint.route("/inspections/<inspection>/read/<crn>/<int:number>/alert", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def raise_alert(inspection: str, crn: str, number: int) -> str | AnyResponse:
    """Raise an alert: somebody is in danger. The area's named person has it at once."""
    found, reference = inspection_to_read(inspection), f"{crn}/{number}"
    reads = any(access_control.account().is_named(found.allocated.get((reference, second))) for second in (False, True))
    if not (reads or current_inspections.runs(inspection)) or not current_inspections.may_assess(inspection, reference):
        access_control.log("refused", reference)
        abort(404, NOT_GIVEN.format(reference))
    fields = [
        Field("danger", "note", "Who is in danger, and how", True, "The area's named person reads it at once"),
        Field("answer_by", "text", "To be answered by", True, "A day and an hour, like 3/10/2005 14:30"),
    ]
    title = f"Raise an alert: {reference}"
    nobody = not any("alerts" in one.named_for and _may_see(key, reference) for key, one in found.process.area.items())
    said = (
        "Nobody of the area is named who may answer an alert on this case: tell the lead, and call the area yourself."
        if nobody
        else ""
    )
    access_control.shown(reference)
    if request.method == "GET":
        return form_page(title, fields, {"answer_by": [alert_due(clock.recording_time())]}, {}, inspection, said=said)
    values, problems = read_form(fields)
    due = read_instant(str(values.get("answer_by", "")))
    if "answer_by" not in problems and (due is None or due <= clock.recording_time()):
        problems["answer_by"] = "Enter a day and an hour that are still to come, like 3/10/2005 14:30"
    if not problems and due is not None:
        who = access_control.account()
        problems = record_on_case(reference, "AlertRaised", {
            "inspection": inspection, "danger": values["danger"], "answer_by": due.isoformat(), "by": who.name,
            "by_id": who.username,
        }, asked=fields)  # fmt: skip
    if problems:
        return form_page(title, fields, request.form.to_dict(flat=False), problems, inspection, said=said)
    flash(
        "The alert is raised, and nobody of the area has it here: call them."
        if nobody
        else "The alert is raised. The area's named person has it now."
    )
    return redirect(url_for("assessing.index", inspection=inspection))


def _may_see(username: str, case: str) -> bool:
    """Whether a person of the area has an open account, and no limit of access closes the case to it."""
    account = current_inspections.account_of(username)
    limited = current_cases.limits().get(case, ())
    return account is not None and not account.disabled and not account.is_shut_out(limited)


def read_instant(typed: str) -> datetime | None:
    """A day and an hour in London as somebody types them; None where they are not readable."""
    day, _, hour = typed.strip().partition(" ")
    on = read_day(day)
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", hour.strip())
    return None if on is None or found is None else datetime.combine(on, time(int(found[1]), int(found[2])), LONDON)
