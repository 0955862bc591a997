"""The five kinds of clause: the duties that each raises on a history. ``domain.policy.clauses`` says what they mean.

A duty depends only on what had happened by the day it arises. How it is met depends only on what had happened by the day
it is met. Nothing here reads a clock.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from msgspec import Struct

from domain.policy.clauses import Clause, Value
from domain.policy.conditions import fits
from projections.history.history import History
from projections.obligations.answers import UNMET, first_answer
from projections.obligations.clause_index import IndexedClause
from projections.obligations.contact_windows import reached, windows
from projections.obligations.deadlines import deadline
from projections.obligations.duty_state import Obligation
from projections.obligations.triggers import Trigger, arises, row, triggers
from projections.obligations.window import FirstContact, Window

ONE_DAY = timedelta(days=1)


def within(indexed: IndexedClause, history: History) -> Iterator[Obligation]:
    """Something is done within a length of time after each trigger."""
    clause = indexed.clause
    for duty in asked(clause, history, triggers(clause, history)):
        trigger, ended, due = duty.trigger, duty.ended_on, duty.due_on
        lapses = ended if ended is not None and ended <= due else None
        met_on, met_by = first_answer(clause, history, trigger, duty.earliest, lapses)
        yield Obligation(clause, duty.value, duty.arises_on, due, met_on, ended, trigger.entry, met_by)


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
        arises_on = on if on >= start else start
        if not since <= on < until and not since <= arises_on < until:
            continue
        value = row(clause, history, arises_on)
        if value is None or (clause.during and not fits(clause.during, history.attributes(arises_on))):
            continue
        day_zero = trigger.counted_from or arises_on
        if value.on:
            due, arises_on = getattr(trigger.fact, value.on), on
        else:
            assert value.allow is not None
            due = deadline(clause, value.allow, day_zero, history)
        if due < arises_on:
            due = arises_on
        earliest = day_zero + ONE_DAY if clause.from_next_day else day_zero
        ended = ending(clause, history, arises_on, trigger)
        yield Asked(trigger, value, arises_on, due, ended, earliest)


def ending(clause: Clause, history: History, day: date, trigger: Trigger | None = None) -> date | None:
    """The first day, from ``day`` on, from which a duty that arose on ``day`` no longer applies. None: it still applies.

    Supervision ends, or the state asked for; what raised it is overtaken; custody begins, where the clause says so; or
    supervision under a life licence is suspended, for what needs the person.
    """
    if clause.after == "end":
        return None
    ends = [history.ending(clause.during, day)] if clause.during or history.end else []
    if trigger is not None and trigger.ended_on is not None:
        ends.append(trigger.ended_on)
    if clause.in_custody == "ends" and history.custody:
        ends += [stay.begins for stay in history.custody if stay.begins >= day][:1]
    if clause.in_custody in ("pauses", "anew") and history.unsupervised_from:
        ends += [off for off in history.unsupervised_from if off >= day][:1]
    return min((end for end in ends if end is not None), default=None)


def every(indexed: IndexedClause, history: History) -> Iterator[Obligation]:
    """Something is done again and again. The first time counts from the trigger, each other from the time before.

    Where no row applies for a while, it begins again at the next trigger.
    """
    clause = indexed.clause
    running_to: date | None = date.min
    for trigger in sorted(_raising(clause, history), key=lambda t: t.on):
        if running_to is None or trigger.on < running_to:
            continue
        if not fits(clause.during, history.attributes(trigger.on)):
            continue
        since, raised_by = trigger.on, trigger.entry
        running_to = ending(clause, history, since)
        while (running_to is None or since < running_to) and arises(clause, history, since):
            value = row(clause, history, since)
            if value is None:
                running_to = since + ONE_DAY
                break
            assert value.allow is not None
            due = deadline(clause, value.allow, since, history)
            lapses = running_to if running_to is not None and running_to <= due else None
            met_on, met_by = _next_time(clause, history, Trigger(since, raised_by), lapses)
            yield Obligation(clause, value, since, due, met_on, running_to, raised_by, met_by)
            if met_on is None:
                break
            since, (raised_by,) = met_on, met_by


def _next_time(
    clause: Clause, history: History, trigger: Trigger, lapses: date | None
) -> tuple[date | None, tuple[str, ...]]:
    """The next time it was done; after a release that begins the case anew, ``Clause.again`` counts too."""
    met = first_answer(clause, history, trigger, trigger.on + ONE_DAY, lapses)
    if not clause.again or not history.fresh_starts:
        return met
    anew = Trigger(trigger.on, trigger.entry, again=True)
    for release in history.fresh_starts:
        if release.on > trigger.on:
            other = first_answer(clause, history, anew, release.on, lapses)
            if other[0] is not None and (met[0] is None or other[0] < met[0]):
                return other
            break
    return met


def _raising(clause: Clause, history: History) -> Iterable[Trigger]:
    """The triggers of a clause of the kind ``every``: of running cases from the first day on which there is such a clause."""
    assert history.start is not None
    if clause.after == "start" and clause.during:
        raised = [Trigger(span.on, span.entry) for span in history.spans(clause.during)]
    else:
        raised = list(triggers_of_running(clause, history))
    first = max(history.here_from, clause.since or date.min)
    for trigger in raised:
        if trigger.on >= first:
            yield trigger
        elif clause.kind == "every" and _still_runs(clause, history, trigger, first):
            yield Trigger(first, trigger.entry, trigger.fact)


def triggers_of_running(clause: Clause, history: History) -> Iterable[Trigger]:
    """As ``triggers``, with those from before the case was received."""
    if history.received is None or clause.after != "start":
        return triggers(clause, history)
    assert history.start is not None
    return [Trigger(history.start.on, history.start.entry)]


def _still_runs(clause: Clause, history: History, trigger: Trigger, first: date) -> bool:
    """Whether what a trigger began still holds on a later day."""
    assert history.start is not None
    begun = max(trigger.on, history.start.on)
    ends = history.ending(clause.during, begun)
    return ends is None or first < ends


def frequency(indexed: IndexedClause, history: History) -> Iterator[Obligation]:
    """At least so many entries in each window."""
    clause = indexed.clause
    assert history.start is not None and clause.counts is not None
    raised_by = history.start.entry
    days, counted = history.counting(clause.counts)
    for window in laid(indexed, history):
        inside = counted[bisect_left(days, window.begins) : bisect_left(days, window.closes)]
        met_on, met_by = reached(clause, inside, window.asked, window.on_days) if inside else UNMET
        yield Obligation(
            clause, window.value, window.begins, window.due_on, met_on, window.ended_on, raised_by, met_by, True
        )


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


def response(indexed: IndexedClause, history: History) -> Iterator[Obligation]:
    """An action answers the nth failure within a period. After each decision failures are counted anew.

    While an action is undecided, further failures raise nothing. The nth failure is told by the days of the appointments.
    """
    clause = indexed.clause
    open_until: date | None = date.min
    counted: list[tuple[date, date, str]] = []
    for failure in history.failures:
        raised_on = failure.on
        if history.undecided(failure.of) or not arises(clause, history, raised_on):
            continue
        counted.append((failure.of, failure.counted_from, failure.entry))
        if open_until is None or open_until >= raised_on:
            continue
        # A duty raised under an earlier edition is still the one to meet; before there was such a clause, there was none.
        value = row(clause, history, raised_on) if clause.since is None or clause.since <= raised_on else None
        if value is None:
            continue
        since = used_up(history, raised_on)
        last = max(f for f in counted if f[0] >= since) if any(f[0] >= since for f in counted) else None
        within_period = [f for f in counted if f[0] >= since and last is not None and _within(value, f[0], last[0])]
        if last is None or len(within_period) < value.failures:
            continue
        _, from_day, entry = last
        assert value.allow is not None
        due = max(raised_on, deadline(clause, value.allow, from_day, history))
        ended = ending(clause, history, raised_on)
        lapses = ended if ended is not None and ended <= due else None
        met_on, met_by = first_answer(clause, history, Trigger(from_day, entry), from_day, lapses)
        yield Obligation(clause, value, raised_on, due, met_on, ended, entry, met_by)
        open_until = met_on if lapses is None else lapses


def used_up(history: History, day: date) -> date:
    """The day before which failures no longer count, as at a day: that of the last decision, or the day after an action."""
    days = [date.min]
    for begun, decided in history.actions:
        if begun < day:
            days.append(decided if decided is not None and decided <= day else begun + ONE_DAY)
    return max(days)


def _within(value: Value, first: date, last: date) -> bool:
    """Whether two failures lie within the period in which they are counted."""
    return value.period is None or last <= value.period.before_anniversary(first)


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
            made = [m for m in _standing_from(clause, history, since) if lapses is None or m.on <= lapses]
            met_on, met_by = (made[0].on, (made[0].entry,)) if made else UNMET
            yield Obligation(clause, value, since, due, met_on, ended, raised_by, met_by)
            if not made:
                break
            since, raised_by = _runs_out(made)


DERIVE: dict[str, Callable[[IndexedClause, History], Iterable[Obligation]]] = {
    "within": within, "every": every, "frequency": frequency, "response": response, "while": standing,
}  # fmt: skip


class Made(NamedTuple):
    """What an entry made on a day, which stands until another day (a review date)."""

    on: date
    until: date
    entry: str


def _standing_from(clause: Clause, history: History, since: date) -> list[Made]:
    """The entries that can answer a duty of ``since``, in order. What was made before the start counts as made on it.

    A date that had passed when it was set, or that is not after ``since``, does not stand.
    """
    assert clause.stands_until is not None and history.start is not None
    start = history.start.on
    made = [
        Made(max(fact.occurred_on, start), getattr(fact, clause.stands_until), fact.entry)
        for by in clause.by
        for fact in history.described(by)
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
