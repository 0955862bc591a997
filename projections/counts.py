"""Counts: duties that fell due in a period, and how many were met (in time), by whatever one asks.

What the caseload matrix counts (see ``matrix``), for every case at once: a duty counts by who held the case on the day it
was due, whether that day has passed or it was met by then; lapsed ones are out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import prod
from typing import Any, Literal

import numpy as np
from dateutil.relativedelta import relativedelta

from projections.catalogue import catalogue
from projections.days import FIRST, day_number
from projections.owed import Run, owed
from projections.rows import Array
from projections.slices import ATTRIBUTES, PLACE, AsAt, By, Key, places, sortable
from projections.states import DONE, FELL_DUE, IN_TIME, STATES
from projections.words import Words

DENSE = 1 << 22
"""How many groups may be counted in tables."""

FEW = 4
"""Of fewer codes than one in so many of the groups, each is added by itself."""

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
    coding = Coding(at, by, since)
    total = Totals(coding.room)
    chosen = at.there if cases is None else at.there & cases
    holds, fell = among(IN_TIME if measure == "in_time" else DONE), among(FELL_DUE)
    after = None if since is None else np.uint16(day_number(since))
    for clause in numbers:
        for run in owed(at, clause):
            counted = fell[run.state] & chosen[run.case]
            if after is not None:
                counted &= run.rows["due"][run.at] > after
            which = np.flatnonzero(counted)
            total.add(coding.code(clause, run, which), holds[run.state[which]])
    codes, held, n = total.found()
    keys = [coding.key(code) for code in codes.tolist()]
    order = sorted(range(len(keys)), key=lambda at: sortable(keys[at]))
    return Counts([keys[at] for at in order], held[order], n[order])


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


class Coding:
    """What duties are grouped by, as one number for each duty."""

    def __init__(self, at: AsAt, by: By, since: date | None):
        self.at, self.by = at, by
        clauses = catalogue().clauses
        self._of_case = {name: at.coded(name) for name in by if name not in OF_DUTY}
        self._of_place = {name: places(at.columns, name) for name in by if name in PLACE}
        self._of_clause = {
            name: Words({"clause": c.id, "subject": c.subject, "edition": c.edition}[name] for c in clauses)
            for name in by if name in ("clause", "subject", "edition")
        }  # fmt: skip
        self._ends: list[date] = months_back(at.moment.on, since) if "month" in by else []
        self._firsts = calendar_months(at.moment.on, since) if "calendar_month" in by else []
        self.values = [self._values(name) for name in by]
        self.room = prod(max(len(values), 1) for values in self.values)

    def code(self, clause: int, run: Run, which: Array) -> Array:
        """The number of each of these duties of a run: that of its group."""
        code = np.zeros(len(which), np.int64)
        for name, values in zip(self.by, self.values, strict=True):
            code *= max(len(values), 1)
            code += self._number(name, clause, run, which)
        return code

    def key(self, code: int) -> Key:
        """The values of a group."""
        found = []
        for values in reversed(self.values):
            code, at = divmod(code, max(len(values), 1))
            found.append(values[at])
        return tuple(reversed(found))

    def _values(self, name: str) -> Sequence[Any]:
        if name in self._of_case:
            return self._of_case[name][0]
        if name in self._of_place:
            return self._of_place[name][0]
        if name in self._of_clause:
            return self._of_clause[name].values
        return range(len(self._ends)) if name == "month" else self._firsts

    def _number(self, name: str, clause: int, run: Run, which: Array) -> Array | int:
        if name in self._of_case:
            return self._of_case[name][1][run.case[which]]
        if name in self._of_place:
            return self._of_place[name][1][run.rows["place"][run.at][which]]
        if name in self._of_clause:
            said = catalogue().clauses[clause]
            value = {"clause": said.id, "subject": said.subject, "edition": said.edition}[name]
            return self._of_clause[name].number(value)
        due = run.rows["due"][run.at][which]
        if name == "month":
            table = np.array([day_number(day) for day in reversed(self._ends)], np.uint16)
            later: Array = len(self._ends) - 1 - np.searchsorted(table, due)
            return later
        table = np.array([day_number(day) for day in self._firsts], np.uint16)
        month: Array = np.searchsorted(table, due, side="right") - 1
        return month


class Totals:
    """How many of each number, and how many of them held: in two tables, or where those had too much room, by what is seen."""

    def __init__(self, room: int):
        self.room = room
        self.dense = room <= DENSE
        self._n, self._held = (np.zeros(room if self.dense else 0, np.int64) for _ in range(2))
        self._seen: dict[int, list[int]] = {}

    def add(self, codes: Array, held: Array) -> None:
        if self.dense and len(codes) * FEW > self.room:
            self._n += np.bincount(codes, minlength=self.room)
            self._held += np.bincount(codes[held], minlength=self.room)
        elif self.dense:
            np.add.at(self._n, codes, 1)
            np.add.at(self._held, codes[held], 1)
        else:
            seen, place = np.unique(codes, return_inverse=True)
            n, of_held = np.bincount(place), np.bincount(place[held], minlength=len(seen))
            for code, one, other in zip(seen.tolist(), of_held.tolist(), n.tolist(), strict=True):
                total = self._seen.setdefault(code, [0, 0])
                total[0] += one
                total[1] += other

    def found(self) -> tuple[Array, Array, Array]:
        """The numbers seen, in order, how many of each held, and how many there were."""
        if self.dense:
            codes = np.flatnonzero(self._n)
            return codes, self._held[codes], self._n[codes]
        codes = np.array(sorted(self._seen), np.int64)
        both = np.array([self._seen[code] for code in codes.tolist()], np.int64).reshape(len(codes), 2)
        return codes, both[:, 0], both[:, 1]


def among(states: tuple[int, ...]) -> Array:
    """For each state whether it is one of these."""
    table = np.zeros(STATES, bool)
    table[list(states)] = True
    return table


def calendar_months(day: date, since: date | None) -> list[date]:
    """The first days of the months of the calendar from the day after ``since`` (None: the first of all) to this day."""
    first = (FIRST if since is None else max(since + timedelta(days=1), FIRST)).replace(day=1)
    months = (day.year - first.year) * 12 + day.month - first.month + 1
    return [first + relativedelta(months=n) for n in range(months)]
