"""Group keys: one number for the group of each duty, and counts by these numbers."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import prod
from typing import Any, NamedTuple

import numpy as np
from dateutil.relativedelta import relativedelta

from projections.arrays.date_numbers import FIRST, day_number
from projections.arrays.string_codes import StringCodes
from projections.columns.case_selection import ATTRIBUTES, PLACE, By, CaseSelection, Key, places, sortable
from projections.columns.column_schema import Array
from projections.columns.duty_scan import DutyRun
from projections.obligations.clause_catalogue import catalogue

OF_DUTY = ("place", *PLACE, "clause", "subject", "edition", "month", "calendar_month")
"""The attributes of a duty by which duties are grouped, beside those of its case.

``place`` and its parts: who held the case on the day the duty was due. ``clause``: the id of its clause; ``subject`` and
``edition``: that clause's. ``month``: months back from the day read (0 the last one, 1 the one before).
``calendar_month``: the first day of the month.
"""


TABLE_LIMIT = 1 << 22
"""Groups that are counted in arrays at most; more groups are counted in a dictionary."""

SPARSE = 4
"""Use ``np.add.at`` in place of ``np.bincount`` where there are fewer codes than ``room / SPARSE``."""


class GroupKeys:
    """The group of each duty as one number. ``KeyError``: ``by`` names something that duties cannot be grouped by."""

    def __init__(self, selection: CaseSelection, by: By, since: date | None):
        for name in by:
            if name not in (*OF_DUTY, *ATTRIBUTES):
                raise KeyError(f"{name} is not one of {', '.join(dict.fromkeys((*OF_DUTY, *ATTRIBUTES)))}")
        self.by = by
        clauses = catalogue().clauses
        self._of_case = {name: selection.coded(name) for name in by if name not in OF_DUTY}
        self._of_place = {name: places(selection.columns, name) for name in by if name in PLACE}
        self._places = tuple(selection.columns.words["place"].values)
        self._of_clause = {
            name: StringCodes({"clause": c.id, "subject": c.subject, "edition": c.edition}[name] for c in clauses)
            for name in by if name in ("clause", "subject", "edition")
        }  # fmt: skip
        self._ends: list[date] = months_back(selection.moment.on, since) if "month" in by else []
        self._firsts = calendar_months(selection.moment.on, since) if "calendar_month" in by else []
        self.values = [self._values(name) for name in by]
        self.room = prod(max(len(values), 1) for values in self.values)

    def code(self, run: DutyRun) -> Array:
        """The number of the group of each duty of a run."""
        code = np.zeros(len(run.state), np.int64)
        for name, values in zip(self.by, self.values, strict=True):
            code *= max(len(values), 1)
            code += self._number(name, run)
        return code

    def keys(self, codes: Array) -> list[Key]:
        """The values of each of these groups."""
        columns = [[values[n] for n in at.tolist()] for values, at in zip(self.values, self._apart(codes), strict=True)]
        return list(zip(*columns, strict=True)) if columns else [()] * len(codes)

    def order(self, codes: Array) -> Array:
        """The indices that sort these groups by their keys (see ``case_selection.sortable``)."""
        ranks = [_ranks(values)[at] for values, at in zip(self.values, self._apart(codes), strict=True)]
        return np.lexsort(ranks[::-1]) if ranks else np.arange(len(codes))

    def _apart(self, codes: Array) -> list[Array]:
        """For each attribute, the number of its value in each of these groups."""
        found = []
        for values in reversed(self.values):
            codes, at = np.divmod(codes, max(len(values), 1))
            found.append(at)
        return found[::-1]

    def _values(self, name: str) -> Sequence[Any]:
        if name in self._of_case:
            return self._of_case[name].values
        if name in self._of_place:
            return self._of_place[name].values
        if name in self._of_clause:
            return self._of_clause[name].values
        if name == "place":
            return self._places
        return range(len(self._ends)) if name == "month" else self._firsts

    def _number(self, name: str, run: DutyRun) -> Array | int:
        if name in self._of_case:
            numbers: Array = self._of_case[name].numbers
            return numbers[run.case]
        if name in self._of_place:
            numbers = self._of_place[name].numbers
            return numbers[run.column("place")]
        if name == "place":
            return run.column("place")
        if name in self._of_clause:
            said = catalogue().clauses[run.clause]
            value = {"clause": said.id, "subject": said.subject, "edition": said.edition}[name]
            return self._of_clause[name].number(value)
        due = run.column("due_on")
        if name == "month":
            table = np.array([day_number(day) for day in reversed(self._ends)], np.uint16)
            later: Array = len(self._ends) - 1 - np.searchsorted(table, due)
            return later
        table = np.array([day_number(day) for day in self._firsts], np.uint16)
        month: Array = np.searchsorted(table, due, side="right") - 1
        return month


class GroupCounts(NamedTuple):
    """Group numbers, ascending; for each, how many of its duties held, and how many there are."""

    codes: Array
    held: Array
    n: Array


class GroupTotals:
    """For each group number the count of duties, and of those that held. In two arrays; in a dictionary for many groups."""

    def __init__(self, room: int):
        self.room = room
        self.dense = room <= TABLE_LIMIT
        self._n, self._held = (np.zeros(room if self.dense else 0, np.int64) for _ in range(2))
        self._seen: dict[int, list[int]] = {}

    def add(self, codes: Array, held: Array) -> None:
        if self.dense and len(codes) * SPARSE > self.room:
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

    def found(self) -> GroupCounts:
        """The counts of all groups seen."""
        if self.dense:
            codes = np.flatnonzero(self._n)
            return GroupCounts(codes, self._held[codes], self._n[codes])
        codes = np.array(sorted(self._seen), np.int64)
        both = np.array([self._seen[code] for code in codes.tolist()], np.int64).reshape(len(codes), 2)
        return GroupCounts(codes, both[:, 0], both[:, 1])


def _ranks(values: Sequence[Any]) -> Array:
    """For each value its rank in sorted order."""
    ranks = np.empty(len(values), np.int64)
    ranks[sorted(range(len(values)), key=lambda n: sortable((values[n],)))] = np.arange(len(values))
    return ranks


def months_back(day: date, since: date | None) -> list[date]:
    """The ends of the months up to this day, the last one first, back to ``since`` (None: as far as days go)."""
    ends, back = [day], 1
    while ends[-1] > (since or FIRST):
        ends.append(max(day - relativedelta(months=back), FIRST))
        back += 1
    return ends[:-1] or ends


def calendar_months(day: date, since: date | None) -> list[date]:
    """The first days of the months of the calendar from the day after ``since`` (None: the first of all) to this day."""
    first = (FIRST if since is None else max(since + timedelta(days=1), FIRST)).replace(day=1)
    months = (day.year - first.year) * 12 + day.month - first.month + 1
    return [first + relativedelta(months=n) for n in range(months)]
