"""Imports since a place in the record: one line each, with how many entries of the caseload it brought, on how many cases."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from domain.store.stored_by import StoredBy
from projections.arrays.date_numbers import instant_of
from projections.changes.record_tail import TakenEntries
from projections.columns.column_schema import Array
from projections.columns.column_store import ColumnStore

APART = timedelta(minutes=30)
"""What the same account or operator stores with a longer pause between is another import."""


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import: for which source (empty: for none), when its last entry was stored (UTC), and what it brought."""

    source: str
    at: datetime
    entries: int
    cases: Collection[int]


def import_runs(
    columns: ColumnStore, taken: TakenEntries, wanted: Array, after: Callable[[int], int], importers: Collection[str]
) -> list[ImportRun]:
    """The imports that brought entries on some cases (for each case whether it is wanted), the latest first.

    ``after``: for a case (its number) the position after which an entry counts. ``importers``: the accounts whose entries all
    came by import; what an operator's command stored did too.
    """
    by_import = np.array([_is_import(StoredBy.read(actor), importers) for actor in taken.actors.values], bool)
    if not by_import.any():
        return []
    some = taken.only(by_import[taken.actor])
    case = np.full(len(taken.files), -1, np.int64)
    for number in np.unique(some.file).tolist():
        found = columns.number(taken.files[number])
        case[number] = -1 if found is None or not wanted[found] else found
    begins = {number: after(number) for number in np.unique(case).tolist() if number >= 0}
    first = np.array([begins.get(number, np.iinfo(np.int64).max) for number in case.tolist()], np.int64)
    some = some.only(some.position > first[some.file])
    return sorted(_runs(some, case[some.file]), key=lambda run: run.at, reverse=True)


def _runs(taken: TakenEntries, case: Array) -> Iterator[ImportRun]:
    for actor in np.unique(taken.actor).tolist():
        at = np.flatnonzero(taken.actor == actor)
        stored = taken.stored[at]
        breaks = np.flatnonzero(np.diff(stored) > APART // timedelta(microseconds=1)) + 1
        for part in np.split(at, breaks):
            when = instant_of(int(taken.stored[part[-1]]))
            assert when is not None
            cases = frozenset(np.unique(case[part]).tolist())
            yield ImportRun(StoredBy.read(taken.actors[actor]).source, when, len(part), cases)


def _is_import(by: StoredBy, importers: Collection[str]) -> bool:
    return bool(by.operator) or by.account in importers
