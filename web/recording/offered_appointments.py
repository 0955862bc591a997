"""The appointments that an outcome may be recorded for: those whose day has come, and of which nobody has said what became."""

from collections.abc import Sequence
from datetime import date

from domain.entries.case_entries import AppointmentMade, Entry
from projections.history.history import History
from web.presentation.fact_words import fact_named
from web.presentation.formatting import long_date
from web.presentation.outcome_words import outcome_words


def offered_for_outcome(found: Sequence[Entry], history: History, today: date) -> list[tuple[str, str]]:
    """Those of these appointments that wait for an outcome, as (id, words), in the same order."""
    return [
        (fact.entry, fact_named(fact))
        for fact in found
        if isinstance(fact, AppointmentMade) and not why_no_outcome(fact, history, today)
    ]


def why_no_outcome(fact: Entry, history: History, today: date) -> str:
    """Why no outcome of this appointment is recorded today; empty where one may be."""
    if isinstance(fact, AppointmentMade) and fact.for_on > today:
        return f"its day is still to come, {long_date(fact.for_on)}. To move it or call it off, correct or withdraw the appointment"
    appointment = history.appointment(fact)
    if appointment.outcome is None and appointment.acceptable is None:
        return ""
    words = outcome_words(appointment.outcome, appointment.acceptable)
    return f"it has an outcome already: {words}. If that is wrong, correct the entry that says so"
