"""Counts: duties that fell due in a period, and how many were met (in time), by whatever one asks.

What the caseload matrix counts (see ``matrix``), for every case at once: a duty counts by who held the case on the day it
was due, whether that day has passed or it was met by then; lapsed ones are out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from dateutil.relativedelta import relativedelta

from projections.catalogue import catalogue
from projections.days import FIRST, day_number, day_of
from projections.owed import owed
from projections.rows import Array
from projections.slices import ATTRIBUTES, PLACE, AsAt, By, Key, grouped, places
from projections.states import DONE, FELL_DUE, IN_TIME

Measure = Literal["in_time", "done"]

OF_DUTY = (*PLACE, "clause", "subject", "edition", "month", "calendar_month")
"""By what duties are grouped beside the attributes of their case: who held the case on the day each was due; the id of
its clause, that clause's subject and edition; the months up to the day read (0 the last, 1 the one before), or those of
the calendar (their first days)."""


@dataclass(frozen=True)
class Counts:
    """For each key how many duties fell due (``n``), and how many of them were ``held``: met in time, or met at all."""

    keys: Sequence[Key]
    held: Array
    n: Array

    def by_key(self) -> dict[Key, tuple[int, int]]:
        """``(held, n)`` by key."""
        return {key: (int(h), int(n)) for key, h, n in zip(self.keys, self.held, self.n, strict=True)}


def counts(
    at: AsAt,
    since: date | None = None,
    clauses: Iterable[int] | None = None,
    by: By = (),
    measure: Measure = "in_time",
    cases: Array | None = None,
) -> Counts:
    """The duties of the cases that are there that fell due after ``since`` and by the moment's day, counted by group.

    ``clauses``: numbers in the catalogue, by default all of the national standards; ``by``: see ``OF_DUTY`` and
    ``slices.ATTRIBUTES`` (of the case on the day read), a name of a place being that of the day the duty was due;
    ``cases``: for each case whether it counts. ``KeyError``: grouped by something else.
    """
    for name in by:
        if name not in (*OF_DUTY, *ATTRIBUTES):
            raise KeyError(f"{name} is not one of {', '.join(dict.fromkeys((*OF_DUTY, *ATTRIBUTES)))}")
    numbers = standards_clauses() if clauses is None else tuple(clauses)
    found: dict[Key, tuple[int, int]] = {}
    for key, held, n in _by_clause(at, since, numbers, by, measure, at.there if cases is None else at.there & cases):
        was = found.get(key, (0, 0))
        found[key] = was[0] + held, was[1] + n
    keys = sorted(found, key=lambda key: [(value is not None, str(type(value)), value) for value in key])
    return Counts(
        keys, np.array([found[k][0] for k in keys], np.int64), np.array([found[k][1] for k in keys], np.int64)
    )


def standards_clauses() -> tuple[int, ...]:
    """The clauses of the national standards, by number."""
    return tuple(number for number, clause in enumerate(catalogue().clauses) if clause.of_standards)


def months_back(day: date, since: date | None) -> list[date]:
    """The ends of the months up to this day, the last one first, back to ``since`` (None: as far as days go)."""
    ends, back = [day], 1
    while ends[-1] > (since or FIRST):
        ends.append(max(day - relativedelta(months=back), FIRST))
        back += 1
    return ends[:-1] or ends


def _by_clause(
    at: AsAt, since: date | None, clauses: Iterable[int], by: By, measure: Measure, cases: Array
) -> Iterator[tuple[Key, int, int]]:
    after = 0 if since is None else day_number(since)
    holds = np.zeros(8, bool)
    holds[list(IN_TIME if measure == "in_time" else DONE)] = True
    fell = np.zeros(8, bool)
    fell[list(FELL_DUE)] = True
    of_case = {name: at.coded(name) for name in by if name not in OF_DUTY}
    for clause in clauses:
        for run in owed(at, clause):
            due = run.rows["due"][run.at]
            counted = np.flatnonzero(fell[run.state] & (due <= at.day) & cases[run.case])
            if since is not None:
                counted = counted[due[counted] > after]
            if not len(counted):
                continue
            coded = []
            for name in by:
                if name in of_case:
                    values, numbers = of_case[name]
                    coded.append((values, numbers[run.case[counted]]))
                else:
                    coded.append(_of_duty(at, name, clause, run.rows["place"][run.at], due, counted, since))
            groups = grouped(coded, np.ones(len(counted), bool))
            n = np.bincount(groups.of, minlength=len(groups.keys))
            held = np.bincount(groups.of[holds[run.state[counted]]], minlength=len(groups.keys))
            yield from ((key, int(held[g]), int(n[g])) for g, key in enumerate(groups.keys))


def _of_duty(
    at: AsAt, name: str, clause: int, place: Array, due: Array, counted: Array, since: date | None
) -> tuple[Sequence[Any], Array]:
    """What duties are grouped by, as its values and the number of each duty's value."""
    if name in PLACE:
        return places(at.columns, name, place[counted])
    due = due[counted]
    if name == "month":
        ends = [day_number(day) for day in months_back(at.moment.on, since)]
        return range(len(ends)), len(ends) - 1 - np.searchsorted(np.array(ends[::-1]), due)
    if name == "calendar_month":
        days, which = np.unique(due, return_inverse=True)
        firsts = [day.replace(day=1) for number in days if (day := day_of(int(number))) is not None]
        months = sorted(set(firsts))
        return months, np.array([months.index(first) for first in firsts])[which]
    said = catalogue().clauses[clause]
    value = {"clause": said.id, "subject": said.subject, "edition": said.edition}[name]
    return [value], np.zeros(len(due), np.int64)
