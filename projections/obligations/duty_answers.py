"""Which entry answers a duty: the first of those that may, from the first day on which one counts."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from domain.calendar.london_time import day_of
from domain.entries import case_entries
from domain.policy.clauses import Clause
from domain.policy.conditions import EntryPattern
from domain.policy.practice_scope import WORK
from projections.history.appointments import APPOINTMENTS
from projections.history.history import BY_DAY, Candidate, Candidates, History
from projections.obligations.triggers import Trigger, oldest_work

Met = tuple[date | None, tuple[str, ...]]
"""When a duty was met (None: not yet), and by which entries."""

UNMET: Met = (None, ())


class Source(Protocol):
    """Where answers are looked up: a history, or all versions of a case."""

    def admitted(self, described: EntryPattern) -> Candidates: ...

    def named(self, described: EntryPattern) -> Mapping[str, list[Candidate]]: ...


def answers(clause: Clause, source: Source, history: History, trigger: Trigger, earliest: date) -> list[Candidate]:
    """Every entry that could answer the trigger, in the order in which they count.

    ``history``: the timelines that say which appointments count, and what was done before the start.
    """
    patterns = clause.again if trigger.again else clause.by
    found = [c for one in patterns for c in _answering(clause, one, source, history, trigger, earliest)]
    if clause.earlier and not trigger.again:
        found += earlier(clause, source, history)
    if clause.by_recording:
        found = [Candidate(day_of(c.fact.recorded_at), c.entry, c.fact, c.since, c.until) for c in found]
    if trigger.answered_before is not None:
        found = [c for c in found if c.day < trigger.answered_before]
    if len(patterns) > 1 or clause.earlier or clause.by_recording:
        found.sort(key=BY_DAY)
    return found


def _answering(
    clause: Clause, one: EntryPattern, source: Source, history: History, trigger: Trigger, earliest: date
) -> Sequence[Candidate]:
    """The candidates of one pattern that are about the trigger, and may count. An outcome may be known before the day."""
    if one.naming is None:
        found = _from(clause, one, source, history, earliest)
        return found if one.about_anything else [c for c in found if one.matches(c.fact, trigger.item, trigger.fact)]
    named = source.named(one)
    if len(trigger.names) <= 1:
        found = named.get(trigger.entry, ())
    else:
        found = sorted({c.entry: c for name in trigger.names for c in named.get(name, ())}.values(), key=BY_DAY)
    if not clause.by_recording:
        first = first_day(clause, one, history, earliest)
        found = [c for c in found if c.day >= first or type(c.fact) is case_entries.AppointmentOutcomeRecorded]
    return found if one.only_names else [c for c in found if one.matches(c.fact, trigger.item, trigger.fact)]


def _from(clause: Clause, one: EntryPattern, source: Source, history: History, earliest: date) -> Sequence[Candidate]:
    """The candidates from the first day on which one counts."""
    if source is history:
        days, candidates = history.counting(one)
        return candidates[bisect_left(days, first_day(clause, one, history, earliest)) :]
    days, candidates = source.admitted(one)
    found = candidates[bisect_left(days, first_day(clause, one, history, earliest)) :]
    if one.type in APPOINTMENTS:
        found = [c for c in found if c.appointment is None or history.may_count(c.appointment)]
    return found


def first_day(clause: Clause, one: EntryPattern, history: History, earliest: date) -> date:
    """The first day that counts. What was done before the start counts as done on the first day of supervision."""
    assert history.start is not None
    if clause.earlier_counts:
        return date.min
    if earliest != history.start.on:
        return earliest
    return oldest_work(earliest) if one.type in WORK else date.min


def earlier(clause: Clause, source: Source, history: History) -> Iterable[Candidate]:
    """The work of the weeks before the start that counts, and reviews of what is older (``Clause.reviewed``)."""
    assert history.start is not None
    start = history.start.on
    oldest = oldest_work(start)
    before = [c for one in clause.earlier for c in source.admitted(one).entries if c.day < start]
    yield from (c for c in before if c.day >= oldest)
    old = [c for c in before if c.day < oldest]
    for described in clause.reviewed if old else ():
        days, reviews = source.admitted(described)
        for review in reviews[bisect_left(days, start) :]:
            for made in old:
                since, until = max(review.since, made.since), min(review.until, made.until)
                named = described.naming is None or getattr(review.fact, described.naming) == made.entry
                if named and since < until:
                    yield Candidate(review.day, review.entry, review.fact, since, until)


def first_answer(clause: Clause, history: History, trigger: Trigger, earliest: date, ended_on: date | None) -> Met:
    """The day on which a trigger was answered, and the entry. ``ended_on``: nothing done after this day answers it."""
    found = answers(clause, history, history, trigger, earliest)
    if not found or (ended_on is not None and found[0].day > ended_on):
        return UNMET
    return found[0].day, (found[0].entry,)
