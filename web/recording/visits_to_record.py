"""The appointments that the outcomes page asks about: of one day, and those before it without an outcome; one of a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import request

from domain.aggregates.case_file import CaseFile
from projections.cases.case_visits import Visit, of_day, visits, without_outcome
from projections.history.history import History
from web.presentation.formatting import instant
from web.presentation.outcome_words import outcome_words
from web.services import current_cases
from web.site import access_control, clock
from web.site.date_field import EARLIEST, LATEST, read_day


@dataclass(frozen=True)
class DayOfVisits:
    """The appointments of a day of the reader's own cases. ``earlier``: those before today, not of the day, without an outcome."""

    on: date
    rows: Sequence[Visit]
    told: Sequence[Visit]
    earlier: Sequence[Visit]


def asked_day() -> tuple[date, str]:
    """The day that the address names (default: today), and what is wrong with what it names; empty where nothing is."""
    text, today = request.args.get("day", ""), clock.today()
    asked = read_day(text) if text else today
    if asked is None or not EARLIEST <= asked.year <= LATEST:
        return today, f"Day must be a real date between {EARLIEST} and {LATEST}. For example, 3 10 2005."
    return asked, ""


def visits_of(asked: date) -> DayOfVisits:
    """The appointments of a day of the reader's own cases, as the files stand now."""
    own, today = current_cases.counted_by(access_control.account(), current_cases.today()), clock.today()
    rows: list[Visit] = []
    earlier: list[Visit] = []
    for number in own.current.tolist():
        reference = own.selection.columns.references[number]
        history = current_cases.repository().history(reference, None)
        found = visits(reference, history)
        rows += of_day(found, asked)
        earlier += [one for one in without_outcome(found, history, today) if one.made.for_on != asked]
    rows.sort(key=lambda visit: visit.order)
    earlier.sort(key=lambda visit: visit.order, reverse=True)
    waiting = [one for one in rows if one.waits and asked <= today]
    return DayOfVisits(asked, waiting, [one for one in rows if one not in waiting], earlier)


def visit_to_record(reference: str, entry: str) -> Visit | None:
    """The appointment, where the person signed in may record on its case today."""
    if not current_cases.is_open(reference) or not current_cases.may_record(reference):
        return None
    found = visits(reference, current_cases.repository().history(reference, None))
    return next((one for one in found if one.made.entry == entry), None)


def told_meanwhile(visit: Visit) -> str:
    """What somebody has recorded of an appointment; empty where nobody has."""
    if visit.waits:
        return ""
    words = outcome_words(visit.appointment.outcome, visit.appointment.acceptable)
    if visit.told_by is None:
        return f"It has been decided already: {words}."
    by = access_control.recorder_name(visit.told_by.recorded_by) or "Somebody"
    return f"{by} recorded its outcome on {instant(visit.told_by.recorded_at)}: {words}. Yours is not recorded."


def has_outcome(file: CaseFile, appointment: str) -> bool:
    """Whether an outcome of an appointment stands on the file."""
    found = visits(file.reference, History.of(list(file.entries.values())))
    return any(one.made.entry == appointment and not one.waits for one in found)
