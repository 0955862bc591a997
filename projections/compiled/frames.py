"""What held of a case from a day on, in each state of knowledge; as ``projections.history.timelines``, in numbers.

A change is three numbers: the day from which it holds, its value, the place of the entry that says so. A time in custody is
four: the day it began and the entry, the day of release (``NEVER``: not yet) and the entry.

Between one turn and the next nothing changes that clauses ask for. The time before the first turn is time 0, and the time
from the nth turn on is time n. At ``times`` there is for each of them the attributes as one number, whether the person is in
custody, who holds the case, and then, for each description of attributes, the day on which they fit no longer.
"""

from projections.compiled.calendar import MONTH, NEVER, Calendar, after
from projections.compiled.coded import Coded
from projections.compiled.compiling import Array, Record, compiled
from projections.compiled.kinds_of_entry import (
    ALLOCATES,
    ASSESSES,
    CHANGES_RISK,
    ENDS,
    INTO_CUSTODY,
    OUT_OF_CUSTODY,
    SETS_MAPPA,
    SETS_TIER,
    STARTS,
)
from projections.compiled.law import CUSTODY, ENDED, HELD, MAPPA, RISK, STARTED, TIER, Law
from projections.compiled.room import AWAY, CHANGE, FULL, TAKEN, Room
from projections.compiled.times import by_time, moves


@compiled
def frames(law: Law, kinds: Array, c: Coded, cal: Calendar, room: Room, case: int, in_order: Array) -> int:
    """What held of a case at each time of knowledge, from the recording of its start on; how many frames that is."""
    entries, turn, framing = c.entries, room.orders[4], room.orders[5]
    over, number, found = c.over[case], 0, 0
    for at in range(over + 1):
        turn[at] = at == over
    for at in range(len(in_order)):
        i = in_order[at]
        if STARTS <= kinds[entries[i].kind].role <= CHANGES_RISK:
            framing[number] = i
            number += 1
            turn[entries[i].since] = turn[entries[i].until] = 1
    before = -1
    for at in range(over + 1):
        if turn[at]:
            if before >= 0 and _frame(law, kinds, c, cal, room, framing[:number], before, found):
                frame = room.frames[found]
                frame.since, frame.until, frame.changed = before, at, 127
                if found and room.frames[found - 1].until == before:
                    frame.changed = _changed(room.held, room.frames[found - 1], frame)
                found += 1
            before = at
    return found


@compiled
def _frame(law: Law, kinds: Array, c: Coded, cal: Calendar, room: Room, framing: Array, at: int, number: int) -> bool:
    """Lay out what held as the file stood at one recording; False where nothing had begun, or there is no room."""
    entries, held, marks = c.entries, room.held, room.marks
    size = len(framing) + 1
    base = marks[TAKEN]
    most = 34 * size + (6 * size + 2) * (3 + len(law.holds))
    if base + most > len(held) or number >= len(room.frames):
        marks[FULL] = 1
        return False
    frame = room.frames[number]
    begun = ended = -1
    away = base
    end_away = away
    risk = away + AWAY * size
    tier, mappa, holders = risk + CHANGE * size, risk + 2 * CHANGE * size, risk + 3 * CHANGE * size
    risks = tiers = mappas = holds = 0
    inside = False
    for n in range(len(framing)):
        i = framing[n]
        one = entries[i]
        if not one.since <= at < one.until:
            continue
        role, value = kinds[one.kind].role, kinds[one.kind].value
        if role == STARTS:
            if begun < 0:
                begun = i
                if value > 0:
                    tiers = _add(held, tier, tiers, one.day, value, i)
            holds = _add(held, holders, holds, one.day, one.place, i)
        elif role == ENDS:
            if ended < 0:
                ended = i
        elif role == INTO_CUSTODY:
            if not inside:
                held[end_away], held[end_away + 1], held[end_away + 2], held[end_away + 3] = one.day, i, NEVER, -1
                end_away += AWAY
                inside = True
        elif role == OUT_OF_CUSTODY:
            if inside:
                held[end_away - 2], held[end_away - 1] = one.day, i
                inside = False
        elif role == ASSESSES:
            risks = _add(held, risk, risks, one.day, value, i)
        elif role == SETS_MAPPA:
            mappas = _add(held, mappa, mappas, one.day, value, i)
    if begun < 0:
        return False
    for n in range(len(framing)):
        i = framing[n]
        one = entries[i]
        if one.since <= at < one.until:
            role, value = kinds[one.kind].role, kinds[one.kind].value
            if role == CHANGES_RISK:
                risks = _add(held, risk, risks, one.day, value, i)
            elif role == SETS_TIER:
                tiers = _add(held, tier, tiers, one.day, value, i)
            elif role == ALLOCATES:
                holds = _add(held, holders, holds, one.day, one.place, i)
    risks, tiers = _settled(held, risk, risks), _settled(held, tier, tiers)
    mappas, holds = _settled(held, mappa, mappas), _settled(held, holders, holds)
    _begin(law, frame, entries, kinds, cal, begun, ended)
    frame.custody, frame.custody_end = away, end_away
    frame.held, frame.held_end = holders, holders + CHANGE * holds
    frame.turns = frame.turns_end = holders + CHANGE * size
    for n in range(away, end_away, AWAY):
        frame.turns_end = once(held, frame.turns, frame.turns_end, held[n])
        if held[n + 2] != NEVER:
            frame.turns_end = once(held, frame.turns, frame.turns_end, held[n + 2])
    for begin, changes in ((risk, risks), (tier, tiers), (mappa, mappas), (holders, holds)):
        for n in range(begin, begin + CHANGE * changes, CHANGE):
            frame.turns_end = once(held, frame.turns, frame.turns_end, held[n])
    by_time(law, held, frame, kinds[entries[begun].kind].standing, risk, risks, tier, tiers, mappa, mappas)
    moves(held, frame, risk, risks, tier, tiers, mappa, mappas)
    marks[TAKEN] = frame.moves_end
    return True


@compiled
def _begin(law: Law, frame: Record, entries: Array, kinds: Array, cal: Calendar, begun: int, ended: int) -> None:
    frame.begun, frame.ended, frame.end, frame.left = begun, ended, NEVER, 0
    if ended >= 0:
        frame.end, frame.left = entries[ended].day, kinds[entries[ended].kind].value == 0
    start = entries[begun]
    frame.start = start.day if start.released == NEVER else max(start.day, start.released)
    horizon = start.ends if start.ends != NEVER else after(cal, frame.start, law.longest_months, MONTH)
    frame.horizon = min(horizon, frame.end)


@compiled
def _add(held: Array, begin: int, number: int, on: int, value: int, by: int) -> int:
    """Put a change in its place, after those of the same day; how many there are now."""
    at = begin + CHANGE * number
    while at > begin and held[at - CHANGE] > on:
        held[at], held[at + 1], held[at + 2] = held[at - 3], held[at - 2], held[at - 1]
        at -= CHANGE
    held[at], held[at + 1], held[at + 2] = on, value, by
    return number + 1


@compiled
def _settled(held: Array, begin: int, number: int) -> int:
    """One value a day, the last; leaving out what changes nothing. How many are left."""
    to = begin
    for at in range(begin, begin + CHANGE * number, CHANGE):
        if to > begin and held[to - 3] == held[at]:
            to -= CHANGE
        if to == begin or held[to - 2] != held[at + 1]:
            held[to], held[to + 1], held[to + 2] = held[at], held[at + 1], held[at + 2]
            to += CHANGE
    return (to - begin) // CHANGE


@compiled
def once(days: Array, begin: int, end: int, day: int) -> int:
    """Put a day in its place among some in order, unless it is there; where they end now."""
    at = end
    while at > begin and days[at - 1] > day:
        at -= 1
    if at > begin and days[at - 1] == day:
        return end
    for later in range(end, at, -1):
        days[later] = days[later - 1]
    days[at] = day
    return end + 1


@compiled
def _changed(held: Array, one: Record, other: Record) -> int:
    """The parts in which two frames differ."""
    changed = 0
    if one.begun != other.begun:
        changed |= STARTED
    if one.ended != other.ended:
        changed |= ENDED
    if not _alike(held, one.custody, one.custody_end, other.custody, other.custody_end):
        changed |= CUSTODY
    if not _alike(held, one.held, one.held_end, other.held, other.held_end):
        changed |= HELD
    for part in (RISK, TIER, MAPPA):
        mine, theirs = one.moves, other.moves
        while True:
            while mine < one.moves_end and held[mine] != part:
                mine += 4
            while theirs < other.moves_end and held[theirs] != part:
                theirs += 4
            if mine == one.moves_end or theirs == other.moves_end:
                if mine != one.moves_end or theirs != other.moves_end:
                    changed |= part
                break
            if not _alike(held, mine, mine + 4, theirs, theirs + 4):
                changed |= part
                break
            mine, theirs = mine + 4, theirs + 4
    return changed


@compiled
def _alike(held: Array, one: int, one_end: int, other: int, other_end: int) -> bool:
    if one_end - one != other_end - other:
        return False
    for n in range(one_end - one):
        if held[one + n] != held[other + n]:
            return False
    return True
