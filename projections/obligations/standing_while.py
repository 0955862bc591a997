"""The kind ``while``: something must stand while a state holds."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from domain.policy.clauses import Clause
from projections.history.history import History
from projections.obligations.asked import ending
from projections.obligations.clause_index import IndexedClause
from projections.obligations.deadlines import deadline
from projections.obligations.duty_answers import UNMET, first_answer
from projections.obligations.duty_state import Obligation
from projections.obligations.triggers import Trigger, arises, row


def standing(indexed: IndexedClause, history: History) -> Iterator[Obligation]:
    """Something must stand while a state holds. What runs out (a review date) must be set again by that day."""
    clause = indexed.clause
    first = max(history.here_from, clause.since or date.min)
    for span in history.spans(clause.during):
        since, raised_by = max(span.on, first), span.entry
        while (span.off is None or since < span.off) and arises(clause, history, since):
            value = row(clause, history, since)
            if value is None:
                break
            assert value.allow is not None
            ended, due = ending(clause, history, since), deadline(clause, value.allow, since, history)
            lapses = ended if ended is not None and ended <= due else None
            if clause.stands_until is None:
                met_on, met_by = first_answer(clause, history, Trigger(since, raised_by), since, lapses)
                yield Obligation(clause, value, since, due, met_on, ended, raised_by, met_by)
                break
            made = [m for m in _standing_from(clause, history, since, raised_by) if lapses is None or m.on <= lapses]
            met_on, met_by = (made[0].on, (made[0].entry,)) if made else UNMET
            yield Obligation(clause, value, since, due, met_on, ended, raised_by, met_by)
            if not made:
                break
            since, raised_by = _runs_out(made)


class Made(NamedTuple):
    """What an entry made on a day, which stands until another day (a review date)."""

    on: date
    until: date
    entry: str


def _standing_from(clause: Clause, history: History, since: date, raised_by: str) -> list[Made]:
    """The entries that can answer a duty of ``since``, in order. What was made before the start counts as made on it.

    A date that had passed when it was set, or that is not after ``since``, does not stand. Nor does one set before the entry
    that raised the duty.
    """
    assert clause.stands_until is not None and history.start is not None
    start = history.start.on
    facts = [fact for by in clause.by for fact in history.described(by)]
    before = next((at for at, fact in enumerate(facts, 1) if fact.entry == raised_by), 0)
    made = [
        Made(max(fact.occurred_on, start), getattr(fact, clause.stands_until), fact.entry)
        for fact in facts[before:]
        if max(fact.occurred_on, start) >= since
    ]
    return sorted((m for m in made if m.until >= m.on and m.until > since), key=lambda m: m.on)


def _runs_out(made: list[Made]) -> tuple[date, str]:
    """The day on which what was set runs out, and the entry that set this day.

    An entry made while the last one still stands replaces it.
    """
    last = made[0]
    for later in made[1:]:
        if later.on <= last.until:
            last = later
    return last.until, last.entry
