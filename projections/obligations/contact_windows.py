"""The windows of a clause of the kind ``frequency``: where each begins and ends, and what is needed in it."""

from collections.abc import Iterable, Iterator
from datetime import date

from dateutil.relativedelta import relativedelta
from msgspec import Struct

from domain.policy.clauses import Clause, Phase, Value
from projections.history.history import Candidate, History
from projections.obligations.triggers import ONE_DAY, Met, row

LONGEST = relativedelta(years=3)
"""How far windows go when the file gives no end: three years, the longest community order (a parameter)."""


class Window(Struct, frozen=True, gc=False):
    """A window from the day ``begins`` up to, not including, ``closes``. ``needed``: entries (or hours) needed in it.

    ``due_on``: its last day. ``ended_on``: the day from which it no longer applies, where it is cut short; else None.
    """

    value: Value
    begins: date
    due_on: date
    ended_on: date | None
    closes: date
    needed: float


def windows(clause: Clause, history: History) -> Iterator[Window]:
    """Yield the windows one after another from the start of supervision. A window ends where another row applies."""
    assert history.start is not None
    start, over = history.start.on, horizon(history)
    first = max(start, clause.start or start)
    last = min(over, clause.end or over)
    if first < last:
        for on, off, value in _segments(clause, history, first, last):
            for begins, ends_before, needed in _windows(value.phases, start, on, off):
                ended = off if off < ends_before else None
                yield Window(value, begins, ends_before - ONE_DAY, ended, ended or ends_before, needed)


def horizon(history: History) -> date:
    """The day before which windows begin: the end of supervision, else of the order, else ``LONGEST`` after the start."""
    assert history.start is not None and history.started is not None
    ends = history.end.on if history.end else None
    return min(ends or date.max, history.started.ends_on or history.start.on + LONGEST)


def _segments(clause: Clause, history: History, first: date, last: date) -> Iterator[tuple[date, date, Value]]:
    """Split the time from ``first`` up to ``last`` into segments in which one row of the clause applies."""
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
    """Yield windows from ``on`` until one reaches ``off``: first day, first day after, number needed."""
    ends: date | None = start
    begins = on
    for phase in phases:
        assert ends is not None
        opens = ends
        ends = None if phase.length is None else phase.length.after(start if phase.from_start else ends)
        if phase.window == phase.length and ends is not None and opens < begins:
            begins = max(begins, ends)  # a total over the whole phase applies from its first day or not at all
        anchor, number = begins, 0
        while begins < off and (ends is None or begins < ends):
            number += 1
            before = phase.window.after(anchor, number)
            yield begins, before, phase.count
            begins = before


def reached(clause: Clause, counted: Iterable[Candidate], needed: float) -> Met:
    """The day on which the entries of a window reach the number needed (None: not reached), and the entries counted.

    An entry counts as one, or as the number in its field ``Clause.sum`` (hours).
    """
    total, entries = 0.0, []
    for candidate in counted:
        total += getattr(candidate.fact, clause.sum) if clause.sum else 1
        entries.append(candidate.entry)
        if total >= needed:
            return candidate.day, tuple(entries)
    return None, tuple(entries)
