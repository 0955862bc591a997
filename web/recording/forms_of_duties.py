"""Which form answers a duty: for the links beside it, given to the templates."""

from flask import Flask

from domain.aggregates.person_files import file_named
from domain.entries.case_entries import DispensationGiven
from projections.obligations.duty_state import Obligation
from web.presentation.phrases import type_title
from web.recording.typed_entries import new_token
from web.services import current_cases
from web.site import access_control, clock


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
    for named in (answered_by, records_now, may_dispense, about_dispensed):
        app.add_template_global(named)
    app.add_template_global(new_token, "new_entry_token")
