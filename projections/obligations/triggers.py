"""What raises the duties of a clause, and which row of the clause fits."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import zip_longest
from operator import attrgetter
from sys import maxsize
from typing import Any

from msgspec import Struct

from domain.entries.case_entries import Entry
from domain.entries.code_lists import HIGH_RISK
from domain.policy.clauses import Clause, Value
from domain.policy.conditions import EntryPattern
from domain.policy.practice import practice
from domain.policy.practice_scope import WORK
from projections.history.dated_values import Change
from projections.history.history import History


class Trigger(Struct, frozen=True, gc=False):
    """What raises a duty: the day it arises, the entry, and one item of the entry (see ``Clause.each``).

    ``counted_from``: the day from which the time allowed runs, where that is not ``on``. (An absence without a decision
    becomes a failure a week later; the time runs from the appointment.)
    ``answered_from``: the first day on which it may be answered, where that is not the day from which time runs.
    ``names``: the entries that an answer may name; none: ``entry``.
    ``ended_on``: the day from which nobody owes it any more (a place that handed the case on, a date set anew).
    ``answered_before``: an answer counts only before this day (None: on any day).
    ``again``: it is owed again, after release; ``Clause.again`` meets it.
    ``since`` and ``until``: the span of knowledge in which the file said so. With hindsight it is all of time.
    """

    on: date
    entry: str
    fact: Entry | None = None
    item: Any = None
    counted_from: date | None = None
    answered_from: date | None = None
    names: tuple[str, ...] = ()
    ended_on: date | None = None
    answered_before: date | None = None
    again: bool = False
    since: int = 0
    until: int = maxsize


def row(clause: Clause, history: History, day: date) -> Value | None:
    """The first row of the clause that fits the case on this day. None: the clause does not apply."""
    return clause.row(history.attributes(day)) if clause.asks else clause.values[0]


def triggers(clause: Clause, history: History) -> Sequence[Trigger]:
    """The triggers of this clause, in order of time: none after supervision ended, or after the planned end of the order."""
    key = clause.after, clause.each, clause.until_replaced, bool(clause.again)
    found = history.triggers.get(key)
    if found is None:
        assert history.start is not None
        raised = _triggers(clause, history, history.start)
        found = history.triggers[key] = [t for t in raised if clause.after == "end" or arises(clause, history, t.on)]
    return found


def arises(clause: Clause, history: History, day: date) -> bool:
    """Whether something of this day raises a duty here: before the end, not long before the start, nor before receipt."""
    if history.end is not None and history.end.on <= day:
        return False
    assert history.start is not None
    if isinstance(clause.after, EntryPattern) and clause.after.type in WORK and day < oldest_work(history.start.on):
        return False
    if history.received is not None and day < history.received.on:
        return False
    return not (history.past_end and not clause.past_end and history.is_past_end(day))


def _triggers(clause: Clause, history: History, start: Change) -> Sequence[Trigger]:
    if isinstance(clause.after, EntryPattern):
        raising = history.described(clause.after)
        if clause.until_replaced:
            return replaced(clause, raising)
        if clause.each is None and clause.after.on is None:
            return [Trigger(fact.occurred_on, fact.entry, fact) for fact in raising]
        return [t for fact in raising for t in triggered(clause, clause.after, fact)]
    match clause.after:
        case "start":
            again = [Trigger(r.on, r.entry, again=True) for r in history.fresh_starts] if clause.again else []
            return [Trigger(start.on, start.entry), *again]
        case "release":
            return [Trigger(release.on, release.entry) for release in history.releases]
        case "surrender":
            return [Trigger(known, by) for _, known, _, by in history.unknown if known is not None and by is not None]
        case "receipt":
            return [Trigger(history.received.on, history.received.entry)] if history.received else []
        case "transfer":
            return [Trigger(t.on, t.entry, ended_on=t.value, answered_before=t.value) for t in history.transfers]
        case "end":
            if history.end is None or history.end.value in NOBODY_LEFT:
                return []
            return [Trigger(history.end.on, history.end.entry)]
        case "appointment":
            return [
                Trigger(a.to_record_from, a.entry, counted_from=min(a.to_record_from, a.for_on))
                for a in history.appointments.values()
                if history.may_count(a)
            ]
        case "absence":
            return [
                Trigger(f.on, f.entry, counted_from=f.counted_from, answered_from=f.of, names=f.entries)
                for f in history.absences
            ]
        case "failure":
            return [
                Trigger(f.on, f.entry, counted_from=f.counted_from, answered_from=f.of, names=f.entries)
                for f in history.failures
                if not history.undecided(f.of)
            ]
        case "risk_becomes_high":
            return [Trigger(span.on, span.entry) for span in history.spans(HIGH)]
        case "risk_changes":
            return [
                Trigger(change.on, change.entry)
                for change in history.risk_changes
                if change.on > start.on or (change.value is None and change.on == start.on)
            ]
    return []


def replaced(clause: Clause, raising: Sequence[Entry]) -> list[Trigger]:
    """The triggers of entries that set a date. A date set anew on or before its day replaces the one that stood."""
    assert isinstance(clause.after, EntryPattern)
    date_set = attrgetter(clause.values[0].on or "occurred_on")
    found: list[Trigger] = []
    for fact, following in zip_longest(raising, raising[1:]):
        anew = following.occurred_on if following is not None and following.occurred_on <= date_set(fact) else None
        found.append(Trigger(fact.occurred_on, fact.entry, fact, ended_on=anew))
    return found


def triggered(
    clause: Clause, described: EntryPattern, fact: Entry, since: int = 0, until: int = maxsize
) -> Sequence[Trigger]:
    """The triggers of one entry that a clause is ``after``: one, or one for each item of it."""
    day = described.day(fact)
    if clause.each is None:
        return (Trigger(day, fact.entry, fact, since=since, until=until),)
    value = getattr(fact, clause.each)
    items = dict.fromkeys(value) if isinstance(value, list) else (value,)
    return [Trigger(day, fact.entry, fact, item, since=since, until=until) for item in items]


HIGH = (("risk", HIGH_RISK),)

NOBODY_LEFT = ("died", "transferred_out")
"""Reasons for the end of supervision after which no duty remains."""


def oldest_work(start: date) -> date:
    """The first day on which an assessment or a plan from before the start counts."""
    return start - timedelta(weeks=practice().earlier_work_weeks)
