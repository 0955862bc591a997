"""The kinds in which one duty follows from how another was met: laid anew when something that counts is recorded.

As ``projections.obligations.clause_kinds`` lays them on one state of knowledge: that of the recording ``at``, which stands up to ``until``.
"""

import numpy as np

from projections.compiled.answers import Case
from projections.compiled.calendar import ALWAYS, NEVER
from projections.compiled.chained import lay_one
from projections.compiled.compiling import Array, Record, compiled
from projections.compiled.law import EVERY, RESPONSE, START, WHILE
from projections.compiled.raising import raised
from projections.compiled.response import response
from projections.compiled.room import AWAY, FULL, Room
from projections.compiled.stands import standing
from projections.compiled.times import ending, state_after, state_by, state_from, time_of


@compiled
def again(case: Case, clause: int, frame: Record, opens: int, closes: int, room: Room) -> None:
    """``every``, ``response`` and ``while``, on each state of knowledge from ``opens`` up to ``closes``."""
    asked, answers, entries, kinds, turn = (
        case.law.clauses[clause],
        room.answers,
        case.c.entries,
        case.kinds,
        room.orders[1],
    )
    if asked.kind == RESPONSE and not case.failures:
        return
    if asked.kind == WHILE and state_from(case.law, room.held, frame, asked.during, frame.start) == NEVER:
        return
    triggers = raised(case, clause, frame, opens, closes, room)
    if asked.kind == EVERY and not triggers and (asked.after != START or asked.during < 0):
        return
    for at in range(opens, closes + 1):
        turn[at] = at == closes
    bits = np.uint64(0)
    for b in range(asked.by_at, asked.by_end):
        d = case.law.by[b]
        bits |= np.uint64(1) << np.uint64(d)
        for n in range(room.answers_at[d], room.answers_at[d + 1]):
            _turn(turn, answers[n].since, answers[n].until, opens, closes)
    for i in range(case.begin, case.end):
        if kinds[entries[i].kind].fits & bits:
            _turn(turn, entries[i].since, entries[i].until, opens, closes)
    for n in range(triggers):
        _turn(turn, room.raised[n].since, room.raised[n].until, opens, closes)
    if asked.kind == RESPONSE:
        for n in range(case.failures):
            _turn(turn, room.failed[n].since, room.failed[n].until, opens, closes)
    since = opens
    for until in range(opens + 1, closes + 1):
        if turn[until]:
            if asked.kind == EVERY:
                _every(case, clause, frame, triggers, since, until, room)
            elif asked.kind == RESPONSE:
                response(case, clause, frame, bits, since, until, room)
            else:
                standing(case, clause, frame, since, until, room)
            since = until


@compiled
def _turn(turn: Array, since: int, until: int, opens: int, closes: int) -> None:
    if opens < since < closes:
        turn[since] = 1
    if opens < until < closes:
        turn[until] = 1


@compiled
def _every(case: Case, clause: int, frame: Record, triggers: int, at: int, until: int, room: Room) -> None:
    """Again and again, each counted from the time before; the first from the trigger, and anew from a release."""
    asked, entries, held, answers, begun = (
        case.law.clauses[clause],
        case.c.entries,
        room.held,
        room.answers,
        room.pads[0],
    )
    during, found = asked.during, 0
    if asked.after == START and during >= 0:
        on = state_from(case.law, held, frame, during, frame.start)
        while on != NEVER:
            found = _put(begun, found, on, entries[state_by(case.law, held, frame, during, on)].entry, room.marks)
            on = state_after(case.law, held, frame, during, on)
    else:
        for n in range(triggers):
            if room.raised[n].since <= at < room.raised[n].until:
                found = _put(begun, found, room.raised[n].on, room.raised[n].by, room.marks)
    earliest = begun[0, 0] if found else NEVER
    for away in range(frame.custody, frame.custody_end, AWAY):
        if held[away + 2] != NEVER and earliest < held[away + 2]:
            found = _put(begun, found, held[away + 2], entries[held[away + 3]].entry, room.marks)
    running_to = ALWAYS
    for n in range(found):
        since, by = begun[n, 0], begun[n, 1]
        if since < running_to:
            continue
        if (
            during >= 0
            and not case.law.holds[during, held[frame.times + time_of(held, frame.turns, frame.turns_end, since)]]
        ):
            continue
        running_to = ending(held, frame, during, since)
        while since < running_to:
            met = lay_one(case, clause, frame, since, since, running_to, by, since + 1, at, until, room)
            if met < 0:
                break
            since, by = answers[met].day, entries[answers[met].entry].entry


@compiled
def _put(found: Array, number: int, on: int, by: int, marks: Array) -> int:
    """In order of the day, after those of the same; how many there are now."""
    if number >= len(found):
        marks[FULL] = 1
        return number
    at = number
    while at > 0 and found[at - 1, 0] > on:
        found[at, 0], found[at, 1] = found[at - 1, 0], found[at - 1, 1]
        at -= 1
    found[at, 0], found[at, 1] = on, by
    return number + 1
