"""The kind ``response``: as ``projections.obligations.clause_kinds.response``, on one state of knowledge, in numbers."""

import numpy as np

from projections.compiled.answers import Case
from projections.compiled.calendar import ALWAYS, NEVER, after
from projections.compiled.chained import lay_one, value_on
from projections.compiled.compiling import Record, compiled
from projections.compiled.room import Room
from projections.compiled.times import ending


@compiled
def response(case: Case, clause: int, frame: Record, bits: np.uint64, at: int, until: int, room: Room) -> None:
    """To the nth failure within a period, counted anew after each action: an entry that fits one of the descriptions."""
    asked, failed, held = case.law.clauses[clause], room.failed, room.held
    open_until = ALWAYS
    for n in range(case.failures):
        f = failed[n]
        if not f.since <= at < f.until or open_until >= f.on or frame.end <= f.on or asked.since > f.on:
            continue
        value = value_on(case, clause, frame, f.on, held)
        if value < 0 or case.law.values[value].period == NEVER:
            continue
        v = case.law.values[value]
        acted, counted = _acted_before(case, bits, at, f.on), 0
        for m in range(n + 1):
            earlier = failed[m]
            if earlier.since <= at < earlier.until and earlier.on > acted:
                if after(case.cal, earlier.of, v.period, v.period_unit) > f.of:
                    counted += 1
        if counted >= v.failures:
            met = lay_one(
                case, clause, frame, f.on, f.of, ending(held, frame, -1, f.on), f.entry, f.of, at, until, room
            )
            open_until = NEVER if met < 0 else room.answers[met].day


@compiled
def _acted_before(case: Case, bits: np.uint64, at: int, day: int) -> int:
    """The last day before this one on which there was an entry that fits one of the descriptions."""
    entries, kinds, found = case.c.entries, case.kinds, ALWAYS
    for i in range(case.begin, case.end):
        one = entries[i]
        if one.since <= at < one.until and one.day < day and kinds[one.kind].fits & bits:
            found = max(found, one.day)
    return found
