"""Counts of the cases of a column store: those of its base are kept, those of changed cases replace what they change."""

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from projections.columns.case_rows import picked
from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.columns.keyed_counts import KeyedCounts, Share, total
from projections.history.moment import Moment


class CaseCount(Protocol):
    """Counts something of all cases of a selection that had begun. What is counted of a case depends on that case alone.

    Two that are equal count the same.
    """

    def __call__(self, selection: CaseSelection, /) -> KeyedCounts: ...

    def __hash__(self) -> int: ...


def counted(selection: CaseSelection, count: CaseCount) -> KeyedCounts:
    """What is counted of all cases of the selection. What was counted before is not counted again."""
    columns, moment, layers = selection.columns, selection.moment, list[ColumnStore]()
    while columns.base is not None:
        layers.append(columns)
        columns = columns.base
    of_base = selection if columns is selection.columns else CaseSelection(columns, moment)
    whole = columns.kept.get((count, moment), lambda: count(of_base))
    return total(whole, [Share(layer.kept.get((count, moment), _change(layer, moment, count)), 1) for layer in layers])


def _change(layer: ColumnStore, moment: Moment, count: CaseCount) -> Callable[[], KeyedCounts]:
    """By how much the changed cases of a layer change what is counted."""

    def of(columns: ColumnStore) -> KeyedCounts:
        return count(CaseSelection(columns, moment))

    def change() -> KeyedCounts:
        assert layer.changes is not None
        return total(of(layer.changes), [Share(of(part), -1) for part in replaced(layer)])

    return change


def replaced(layer: ColumnStore) -> Iterator[ColumnStore]:
    """The rows that the changed cases of a layer replace in what lies below it."""
    assert layer.changes is not None
    wanted, below = list(layer.changes.references), layer.base
    while below is not None and wanted:
        found = below if below.changes is None else below.changes
        cases = [case for reference in wanted if (case := _held(found, reference)) is not None]
        if cases:
            yield picked(found, np.array(sorted(cases), np.int32))
        if found is below:
            return
        wanted = [reference for reference in wanted if _held(found, reference) is None]
        below = below.base


def _held(columns: ColumnStore, reference: str) -> int | None:
    """The number of a case; None where it is not in the store, or gone."""
    case = columns.number(reference)
    return None if case is None or (columns.gone is not None and columns.gone[case]) else case
