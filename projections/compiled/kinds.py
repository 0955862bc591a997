"""The kinds ``within`` and ``frequency``: as ``projections.obligations.clause_kinds`` and ``owing``, in numbers."""

from projections.compiled.adding import add, met_by
from projections.compiled.answers import Case
from projections.compiled.calendar import ALWAYS, NEVER, after
from projections.compiled.compiling import Array, Record, compiled
from projections.compiled.knowing import CANDIDATES, COUNTING, first_known, note
from projections.compiled.law import END
from projections.compiled.raising import about_it, first_from, raised
from projections.compiled.room import Room
from projections.compiled.times import ending, time_of


@compiled
def within(case: Case, clause: int, frame: Record, opens: int, closes: int, room: Room) -> None:
    """Within a length of time after each trigger, something is done."""
    asked, values, row, holds = case.law.clauses[clause], case.law.values, case.law.row, case.law.holds
    entries, held, cal, rows, met, marks = case.c.entries, room.held, case.cal, room.rows, room.met, room.marks
    turns, turns_end, times = frame.turns, frame.turns_end, frame.turns_end - frame.turns + 1
    standing, place = frame.times, frame.times + 2 * times
    during = asked.during
    for n in range(raised(case, clause, frame, opens, closes, room)):
        t = room.raised[n]
        on, by = t.on, t.by
        arises = max(on, frame.start)
        if not (asked.start <= on < asked.end or (arises != on and asked.start <= arises < asked.end)):
            continue
        time = time_of(held, turns, turns_end, on)
        value = row_at(row, held, frame, clause, time, times)
        if value < 0 or (during >= 0 and not holds[during, held[standing + time]]):
            continue
        zero = on if t.counted_from == NEVER else t.counted_from
        v = values[asked.values_at + value]
        if v.dated:
            due, arises = entries[t.fact].other, on
        else:
            due = after(cal, zero, v.allow, v.allow_unit)
        due = max(due, arises)
        ended = NEVER if asked.after == END else ending(held, frame, during, on)
        holder = held[place + time_of(held, turns, turns_end, due)]
        if asked.by_recording:
            number = met_by(met, marks, 0, by)
            on = entries[t.fact].in_london
            add(rows, met, marks, clause, v.same, arises, due, on, ended, by, number, holder, t.since, t.until)
            continue
        earliest = ALWAYS if asked.earlier_counts else zero + asked.from_next_day
        _answered(case, clause, by, t.item, earliest, t.since, t.until, v.same, arises, due, ended, holder, room)


@compiled
def _answered(
    case: Case, clause: int, by: int, item: int, earliest: int, opens: int, closes: int, value: int, arises: int, due: int,
    ended: int, holder: int, room: Room,
) -> None:  # fmt: skip
    """A duty, with what answers it: of the entries that do, the one that comes first among those known."""
    answers, entries, described, marks = room.answers, case.c.entries, case.law.described, room.marks
    rows, met, named, items = room.rows, room.met, case.c.named, case.c.item
    asked = case.law.clauses[clause]
    candidates, number = room.pads[CANDIDATES], 0
    for b in range(asked.by_at, asked.by_end):
        d = case.law.by[b]
        end = room.answers_at[d + 1]
        anything = not described[d].naming and not described[d].matching
        for n in range(first_from(answers, room.answers_at[d], end, earliest), end):
            answer = answers[n]
            if answer.since < closes and answer.until > opens:
                if anything or about_it(described, entries[answer.entry], named, items, d, by, item):
                    number = _put(candidates, number, answers, entries, n, marks)
                    if answer.since <= opens and answer.until >= closes:
                        break
    for p in range(first_known(candidates, number, opens, closes, room.pads[COUNTING], room.pads)):
        n, since, until = room.pads[COUNTING, p, 0], room.pads[COUNTING, p, 1], room.pads[COUNTING, p, 2]
        if n < 0:
            add(rows, met, marks, clause, value, arises, due, NEVER, ended, by, 0, holder, since, until)
        else:
            one = met_by(met, marks, 0, entries[answers[n].entry].entry)
            add(rows, met, marks, clause, value, arises, due, answers[n].day, ended, by, one, holder, since, until)


@compiled
def _put(candidates: Array, number: int, answers: Array, entries: Array, n: int, marks: Array) -> int:
    """In order of day and id, whichever description they fit."""
    at = note(candidates, number, n, answers[n].since, answers[n].until, marks) - 1
    if at < number:
        return number
    day, entry = answers[n].day, entries[answers[n].entry].entry
    while at > 0:
        other = answers[candidates[at - 1, 0]]
        if other.day < day or (other.day == day and entries[other.entry].entry <= entry):
            break
        for column in range(3):
            candidates[at, column] = candidates[at - 1, column]
        at -= 1
    candidates[at, 0], candidates[at, 1], candidates[at, 2] = n, answers[n].since, answers[n].until
    return number + 1


@compiled
def frequency(case: Case, clause: int, frame: Record, opens: int, closes: int, room: Room) -> None:
    """At least so many in each window; the windows lie where one row holds, see ``projections.obligations.contact_windows``."""
    asked, row, held, turns = case.law.clauses[clause], case.law.row, room.held, frame.turns
    times = frame.turns_end - turns + 1
    first = max(frame.start, asked.start)
    last = min(frame.horizon, asked.end)
    if first >= last:
        return
    time = time_of(held, turns, frame.turns_end, first)
    on, current = first, row_at(row, held, frame, clause, time, times)
    while time + 1 < times and held[turns + time] < last:
        time += 1
        value = row_at(row, held, frame, clause, time, times)
        if value != current:
            day = held[turns + time - 1]
            if current >= 0:
                _windows(case, clause, current, frame, on, day, opens, closes, room)
            on, current = day, value
    if current >= 0:
        _windows(case, clause, current, frame, on, last, opens, closes, room)


@compiled
def row_at(row: Array, held: Array, frame: Record, clause: int, time: int, times: int) -> int:
    """The row of a clause that fits at a time; below nought when none does, as in custody."""
    if held[frame.times + times + time]:
        return -1
    return row[held[frame.times + time], clause]


@compiled
def _windows(
    case: Case, clause: int, value: int, frame: Record, on: int, off: int, opens: int, closes: int, room: Room
) -> None:
    """The windows of one row, from ``on`` until one reaches ``off``."""
    cal, phases, start, held, answers = case.cal, case.law.phases, frame.start, room.held, room.answers
    asked, entries = case.law.clauses[clause], case.c.entries
    v = case.law.values[asked.values_at + value]
    at, end = room.answers_at[asked.counts], room.answers_at[asked.counts + 1]
    place = frame.times + 2 * (frame.turns_end - frame.turns + 1)
    by = entries[frame.begun].entry
    ends, begins = start, on
    for p in range(v.phases_at, v.phases_end):
        phase, starts = phases[p], ends
        ends = NEVER
        if phase.lasts != NEVER:
            ends = after(cal, start if phase.from_start else starts, phase.lasts, phase.lasts_unit)
        if phase.total and ends != NEVER and starts < begins:
            begins = max(begins, ends)  # a total over the whole phase is asked from its first day or not at all
        anchor, number = begins, 0
        while begins < off and begins < ends:
            number += 1
            before = after(cal, anchor, phase.window * number, phase.window_unit)
            holder = held[place + time_of(held, frame.turns, frame.turns_end, before - 1)]
            while at < end and answers[at].day < begins:
                at += 1
            _window(
                answers, entries, room.rows, room.met, room.marks, at, end, clause, v.same, asked.sums, begins, before,
                off if off < before else NEVER, phase.count, by, holder, opens, closes,
            )  # fmt: skip
            begins = before


@compiled
def _window(
    answers: Array, entries: Array, rows: Array, met: Array, marks: Array, at: int, end: int, clause: int, value: int,
    sums: int, begins: int, before: int, cut: int, needed: float, by: int, holder: int, opens: int, closes: int,
) -> None:  # fmt: skip
    """One window, from the first entry in or after it on: it fills as entries come to be known."""
    last = min(cut, before)
    since = opens
    while since < closes:
        until, total, number, met_on, n = closes, 0.0, 0, NEVER, at
        while n < end and answers[n].day < last:
            answer = answers[n]
            if answer.since > since:
                until = min(until, answer.since)
            elif answer.until > since:
                until = min(until, answer.until)
                if met_on == NEVER:
                    total += entries[answer.entry].amount if sums else 1.0
                    number = met_by(met, marks, number, entries[answer.entry].entry)
                    if total >= needed:
                        met_on = answer.day
            n += 1
        add(rows, met, marks, clause, value, begins, before - 1, met_on, cut, by, number, holder, since, until)
        since = until
