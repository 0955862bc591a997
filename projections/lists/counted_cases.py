"""The cases that an account answers for at a moment, and which of them it may open.

Whoever held a case on the day read may read it as at that day; whoever holds it today may read all of it. Lists hold the
cases that may be opened, and count no others. Reports count all (``projections.reports``).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from domain.accounts.roles import Account
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.recorded_limits import Limits
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import Place
from projections.lists.attributes import distinct
from projections.lists.case_limits import closed_cases
from projections.lists.shown_cases import snapshots_by_number


@dataclass(frozen=True)
class CountedCases:
    """For each case of the columns whether it is ``counted``, and whether it is ``closed``: counted, and may not be opened."""

    selection: CaseSelection
    counted: Array
    closed: Array

    @cached_property
    def open(self) -> Array:
        """For each case whether it may be listed and opened."""
        opened: Array = self.counted & ~self.closed
        return opened

    def snapshots(self, cases: Array) -> dict[int, CaseSnapshot]:
        """The snapshots of these cases (numbers, in any order, perhaps repeated), by number; without duties and entries."""
        return snapshots_by_number(self.selection, cases)

    @cached_property
    def numbers(self) -> Array:
        """The numbers of the cases that may be listed and opened."""
        return np.flatnonzero(self.open)

    @property
    def current(self) -> Array:
        """The numbers of those of them that had not ended by the day."""
        current: Array = self.numbers[~self.selection.over[self.numbers]]
        return current

    def per_place(self, cases: Array) -> list[tuple[Place, int]]:
        """How many of these cases (numbers, perhaps repeated) each place holds on the day."""
        places = self.selection.columns.words["place"].values
        held, times = np.unique(self.selection.place[cases], return_counts=True)
        return [(places[number], count) for number, count in zip(held.tolist(), times.tolist(), strict=True)]


def counted_cases(
    selection: CaseSelection, limits: Limits, account: Account, inspected: Callable[[], Iterable[str]]
) -> CountedCases:
    """The cases that an account answers for: an inspector those of its inspections (``inspected``), others those held on
    the day in the places they answer for.
    """
    counted = np.zeros(selection.columns.numbers, bool)
    if account.inspects:
        numbers = map(selection.columns.number, inspected())
        counted[[number for number in numbers if number is not None]] = True
        counted &= selection.there
    else:
        counted = selection.held_where(account.answers_for)
    return CountedCases(selection, counted, counted & closed_cases(selection.columns, limits, account.is_shut_out))


def places_of(columns: ColumnStore, references: Iterable[str]) -> list[Place]:
    """The places that held these cases, on any day."""
    every = columns.words["place"].values
    theirs = np.array([number for number in map(columns.number, references) if number is not None], np.int64)
    found = [rows["place"][np.isin(rows["case"], theirs)] for rows in columns.spells.parts(None)]
    return [every[number] for number in distinct(np.concatenate([*found, np.empty(0, np.int32)]))]
