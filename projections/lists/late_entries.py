"""Entries recorded late on the cases of a list, as arrays."""

from dataclasses import dataclass

import numpy as np

from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import LateLine
from projections.columns.case_selection import CaseSelection
from projections.columns.column_rows import EntryIds
from projections.columns.column_schema import Array, known
from projections.lists.listed_rows import ListedRows
from projections.lists.sort_keys import ranks


@dataclass(frozen=True)
class LateEntries(ListedRows):
    """Late entries."""

    table = "lates"
    ties = ("occurred_on", "recorded_on", "entry")

    @classmethod
    def of(cls, selection: CaseSelection, cases: Array, days: int) -> "LateEntries":
        """Those recorded in the last ``days`` days up to the day read, on some cases (for each case whether it is wanted)."""
        parts = []
        for rows in selection.columns.lates.parts(selection.instant):
            recorded = rows["recorded_on"]
            inside = (recorded <= selection.day) & (recorded > int(selection.day) - days) & cases[rows["case"]]
            then = known(rows, selection.instant)
            parts.append((rows, np.flatnonzero(inside if then is None else inside & then)))
        return cls(selection, parts)

    @property
    def type(self) -> Array:
        """For each entry the rank of its type among all types."""
        found: Array = ranks(self.selection.columns.words["type"].values)[self.column("type")]
        return found

    def lines(self, which: Array, snapshots: dict[int, CaseSnapshot], entries_of: EntryIds) -> list[LateLine]:
        """The entries at these indices, in their order. ``snapshots``: of their cases, by number."""
        return [LateLine(snapshots[case], recorded=row) for case, row in self.read(which, entries_of)]
