"""What raises a duty, over every span in which the file said so; as ``projections.obligations.triggers`` and ``CaseVersions``, in numbers."""

import numpy as np

from projections.compiled.answers import Case
from projections.compiled.calendar import NEVER
from projections.compiled.compiling import Array, Record, compiled
from projections.compiled.kinds_of_entry import CHANGES_RISK
from projections.compiled.law import (
    ABSENCE,
    BECOMES_HIGH,
    CHANGES,
    END,
    ENTRIES,
    FAILURE,
    RELEASE,
    START,
    TRANSFER,
)
from projections.compiled.room import AWAY, CHANGE, FULL, Room
from projections.compiled.times import state_after, state_by, state_from


@compiled
def raised(case: Case, clause: int, frame: Record, opens: int, closes: int, room: Room) -> int:
    """All that raises a duty under a clause while a frame held, in no order; how many that is."""
    asked, entries, held, out, marks = case.law.clauses[clause], case.c.entries, room.held, room.raised, room.marks
    after, over, found = asked.after, frame.end, 0
    if after == START:
        found = _raise(out, found, frame.start, entries[frame.begun].entry, -1, -1, NEVER, opens, closes, over, marks)
    elif after == ENTRIES:
        return _described(case, clause, opens, closes, over, room)
    elif after == ABSENCE or after == FAILURE:
        missed = room.absent if after == ABSENCE else room.failed
        for n in range(case.absences if after == ABSENCE else case.failures):
            m = missed[n]
            if m.since < closes and m.until > opens:
                since, until = max(m.since, opens), min(m.until, closes)
                found = _raise(out, found, m.on, m.entry, -1, -1, m.of, since, until, over, marks)
    elif after == RELEASE:
        for at in range(frame.custody, frame.custody_end, AWAY):
            if held[at + 2] != NEVER:
                by = entries[held[at + 3]].entry
                found = _raise(out, found, held[at + 2], by, -1, -1, NEVER, opens, closes, over, marks)
    elif after == TRANSFER:
        areas = case.c.areas
        for at in range(frame.held + CHANGE, frame.held_end, CHANGE):
            if areas[held[at - 2]] != areas[held[at + 1]]:
                by = entries[held[at + 2]].entry
                found = _raise(out, found, held[at], by, -1, -1, NEVER, opens, closes, over, marks)
    elif after == END:
        if frame.ended >= 0 and frame.left:
            by = entries[frame.ended].entry
            found = _raise(out, found, frame.end, by, -1, -1, NEVER, opens, closes, NEVER, marks)
    elif after == BECOMES_HIGH:
        when = case.law.high
        on = state_from(case.law, held, frame, when, frame.start)
        while on != NEVER:
            by = entries[state_by(case.law, held, frame, when, on)].entry
            found = _raise(out, found, on, by, -1, -1, NEVER, opens, closes, over, marks)
            on = state_after(case.law, held, frame, when, on)
    elif after == CHANGES:
        for i in range(case.begin, case.end):
            one = entries[i]
            if case.kinds[one.kind].role == CHANGES_RISK and frame.start <= one.day:
                if one.since < closes and one.until > opens:
                    since, until = max(one.since, opens), min(one.until, closes)
                    found = _raise(out, found, one.day, one.entry, i, -1, NEVER, since, until, over, marks)
    return found


@compiled
def _described(case: Case, clause: int, opens: int, closes: int, over: int, room: Room) -> int:
    """The entries that fit what a clause is after, once for each of their items where it asks for each."""
    asked, entries, kinds, items = case.law.clauses[clause], case.c.entries, case.kinds, case.c.item
    out, marks, found = room.raised, room.marks, 0
    bit = np.uint64(1) << np.uint64(asked.after_entries)
    other = case.law.described[asked.after_entries].on_other
    for i in range(case.begin, case.end):
        one = entries[i]
        if kinds[one.kind].fits & bit and one.since < closes and one.until > opens:
            on = one.other if other else one.day
            since, until = max(one.since, opens), min(one.until, closes)
            if not asked.each:
                found = _raise(out, found, on, one.entry, i, -1, NEVER, since, until, over, marks)
                continue
            for at in range(one.item_at, one.item_end):
                if not among(items, one.item_at, at, items[at]):
                    found = _raise(out, found, on, one.entry, i, items[at], NEVER, since, until, over, marks)
    return found


@compiled
def _raise(
    out: Array, number: int, on: int, by: int, fact: int, item: int, counted_from: int, since: int, until: int, over: int,
    marks: Array,
) -> int:  # fmt: skip
    if on >= over:
        return number
    if number >= len(out):
        marks[FULL] = 1
        return number
    t = out[number]
    t.on, t.by, t.fact, t.item, t.counted_from, t.since, t.until = on, by, fact, item, counted_from, since, until
    return number + 1


@compiled
def about_it(described: Array, one: Record, named: Array, items: Array, d: int, by: int, item: int) -> bool:
    """Whether an entry is about what raised a duty: names its entry, and matches the item that is asked for."""
    if described[d].matching and not among(items, one.item_at, one.item_end, item):
        return False
    return not described[d].naming or among(named, one.named_at, one.named_end, by)


@compiled
def among(values: Array, begin: int, end: int, value: int) -> bool:
    for at in range(begin, end):
        if values[at] == value:
            return True
    return False


@compiled
def first_from(answers: Array, low: int, high: int, earliest: int) -> int:
    """Where those of a range of answers begin that count from a day on."""
    while low < high:
        middle = (low + high) // 2
        if answers[middle].day < earliest:
            low = middle + 1
        else:
            high = middle
    return low
