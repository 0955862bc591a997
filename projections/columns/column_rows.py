"""Ledger rows read back from the columns: for what is shown, and to hold the columns against what they were made from."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np

from projections.arrays.date_numbers import date_of, day_of, instant_of
from projections.columns.column_schema import FURTHER, WORDS, Array, Rows, entry_of
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import Known, Ledger
from projections.ledger.row_kinds import ROW_KINDS, RowField

EntryIds = Callable[[str], Sequence[str]]
"""Gives the ids of all entries of a case's file, in the order in which they were stored, by the case's reference."""


def read_rows(columns: ColumnStore, table: str, rows: Rows, at: Array, entries_of: EntryIds | None) -> list[Any]:
    """The rows of a table at these indices, each as it stands in the ledger. Days after ``LAST`` are the day after it.

    ``entries_of`` None: the rows name no entries.
    """
    kind = ROW_KINDS[table]
    cases = rows["case"][at].tolist()
    read = [_values(columns, field, rows, at, cases, entries_of) for field in kind.fields]
    return list(map(kind.row._make, zip(*read, strict=True)))


def read_ledger(columns: ColumnStore, case: int, entries_of: EntryIds) -> Ledger:
    """The ledger of a case (its number)."""
    found: dict[str, list[Known[Any]]] = {}
    for table in ROW_KINDS:
        known = found[table] = []
        for rows in columns.tables[table].all:
            at = np.flatnonzero(rows["case"] == case)
            since = rows["since"][at].tolist()
            until = rows["until"][at].tolist() if "until" in rows else [None] * len(at)
            for row, opens, closes in zip(read_rows(columns, table, rows, at, entries_of), since, until, strict=True):
                opened = instant_of(opens)
                assert opened is not None
                known.append(Known(row, opened, None if closes is None else instant_of(closes)))
    return Ledger(**found)


def _values(
    columns: ColumnStore, field: RowField, rows: Rows, at: Array, cases: Sequence[int], entries_of: EntryIds | None
) -> Sequence[Any]:
    """The values of one field."""
    numbers: list[Any] = rows[field.name][at].tolist()
    match field.holds:
        case "day":
            return list(map(day_of if field.optional else date_of, numbers))
        case "instant":
            return list(map(instant_of, numbers))
        case "word" | "place":
            return list(map(columns.words[WORDS[field.name]].values.__getitem__, numbers))
        case "name":
            return [columns.names[number] for number in numbers]
        case "entry" | "entries":
            if entries_of is None:
                return [None if field.holds == "entry" else ()] * len(cases)
            ids = {case: _ids_of(columns, case, entries_of) for case in set(cases)}
            if field.holds == "entries":
                return _entries(columns, field.name, rows, at, cases, ids)
            return [ids[case](number) for case, number in zip(cases, numbers, strict=True)]
    return numbers


def _ids_of(columns: ColumnStore, case: int, entries_of: EntryIds) -> Callable[[int], str | None]:
    """Gives the id of an entry that the rows of a case name, by its number."""
    own, elsewhere = entries_of(columns.references[case]), columns.words["elsewhere"].values
    for rows in columns.plain["cases"]:
        at = int(np.searchsorted(rows["case"], case))
        if at < len(rows) and rows["case"][at] == case:
            return partial(entry_of, own=own, elsewhere=elsewhere[rows["elsewhere"][at]])
    return partial(entry_of, own=own, elsewhere=())


def _entries(
    columns: ColumnStore,
    name: str,
    rows: Rows,
    at: Array,
    cases: Sequence[int],
    ids: Mapping[int, Callable[[int], str | None]],
) -> list[tuple[str | None, ...]]:
    """The ids of several entries in each row, from the first of them and the steps to the others. ``ids``: by case."""
    further = f"{name}{FURTHER}"
    steps = columns.words[WORDS[further]].values
    found = []
    for case, first, code in zip(cases, rows[name][at].tolist(), rows[further][at].tolist(), strict=True):
        numbers = accumulate(steps[code], initial=first) if first else ()
        found.append(tuple(map(ids[case], numbers)))
    return found
