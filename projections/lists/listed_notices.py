"""The notices that stand on a day on the cases of a list, as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import NoticeLine
from projections.columns.case_selection import CaseSelection
from projections.columns.column_rows import EntryIds
from projections.columns.column_schema import Array, known
from projections.lists.listed_rows import ListedRows


@dataclass(frozen=True)
class ListedNotices(ListedRows):
    """Notices that stand on the day read."""

    table = "notices"
    ties = ("begins_on", "notice", "entry")

    @classmethod
    def of(cls, selection: CaseSelection, cases: Array) -> "ListedNotices":
        """Those of some cases. ``cases``: for each case whether it is wanted."""
        parts, day = [], selection.day
        wanted = cases & selection.there
        for rows in selection.columns.notices.parts(selection.instant):
            stands = (rows["begins_on"] <= day) & (day < rows["ends_before"]) & wanted[rows["case"]]
            then = known(rows, selection.instant)
            parts.append((rows, np.flatnonzero(stands if then is None else stands & then)))
        return cls(selection, parts)

    def of_kind(self, kind: str) -> Array:
        """For each notice whether it is of a kind (its id)."""
        number = self.selection.columns.words["notice"].find(kind)
        found: Array = self.column("notice") == (-1 if number is None else number)
        return found

    def lines(
        self, which: Array, snapshots: Mapping[int, CaseSnapshot], entries_of: EntryIds | None
    ) -> list[NoticeLine]:
        """The notices at these indices, in their order. ``snapshots``: of their cases, by number."""
        return [NoticeLine(snapshots[case], notice=row) for case, row in self.read(which, entries_of)]
