"""Stays in custody, and other times in which a person cannot be seen.

The first day of a stay is a day in custody; the day of release is not. A stay that begins and ends on one day changes
nothing. Stays with fewer than ``practice().working_days_between_stays`` working days at liberty between them are one stay
from the day on which the second begins: what fell due between them stays as it was.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from domain.calendar.workdays import working_days_within
from domain.entries.case_entries import CustodyEnded, CustodyStarted, Entry, RecallDecided
from domain.policy.practice import practice


class Stay(NamedTuple):
    """A stay in custody from ``begins`` up to, not including, ``ends`` (None: not released yet).

    ``since``: the first day of the stays that count as one with it. ``sentenced``: one of them began by recall or sentence.
    ``joined``: it counts as one with the stay before. ``held_from``: the day from which custody is on the file; before it
    the person was unlawfully at large after a recall (None: still is). ``entry`` and ``released_by``: the entries that
    began and ended it.
    """

    begins: date
    ends: date | None
    since: date
    sentenced: bool
    joined: bool
    held_from: date | None
    entry: str
    released_by: str | None
    begun_again: tuple[date, ...] = ()
    """The days on which the person was released and taken into custody again."""

    @property
    def long(self) -> bool:
        """Whether it lasted ``practice().long_custody_days`` days or more, with those that count as one with it."""
        return self.ends is not None and (self.ends - self.since).days >= practice().long_custody_days

    def holds(self, day: date) -> bool:
        """Whether the day is one of the stay's."""
        return self.begins <= day and (self.ends is None or day < self.ends)


class Away(NamedTuple):
    """A time in which days do not count: from ``begins`` up to, not including, ``ends`` (None: still).

    ``gap``: the first day of the time at liberty before it that does not count either, from ``begins`` on; else ``begins``.
    """

    begins: date
    ends: date | None
    gap: date


def stays_of_file(marks: Iterable[Entry]) -> list[Stay]:
    """The stays that one file tells of. ``marks``: its entries on custody and recall, in order."""
    found: list[Stay] = []
    open_stay: Stay | None = None
    for mark in marks:
        on = mark.occurred_on
        if isinstance(mark, CustodyEnded):
            if open_stay is not None and on > open_stay.begins:
                held = open_stay.held_from or open_stay.begins
                found.append(open_stay._replace(ends=on, released_by=mark.entry, held_from=held))
            open_stay = None
        elif isinstance(mark, CustodyStarted):
            sentenced = mark.reason in ("recall", "sentence")
            if open_stay is None:
                open_stay = Stay(on, None, on, sentenced, False, on, mark.entry, None)
            else:
                held, sentenced = open_stay.held_from or on, sentenced or open_stay.sentenced
                open_stay = open_stay._replace(sentenced=sentenced, held_from=held)
        elif isinstance(mark, RecallDecided) and mark.outcome == "recalled":
            if open_stay is None:
                open_stay = Stay(on, None, on, True, False, None, mark.entry, None)
            else:
                open_stay = open_stay._replace(sentenced=True)
    return found if open_stay is None else [*found, open_stay]


def stays_of_person(of_files: Iterable[Sequence[Stay]]) -> list[Stay]:
    """The stays of a person from those of each file. Overlapping ones count once: so do two of which one ends as the other begins.

    Close ones count as one from the second on (``Stay.joined``).
    """
    found: list[Stay] = []
    every = [stay for stays in of_files for stay in stays]
    for stay in sorted(every, key=lambda stay: (stay.begins, stay.ends or date.max)):
        last = found[-1] if found else None
        if last is not None and (last.ends is None or stay.begins <= last.ends):
            found[-1] = _overlapping(last, stay)
        elif last is not None and last.ends is not None and _close(last.ends, stay.begins):
            found.append(stay._replace(since=last.since, sentenced=last.sentenced or stay.sentenced, joined=True))
        else:
            found.append(stay)
    return found


def _overlapping(one: Stay, other: Stay) -> Stay:
    sentenced = one.sentenced or other.sentenced
    if one.ends is None or (other.ends is not None and other.ends <= one.ends):
        return one._replace(sentenced=sentenced)
    again = (*one.begun_again, *([other.begins] if one.ends == other.begins else []), *other.begun_again)
    return one._replace(sentenced=sentenced, ends=other.ends, released_by=other.released_by, begun_again=again)


def _close(release: date, begins: date) -> bool:
    return working_days_within(release, begins) < practice().working_days_between_stays


def away_in(stays: Sequence[Stay], others: Iterable[tuple[date, date | None]] = ()) -> list[Away]:
    """The times in which days do not count: stays, and ``others`` (nobody knows where the person is). None overlap."""
    spans = [Away(stay.begins, stay.ends, _gap(stays, at)) for at, stay in enumerate(stays)]
    spans += [Away(begins, ends, begins) for begins, ends in others]
    found: list[Away] = []
    for span in sorted(spans, key=lambda span: span.begins):
        last = found[-1] if found else None
        if last is None or (last.ends is not None and last.ends < span.begins):
            found.append(span)
        elif last.ends is not None and (span.ends is None or span.ends > last.ends):
            if last.ends == span.begins and span.gap == span.begins:
                found.append(span)
            else:
                found[-1] = last._replace(ends=span.ends)
    return found


def _gap(stays: Sequence[Stay], at: int) -> date:
    before = stays[at - 1].ends if stays[at].joined else None
    return stays[at].begins if before is None else before
