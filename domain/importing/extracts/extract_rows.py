"""The rows of an extract as lines for the importer. What is wrong with a row is reported by file, line, field and column."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from domain.aggregates.source_entries import LONGEST, RowEntry
from domain.entries.case_entries import SupervisionStarted
from domain.entries.schemas import ShapeError
from domain.importing.extracts.cell_values import RowReader
from domain.importing.extracts.csv_tables import CsvRow, TableFile
from domain.importing.extracts.joined_tables import JoinedTables
from domain.importing.extracts.mapping import SourceMapping
from domain.importing.extracts.missing_rows import RowsSeen, digest
from domain.importing.extracts.row_cells import Cells, RowCells, UnreadableCell
from domain.importing.importer import ImportReport
from domain.importing.ndjson_reader import Line, Rejected, read_entry

Progress = Callable[[int], None]


@dataclass
class RowCounts:
    """File -> the number of its rows of a kind that gives no entry."""

    passed: Counter[str] = field(default_factory=Counter)
    """No condition of the mapping holds for them."""
    void: Counter[str] = field(default_factory=Counter)
    alike: Counter[str] = field(default_factory=Counter)
    """They repeat an earlier row, cell by cell."""


@dataclass
class ExtractRows:
    """Reads the rows of the tables of one extract, made at ``made_at``, and notes them as seen."""

    mapping: SourceMapping
    files: Mapping[str, TableFile]
    made_at: datetime
    seen: RowsSeen
    counts: RowCounts = field(default_factory=RowCounts)

    def lines(self, report: ImportReport, progress: Progress) -> Iterator[Line]:
        """The lines of all rows. What is wrong with a row is added to the report."""
        joined = JoinedTables(self.mapping, self.files)
        report.rejected += joined.load(progress)
        for name, table in self.mapping.tables.items():
            if name in self.files and table.gives:
                reader = RowReader(self.mapping, name)
                for row in self.files[name].rows(progress):
                    cells = (
                        RowCells(self.mapping, table, row.cells, joined) if table.cells or table.joins else row.cells
                    )
                    self.seen.count[name] += 1
                    yield from _Row(self, reader, row, cells, report).lines()


class _Row:
    """One row while it is read."""

    def __init__(self, rows: ExtractRows, reader: RowReader, row: CsvRow, cells: Cells, report: ImportReport):
        self.rows, self.reader, self.row, self.cells, self.report = rows, reader, row, cells, report
        self.file = rows.files[reader.name].path.name

    def lines(self) -> Iterator[Line]:
        """The lines of the entries that the row gives."""
        if self.row.wrong:
            self._unread("row", self.row.wrong)
            return
        try:
            given = self._given()
        except UnreadableCell as error:
            self._unread("when", str(error))
            return
        if given is None:
            self._pass_over()
            return
        try:
            key = self.reader.key(self.reader.table.key, self.cells)
        except UnreadableCell as error:
            self._unread("key", str(error))
            return
        reference = self._reference()
        if self._is_first(key, reference, given) and reference:
            for number in given:
                entry = str(RowEntry(self.rows.mapping.source, self.reader.name, key, self._name(number)))
                yield from self._entry(number, {"case": reference, "entry": entry})

    def _given(self) -> list[int] | None:
        """The numbers of the entries that the row gives, none if it is void; None where the mapping does not read it."""
        table, cells = self.reader.table, self.cells
        self.void = self.reader.void(cells)
        if self.void:
            return []
        if not self.reader.holds(table.when, cells):
            return None
        return [number for number, entry in enumerate(table.gives) if self.reader.holds(entry.when, cells)]

    def _name(self, number: int) -> str:
        return self.reader.table.gives[number].name

    def _pass_over(self) -> None:
        self.rows.counts.passed[self.file] += 1
        with suppress(UnreadableCell):
            self.rows.seen.pass_over(self.reader.name, self.reader.key(self.reader.table.key, self.cells))

    def _reference(self) -> str:
        """The reference of the row's case; "" where it cannot be read. A void row needs none."""
        try:
            return self.reader.reference(self.cells)
        except UnreadableCell as error:
            if not self.void:
                self._reject("case", str(error))
            return ""

    def _is_first(self, key: tuple[str, ...], reference: str, given: list[int]) -> bool:
        """Note the row as seen. False where its key came before: an equal row is counted, another one rejected."""
        seen, name, line, cells = self.rows.seen, self.reader.name, self.row.line, digest(self.row.cells)
        void = msgspec.json.encode(self.reader.withdrawal(self.cells)).decode() if self.void else ""
        first = seen.add(name, key, line, reference, [self._name(one) for one in given], void=void, cells=cells)
        if first == line:
            self.rows.counts.void[self.file] += self.void
            self.rows.counts.passed[self.file] += not self.void and not given
            return True
        if seen.alike(name, key, cells):
            self.rows.counts.alike[self.file] += 1
        else:
            words = ", ".join(key)
            self._reject(
                "key", f"{words} is the key of line {first} too, and was taken from there; a key is of one row"
            )
        return False

    def _entry(self, number: int, ids: dict[str, str]) -> Iterator[Line]:
        """The line of one of the entries of the row, by its number in the mapping; none if it is not valid."""
        kind, made_at = self.reader.table.gives[number].type, self.rows.made_at
        fields, problems = self.reader.fields(number, self.cells)
        if len(ids["entry"]) > LONGEST:
            problems.append(("entry", f"longer than {LONGEST} characters: {ids['entry']}; take a shorter key"))
        try:
            reference, fact, said = read_entry({**fields, **ids, "type": kind}, made_at)
        except ShapeError as error:
            # A field whose cell could not be read is not reported as missing too.
            unread = {path for path, _ in problems}
            problems += [(path, reason) for path, reason in error.problems if not _is_of(path, unread)]
        if not problems:
            yield Line(self.file, self.row.line, reference, fact, said, made_at)
            return
        for path, reason in problems:
            columns = ", ".join(self.reader.columns_of(number, path))
            self._reject(f"{kind}.{path} ({columns})" if columns else f"{kind}.{path}", reason)
        if kind == SupervisionStarted.__name__:
            self.report.unopened.setdefault(ids["case"], f"{self.file}:{self.row.line}")

    def _unread(self, field: str, reason: str) -> None:
        """Reject a row of which it cannot be told which one it is."""
        self.rows.seen.unread.add(self.reader.name)
        self._reject(field, reason)

    def _reject(self, field: str, reason: str) -> None:
        self.report.rejected.append(Rejected(self.file, self.row.line, field, reason))


def _is_of(path: str, unread: set[str]) -> bool:
    """Whether a field is one of these, or a group that holds one of them."""
    return any(path == one or one.startswith(f"{path}.") for one in unread)
