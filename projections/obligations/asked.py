"""What the triggers of a clause of the kind ``within`` raise, and from which day nobody owes a duty any more."""

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from domain.calendar.workdays import ONE_DAY
from domain.policy.clauses import Clause, Value
from domain.policy.conditions import fits
from projections.history.history import History
from projections.obligations.deadlines import deadline
from projections.obligations.triggers import Trigger, row


class Asked(Struct, frozen=True, gc=False):
    """What a trigger raises. ``ended_on``: the day from which nobody owes it. ``earliest``: the first day that can answer it."""

    trigger: Trigger
    value: Value
    arises_on: date
    due_on: date
    ended_on: date | None
    earliest: date

    def due_when(self, clause: Clause, history: History, met_on: date | None) -> date:
        """The due date of a duty met on a day: custody that began later did not move it."""
        if met_on is None or self.value.allow is None or not history.away_or_unknown:
            return self.due_on
        day_zero = self.trigger.counted_from or self.arises_on
        return max(deadline(clause, self.value.allow, day_zero, history, met_on), self.arises_on)


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
        earliest = day_zero + ONE_DAY if clause.from_next_day else trigger.answered_from or day_zero
        ended = ending(clause, history, arises_on, trigger)
        if ended is not None and ended <= due and value.allow is not None:
            due = max(deadline(clause, value.allow, day_zero, history, ended), arises_on)
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
    if clause.in_custody in ("pauses", "anew") and history.unsupervised:
        ends += [off for off, _ in history.unsupervised if off >= day][:1]
    return min((end for end in ends if end is not None), default=None)
