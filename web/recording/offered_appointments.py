"""The appointments that an outcome may be recorded for: those that wait for one first, and what is odd about the rest."""

from collections.abc import Mapping, Sequence
from datetime import date

from domain.entries import code_lists
from domain.entries.case_entries import AppointmentMade, AppointmentOutcomeRecorded, Entry, UnpaidWorkSession
from projections.history.history import History
from web.presentation.formatting import short_date
from web.presentation.phrases import fact_named


def offered_for_outcome(found: Sequence[Entry], history: History, today: date) -> list[tuple[str, str]]:
    """These appointments as (id, words): first those that are past and have no outcome, the latest first, then the rest.

    The words of the rest say what is odd: they have an outcome already, or are still to come.
    """
    outcomes = outcomes_of(history)
    odd = {fact.entry: oddity(fact, outcomes, today) for fact in found}
    waiting_first = sorted(found, key=lambda fact: bool(odd[fact.entry]))
    return [(fact.entry, f"{fact_named(fact)}{odd[fact.entry] and f' ({odd[fact.entry]})'}") for fact in waiting_first]


def outcomes_of(history: History) -> Mapping[str, str]:
    """Appointment -> its last outcome; a session of unpaid work has its own."""
    own = {fact.entry: fact.outcome for fact in history.all(UnpaidWorkSession)}
    return own | {fact.appointment: fact.outcome for fact in history.all(AppointmentOutcomeRecorded)}


def oddity(fact: Entry, outcomes: Mapping[str, str], today: date) -> str:
    """What is odd about an outcome for this appointment; empty where it waits for one."""
    if fact.entry in outcomes:
        return f"has an outcome already: {code_lists.label(outcomes[fact.entry])}"
    return "still to come" if isinstance(fact, AppointmentMade) and fact.for_on > today else ""


def outcome_warning(fact: Entry, history: History, today: date) -> str:
    """What to ask before this outcome is recorded; empty where it is the first one of a past appointment."""
    made = next((one for one in history.entries if one.entry == getattr(fact, "appointment", None)), None)
    if not isinstance(fact, AppointmentOutcomeRecorded) or made is None:
        return ""
    outcomes = outcomes_of(history)
    if made.entry in outcomes:
        was = code_lists.label(outcomes[made.entry])
        return f"This appointment has an outcome already: {was}. The one recorded last says what became of it."
    if isinstance(made, AppointmentMade) and made.for_on > today:
        return f"This appointment is still to come, on {short_date(made.for_on)}."
    return ""
