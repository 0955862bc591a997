"""The five kinds of clause: how each lays its duties over a history. See ``domain.policy.clauses`` for what they mean.

Each function groups nothing and reads no clock: it walks sorted dates once. A duty depends only on what had happened
by the day it arises; how it is met, only on what happened by the day it is met.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from domain.calendar.london_time import LONDON
from domain.calendar.workdays import Length
from domain.policy.clauses import Clause, Value
from domain.policy.conditions import EntryPattern, fits
from projections.history.history import History
from projections.obligations.contact_windows import Counted, reached, windows
from projections.obligations.duty_state import Obligation
from projections.obligations.triggers import ONE_DAY, Trigger, answering, row, triggers


def within(clause: Clause, history: History) -> Iterator[Obligation]:
    """Within a length of time after each trigger, something is done."""
    for trigger in triggers(clause, history):
        asked = asked_within(clause, history, trigger)
        if asked is not None:
            value, arises, due, ended, earliest = asked
            met = recorded(trigger) if clause.by_recording else answering(clause.by, history, trigger, earliest)
            yield _duty(clause, value, arises, due, met, ended, trigger.entry)


Asked = tuple[Value, date, date, date | None, date]
"""What a trigger raises: row, day it arises, day it is due, day from which nobody owes it, first day that can answer it."""


def asked_within(clause: Clause, history: History, trigger: Trigger) -> Asked | None:
    """What this trigger raises under a clause of the kind ``within``; None when nothing.

    What happened before supervision began is owed from its first day, but for what has a date set (a court report).
    """
    assert history.start is not None
    on, _, fact, _, counted_from = trigger
    start = history.start.on
    arises = on if on >= start else start
    if not clause.in_force(on) and (arises is on or not clause.in_force(arises)):
        return None
    value = row(clause, history, on)
    if value is None or (clause.during and not fits(clause.during, history.attributes(on))):
        return None
    day_zero = counted_from or on
    if value.on:
        due, arises = getattr(fact, value.on), on
    else:
        assert value.allow is not None
        due = value.allow.after(day_zero)
    if due < arises:
        due = arises
    earliest = day_zero + ONE_DAY if clause.from_next_day else day_zero
    if clause.earlier_counts:
        earliest = date.min
    ended = None if clause.after == "end" else history.ending(clause.during, on)
    return value, arises, due, ended, earliest


def recorded(trigger: Trigger) -> tuple[date, str]:
    """The day on which the entry that raised the duty was recorded, and its id."""
    assert trigger.fact is not None
    return trigger.fact.recorded_at.astimezone(LONDON).date(), trigger.entry


def every(clause: Clause, history: History) -> Iterator[Obligation]:
    """Again and again, each counted from the time before; the first from the trigger, and anew from a release."""
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
            met = answering(clause.by, history, Trigger(since, raised_by), since + ONE_DAY)
            yield _duty(clause, value, since, _allowed(value).after(since), met, running_to, raised_by)
            if met is None:
                break
            since, raised_by = met


def _raising(clause: Clause, history: History) -> list[Trigger]:
    if clause.after == "start" and clause.during:
        raised = [Trigger(span.on, span.entry) for span in history.spans(clause.during)]
    else:
        raised = list(triggers(clause, history))
    if history.releases:
        raised += [Trigger(r.on, r.entry) for r in history.releases if any(t.on < r.on for t in raised)]
    return raised


def frequency(clause: Clause, history: History) -> Iterator[Obligation]:
    """At least so many in each window."""
    assert history.start is not None and clause.counts is not None
    raised_by = history.start.entry
    admitted = history.admitted(clause.counts)
    counted: list[Counted] = [(day, entry, 1) for day, entry, _ in admitted]
    if clause.sum is not None:
        counted = [(day, entry, getattr(fact, clause.sum)) for day, entry, fact in admitted]
    days = [day for day, _, _ in counted]
    for value, begins, ends_before, off, needed in windows(clause, history):
        over = off if off < ends_before else None
        first, last = bisect_left(days, begins), bisect_left(days, over or ends_before)
        met_on, met_by = reached(counted[first:last], needed) if first < last else (None, ())
        yield Obligation(clause, value, begins, ends_before - ONE_DAY, met_on, over, raised_by, met_by, True)


def response(clause: Clause, history: History) -> Iterator[Obligation]:
    """To the nth failure within a period, counted anew after each action."""
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
        counted = [
            f for f in failures[: at + 1] if f[0] > since and value.period.after(f[1]) > failed_on
        ]  # fmt: skip
        if len(counted) < value.failures:
            continue
        met = answering(clause.by, history, Trigger(failed_on, entry), failed_on)
        yield _duty(
            clause, value, arises, max(arises, _allowed(value).after(failed_on)), met, history.ending((), arises), entry
        )
        open_until = met[0] if met else None


def standing(clause: Clause, history: History) -> Iterator[Obligation]:
    """While a state holds, something must stand; what runs out (a review date) must be there again that day."""
    for span in history.spans(clause.during):
        since, raised_by = span.on, span.entry
        while span.off is None or since < span.off:
            value = row(clause, history, since)
            if value is None or (history.end and history.end.on <= since):
                break
            ended = history.ending(clause.during, since)
            if clause.stands_until is None:
                met = answering(clause.by, history, Trigger(since, raised_by), since)
                yield _duty(clause, value, since, _allowed(value).after(since), met, ended, raised_by)
                break
            made = _standing_from(clause, history, since)
            yield _duty(
                clause, value, since, _allowed(value).after(since), made[0][::2] if made else None, ended, raised_by
            )
            if not made:
                break
            since, raised_by = _runs_out(made)


DERIVE: dict[str, Callable[[Clause, History], Iterable[Obligation]]] = {
    "within": within, "every": every, "frequency": frequency, "response": response, "while": standing,
}  # fmt: skip


def may_arise(clause: Clause, frame: History, known: Mapping[EntryPattern, object], failed: object) -> bool:
    """Whether what raises duties of the kinds ``every``, ``response`` and ``while`` is there at all.

    ``known``: for each description the entries that fit it, ``failed``: the failures, at some time or other.
    """
    if clause.kind == "response":
        return bool(failed)
    if clause.kind == "while":
        return bool(frame.spans(clause.during))
    if isinstance(clause.after, EntryPattern):
        return bool(known[clause.after])
    return clause.after in ("absence", "failure", "risk_changes") or bool(_raising(clause, frame))


def _allowed(value: Value) -> Length:
    assert value.allow is not None
    return value.allow


def _duty(
    clause: Clause, value: Value, arises: date, due: date, met: tuple[date, str] | None, ended: date | None, by: str
) -> Obligation:
    if met is None:
        return Obligation(clause, value, arises, due, None, ended, by, ())
    return Obligation(clause, value, arises, due, met[0], ended, by, (met[1],))


def _standing_from(clause: Clause, history: History, since: date) -> list[tuple[date, date, str]]:
    """The entries that can answer a duty of ``since``, as (made on, stands until, entry), in order.

    A date that had passed when it was set, or that is not after ``since``, does not stand.
    """
    assert clause.stands_until is not None
    made = [
        (fact.occurred_on, getattr(fact, clause.stands_until), fact.entry)
        for by in clause.by
        for fact in history.described(by)
        if fact.occurred_on >= since
    ]
    return sorted(m for m in made if m[1] >= m[0] and m[1] > since)


def _runs_out(made: list[tuple[date, date, str]]) -> tuple[date, str]:
    """When what was set first runs out, put off by each later entry made while it still stood."""
    _, until, entry = made[0]
    for made_on, later, by in made[1:]:
        if made_on <= until and later > until:
            until, entry = later, by
    return until, entry
