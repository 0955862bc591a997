"""The kind ``while``: as ``projections.obligations.clause_kinds.standing``, on one state of knowledge, in numbers."""

import numpy as np

from projections.compiled.adding import met_by
from projections.compiled.answers import Case
from projections.compiled.calendar import NEVER, after
from projections.compiled.chained import found, lay_one, value_on
from projections.compiled.compiling import Array, Record, compiled
from projections.compiled.room import FULL, Room
from projections.compiled.times import ending, state_after, state_by, state_from, time_of


@compiled
def standing(case: Case, clause: int, frame: Record, at: int, until: int, room: Room) -> None:
    """While a state holds, something must stand; what runs out must be there again that day."""
    asked, entries, held = case.law.clauses[clause], case.c.entries, room.held
    times, during = frame.turns_end - frame.turns + 1, asked.during
    on = state_from(case.law, held, frame, during, frame.start)
    while on != NEVER:
        off = held[frame.times + (3 + during) * times + time_of(held, frame.turns, frame.turns_end, on)]
        since, by = on, entries[state_by(case.law, held, frame, during, on)].entry
        while since < off:
            value = value_on(case, clause, frame, since, held)
            if value < 0 or frame.end <= since:
                break
            ended = ending(held, frame, during, since)
            if not asked.stands:
                lay_one(case, clause, frame, since, since, ended, by, since, at, until, room)
                break
            v = case.law.values[value]
            due = after(case.cal, since, v.allow, v.allow_unit)
            made = _stands_from(case, clause, at, since, room.pads[0], room.marks)
            if not made:
                found(clause, frame, v.same, since, due, NEVER, ended, by, 0, at, until, room)
                break
            first = room.pads[0, 0, 2]
            number = met_by(room.met, room.marks, 0, entries[first].entry)
            found(clause, frame, v.same, since, due, entries[first].day, ended, by, number, at, until, room)
            since, last = _runs_out(room.pads[0], made)
            by = entries[last].entry
        on = state_after(case.law, held, frame, during, on)


@compiled
def _stands_from(case: Case, clause: int, at: int, since: int, made: Array, marks: Array) -> int:
    """What can answer a duty of ``since``, as day, day on which it runs out, and entry, in order; how many."""
    asked, entries, kinds, number = case.law.clauses[clause], case.c.entries, case.kinds, 0
    for b in range(asked.by_at, asked.by_end):
        bit = np.uint64(1) << np.uint64(case.law.by[b])
        for i in range(case.begin, case.end):
            one = entries[i]
            if not kinds[one.kind].fits & bit or not one.since <= at < one.until:
                continue
            if one.day < since or one.other == NEVER or one.other < one.day or one.other <= since:
                continue
            if number >= len(made):
                marks[FULL] = 1
                return number
            to = number
            while to > 0 and (made[to - 1, 0], made[to - 1, 1], made[to - 1, 2]) > (one.day, one.other, i):
                for column in range(3):
                    made[to, column] = made[to - 1, column]
                to -= 1
            made[to, 0], made[to, 1], made[to, 2] = one.day, one.other, i
            number += 1
    return number


@compiled
def _runs_out(made: Array, number: int) -> tuple[int, int]:
    """When what was set first runs out, put off by each later entry made while it still stood; and the last of these."""
    until, by = made[0, 1], made[0, 2]
    for n in range(1, number):
        if made[n, 0] <= until and made[n, 1] > until:
            until, by = made[n, 1], made[n, 2]
    return until, by
