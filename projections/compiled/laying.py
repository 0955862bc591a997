"""All duties of some cases under all clauses, at any time of knowledge: as ``projections.ledger.derive_bitemporal``, in numbers."""

import numpy as np

from projections.compiled.adding import join
from projections.compiled.answers import Case, about, admitted, missed
from projections.compiled.calendar import NEVER, Calendar
from projections.compiled.chains import again
from projections.compiled.coded import Coded
from projections.compiled.compiling import Array, Record, compiled
from projections.compiled.frames import frames, once
from projections.compiled.kinds import frequency, within
from projections.compiled.kinds_of_entry import CAME_TO
from projections.compiled.knowing import in_order_of
from projections.compiled.law import FREQUENCY, RISK, TIER, WITHIN, Law
from projections.compiled.room import (
    CHANGE,
    FROM_ROW,
    FULL,
    IN_FORCE_BEFORE,
    IN_FORCE_FROM,
    ROWS,
    SPELLS,
    TAKEN,
    Room,
)
from projections.compiled.times import time_of


@compiled
def lay(law: Law, kinds: Array, c: Coded, cal: Calendar, room: Room, rows_at: Array, spells_at: Array) -> None:
    """The duties of each case, from ``rows_at[n]`` up to ``rows_at[n + 1]``, and likewise its spells."""
    entries = c.entries
    for case in range(len(c.over)):
        begin, end = c.case_at[case], c.case_at[case + 1]
        size = end - begin
        keys = room.orders[5]
        for i in range(begin, end):
            keys[i - begin] = (entries[i].day << 32) + entries[i].order
        in_order_of(keys, room.orders[0], room.orders[6], size, begin)
        in_order = room.orders[0, :size]
        room.marks[TAKEN] = 0
        held = frames(law, kinds, c, cal, room, case, in_order)
        if held:
            about(entries, c.named, kinds, in_order, CAME_TO, begin, room.orders[1], room.orders[2])
            absences, failures = missed(law, c, kinds, cal, room, in_order, begin)
            admitted(law, c, kinds, room, begin, end)
            _lay_case(Case(law, c, kinds, cal, begin, end, absences, failures), held, room)
            for n in range(held):
                _spells(room.frames[n], room)
        rows_at[case + 1], spells_at[case + 1] = room.marks[ROWS], room.marks[SPELLS]


@compiled
def _lay_case(case: Case, held: int, room: Room) -> None:
    law, entries, held_frames, marks = case.law, case.c.entries, room.frames, room.marks
    present = np.uint64(0)
    first, last = NEVER, 0
    for i in range(case.begin, case.end):
        one = entries[i]
        present |= np.uint64(1) << np.uint64(case.kinds[one.kind].type)
        first, last = min(first, one.day), max(last, one.day)
        if one.other != NEVER:
            last = max(last, one.other)
    for n in range(held):
        last = max(last, held_frames[n].horizon)
    last += law.longest_doubt
    for clause in range(len(law.clauses)):
        asked = law.clauses[clause]
        if asked.start > last or asked.end <= first or not asked.raised_by & present:
            continue
        marks[FROM_ROW], marks[IN_FORCE_FROM], marks[IN_FORCE_BEFORE] = marks[ROWS], asked.start, asked.end
        at = 0
        while at < held:
            frame, until = held_frames[at], held_frames[at].until
            at += 1
            while at < held and held_frames[at].since == until and not held_frames[at].changed & asked.parts:
                until = held_frames[at].until
                at += 1
            if asked.start <= frame.end and _is_for(law, room.held, frame, clause):
                if asked.kind == WITHIN:
                    within(case, clause, frame, frame.since, until, room)
                elif asked.kind == FREQUENCY:
                    frequency(case, clause, frame, frame.since, until, room)
                else:
                    again(case, clause, frame, frame.since, until, room)
        join(room.rows, marks, room.pads)


@compiled
def _is_for(law: Law, held: Array, frame: Record, clause: int) -> bool:
    """Whether some row of a clause fits the case at some time."""
    for time in range(frame.turns_end - frame.turns + 1):
        if law.row[held[frame.times + time], clause] >= 0:
            return True
    return False


@compiled
def _spells(frame: Record, room: Room) -> None:
    """The times from the first day of supervision on in which nothing changes; as ``projections.ledger.ledger_rows.spell_rows``."""
    held, out, marks = room.held, room.spells, room.marks
    days, end, times = frame.moves_end, frame.moves_end, frame.turns_end - frame.turns + 1
    if end + times + 2 >= len(held):
        marks[FULL] = 1
        return
    end = once(held, days, end, frame.start)
    for n in range(frame.turns, frame.turns_end):
        if held[n] > frame.start:
            end = once(held, days, end, held[n])
    if frame.end != NEVER:
        end = once(held, days, end, max(frame.start, frame.end))
    first = marks[SPELLS]
    for n in range(days, end):
        number = marks[SPELLS]
        if number >= len(out):
            marks[FULL] = 1
            return
        on = held[n]
        spell, time = out[number], time_of(held, frame.turns, frame.turns_end, on)
        spell.on, spell.off, spell.begun = on, held[n + 1] if n + 1 < end else NEVER, frame.begun
        spell.place, spell.ended_on = held[frame.times + 2 * times + time], frame.end if frame.end <= on else NEVER
        spell.tier, spell.risk, spell.mappa_level = 0, 0, 0
        for at in range(frame.moves, frame.moves_end, CHANGE + 1):
            if held[at + 1] <= on:
                if held[at] == TIER:
                    spell.tier = held[at + 2]
                elif held[at] == RISK:
                    spell.risk = held[at + 2]
                else:
                    spell.mappa_level = held[at + 2]
        spell.since, spell.until = frame.since, frame.until
        if number > first and _same(out[number - 1], spell):
            out[number - 1].off = spell.off
        else:
            marks[SPELLS] += 1


@compiled
def _same(one: Record, other: Record) -> bool:
    return (one.place, one.tier, one.risk, one.mappa_level, one.ended_on) == (
        other.place, other.tier, other.risk, other.mappa_level, other.ended_on,
    )  # fmt: skip
