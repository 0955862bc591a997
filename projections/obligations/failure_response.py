"""The kind ``response``: an action answers the nth failure within a period."""

from collections.abc import Iterator
from datetime import date

from domain.calendar.workdays import ONE_DAY
from domain.policy.clauses import Value
from projections.history.history import History
from projections.obligations.asked import ending
from projections.obligations.clause_index import IndexedClause
from projections.obligations.deadlines import deadline
from projections.obligations.duty_answers import first_answer
from projections.obligations.duty_state import Obligation
from projections.obligations.triggers import Trigger, arises, row


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
        from_day, entry = max(f[1] for f in within_period[-value.failures :]), last[2]
        assert value.allow is not None
        due = max(raised_on, deadline(clause, value.allow, from_day, history))
        ended = ending(clause, history, raised_on)
        lapses = ended if ended is not None and ended <= due else None
        met_on, met_by = first_answer(clause, history, Trigger(from_day, entry), from_day, lapses)
        yield Obligation(clause, value, raised_on, due, met_on, ended, entry, met_by)
        open_until = met_on if lapses is None else lapses


def used_up(history: History, day: date) -> date:
    """The day before which failures no longer count, as at a day: that of the last decision, or the day after an action."""
    undecided = [
        begun + ONE_DAY for begun, decided in history.actions if begun < day and (decided is None or decided > day)
    ]
    return max([date.min, *undecided, *(decided for decided in history.decided if decided <= day)])


def _within(value: Value, first: date, last: date) -> bool:
    """Whether two failures lie within the period in which they are counted."""
    return value.period is None or last <= value.period.before_anniversary(first)
