"""The windows of a clause of the kind ``frequency``: where each begins and ends, what is needed in it, what reaches that."""

from collections.abc import Iterable, Iterator
from datetime import date

from dateutil.relativedelta import relativedelta

from domain.entries.case_entries import Entry
from domain.policy.clauses import Clause, Phase, Value
from projections.history.history import History
from projections.obligations.triggers import row

LONGEST = relativedelta(years=3)
"""How far windows are laid when the file gives no end: three years, the longest community order (a parameter)."""


Counted = tuple[date, str, float]
"""An entry that counts in a window: the day, its id, and for how much."""


def amount(clause: Clause, fact: Entry) -> float:
    """For how much an entry counts: for one, or for what its field says (hours)."""
    return getattr(fact, clause.sum) if clause.sum else 1


def windows(clause: Clause, history: History) -> Iterator[tuple[Value, date, date, date, float]]:
    """The windows one after the other from the start, cut where what is asked changes.

    Each as row, first day, first day after, first day on which it is no longer asked, number needed.
    """
    assert history.start is not None
    start, over = history.start.on, horizon(history)
    first = max(start, clause.start or start)
    last = min(over, clause.end or over)
    if first < last:
        for on, off, value in _segments(clause, history, first, last):
            for begins, ends_before, needed in _windows(value.phases, start, on, off):
                yield value, begins, ends_before, off, needed


def horizon(history: History) -> date:
    """The day before which windows begin: the end of supervision, or else of the order, or else the longest that it lasts."""
    assert history.start is not None and history.started is not None
    ends = history.end.on if history.end else None
    return min(ends or date.max, history.started.ends_on or history.start.on + LONGEST)


def _segments(clause: Clause, history: History, first: date, last: date) -> Iterator[tuple[date, date, Value]]:
    """The stretches of time in which one row of the clause holds, from ``first`` up to ``last``."""
    points = [first, *(day for day in history.turning_points if first < day < last), last]
    on, current = first, row(clause, history, first)
    for day in points[1:]:
        value = row(clause, history, day) if day < last else None
        if value is current and day < last:
            continue
        if current is not None and on < day:
            yield on, day, current
        on, current = day, value


def _windows(phases: tuple[Phase, ...], start: date, on: date, off: date) -> Iterator[tuple[date, date, float]]:
    """Windows as (first day, first day after, number needed), from ``on`` until one reaches ``off``."""
    ends: date | None = start
    begins = on
    for phase in phases:
        assert ends is not None
        opens = ends
        ends = None if phase.length is None else phase.length.after(start if phase.from_start else ends)
        if phase.window == phase.length and ends is not None and opens < begins:
            begins = max(begins, ends)  # a total over the whole phase is asked from its first day or not at all
        anchor, number = begins, 0
        while begins < off and (ends is None or begins < ends):
            number += 1
            before = phase.window.after(anchor, number)
            yield begins, before, phase.count
            begins = before


def reached(counted: Iterable[Counted], needed: float) -> tuple[date | None, tuple[str, ...]]:
    """The day on which the entries of a window reach the number needed, and those entries."""
    total, entries = 0.0, []
    for day, entry, amount in counted:
        total += amount
        entries.append(entry)
        if total >= needed:
            return day, tuple(entries)
    return None, tuple(entries)
