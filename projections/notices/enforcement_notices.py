"""Notices on enforcement: breach undecided, whereabouts unknown and nothing done, appointments put on the file afterwards."""

from collections.abc import Iterator
from datetime import timedelta

from domain.calendar.workdays import ONE_DAY, add_working_days
from domain.entries.case_entries import BreachDecided, BreachInitiated, RecallDecided, RecallRequested
from domain.policy.practice import practice
from projections.history.appointments import Appointment
from projections.history.history import History
from projections.notices.notice import Noticed, while_held


def breach_undecided(history: History) -> Iterator[Noticed | None]:
    """From ``undecided_breach_weeks`` after a breach or recall was begun until it is decided."""
    decided = [fact.occurred_on for fact in history.ordered(BreachDecided, RecallDecided)]
    for begun in history.ordered(BreachInitiated, RecallRequested):
        begins = begun.occurred_on + timedelta(weeks=practice().undecided_breach_weeks)
        yield while_held(history, begins, (day for day in decided if day >= begun.occurred_on), begun.entry)


def whereabouts_no_action(history: History) -> Iterator[Noticed | None]:
    """From the day after ``whereabouts_working_days`` of unknown whereabouts until breach or recall is begun, or decided.

    A breach or recall that was begun before and is undecided is action enough.
    """
    for begins, ends, entry, _ in history.unknown:
        acted = [day for day, decided in history.actions if day >= begins or decided is None or decided >= begins]
        acted += [fact.occurred_on for fact in history.all(RecallDecided) if fact.occurred_on >= begins]
        last = add_working_days(begins, practice().whereabouts_working_days)
        yield while_held(history, last + ONE_DAY, (ends, *acted), entry)


def appointment_without_naming(history: History, one: Appointment) -> Noticed | None:
    """From the day on which an appointment was made for a day before, until a letter, decision, warning or breach names it.

    One that was attended counts, and one that was rescheduled was none: neither is noticed.
    """
    if one.made_on <= one.for_on or one.attended or one.outcome == "rescheduled" or not history.may_count(one):
        return None
    return while_held(history, one.made_on, (one.named_on,), one.entry)
