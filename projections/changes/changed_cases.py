"""Cases with changes as rows: filtered by who holds them, and counted by kind, for each officer or team."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from domain.store.record_reader import RecordReader
from projections.changes.caseload_changes import KINDS, CaseloadChanges, ChangeKind
from projections.changes.reading_then import Earlier, ReadingThen
from projections.changes.record_tail import RecordTail
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, CodedValues
from projections.ledger.ledger import Place


class ChangedCases(NamedTuple):
    """Some cases of a selection (numbers, perhaps repeated), as rows that can be filtered."""

    selection: CaseSelection
    cases: Array

    @classmethod
    def every(cls, selection: CaseSelection) -> "ChangedCases":
        """Every number of a case: row and number are the same."""
        return cls(selection, np.arange(selection.columns.numbers))

    @classmethod
    def of(cls, found: CaseloadChanges, listed: Array) -> "ChangedCases":
        """Those with changes among the cases that are listed."""
        some = np.logical_or.reduce([found.having(kind) for kind in KINDS])
        return cls(found.selection, np.flatnonzero(listed & some))

    def __len__(self) -> int:
        return len(self.cases)

    def coded(self, name: str) -> CodedValues:
        """An attribute of the cases: its values, and for each row the number of its value."""
        values, numbers = self.selection.coded(name)
        return CodedValues(values, numbers[self.cases])

    def by(self, name: str, found: CaseloadChanges) -> Sequence[tuple[str, Mapping[ChangeKind, int]]]:
        """Each value of an attribute with how many of its cases have changes of each kind, in order of value."""
        values, numbers = self.coded(name)
        groups = {
            str(values[number]): counted(found, self.cases[numbers == number]) for number in np.unique(numbers).tolist()
        }
        return sorted(groups.items())


def counted(found: CaseloadChanges, cases: Array) -> dict[ChangeKind, int]:
    """On how many of some cases (numbers, or for each case whether it is one) there is a change of each kind."""
    return {kind: int(np.count_nonzero(found.having(kind)[cases])) for kind in KINDS}


def changes_since(
    now: CaseSelection,
    cases: Array,
    here: Callable[[Place], bool],
    earlier: Earlier,
    record: RecordReader,
    tail: RecordTail,
) -> CaseloadChanges:
    """What changed on some cases (for each case whether it is wanted) since one moment, the same for all."""
    which = np.zeros(now.columns.numbers, np.int64)
    return CaseloadChanges.of(now, ReadingThen.of(now.columns, cases, [earlier], which, record, tail), cases, here)
