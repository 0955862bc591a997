"""What an export holds: which cases, and every table of them, read from the columns and the entries as they are stored."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from domain.aggregates.other_file_ids import crn_of
from domain.policy.frameworks.framework import Framework
from domain.store.record_reader import RecordReader
from projections.cases.person_details import PersonDetails
from projections.columns.case_rows import picked
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.columns.column_store import ColumnStore
from projections.exports.data_package import NAME, described
from projections.exports.entry_columns import IDENTIFIED, TABLE
from projections.exports.entry_files import CASES_OF_PIECE, pieces_of, some_files, write_entries, write_piece
from projections.exports.export_facts import ExportFacts
from projections.exports.exported_fields import Table
from projections.exports.ledger_batches import LedgerBatches
from projections.exports.ledger_fields import CASES, LEDGER, PEOPLE
from projections.exports.parquet_files import rows_as_table, write_table
from projections.exports.pseudonyms import Pseudonyms
from projections.exports.reference_tables import CLAUSES, QUESTIONS, clause_rows, question_rows
from projections.exports.score_tables import ANSWERS, SCORES, answer_tables, score_rows
from projections.history.moment import Moment
from projections.read_model.rebuild import WorkerPool

MOST_PICKED = 2
"""Rows of cases are picked out where they are fewer than one in so many; else the rows of all are gone through."""

CASE_TABLES = (CASES, TABLE, *LEDGER.values(), ANSWERS)
OTHER_TABLES = (SCORES, CLAUSES, QUESTIONS)
"""The tables with rows of cases, and those without, of an export under digests."""

Written = dict[str, tuple[Table, Sequence[str], int]]
"""Table name -> the table, the paths of its files in the folder, how many rows they hold."""


@dataclass(frozen=True)
class ExportContents:
    """The tables of one export. ``cases``: for each case of the columns whether it is in it (see ``cases_in``)."""

    columns: ColumnStore
    stored: RecordReader
    cases: Array
    facts: ExportFacts
    frameworks: Sequence[Framework]
    pseudonyms: Pseudonyms
    details: Callable[[Sequence[str]], Mapping[str, PersonDetails | None]] | None = None
    """Gives the persons of some cases (references); only for an identified export."""
    pool: tuple[str, WorkerPool] | None = None
    """The address of the read model, and the pool of workers that write the entries of many cases; None: this process alone."""

    @cached_property
    def references(self) -> list[str]:
        """The references of the cases, in the order of the columns."""
        return [self.columns.references[at] for at in np.flatnonzero(self.cases).tolist()]

    @cached_property
    def selection(self) -> CaseSelection:
        return CaseSelection(self.columns, Moment(self.facts.as_at, self.facts.known_at))

    def write(self, folder: Path) -> Written:
        """Write every table and ``datapackage.json`` into an empty folder."""
        written = self.write_cases(folder, self.cases, "0000") | self.write_others(folder, "0000")
        (folder / NAME).touch(mode=0o600)
        (folder / NAME).write_bytes(described(self.facts, written))
        return written

    def write_cases(self, folder: Path, cases: Array, part: str) -> Written:
        """Write a file of each table that has rows of cases, of these cases (for each case whether it is taken)."""
        columns, chosen = self.columns, cases
        if np.count_nonzero(cases) * MOST_PICKED < self.columns.numbers:
            columns = picked(self.columns, np.flatnonzero(cases))
            chosen = np.ones(columns.numbers, bool)
        ledger = LedgerBatches(columns, chosen, self.pseudonyms, self.facts.as_at, self.facts.known_at)
        references = [columns.references[at] for at in np.flatnonzero(chosen).tolist()]
        every: list[tuple[Table, Iterator[Any]]] = [
            (CASES, iter([self._cases(columns, chosen)])),
            *((table, ledger.tables(kind)) for kind, table in LEDGER.items()),
            (ANSWERS, answer_tables(self.selection, cases, self.frameworks, self.pseudonyms)),
        ]
        if self.details is not None:
            every.append((PEOPLE, map(self._people, some_files(references))))
        written = {table.name: _written(folder, table, parts, part) for table, parts in every}
        return written | {TABLE.name: self._entries(folder, references, part)}

    def _entries(self, folder: Path, references: Sequence[str], part: str) -> tuple[Table, Sequence[str], int]:
        """Write the entries of these cases: one file, or where there are many several at the same time."""
        home, table = folder / TABLE.name, IDENTIFIED if self.pseudonyms.identified else TABLE
        home.mkdir(mode=0o700, exist_ok=True)
        position, known_at, key = self.facts.position, self.facts.known_at, self.pseudonyms.key
        if self.pool is None or len(references) <= CASES_OF_PIECE:
            path = home / f"{part}.parquet"
            rows = write_entries(self.stored, references, position, self.pseudonyms, known_at, path)
            return table, [str(path.relative_to(folder))], rows
        address, work = self.pool
        found = sorted(work(write_piece, pieces_of(address, references, position, key, known_at, home, part)))
        return table, [str(Path(path).relative_to(folder)) for path, _ in found], sum(rows for _, rows in found)

    def write_others(self, folder: Path, part: str) -> Written:
        """Write the tables that have no rows of one case."""
        every = (
            (SCORES, score_rows(self.selection, self.cases, self.frameworks)),
            (CLAUSES, clause_rows()), (QUESTIONS, question_rows()),
        )  # fmt: skip
        return {table.name: _written(folder, table, iter([rows_as_table(table, rows)]), part) for table, rows in every}

    def _cases(self, columns: ColumnStore, chosen: Array) -> Any:
        entries = np.zeros(columns.numbers, np.int32)
        for rows in columns.plain["cases"]:
            entries[rows["case"]] = rows["entries"]
        at = np.flatnonzero(chosen)
        references = [columns.references[n] for n in at.tolist()]
        return pa.table({
            "case": pa.array([self.pseudonyms.of("case", one) for one in references], pa.string()),
            "person": pa.array([self.pseudonyms.of("person", crn_of(one)) for one in references], pa.string()),
            "entries": pa.array(entries[at]),
        })  # fmt: skip

    def _people(self, references: Sequence[str]) -> Any:
        assert self.details is not None
        found = self.details(references)
        rows = ((one, found.get(one)) for one in references)
        return rows_as_table(PEOPLE, (
            {"case": one, "person": crn_of(one), "name": who and who.name, "date_of_birth": who and who.born}
            for one, who in rows
        ))  # fmt: skip


def _written(folder: Path, table: Table, parts: Iterator[Any], part: str) -> tuple[Table, Sequence[str], int]:
    path = folder / table.name / f"{part}.parquet"
    rows = write_table(path, table, parts)
    return table, [str(path.relative_to(folder))], rows
