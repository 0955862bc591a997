"""Rows of one table about the cases of a list, as arrays: late entries, notices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from projections.columns.case_selection import CaseSelection
from projections.columns.column_rows import EntryIds, read_rows
from projections.columns.column_schema import Array, CodedValues, Rows
from projections.lists.reference_ranks import reference_ranks
from projections.lists.sort_keys import in_order


@dataclass(frozen=True)
class ListedRows:
    """Rows of the columns, and the indices of those that count in each."""

    selection: CaseSelection
    parts: Sequence[tuple[Rows, Array]]

    table: ClassVar[str]
    ties: ClassVar[tuple[str, ...]]
    """The table, and the columns by which rows of one case with equal keys are sorted."""

    def __len__(self) -> int:
        return len(self.case)

    @cached_property
    def case(self) -> Array:
        """The number of each row's case."""
        return self.column("case")

    def column(self, name: str) -> Array:
        """A column, for all rows."""
        return np.concatenate([rows[name][at] for rows, at in self.parts])

    def coded(self, name: str) -> CodedValues:
        """An attribute of each row's case: its values, and for each row the number of its value."""
        values, numbers = self.selection.coded(name)
        return CodedValues(values, numbers[self.case])

    @property
    def every(self) -> Array:
        """The indices of all rows."""
        return np.arange(len(self))

    @property
    def reference(self) -> Array:
        """For each row the rank of its case's reference among the cases of the list."""
        cases, at = np.unique(self.case, return_inverse=True)
        found: Array = reference_ranks(self.selection.columns.references, cases)[at]
        return found

    def only(self, which: Array) -> Self:
        """The rows for which ``which`` is true."""
        ends = np.cumsum([len(at) for _, at in self.parts])[:-1]
        parts = zip(self.parts, np.split(which, ends), strict=True)
        return type(self)(self.selection, [(rows, at[part]) for (rows, at), part in parts])

    def in_order(self, key: Array, first: int, last: int, *, descending: bool = False) -> Array:
        """The indices of the rows from the place ``first`` up to, not including, ``last``; see ``sort_keys.in_order``."""
        ties = [self.reference, *map(self.column, self.ties)]
        return in_order(key, ties, first, last, descending=descending)

    def read(self, which: Array, entries_of: EntryIds | None) -> list[tuple[int, Any]]:
        """The rows at these indices, in their order, each with the number of its case."""
        found = {place: row for places in self._read(which, entries_of) for place, row in places}
        return [found[place] for place in range(len(which))]

    def _read(self, which: Array, entries_of: EntryIds | None) -> Iterator[Iterator[tuple[int, tuple[int, Any]]]]:
        begin = 0
        for rows, at in self.parts:
            places = np.flatnonzero((which >= begin) & (which < begin + len(at)))
            chosen = at[which[places] - begin]
            read = read_rows(self.selection.columns, self.table, rows, chosen, entries_of)
            yield zip(places.tolist(), zip(rows["case"][chosen].tolist(), read, strict=True), strict=True)
            begin += len(at)
