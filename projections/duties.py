"""What the kinds of clause share: duties, the things that trigger them, the spans in which a state holds."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from domain.clauses import Clause, Value
from domain.codes import HIGH_RISK
from domain.conditions import Entries, When, fits
from domain.facts import Fact, RiskLevelChanged
from projections.history import Change, History


class Duty(NamedTuple):
    """One duty as a kind of clause derives it; see ``projections.obligations.Obligation`` for the four dates."""

    value: Value
    arises_on: date
    due_on: date
    met_on: date | None
    ended_on: date | None
    raised_by: str | None
    met_by: tuple[str, ...]


class Trigger(NamedTuple):
    """What raises a duty: the day it arises, the entry, and the item of it that is asked for (see ``each``).

    ``counted_from``: the day from which the time allowed runs, where that is not the day it arises (an absence that
    nobody decided becomes a failure a week later, but the failure's date is the appointment's).
    """

    on: date
    entry: str
    fact: Fact | None = None
    item: Any = None
    counted_from: date | None = None

    @property
    def day_zero(self) -> date:
        return self.counted_from or self.on


class Span(NamedTuple):
    """A state holds from ``on`` up to, not including, ``off`` (None: open); ``entry`` began it."""

    on: date
    off: date | None
    entry: str


def row(clause: Clause, history: History, day: date) -> Value | None:
    """The first row of the clause that fits the case on this day; None when the clause is not for it.

    In custody nothing falls to be done in the community, so no clause is.
    """
    if history.in_custody(day):
        return None
    attributes = history.attributes(day)
    if not fits(clause.when, attributes):
        return None
    return next((value for value in clause.values if fits(value.when, attributes)), None)


def spans(when: When, history: History) -> list[Span]:
    """The spans, from the start of supervision on, in which the case has these attributes."""
    assert history.start is not None
    start = history.start.on
    names = {name for name, _ in when}
    changes: dict[date, str] = {start: history.start.entry}
    for name, timeline in (("risk", history.risk), ("tier", history.tier), ("mappa_level", history.mappa_level)):
        if name in names:
            changes |= {max(change.on, start): change.entry for change in timeline}
    found: list[Span] = []
    for day in sorted(changes):
        holds = fits(when, history.attributes(day))
        running = bool(found) and found[-1].off is None
        if holds and not running:
            found.append(Span(day, None, changes[day]))
        elif running and not holds:
            found[-1] = found[-1]._replace(off=day)
    return found


def triggers(clause: Clause, history: History) -> Iterator[Trigger]:
    """Everything that raises a duty under this clause, in order of time, within the span of supervision."""
    assert history.start is not None
    for trigger in _triggers(clause, history, history.start):
        if clause.after == "end" or history.end is None or trigger.on < history.end.on:
            yield trigger


def _triggers(clause: Clause, history: History, start: Change) -> Iterator[Trigger]:
    match clause.after:
        case "start":
            yield Trigger(start.on, start.entry)
        case "release":
            for release in history.releases:
                yield Trigger(release.on, release.entry)
        case "transfer":
            for before, after in pairwise(history.allocation):
                if before.value[0] != after.value[0]:
                    yield Trigger(after.on, after.entry)
        case "end":
            if history.end is not None and history.end.value not in NOBODY_LEFT:
                yield Trigger(history.end.on, history.end.entry)
        case "absence":
            for appointment in history.appointments.values():
                if appointment.absent:
                    yield Trigger(appointment.on_file_from, appointment.entry, counted_from=appointment.for_on)
        case "failure":
            for appointment in history.appointments.values():
                if appointment.failed_from is not None:
                    yield Trigger(appointment.failed_from, appointment.entry, counted_from=appointment.for_on)
        case "risk_becomes_high":
            for span in spans((("risk", HIGH_RISK),), history):
                yield Trigger(span.on, span.entry)
        case "risk_changes":
            for change in history.all(RiskLevelChanged):
                if change.occurred_on >= start.on:
                    yield Trigger(change.occurred_on, change.entry, change)
        case Entries() as described:
            for fact in history.all(described.type):
                if described.admits(fact):
                    for item in _items(fact, clause.each):
                        yield Trigger(described.day(fact), fact.entry, fact, item)


def _items(fact: Fact, each: str | None) -> list[Any]:
    if each is None:
        return [None]
    value = getattr(fact, each)
    return list(dict.fromkeys(value)) if isinstance(value, list) else [value]


def answering(by: tuple[Entries, ...], history: History, trigger: Trigger, earliest: date) -> tuple[date, str] | None:
    """The first entry from ``earliest`` on that answers the trigger: its day and its id."""
    first: tuple[date, str] | None = None
    for described in by:
        admitted = history.admitted(described)
        for at in range(bisect_left(admitted, earliest, key=DAY), len(admitted)):
            day, entry, fact = admitted[at]
            if first is not None and (day, entry) >= first:
                break
            if described.answers(fact, trigger.entry, trigger.item):
                first = (day, entry)
                break
    return first


DAY = itemgetter(0)


def ending(history: History, during: When, day: date) -> date | None:
    """The first day from ``day`` on which nobody owes the duty any more: supervision ended, custody, the state passed."""
    ends = [history.end.on] if history.end is not None else []
    ends += [began.on for began, _ in history.custody if began.on > day]
    if during:
        ends += [span.off for span in spans(during, history) if span.off is not None and span.on <= day < span.off]
    return min((end for end in ends if end >= day), default=None)


ONE_DAY = timedelta(days=1)

NOBODY_LEFT = ("died", "transferred_out")
"""Ends of supervision that leave nothing to do here."""
