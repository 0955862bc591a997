"""What may answer a duty, and which appointments were failed: as ``CaseVersions``, in numbers."""

from typing import NamedTuple

import numpy as np

from projections.compiled.calendar import NEVER, WORKING_DAY, Calendar, after
from projections.compiled.coded import Coded
from projections.compiled.compiling import Array, compiled
from projections.compiled.kinds_of_entry import ABSENT_BIT, AWAITED_BIT, BOOKS, FAILED_BIT, JUDGES
from projections.compiled.knowing import (
    CANDIDATES,
    COUNTING,
    DECIDED,
    DECISIONS,
    first_known,
    in_order_of,
    note,
)
from projections.compiled.law import Law
from projections.compiled.room import FULL, Room


class Case(NamedTuple):
    """One case, with all that its duties are laid from."""

    law: Law
    c: Coded
    kinds: Array
    cal: Calendar
    begin: int
    end: int
    absences: int
    failures: int


@compiled
def about(
    entries: Array, named: Array, kinds: Array, in_order: Array, role: int, begin: int, last: Array, before: Array
) -> None:
    """What entries of a role say of others: for each entry the last that speaks of it, and for each the one before it."""
    for n in range(len(in_order)):
        last[n] = -1
    for n in range(len(in_order)):
        i = in_order[n]
        if kinds[entries[i].kind].role == role:
            for at in range(entries[i].named_at, entries[i].named_end):
                before[i - begin] = last[named[at] - begin]
                last[named[at] - begin] = i


@compiled
def told(entries: Array, last: Array, before: Array, of: int, begin: int, room: Room, pad: int) -> int:
    """What was said of an entry, the last first: it is the one that counts. How many that is."""
    number, i = 0, last[entries[of].entry - begin]
    while i >= 0:
        number = note(room.pads[pad], number, i, entries[i].since, entries[i].until, room.marks)
        i = before[i - begin]
    return number


@compiled
def missed(law: Law, c: Coded, kinds: Array, cal: Calendar, room: Room, in_order: Array, begin: int) -> tuple[int, int]:
    """The absences and the failures, each in order of the day from which it counts; see ``projections.history.appointments``."""
    entries, pads = c.entries, room.pads
    came, came_before, judged, judged_before = room.orders[1], room.orders[2], room.orders[3], room.orders[4]
    about(entries, c.named, kinds, in_order, JUDGES, begin, judged, judged_before)
    absences = failures = 0
    for n in range(len(in_order)):
        i = in_order[n]
        one = entries[i]
        if kinds[one.kind].role != BOOKS:
            continue
        outcomes = told(entries, came, came_before, i, begin, room, CANDIDATES)
        decisions = told(entries, judged, judged_before, i, begin, room, DECISIONS)
        bits = 1 if decisions else 0
        for o in range(outcomes):
            bits |= kinds[entries[pads[CANDIDATES, o, 0]].kind].value
        if not bits:
            continue
        on_file = max(one.other, one.day)
        for o in range(first_known(pads[CANDIDATES], outcomes, one.since, one.until, pads[COUNTING], pads)):
            outcome = pads[COUNTING, o, 0]
            became = kinds[entries[outcome].kind].value if outcome >= 0 else 0
            spans = first_known(
                pads[DECISIONS], decisions, pads[COUNTING, o, 1], pads[COUNTING, o, 2], pads[DECIDED], pads
            )
            for d in range(spans):
                decision, since, until = pads[DECIDED, d, 0], pads[DECIDED, d, 1], pads[DECIDED, d, 2]
                if became & ABSENT_BIT:
                    absences = _miss(room.absent, absences, on_file, one.other, one.entry, since, until, room.marks)
                on = NEVER
                if decision >= 0:
                    on = on_file if kinds[entries[decision].kind].value == 0 else NEVER
                elif became & FAILED_BIT:
                    on = on_file
                elif became & AWAITED_BIT:
                    on = max(on_file, after(cal, one.other, law.decision_days, WORKING_DAY) + 1)
                if on != NEVER:
                    failures = _miss(room.failed, failures, on, one.other, one.entry, since, until, room.marks)
    return absences, failures


@compiled
def _miss(missed: Array, number: int, on: int, of: int, entry: int, since: int, until: int, marks: Array) -> int:
    """Put one in its place, in order of day, day of the appointment, and entry."""
    if number >= len(missed):
        marks[FULL] = 1
        return number
    at = number
    while at > 0 and (missed[at - 1].on, missed[at - 1].of, missed[at - 1].entry) > (on, of, entry):
        before, here = missed[at - 1], missed[at]
        here.on, here.of, here.entry, here.since, here.until = (
            before.on,
            before.of,
            before.entry,
            before.since,
            before.until,
        )
        at -= 1
    here = missed[at]
    here.on, here.of, here.entry, here.since, here.until = on, of, entry, since, until
    return number + 1


@compiled
def admitted(law: Law, c: Coded, kinds: Array, room: Room, begin: int, end: int) -> None:
    """The entries of a case that may answer, by description; as ``History.admitted``, at any time of knowledge."""
    entries, answers, described, pads = c.entries, room.answers, law.described, room.pads
    came, came_before = room.orders[1], room.orders[2]
    by_day, by_other, keys, merged = room.orders[3], room.orders[4], room.orders[5], room.orders[6]
    size = end - begin
    present = np.uint64(0)
    for i in range(begin, end):
        one = entries[i]
        present |= kinds[one.kind].fits
        keys[i - begin] = (one.day << 32) + one.entry
    in_order_of(keys, by_day, merged, size, begin)
    for i in range(begin, end):
        one = entries[i]
        keys[i - begin] = ((one.day if one.other == NEVER else max(one.day, one.other)) << 32) + one.entry
    in_order_of(keys, by_other, merged, size, begin)
    number = 0
    for d in range(len(described)):
        room.answers_at[d] = number
        bit = np.uint64(1) << np.uint64(d)
        if present & bit:
            on_other, void = described[d].on_other, described[d].void
            order = by_other if on_other else by_day
            for n in range(size):
                i = order[n]
                one = entries[i]
                if not kinds[one.kind].fits & bit:
                    continue
                on = max(one.day, one.other) if on_other else one.day
                if void and came[one.entry - begin] >= 0:
                    outcomes = told(entries, came, came_before, i, begin, room, CANDIDATES)
                    pieces = first_known(pads[CANDIDATES], outcomes, one.since, one.until, pads[COUNTING], pads)
                    for p in range(pieces):
                        outcome = pads[COUNTING, p, 0]
                        if outcome < 0 or not kinds[entries[outcome].kind].outcome & void:
                            number = _admit(
                                answers, number, on, i, pads[COUNTING, p, 1], pads[COUNTING, p, 2], room.marks
                            )
                else:
                    number = _admit(answers, number, on, i, one.since, one.until, room.marks)
    room.answers_at[len(described)] = number


@compiled
def _admit(answers: Array, number: int, on: int, entry: int, since: int, until: int, marks: Array) -> int:
    if number >= len(answers):
        marks[FULL] = 1
        return number
    answer = answers[number]
    answer.day, answer.entry, answer.since, answer.until = on, entry, since, until
    return number + 1
