"""A duty of the kinds in which one follows from another, on one state of knowledge; what answers it first."""

from projections.compiled.adding import add, met_by
from projections.compiled.answers import Case
from projections.compiled.calendar import NEVER, after
from projections.compiled.compiling import Array, Record, compiled
from projections.compiled.kinds import row_at
from projections.compiled.raising import about_it, first_from
from projections.compiled.room import Room
from projections.compiled.times import time_of


@compiled
def value_on(case: Case, clause: int, frame: Record, day: int, held: Array) -> int:
    """The row that fits on a day, among all values; below nought when none does, as in custody."""
    time, times = time_of(held, frame.turns, frame.turns_end, day), frame.turns_end - frame.turns + 1
    row = row_at(case.law.row, held, frame, clause, time, times)
    return row if row < 0 else case.law.clauses[clause].values_at + row


@compiled
def lay_one(
    case: Case, clause: int, frame: Record, arises: int, counted_from: int, ended: int, by: int, earliest: int, since: int,
    until: int, room: Room,
) -> int:  # fmt: skip
    """A duty, with the first entry known that answers it from ``earliest`` on: its place among the answers.

    -1 for none, and where no row fits.
    """
    held, answers = room.held, room.answers
    value = value_on(case, clause, frame, arises, held)
    if value < 0:
        return -1
    v = case.law.values[value]
    due = max(arises, after(case.cal, counted_from, v.allow, v.allow_unit))
    met = _answering(case, clause, since, by, earliest, room)
    on, number = NEVER, 0
    if met >= 0:
        on, number = answers[met].day, met_by(room.met, room.marks, 0, case.c.entries[answers[met].entry].entry)
    found(clause, frame, v.same, arises, due, on, ended, by, number, since, until, room)
    return met


@compiled
def found(
    clause: int, frame: Record, value: int, arises: int, due: int, on: int, ended: int, by: int, number: int, since: int,
    until: int, room: Room,
) -> None:  # fmt: skip
    held, times = room.held, frame.turns_end - frame.turns + 1
    place = held[frame.times + 2 * times + time_of(held, frame.turns, frame.turns_end, due)]
    add(room.rows, room.met, room.marks, clause, value, arises, due, on, ended, by, number, place, since, until)


@compiled
def _answering(case: Case, clause: int, at: int, by: int, earliest: int, room: Room) -> int:
    """The first of the entries known that counts from ``earliest`` on and answers, among those admitted; -1: none."""
    answers, entries, described, named, items = (
        room.answers,
        case.c.entries,
        case.law.described,
        case.c.named,
        case.c.item,
    )
    first = -1
    for b in range(case.law.clauses[clause].by_at, case.law.clauses[clause].by_end):
        d = case.law.by[b]
        end = room.answers_at[d + 1]
        anything = not described[d].naming and not described[d].matching
        for n in range(first_from(answers, room.answers_at[d], end, earliest), end):
            answer = answers[n]
            if answer.since <= at < answer.until:
                if first >= 0 and _not_before(answers, entries, n, first):
                    break
                if anything or about_it(described, entries[answer.entry], named, items, d, by, -1):
                    first = n
                    break
    return first


@compiled
def _not_before(answers: Array, entries: Array, one: int, other: int) -> bool:
    if answers[one].day != answers[other].day:
        return answers[one].day > answers[other].day
    return entries[answers[one].entry].entry >= entries[answers[other].entry].entry
