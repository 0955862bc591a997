"""Arranged duties: an appointment is booked that would meet the duty, and its day is still to come.

An appointment is booked on the day on which it was made. It no longer stands once something is known to have become of it
(put off, an absence that was announced). What would meet a duty late is arranged too, and does not leave a list of what is
to be done: ``leaves_list``.
"""

from collections.abc import Iterable
from datetime import date

from domain.entries.case_entries import AppointmentMade, Entry
from domain.policy.clauses import Clause
from domain.policy.conditions import EntryPattern
from projections.history.history import Appointment, History
from projections.obligations.duty_state import Obligation, State

OPEN: frozenset[State | None] = frozenset(("due", "overdue", None))
"""The states in which a duty can still be arranged; None: it has not arisen yet."""


def arranged_on(duty: Obligation, history: History, day: date) -> date | None:
    """The day of the appointment, booked by this day and not before it, that would meet this duty; None: there is none.

    The first such day. Where a window asks for more than one, the day of the one that reaches what is asked.
    """
    if duty.state(day) not in OPEN:
        return None
    if duty.clause.counts is not None:
        return _window_reached(duty, duty.clause.counts, history, day)
    booked = (appointment.for_on for appointment in _would_meet(duty, history, day))
    return min((for_on for for_on in booked if _counts(duty, for_on)), default=None)


def leaves_list(duty: Obligation, arranged: date | None) -> bool:
    """Whether a duty arranged for this day (None: it is not) is no longer to be done: it would be met in time.

    What is overdue, or would be met late, stays on the list, and says for when it is arranged.
    """
    return arranged is not None and arranged <= duty.due_on


def stands(appointment: Appointment, day: date) -> bool:
    """Whether an appointment, read as at this day, is booked by then, not before it, and nothing has become of it yet."""
    return appointment.made_on <= day <= appointment.for_on and not (
        appointment.outcome or appointment.acceptable is not None
    )


def _window_reached(duty: Obligation, counts: EntryPattern, history: History, day: date) -> date | None:
    """The day on which the appointments that were booked by this day reach what the window asks; None: they do not."""
    if duty.met_on is None or duty.met_on <= day or counts.type is not AppointmentMade:
        return None
    counted = [fact for fact in history.described(counts) if fact.entry in duty.met_by and counts.day(fact) > day]
    return duty.met_on if all(stands(history.appointment_on(fact, day), day) for fact in counted) else None


def _would_meet(duty: Obligation, history: History, day: date) -> Iterable[Appointment]:
    """The appointments booked by this day, not before it, of the kinds that meet the duty, whatever becomes of them."""
    for pattern in _of_appointments(duty.clause):
        for fact in history.described(pattern):
            if _about(pattern, fact, duty):
                appointment = history.appointment_on(fact, day)
                if stands(appointment, day) and history.may_count(appointment):
                    yield appointment


def _of_appointments(clause: Clause) -> list[EntryPattern]:
    return [pattern for pattern in (*clause.by, *clause.again) if pattern.type is AppointmentMade]


def _about(pattern: EntryPattern, fact: Entry, duty: Obligation) -> bool:
    """Whether an appointment is about what raised the duty, as far as the duty says what that is."""
    if not pattern.only_names:
        return False
    return pattern.naming is None or getattr(fact, pattern.naming) == duty.raised_by


def _counts(duty: Obligation, for_on: date) -> bool:
    """Whether something done on this day can meet the duty: not before it arises, nor after it ends."""
    arisen = duty.arises_on < for_on if duty.clause.kind == "every" else duty.arises_on <= for_on
    return arisen and (duty.ended_on is None or for_on <= duty.ended_on)
