"""Columns made straight from the entries of cases, or from the tables of a read model; and snapshots from these."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from domain.entries.case_entries import Entry
from projections.cases.case_snapshot import CaseSnapshot
from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.history.moment import Moment
from projections.ledger.ledger import Ledger, ledger
from projections.lists.shown_cases import shown_cases
from projections.read_model.column_base import columns_folder
from projections.read_model.column_keeper import ColumnKeeper
from projections.read_model.view_reader import ReadModel

DerivedCase = tuple[str, Ledger, Sequence[Entry]]


def derived(cases: Mapping[str, Sequence[Entry]] | Iterable[tuple[str, Sequence[Entry]]]) -> Iterator[DerivedCase]:
    """Each case with its ledger, as ``ColumnStore.of`` takes them. Entries are in the order of storing."""
    for reference, entries in dict(cases).items():
        yield reference, ledger(entries), entries


def columns_of(cases: Mapping[str, Sequence[Entry]] | Iterable[tuple[str, Sequence[Entry]]]) -> ColumnStore:
    """The column store of these cases."""
    return ColumnStore.of(derived(cases))


def selection_of(views: ReadModel, moment: Moment) -> CaseSelection:
    """All cases of a small read model as at a moment, from columns made of its tables."""
    return CaseSelection(ColumnKeeper(views, columns_folder(views.database)).current(), moment)


def snapshots_of(views: ReadModel, moment: Moment, **which: Any) -> dict[str, CaseSnapshot]:
    """The snapshots of these cases by reference. ``which``: see ``shown_cases``."""
    selection = selection_of(views, moment)
    files = {file.reference: list(file.entries) for file in views.stored.files(views.cases())}
    found = shown_cases(selection, np.flatnonzero(selection.there), files.__getitem__, **which)
    return {case.reference: case for case in found}
