"""The caseload: the cases of a list with what is overdue, missed and due next, as arrays."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from domain.entries.code_lists import RISK_LEVELS
from projections.arrays.date_numbers import NEVER, day_of
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import CaseLine
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, CodedValues
from projections.lists.open_duties import OpenDuties
from projections.lists.reference_ranks import reference_ranks
from projections.lists.sort_keys import NONE, in_order, ranks


@dataclass(frozen=True)
class CaseList:
    """Some cases (numbers, ascending), and the open duties of these and perhaps of others."""

    selection: CaseSelection
    case: Array
    duties: OpenDuties

    def __len__(self) -> int:
        return len(self.case)

    @cached_property
    def overdue(self) -> Array:
        """For each case the number of its duties that are overdue."""
        return self._counted(self.duties.overdue)

    @cached_property
    def missed(self) -> Array:
        """For each case the number of its times for contact that have passed with too few contacts."""
        return self._counted(self.duties.missed)

    @cached_property
    def next_due_on(self) -> Array:
        """For each case the earliest due date of a duty that is due, as a number; ``NEVER``: none is."""
        found = np.full(self.selection.columns.numbers, NEVER, np.uint16)
        due = np.flatnonzero(self.duties.due)
        np.minimum.at(found, self.duties.duties.case[due], self.duties.due_on[due])
        return found[self.case]

    @property
    def next_due(self) -> Array:
        """The same as a sort key."""
        found: Array = np.where(self.next_due_on == NEVER, NONE, self.next_due_on.astype(np.int64))
        return found

    @property
    def risk(self) -> Array:
        """The level of risk of each case as a sort key, from the lowest."""
        values, numbers = self.coded("risk")
        levels = [NONE if level is None else RISK_LEVELS.index(level) for level in values]
        found: Array = np.array(levels, np.int64)[numbers]
        return found

    def rank(self, name: str) -> Array:
        """For each case the rank of an attribute's value among all values."""
        values, numbers = self.coded(name)
        found: Array = ranks(values)[numbers]
        return found

    def coded(self, name: str) -> CodedValues:
        """An attribute of the cases: its values, and for each case the number of its value."""
        values, numbers = self.selection.coded(name)
        return CodedValues(values, numbers[self.case])

    @cached_property
    def reference(self) -> Array:
        """For each case the rank of its reference among those of the list."""
        return reference_ranks(self.selection.columns.references, self.case)

    def only(self, which: Array) -> "CaseList":
        """The cases for which ``which`` is true."""
        return CaseList(self.selection, self.case[which], self.duties)

    def in_order(self, key: Array, first: int, last: int, *, descending: bool = False) -> Array:
        """The indices of the cases from the place ``first`` up to, not including, ``last``; see ``sort_keys.in_order``."""
        return in_order(key, [self.reference], first, last, descending=descending)

    def lines(self, which: Array, snapshots: dict[int, CaseSnapshot]) -> list[CaseLine]:
        """The cases at these indices, in their order. ``snapshots``: of these cases, by number."""
        columns = (column[which].tolist() for column in (self.case, self.overdue, self.missed, self.next_due_on))
        return [
            CaseLine(snapshots[case], overdue=overdue, missed=missed, next_due_on=day_of(due))
            for case, overdue, missed, due in zip(*columns, strict=True)
        ]

    def _counted(self, which: Array) -> Array:
        cases = self.duties.duties.case[which]
        counted: Array = np.bincount(cases, minlength=self.selection.columns.numbers)[self.case]
        return counted
