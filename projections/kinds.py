"""The five kinds of clause: how each lays its duties over a history. See ``domain.clauses`` for what they mean.

Each function groups nothing and reads no clock: it walks sorted dates once. A duty depends only on what had happened
by the day it arises; how it is met, only on what happened by the day it is met.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from dateutil.relativedelta import relativedelta

from domain.case import LONDON
from domain.clauses import Clause, Phase, Value
from domain.conditions import fits
from domain.workdays import Length
from projections.duties import DAY, ONE_DAY, Duty, Trigger, answering, ending, row, spans, triggers
from projections.history import History

LONGEST = relativedelta(years=3)
"""How far windows are laid when the file gives no end: three years, the longest community order (a parameter)."""


def within(clause: Clause, history: History) -> Iterator[Duty]:
    """Within a length of time after each trigger, something is done.

    What happened before supervision began is owed from its first day, but for what has a date set (a court report).
    """
    assert history.start is not None
    for trigger in triggers(clause, history):
        arises = max(trigger.on, history.start.on)
        if not (clause.in_force(trigger.on) or clause.in_force(arises)):
            continue
        value = row(clause, history, trigger.on)
        if value is None or not fits(clause.during, history.attributes(trigger.on)):
            continue
        if value.on:
            due, arises = getattr(trigger.fact, value.on), trigger.on
        else:
            due = _allowed(value).after(trigger.day_zero)
        if clause.by_recording:
            assert trigger.fact is not None
            met: tuple[date, str] | None = (trigger.fact.recorded_at.astimezone(LONDON).date(), trigger.entry)
        else:
            earliest = trigger.day_zero + ONE_DAY if clause.from_next_day else trigger.day_zero
            met = answering(clause.by, history, trigger, date.min if clause.earlier_counts else earliest)
        ended = None if clause.after == "end" else ending(history, clause.during, trigger.on)
        yield _duty(value, arises, max(due, arises), met, ended, trigger.entry)


def every(clause: Clause, history: History) -> Iterator[Duty]:
    """Again and again, each counted from the time before; the first from the trigger, and anew from a release."""
    running_to: date | None = date.min
    if clause.after == "start" and clause.during:
        raised = [Trigger(span.on, span.entry) for span in spans(clause.during, history)]
    else:
        raised = list(triggers(clause, history))
    raised += [Trigger(r.on, r.entry) for r in history.releases if any(t.on < r.on for t in raised)]
    for trigger in sorted(raised, key=lambda t: t.on):
        if running_to is None or trigger.on < running_to:
            continue
        if not fits(clause.during, history.attributes(trigger.on)):
            continue
        running_to = ending(history, clause.during, trigger.on)
        since, raised_by = trigger.on, trigger.entry
        while running_to is None or since < running_to:
            value = row(clause, history, since)
            if value is None:
                break
            met = answering(clause.by, history, Trigger(since, raised_by), since + ONE_DAY)
            yield _duty(value, since, _allowed(value).after(since), met, running_to, raised_by)
            if met is None:
                break
            since, raised_by = met


def frequency(clause: Clause, history: History) -> Iterator[Duty]:
    """At least so many in each window; windows follow each other from the start, cut where what is asked changes."""
    assert history.start is not None and history.started is not None and clause.counts is not None
    start = history.start.on
    ends = history.end.on if history.end else None
    horizon = min(ends or date.max, history.started.ends_on or start + LONGEST)
    first = max(start, clause.start or start)
    last = min(horizon, clause.end or horizon)
    counted = [
        (day, entry, getattr(fact, clause.sum) if clause.sum else 1)
        for day, entry, fact in history.admitted(clause.counts)
    ]
    for on, off, value in _segments(clause, history, first, last):
        for begins, ends_before, needed in _windows(value.phases, start, on, off):
            met_on, met_by = _reached(counted, begins, min(ends_before, off), needed)
            cut = off if off < ends_before else None
            yield Duty(value, begins, ends_before - ONE_DAY, met_on, cut, history.start.entry, met_by)


def response(clause: Clause, history: History) -> Iterator[Duty]:
    """To the nth failure within a period, counted anew after each action."""
    acted = sorted({fact.occurred_on for by in clause.by for fact in history.all(by.type) if by.admits(fact)})
    failures = sorted(
        (a.failed_from, a.for_on, a.entry) for a in history.appointments.values() if a.failed_from is not None
    )
    open_until: date | None = date.min
    for at, (arises, failed_on, entry) in enumerate(failures):
        if open_until is None or open_until >= arises or (history.end and history.end.on <= arises):
            continue
        # A duty raised under an earlier edition is still the one to meet; before there was such a clause, there was none.
        value = row(clause, history, arises) if clause.since is None or clause.since <= arises else None
        if value is None or value.period is None:
            continue
        since = max((day for day in acted if day < arises), default=date.min)
        counted = [
            f for f in failures[: at + 1] if f[0] > since and value.period.after(f[1]) > failed_on
        ]  # fmt: skip
        if len(counted) < value.failures:
            continue
        met = answering(clause.by, history, Trigger(failed_on, entry), failed_on)
        yield _duty(
            value, arises, max(arises, _allowed(value).after(failed_on)), met, ending(history, (), arises), entry
        )
        open_until = met[0] if met else None


def standing(clause: Clause, history: History) -> Iterator[Duty]:
    """While a state holds, something must stand; what runs out (a review date) must be there again that day."""
    for span in spans(clause.during, history):
        since, raised_by = span.on, span.entry
        while span.off is None or since < span.off:
            value = row(clause, history, since)
            if value is None or (history.end and history.end.on <= since):
                break
            ended = ending(history, clause.during, since)
            if clause.stands_until is None:
                met = answering(clause.by, history, Trigger(since, raised_by), since)
                yield _duty(value, since, _allowed(value).after(since), met, ended, raised_by)
                break
            made = _standing_from(clause, history, since)
            yield _duty(value, since, _allowed(value).after(since), made[0][::2] if made else None, ended, raised_by)
            if not made:
                break
            since, raised_by = _runs_out(made)


DERIVE: dict[str, Callable[[Clause, History], Iterable[Duty]]] = {
    "within": within, "every": every, "frequency": frequency, "response": response, "while": standing,
}  # fmt: skip


def _allowed(value: Value) -> Length:
    assert value.allow is not None
    return value.allow


def _duty(
    value: Value, arises: date, due: date, met: tuple[date, str] | None, ended: date | None, raised_by: str
) -> Duty:
    return Duty(value, arises, due, met and met[0], ended, raised_by, (met[1],) if met else ())


def _standing_from(clause: Clause, history: History, since: date) -> list[tuple[date, date, str]]:
    """The entries that can answer a duty of ``since``, as (made on, stands until, entry), in order.

    A date that had passed when it was set, or that is not after ``since``, does not stand.
    """
    assert clause.stands_until is not None
    made = [
        (fact.occurred_on, getattr(fact, clause.stands_until), fact.entry)
        for by in clause.by
        for fact in history.all(by.type)
        if by.admits(fact) and fact.occurred_on >= since
    ]
    return sorted(m for m in made if m[1] >= m[0] and m[1] > since)


def _runs_out(made: list[tuple[date, date, str]]) -> tuple[date, str]:
    """When what was set first runs out, put off by each later entry made while it still stood."""
    _, until, entry = made[0]
    for made_on, later, by in made[1:]:
        if made_on <= until and later > until:
            until, entry = later, by
    return until, entry


def _segments(clause: Clause, history: History, first: date, last: date) -> Iterator[tuple[date, date, Value]]:
    """The stretches of time in which one row of the clause holds, from ``first`` up to ``last``."""
    points = [first, *(day for day in history.turning_points if first < day < last), last]
    on, current = first, row(clause, history, first)
    for day in points[1:]:
        value = row(clause, history, day) if day < last else None
        if value is current and day < last:
            continue
        if current is not None and on < day:
            yield on, day, current
        on, current = day, value


def _windows(phases: tuple[Phase, ...], start: date, on: date, off: date) -> Iterator[tuple[date, date, float]]:
    """Windows as (first day, first day after, number needed), from ``on`` until one reaches ``off``."""
    ends: date | None = start
    begins = on
    for phase in phases:
        assert ends is not None
        opens = ends
        ends = None if phase.length is None else phase.length.after(start if phase.from_start else ends)
        if phase.window == phase.length and ends is not None and opens < begins:
            begins = max(begins, ends)  # a total over the whole phase is asked from its first day or not at all
        anchor, number = begins, 0
        while begins < off and (ends is None or begins < ends):
            number += 1
            before = Length(phase.window.count * number, phase.window.unit).after(anchor)
            yield begins, before, phase.count
            begins = before


def _reached(
    counted: list[tuple[date, str, float]], begins: date, ends_before: date, needed: float
) -> tuple[date | None, tuple[str, ...]]:
    """The day on which the entries in the window reach the number needed, and those entries."""
    total, entries = 0.0, []
    for at in range(bisect_left(counted, begins, key=DAY), len(counted)):
        day, entry, amount = counted[at]
        if day >= ends_before:
            break
        total += amount
        entries.append(entry)
        if total >= needed:
            return day, tuple(entries)
    return None, tuple(entries)
