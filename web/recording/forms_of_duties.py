"""Whether a duty may be dispensed with, and by which form: for the links beside it, given to the templates."""

from flask import Flask

from domain.aggregates.other_file_ids import file_named
from domain.entries.case_entries import DispensationGiven
from projections.obligations.duty_state import Obligation
from web.recording.typed_entries import new_token
from web.services import current_cases
from web.site import access_control, clock


def records_now() -> bool:
    """Whether this page leads to forms: on today's reading alone, since what a form records is recorded, and dated, today.

    Who reads a past day goes back to today first, and sees there whether it is still to be done.
    """
    return current_cases.moment().on == clock.today()


def may_dispense(duty: Obligation) -> bool:
    """Whether the person signed in may dispense with duties of the national standards, such as this one."""
    return duty.clause.of_standards and access_control.account().may_enter(DispensationGiven)


def about_dispensed(duty: Obligation) -> str | None:
    """The entry that tells a duty from others of its clause in the form of a dispensation; None: its days do, or none here."""
    named = not duty.window and duty.raised_by is not None and file_named(duty.raised_by) is None
    return duty.raised_by if named else None


def attach(app: Flask) -> None:
    for named in (records_now, may_dispense, about_dispensed):
        app.add_template_global(named)
    app.add_template_global(new_token, "new_entry_token")
