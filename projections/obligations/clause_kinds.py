"""The five kinds of clause: the duties that each raises on a history. ``domain.policy.clauses`` says what they mean.

A duty depends only on what had happened by the day it arises. How it is met depends only on what had happened by the day
it is met. Nothing here reads a clock.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

from domain.calendar.workdays import ONE_DAY
from domain.policy.clauses import Clause
from projections.history.history import History
from projections.obligations.asked import asked
from projections.obligations.clause_index import IndexedClause
from projections.obligations.contact_windows import reached, windows
from projections.obligations.done_again import every
from projections.obligations.duty_answers import UNMET, first_answer
from projections.obligations.duty_state import Obligation
from projections.obligations.failure_response import response
from projections.obligations.standing_while import standing
from projections.obligations.triggers import triggers
from projections.obligations.window import FirstContact, Window


def within(indexed: IndexedClause, history: History) -> Iterator[Obligation]:
    """Something is done within a length of time after each trigger."""
    clause = indexed.clause
    for duty in asked(clause, history, triggers(clause, history)):
        trigger, ended, due = duty.trigger, duty.ended_on, duty.due_on
        lapses = ended if ended is not None and ended <= due else None
        met_on, met_by = first_answer(clause, history, trigger, duty.earliest, lapses)
        due = duty.due_when(clause, history, met_on)
        yield Obligation(clause, duty.value, duty.arises_on, due, met_on, ended, trigger.entry, met_by)


def frequency(indexed: IndexedClause, history: History) -> Iterator[Obligation]:
    """At least so many entries in each window."""
    clause = indexed.clause
    assert history.start is not None and clause.counts is not None
    raised_by = history.start.entry
    days, counted = history.counting(clause.counts)
    for window in laid(indexed, history):
        inside = counted[bisect_left(days, window.begins) : bisect_left(days, window.closes)]
        met_on, met_by = reached(clause, inside, window.asked, window.on_days) if inside else UNMET
        due = window.own_due if window.moved.before(met_on) else window.due_on
        yield Obligation(clause, window.value, window.begins, due, met_on, window.ended_on, raised_by, met_by, True)


def laid(indexed: IndexedClause, history: History) -> Iterator[Window]:
    """The windows of one clause among those of its id in all editions."""
    contacts = [contact for clause in indexed.first_contacts for contact in _first_contacts(clause, history)]
    for window in windows(indexed.series, history, contacts):
        if window.clause is indexed.clause:
            yield window


def _first_contacts(clause: Clause, history: History) -> Iterator[FirstContact]:
    for duty in asked(clause, history, triggers(clause, history)):
        lapses = duty.ended_on is not None and duty.ended_on <= duty.due_on
        yield FirstContact(duty.arises_on, duty.ended_on - ONE_DAY if lapses and duty.ended_on else duty.due_on)


DERIVE: dict[str, Callable[[IndexedClause, History], Iterable[Obligation]]] = {
    "within": within, "every": every, "frequency": frequency, "response": response, "while": standing,
}  # fmt: skip
