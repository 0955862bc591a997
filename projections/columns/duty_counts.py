"""Counts: duties that fell due in a period, and how many were met (in time), by whatever one asks.

What the caseload matrix counts (see ``matrix``), for every case at once: a duty counts by who held the case on the day it
was due, whether that day has passed or it was met by then; lapsed ones are out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from projections.arrays.date_numbers import day_number
from projections.columns.case_selection import By, CaseSelection, Key, sortable
from projections.columns.column_schema import Array
from projections.columns.duty_scan import Run, owed
from projections.columns.group_keys import GroupKeys, Totals
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state_arrays import DONE, FELL_DUE, IN_TIME, within

Measure = Literal["in_time", "done"]
HELD = {"in_time": IN_TIME, "done": DONE}


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
    at: CaseSelection,
    since: date | None = None,
    clauses: Iterable[int] | None = None,
    by: By = (),
    measure: Measure = "in_time",
    cases: Array | None = None,
) -> Counts:
    """The duties of the cases that are there that fell due after ``since`` and by the moment's day, counted by group.

    ``clauses``: numbers in the catalogue, by default all of the national standards; ``by``: see ``coding.OF_DUTY`` and
    ``slices.ATTRIBUTES`` (of the case on the day read), a name of a place being that of the day the duty was due;
    ``cases``: for each case whether it counts. ``KeyError``: grouped by something else.
    """
    coding = GroupKeys(at, by, since)
    total = Totals(coding.room)
    for clause, run, which in fallen(at, since, clauses, cases):
        total.add(coding.code(clause, run, which), within(run.state[which], HELD[measure]))
    codes, held, n = total.found()
    keys = [coding.key(code) for code in codes.tolist()]
    order = sorted(range(len(keys)), key=lambda at: sortable(keys[at]))
    return Counts([keys[at] for at in order], held[order], n[order])


def fallen(
    at: CaseSelection, since: date | None = None, clauses: Iterable[int] | None = None, cases: Array | None = None
) -> Iterator[tuple[int, Run, Array]]:
    """The duties that ``counts`` counts, a run at a time: the clause, the run, and which of its rows they are."""
    chosen = at.there if cases is None else at.there & cases
    after = None if since is None else np.uint16(day_number(since))
    for clause in standards_clauses() if clauses is None else clauses:
        for run in owed(at, clause):
            counted = within(run.state, FELL_DUE) & chosen[run.case]
            if after is not None:
                counted &= run.rows["due"][run.at] > after
            which = np.flatnonzero(counted)
            if len(which):
                yield clause, run, which


def standards_clauses() -> tuple[int, ...]:
    """The clauses of the national standards, by number."""
    return tuple(number for number, clause in enumerate(catalogue().clauses) if clause.of_standards)
