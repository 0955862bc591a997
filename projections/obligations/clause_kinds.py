"""The five kinds of clause: the duties that each raises on a history. ``domain.policy.clauses`` says what they mean.

A duty depends only on what had happened by the day it arises. How it is met depends only on what had happened by the day
it is met. Nothing here reads a clock.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from domain.calendar.london_time import day_of
from domain.calendar.workdays import Length
from domain.policy.clauses import Clause, Value
from domain.policy.conditions import fits
from projections.history.history import History
from projections.obligations.contact_windows import reached, windows
from projections.obligations.duty_state import Obligation
from projections.obligations.triggers import ONE_DAY, UNMET, Met, Trigger, answering, row, triggers


def within(clause: Clause, history: History) -> Iterator[Obligation]:
    """Something is done within a length of time after each trigger."""
    for duty in asked(clause, history, triggers(clause, history)):
        trigger = duty.trigger
        if clause.by_recording:
            met_on, met_by = recorded(trigger)
        else:
            met_on, met_by = answering(clause.by, history, trigger, duty.earliest)
        yield Obligation(clause, duty.value, duty.arises_on, duty.due_on, met_on, duty.ended_on, trigger.entry, met_by)


class Asked(Struct, frozen=True, gc=False):
    """What a trigger raises. ``ended_on``: the day from which nobody owes it. ``earliest``: the first day that can answer it."""

    trigger: Trigger
    value: Value
    arises_on: date
    due_on: date
    ended_on: date | None
    earliest: date


def asked(clause: Clause, history: History, raised: Iterable[Trigger]) -> Iterator[Asked]:
    """Find what these triggers raise under a clause of the kind ``within``, on either axis of time.

    What happened before supervision began is owed from its first day, unless the entry sets the date (a court report).
    """
    assert history.start is not None
    start, since, until = history.start.on, clause.start or date.min, clause.end or date.max
    for trigger in raised:
        on = trigger.on
        arises = on if on >= start else start
        if not since <= on < until and not since <= arises < until:
            continue
        value = row(clause, history, on)
        if value is None or (clause.during and not fits(clause.during, history.attributes(on))):
            continue
        day_zero = trigger.counted_from or on
        if value.on:
            due, arises = getattr(trigger.fact, value.on), on
        else:
            assert value.allow is not None
            due = value.allow.after(day_zero)
        if due < arises:
            due = arises
        earliest = day_zero + ONE_DAY if clause.from_next_day else day_zero
        if clause.earlier_counts:
            earliest = date.min
        ended = None if clause.after == "end" else history.ending(clause.during, on)
        yield Asked(trigger, value, arises, due, ended, earliest)


def recorded(trigger: Trigger) -> Met:
    """The day on which the entry that raised the duty was recorded, and that entry."""
    assert trigger.fact is not None
    return day_of(trigger.fact.recorded_at), (trigger.entry,)


def every(clause: Clause, history: History) -> Iterator[Obligation]:
    """Something is done again and again. The first time counts from the trigger, each other from the time before.

    A release from custody begins the count anew.
    """
    running_to: date | None = date.min
    raised = _raising(clause, history)
    for trigger in sorted(raised, key=lambda t: t.on):
        if running_to is None or trigger.on < running_to:
            continue
        if not fits(clause.during, history.attributes(trigger.on)):
            continue
        running_to = history.ending(clause.during, trigger.on)
        since, raised_by = trigger.on, trigger.entry
        while running_to is None or since < running_to:
            value = row(clause, history, since)
            if value is None:
                break
            met_on, met_by = answering(clause.by, history, Trigger(since, raised_by), since + ONE_DAY)
            due = _allowed(value).after(since)
            yield Obligation(clause, value, since, due, met_on, running_to, raised_by, met_by)
            if met_on is None:
                break
            since, (raised_by,) = met_on, met_by


def _raising(clause: Clause, history: History) -> list[Trigger]:
    if clause.after == "start" and clause.during:
        raised = [Trigger(span.on, span.entry) for span in history.spans(clause.during)]
    else:
        raised = list(triggers(clause, history))
    if history.releases:
        raised += [Trigger(r.on, r.entry) for r in history.releases if any(t.on < r.on for t in raised)]
    return raised


def frequency(clause: Clause, history: History) -> Iterator[Obligation]:
    """At least so many entries in each window."""
    assert history.start is not None and clause.counts is not None
    raised_by = history.start.entry
    days, counted = history.admitted(clause.counts)
    for window in windows(clause, history):
        first = bisect_left(days, window.begins)
        last = bisect_left(days, window.closes, first)
        met_on, met_by = reached(clause, counted[first:last], window.needed) if first < last else UNMET
        yield Obligation(
            clause, window.value, window.begins, window.due_on, met_on, window.ended_on, raised_by, met_by, True
        )


def response(clause: Clause, history: History) -> Iterator[Obligation]:
    """An action answers the nth failure within a period. After each action failures are counted anew."""
    failures = history.failures
    if not failures:
        return
    acted = sorted({fact.occurred_on for by in clause.by for fact in history.described(by)})
    open_until: date | None = date.min
    for at, (arises, failed_on, entry) in enumerate(failures):
        if open_until is None or open_until >= arises or (history.end and history.end.on <= arises):
            continue
        # A duty raised under an earlier edition is still the one to meet; before there was such a clause, there was none.
        value = row(clause, history, arises) if clause.since is None or clause.since <= arises else None
        if value is None or value.period is None:
            continue
        since = max((day for day in acted if day < arises), default=date.min)
        counted = [f for f in failures[: at + 1] if f.on > since and value.period.after(f.of) > failed_on]
        if len(counted) < value.failures:
            continue
        met_on, met_by = answering(clause.by, history, Trigger(failed_on, entry), failed_on)
        due = max(arises, _allowed(value).after(failed_on))
        yield Obligation(clause, value, arises, due, met_on, history.ending((), arises), entry, met_by)
        open_until = met_on


def standing(clause: Clause, history: History) -> Iterator[Obligation]:
    """Something must stand while a state holds. What runs out (a review date) must be set again by that day."""
    for span in history.spans(clause.during):
        since, raised_by = span.on, span.entry
        while span.off is None or since < span.off:
            value = row(clause, history, since)
            if value is None or (history.end and history.end.on <= since):
                break
            ended, due = history.ending(clause.during, since), _allowed(value).after(since)
            if clause.stands_until is None:
                met_on, met_by = answering(clause.by, history, Trigger(since, raised_by), since)
                yield Obligation(clause, value, since, due, met_on, ended, raised_by, met_by)
                break
            made = _standing_from(clause, history, since)
            met_on, met_by = (made[0].on, (made[0].entry,)) if made else UNMET
            yield Obligation(clause, value, since, due, met_on, ended, raised_by, met_by)
            if not made:
                break
            since, raised_by = _runs_out(made)


DERIVE: dict[str, Callable[[Clause, History], Iterable[Obligation]]] = {
    "within": within, "every": every, "frequency": frequency, "response": response, "while": standing,
}  # fmt: skip


def _allowed(value: Value) -> Length:
    assert value.allow is not None
    return value.allow


class Made(NamedTuple):
    """What an entry made on a day, which stands until another day (a review date)."""

    on: date
    until: date
    entry: str


def _standing_from(clause: Clause, history: History, since: date) -> list[Made]:
    """The entries that can answer a duty of ``since``, in order.

    A date that had passed when it was set, or that is not after ``since``, does not stand.
    """
    assert clause.stands_until is not None
    made = [
        Made(fact.occurred_on, getattr(fact, clause.stands_until), fact.entry)
        for by in clause.by
        for fact in history.described(by)
        if fact.occurred_on >= since
    ]
    return sorted(m for m in made if m.until >= m.on and m.until > since)


def _runs_out(made: list[Made]) -> tuple[date, str]:
    """The day on which what was set first runs out, and the entry that set this day.

    An entry made while the last one still stands puts the day off.
    """
    last = made[0]
    for later in made[1:]:
        if later.on <= last.until and later.until > last.until:
            last = later
    return last.until, last.entry
