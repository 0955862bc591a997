"""Shared by all kinds of clause: what triggers a duty, which row of the clause fits, which entry answers it."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from sys import maxsize
from typing import Any

from msgspec import Struct

from domain.entries.case_entries import Entry, RiskLevelChanged
from domain.entries.code_lists import HIGH_RISK
from domain.policy.clauses import Clause, Value
from domain.policy.conditions import EntryPattern
from projections.history.dated_values import Change
from projections.history.history import History


class Trigger(Struct, frozen=True, gc=False):
    """What raises a duty: the day it arises, the entry, and one item of the entry (see ``Clause.each``).

    ``counted_from``: the day from which the time allowed runs, where that is not ``on``. (An absence without a decision
    becomes a failure a week later; the time runs from the appointment.)
    ``since`` and ``until``: the span of knowledge in which the file said so. With hindsight it is all of time.
    """

    on: date
    entry: str
    fact: Entry | None = None
    item: Any = None
    counted_from: date | None = None
    since: int = 0
    until: int = maxsize


def row(clause: Clause, history: History, day: date) -> Value | None:
    """The first row of the clause that fits the case on this day. None: the clause does not apply.

    No clause applies to a case in custody.
    """
    if history.custody and history.in_custody(day):
        return None
    return clause.row(history.attributes(day)) if clause.asks else clause.values[0]


def triggers(clause: Clause, history: History) -> Sequence[Trigger]:
    """The triggers of this clause before supervision ends, in order of time."""
    found = history.triggers.get((clause.after, clause.each))
    if found is None:
        assert history.start is not None
        found = _triggers(clause, history, history.start)
        if clause.after != "end" and history.end is not None:
            over = history.end.on
            found = [trigger for trigger in found if trigger.on < over]
        history.triggers[clause.after, clause.each] = found
    return found


def _triggers(clause: Clause, history: History, start: Change) -> Sequence[Trigger]:
    if isinstance(clause.after, EntryPattern):
        raising = history.described(clause.after)
        if clause.each is None and clause.after.on is None:
            return [Trigger(fact.occurred_on, fact.entry, fact) for fact in raising]
        return [t for fact in raising for t in triggered(clause, clause.after, fact)]
    match clause.after:
        case "start":
            return [Trigger(start.on, start.entry)]
        case "release":
            return [Trigger(release.on, release.entry) for release in history.releases]
        case "transfer":
            moves = pairwise(history.allocation)
            return [Trigger(after.on, after.entry) for before, after in moves if before.value.area != after.value.area]
        case "end":
            if history.end is None or history.end.value in NOBODY_LEFT:
                return []
            return [Trigger(history.end.on, history.end.entry)]
        case "absence":
            return [Trigger(f.on, f.entry, None, None, f.of) for f in history.absences]
        case "failure":
            return [Trigger(f.on, f.entry, None, None, f.of) for f in history.failures]
        case "risk_becomes_high":
            return [Trigger(span.on, span.entry) for span in history.spans(HIGH)]
        case "risk_changes":
            return [
                Trigger(change.occurred_on, change.entry, change)
                for change in history.all(RiskLevelChanged)
                if change.occurred_on >= start.on
            ]
    return []


def triggered(
    clause: Clause, described: EntryPattern, fact: Entry, since: int = 0, until: int = maxsize
) -> Sequence[Trigger]:
    """The triggers of one entry that a clause is ``after``: one, or one for each item of it."""
    day = described.day(fact)
    if clause.each is None:
        return (Trigger(day, fact.entry, fact, None, None, since, until),)
    value = getattr(fact, clause.each)
    items = dict.fromkeys(value) if isinstance(value, list) else (value,)
    return [Trigger(day, fact.entry, fact, item, None, since, until) for item in items]


Met = tuple[date | None, tuple[str, ...]]
"""When a duty was met (None: not yet), and by which entries."""

UNMET: Met = (None, ())


def answering(by: tuple[EntryPattern, ...], history: History, trigger: Trigger, earliest: date) -> Met:
    """Find the first entry from ``earliest`` on that answers the trigger."""
    first: tuple[date, str] | None = None
    for described in by:
        days, candidates = history.admitted(described)
        at = bisect_left(days, earliest)
        if not described.about_anything:
            while at < len(days) and not described.answers(candidates[at].fact, trigger.entry, trigger.item):
                at += 1
        if at < len(days):
            found = days[at], candidates[at].entry
            if first is None or found < first:
                first = found
    return UNMET if first is None else (first[0], (first[1],))


HIGH = (("risk", HIGH_RISK),)

ONE_DAY = timedelta(days=1)

NOBODY_LEFT = ("died", "transferred_out")
"""Reasons for the end of supervision after which no duty remains."""
