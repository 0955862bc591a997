"""Entries recorded late on the cases of a list, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import LateLine
from projections.columns.case_selection import CaseSelection
from projections.columns.column_rows import EntryIds, read_rows
from projections.columns.column_schema import Array, CodedValues, Rows, known
from projections.lists.reference_ranks import reference_ranks
from projections.lists.sort_keys import in_order, ranks


@dataclass(frozen=True)
class LateEntries:
    """Late entries: rows of the columns, and the indices of those that count in each."""

    selection: CaseSelection
    parts: Sequence[tuple[Rows, Array]]

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

    def __len__(self) -> int:
        return len(self.case)

    @cached_property
    def case(self) -> Array:
        """The number of each entry's case."""
        return self.column("case")

    def column(self, name: str) -> Array:
        """A column of the rows, for all entries."""
        return np.concatenate([rows[name][at] for rows, at in self.parts])

    def coded(self, name: str) -> CodedValues:
        """An attribute of each entry's case: its values, and for each entry the number of its value."""
        values, numbers = self.selection.coded(name)
        return CodedValues(values, numbers[self.case])

    @property
    def reference(self) -> Array:
        """For each entry the rank of its case's reference among the cases of the list."""
        cases, at = np.unique(self.case, return_inverse=True)
        found: Array = reference_ranks(self.selection.columns.references, cases)[at]
        return found

    @property
    def type(self) -> Array:
        """For each entry the rank of its type among all types."""
        found: Array = ranks(self.selection.columns.words["type"].values)[self.column("type")]
        return found

    def only(self, which: Array) -> "LateEntries":
        """The entries for which ``which`` is true."""
        ends = np.cumsum([len(at) for _, at in self.parts])[:-1]
        parts = zip(self.parts, np.split(which, ends), strict=True)
        return LateEntries(self.selection, [(rows, at[part]) for (rows, at), part in parts])

    def in_order(self, key: Array, first: int, last: int, *, descending: bool = False) -> Array:
        """The indices of the entries from the place ``first`` up to, not including, ``last``; see ``sort_keys.in_order``."""
        ties = [self.reference, *map(self.column, ("occurred_on", "recorded_on", "entry"))]
        return in_order(key, ties, first, last, descending=descending)

    def lines(self, which: Array, snapshots: dict[int, CaseSnapshot], entries_of: EntryIds) -> list[LateLine]:
        """The entries at these indices, in their order. ``snapshots``: of their cases, by number."""
        found: dict[int, LateLine] = {}
        begin = 0
        for rows, at in self.parts:
            places = np.flatnonzero((which >= begin) & (which < begin + len(at)))
            chosen = at[which[places] - begin]
            read = read_rows(self.selection.columns, "lates", rows, chosen, entries_of)
            for place, case, row in zip(places.tolist(), rows["case"][chosen].tolist(), read, strict=True):
                found[place] = LateLine(snapshots[case], recorded=row)
            begin += len(at)
        return [found[place] for place in range(len(which))]
