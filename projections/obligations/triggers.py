"""What the kinds of clause share: the things that trigger duties, the row that fits, the entry that answers."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from domain.entries.case_entries import Entry, RiskLevelChanged
from domain.entries.code_lists import HIGH_RISK
from domain.policy.clauses import Clause, Value
from domain.policy.conditions import EntryPattern
from projections.history.history import Change, History


class Trigger(NamedTuple):
    """What raises a duty: the day it arises, the entry, and the item of it that is asked for (see ``each``).

    ``counted_from``: the day from which the time allowed runs, where that is not the day it arises (an absence that
    nobody decided becomes a failure a week later, but the failure's date is the appointment's).
    """

    on: date
    entry: str
    fact: Entry | None = None
    item: Any = None
    counted_from: date | None = None

    @property
    def day_zero(self) -> date:
        return self.counted_from or self.on


def row(clause: Clause, history: History, day: date) -> Value | None:
    """The first row of the clause that fits the case on this day; None when the clause is not for it.

    In custody nothing falls to be done in the community, so no clause is.
    """
    if history.custody and history.in_custody(day):
        return None
    return clause.row(history.attributes(day)) if clause.asks else clause.values[0]


def triggers(clause: Clause, history: History) -> Sequence[Trigger]:
    """Everything that raises a duty under this clause, in order of time, within the span of supervision."""
    assert history.start is not None
    found = _triggers(clause, history, history.start)
    if clause.after == "end" or history.end is None:
        return found
    over = history.end.on
    return [trigger for trigger in found if trigger.on < over]


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
            return [Trigger(after.on, after.entry) for before, after in moves if before.value[0] != after.value[0]]
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


def triggered(clause: Clause, described: EntryPattern, fact: Entry) -> Sequence[Trigger]:
    """What one entry of those that a clause is ``after`` raises: one trigger, or one for each item of it."""
    day = described.day(fact)
    if clause.each is None:
        return (Trigger(day, fact.entry, fact),)
    value = getattr(fact, clause.each)
    items = dict.fromkeys(value) if isinstance(value, list) else (value,)
    return [Trigger(day, fact.entry, fact, item) for item in items]


def answering(
    by: tuple[EntryPattern, ...], history: History, trigger: Trigger, earliest: date
) -> tuple[date, str] | None:
    """The first entry from ``earliest`` on that answers the trigger: its day and its id."""
    first: tuple[date, str] | None = None
    for described in by:
        admitted = history.admitted(described)
        anything = described.about_anything
        for at in range(bisect_left(admitted, earliest, key=DAY), len(admitted)):
            day, entry, fact = admitted[at]
            if first is not None and (day, entry) >= first:
                break
            if anything or described.answers(fact, trigger.entry, trigger.item):
                first = (day, entry)
                break
    return first


DAY = itemgetter(0)

HIGH = (("risk", HIGH_RISK),)

ONE_DAY = timedelta(days=1)

NOBODY_LEFT = ("died", "transferred_out")
"""Ends of supervision that leave nothing to do here."""
