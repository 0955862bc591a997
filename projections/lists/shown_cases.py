"""Case snapshots from the columns, for the cases that a page shows: nothing is made of the others."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from projections.cases.case_snapshot import CaseSnapshot
from projections.columns.case_rows import between, rows_of_cases
from projections.columns.case_selection import CaseSelection
from projections.columns.column_rows import EntryIds, read_rows
from projections.columns.column_schema import Array, Rows, known
from projections.columns.duty_scan import scan_duties_of
from projections.ledger.ledger import SpellRow
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import UNKNOWN

Found = Iterable[tuple[Rows, Array]]
"""Rows of a table and the indices of those wanted."""


OF_SNAPSHOT = ("duties", "lates", "judgements", "notices")
"""The kinds of rows of a snapshot, beside its spell."""


def shown_cases(
    selection: CaseSelection,
    cases: Array,
    entries_of: EntryIds | None = None,
    *,
    tables: Collection[str] = OF_SNAPSHOT,
    clauses: Iterable[int] | None = None,
) -> list[CaseSnapshot]:
    """The snapshots of these cases (numbers, ascending; all of them had begun), in their order.

    ``tables``: which rows to read beside the spell.
    ``clauses``: only duties under these (numbers in the catalogue; None: all). ``entries_of``: see ``read_rows``.
    """
    if not len(cases):
        return []
    references, spells = selection.columns.references, shown_spells(selection, cases)
    wanted = range(len(catalogue().clauses)) if clauses is None else clauses
    finds = {"duties": lambda: _duties(selection, cases, wanted)}
    read = {
        name: _by_case(selection, name, finds[name]() if name in finds else _rows(selection, name, cases), entries_of)
        for name in tables
    }
    return [
        CaseSnapshot.of_rows(
            references[case], selection.moment, spells[case],
            **{name: read.get(name, {}).get(case, []) for name in OF_SNAPSHOT},
        )
        for case in cases.tolist()
    ]  # fmt: skip


def snapshots_by_number(selection: CaseSelection, cases: Array) -> dict[int, CaseSnapshot]:
    """The snapshots of these cases (numbers, in any order, perhaps repeated), by number; without duties and entries."""
    numbers = np.unique(cases)
    found = shown_cases(selection, numbers, tables=())
    return dict(zip(numbers.tolist(), found, strict=True))


def shown_spells(selection: CaseSelection, cases: Array) -> Mapping[int, SpellRow]:
    """The spell that contains the day, for each of these cases (numbers)."""
    among = np.zeros(selection.columns.numbers, bool)
    among[cases] = True
    chosen = ((rows, at[among[case]]) for rows, at, case in selection.spells)
    return {case: spells[0] for case, spells in _by_case(selection, "spells", chosen, None).items()}


def _duties(selection: CaseSelection, cases: Array, clauses: Iterable[int]) -> Iterator[tuple[Rows, Array]]:
    """The duties of these cases under these clauses that were known at the moment, in any state."""
    among = between(cases)
    for clause in clauses:
        for run in scan_duties_of(selection, clause, cases, among):
            there = run.only(run.state != UNKNOWN)
            yield run.rows, there.at if isinstance(there.at, np.ndarray) else np.arange(there.at.start, there.at.stop)


def _rows(selection: CaseSelection, table: str, cases: Array) -> Iterator[tuple[Rows, Array]]:
    """The rows of a table for these cases that were known at the moment."""
    among = between(cases)
    for rows in selection.columns.tables[table].parts(selection.instant):
        for part in rows.of_question.values() if table == "judgements" else (slice(0, len(rows)),):
            at = rows_of_cases(rows, part, cases, among)
            then = known(rows, selection.instant, at)
            yield rows, at if then is None else at[then]


def _by_case(selection: CaseSelection, table: str, found: Found, entries_of: EntryIds | None) -> dict[int, list[Any]]:
    by_case: dict[int, list[Any]] = {}
    for rows, at in found:
        read = read_rows(selection.columns, table, rows, at, entries_of)
        for case, row in zip(rows["case"][at].tolist(), read, strict=True):
            by_case.setdefault(case, []).append(row)
    return by_case
