"""The diary of a case: its appointments on some days, as the file has them."""

from datetime import date
from typing import NamedTuple

from domain.entries.case_entries import AppointmentMade
from projections.history.history import History


class DiaryLine(NamedTuple):
    """An appointment. ``contact_type``: a code. ``outcome``: what became of it, as far as it is known; None: not yet."""

    on: date
    reference: str
    entry: str
    contact_type: str
    outcome: str | None


def diary(reference: str, history: History, first: date, last: date) -> list[DiaryLine]:
    """The appointments of a case from the day ``first`` to the day ``last``, in order. What was put off is left out."""
    made = {fact.entry: fact for fact in history.all(AppointmentMade)}
    found = [
        DiaryLine(one.for_on, reference, one.entry, made[one.entry].contact_type, one.outcome)
        for one in history.appointments.values()
        if one.entry in made and first <= one.for_on <= last and one.outcome != "rescheduled"
    ]
    return sorted(found)
