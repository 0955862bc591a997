"""Who may not open which cases: by the columns, and for what was stored after them by the record itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from projections.columns.column_schema import Array
from projections.columns.column_store import ColumnStore


@dataclass(frozen=True)
class CaseLimits:
    """The limits of access to the cases of a column store, as known today.

    ``since``: the staff excluded from each case whose limits may have changed after the columns' position, by reference.
    """

    columns: ColumnStore
    since: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def excluded(self, case: int) -> frozenset[str]:
        """The staff (names or user names) who may not open a case (its number)."""
        later = self.since.get(self.columns.references[case])
        return frozenset(self._staff[self._numbers[case]]) if later is None else later

    def closed(self, is_shut_out: Callable[[frozenset[str]], bool]) -> Array:
        """For each case whether it is closed to an account; ``is_shut_out``: whether these staff mean the account."""
        closed: Array = np.array([is_shut_out(frozenset(staff)) for staff in self._staff], bool)[self._numbers]
        for reference, staff in self.since.items():
            case = self.columns.number(reference)
            if case is not None:
                closed[case] = is_shut_out(staff)
        return closed

    @property
    def _staff(self) -> list[tuple[str, ...]]:
        return self.columns.words["excluded"].values

    @cached_property
    def _numbers(self) -> Array:
        """For each case the number of the staff who may not open it."""
        found = np.zeros(self.columns.numbers, np.int32)
        for rows in self.columns.plain["cases"]:
            found[rows["case"]] = rows["excluded"]
        return found
