"""The kind ``every``: something is done again and again."""

from collections.abc import Iterable, Iterator
from datetime import date

from domain.calendar.workdays import ONE_DAY
from domain.policy.clauses import Clause
from domain.policy.conditions import fits
from projections.history.history import History
from projections.obligations.asked import ending
from projections.obligations.clause_index import IndexedClause
from projections.obligations.deadlines import deadline
from projections.obligations.duty_answers import Met, first_answer
from projections.obligations.duty_state import Obligation
from projections.obligations.triggers import Trigger, arises, row, triggers


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
            settled = met_on or lapses
            due = due if settled is None else deadline(clause, value.allow, since, history, settled)
            yield Obligation(clause, value, since, due, met_on, running_to, raised_by, met_by)
            if met_on is None:
                break
            since, (raised_by,) = met_on, met_by


def _next_time(clause: Clause, history: History, trigger: Trigger, lapses: date | None) -> Met:
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
        raised = list(_raised(clause, history))
    first = max(history.here_from, clause.since or date.min)
    for trigger in raised:
        if trigger.on >= first:
            yield trigger
        elif _still_runs(clause, history, trigger, first):
            yield Trigger(first, trigger.entry, trigger.fact)


def _raised(clause: Clause, history: History) -> Iterable[Trigger]:
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
