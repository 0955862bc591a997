"""Imports an extract of a case system: the rows of its tables become lines for the importer.

Rejected rows are written to a file with the reason, so that they can be corrected and imported again. So is a row of which only
one entry is rejected.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from domain.aggregates.source_entries import LONGEST, RowEntry
from domain.entries.case_entries import SupervisionStarted
from domain.entries.schemas import ShapeError
from domain.importing.extracts.cell_values import RowReader
from domain.importing.extracts.csv_tables import CsvRow, TableFile
from domain.importing.extracts.joined_tables import JoinedTables
from domain.importing.extracts.mapping import SourceMapping
from domain.importing.extracts.mapping_check import read_mapping
from domain.importing.extracts.missing_rows import RowsSeen, digest
from domain.importing.extracts.row_cells import Cells, RowCells, UnreadableCell
from domain.importing.extracts.taken_back import Comparison, MissingRow
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import Line, Rejected, read_entry
from domain.store.application import Files

Progress = Callable[[int], None]


@dataclass
class Extract:
    """A folder of tables with a mapping that fits them. ``made_at``: when the extract was made.

    ``part``: the extract does not hold everything that the source holds.
    """

    mapping: SourceMapping
    files: Mapping[str, TableFile]
    made_at: datetime
    part: bool
    seen: RowsSeen
    joined: JoinedTables
    comparison: Comparison
    passed: Counter[str] = field(default_factory=Counter)
    """File -> the number of its rows that gave no entry, as no condition of the mapping holds for them."""
    void: Counter[str] = field(default_factory=Counter)
    """File -> the number of its rows that are void."""
    alike: Counter[str] = field(default_factory=Counter)
    """File -> the number of its rows that repeat an earlier row, cell by cell. They were taken once."""

    @classmethod
    def open(cls, folder: Path, mapping_file: Path, made_at: datetime, *, part: bool = False) -> "Extract":
        """The extract in a folder. ``PolicyError`` lists everything in the mapping that does not fit it."""
        mapping, files, part = read_mapping(mapping_file, folder, part=part)
        seen = RowsSeen(mapping.source)
        comparison = Comparison(mapping, files, seen, part=part)
        return cls(mapping, files, made_at, part, seen, JoinedTables(mapping, files), comparison)

    def take(
        self, files: Files, report: ImportReport, progress: Progress, *, now: datetime, actor: str, keep: bool
    ) -> None:  # fmt: skip
        """Import the rows of the extract, then withdraw what its source has taken back.

        With ``keep`` false nothing is stored; the report says what would be.
        """
        import_lines(files, self._lines(report, progress), report, now=now, actor=actor, keep=keep)
        self.comparison.make(files, report.rejected)
        withdrawals = self.comparison.withdrawals(self.made_at, report.rejected)
        import_lines(files, withdrawals, report, now=now, actor=actor, keep=keep)
        report.rejected.sort()

    def differences(self) -> Iterator[MissingRow]:
        """The entries of this source on the files that the extract no longer gives, those withdrawn first, by case.

        Of a part of an extract only those whose rows are in it.
        """
        return self.comparison.rows()

    def write_rejected(self, report: ImportReport, folder: Path) -> list[Path]:
        """Write the rejected rows of each table to a file of its name in this folder. Returns the files written.

        A file of that name from an earlier import is renamed to ``NAME.csv.before``.
        """
        reasons: defaultdict[str, defaultdict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for rejected in report.rejected:
            reasons[rejected.file][rejected.line].append(f"{rejected.field}: {rejected.reason}")
        needed = self._joined_to({name for name, file in self.files.items() if file.path.name in reasons})
        written = []
        for name, file in self.files.items():
            target = folder / file.path.name
            if target.exists():
                target.replace(target.with_name(f"{target.name}.before"))
            found = reasons.get(file.path.name)
            if found or name in needed:
                folder.mkdir(parents=True, exist_ok=True)
                said = {line: "; ".join(all_) for line, all_ in (found or {}).items()}
                file.write_rejected(target, said, whole=name in needed)
                written += [target] if found else []
        return written

    def _joined_to(self, tables: set[str]) -> set[str]:
        """The tables in the folder whose rows these tables need, directly or through others."""
        found: set[str] = set()
        while tables:
            joins = {join.table for name in tables for join in self.mapping.tables[name].joins.values()}
            tables = (joins & self.files.keys()) - found
            found |= tables
        return found

    def _lines(self, report: ImportReport, progress: Progress) -> Iterator[Line]:
        report.rejected += self.joined.load(progress)
        for name, table in self.mapping.tables.items():
            if name in self.files and table.gives:
                reader = RowReader(self.mapping, name)
                for row in self.files[name].rows(progress):
                    self.seen.count[name] += 1
                    yield from self._row(reader, row, report)

    def _row(self, reader: RowReader, row: CsvRow, report: ImportReport) -> Iterator[Line]:
        """The lines of one row. What is wrong with it is added to the report."""
        file, table = self.files[reader.name].path.name, reader.table

        def reject(field: str, reason: str) -> None:
            report.rejected.append(Rejected(file, row.line, field, reason))

        if row.wrong:
            self.seen.unread.add(reader.name)
            reject("row", row.wrong)
            return
        cells: Cells = row.cells
        if table.cells or table.joins:
            cells = RowCells(self.mapping, table, cells, self.joined)
        try:
            void = reader.void(cells)
            read = void or reader.holds(table.when, cells)
            given = [] if void or not read else [n for n, e in enumerate(table.gives) if reader.holds(e.when, cells)]
        except UnreadableCell as error:
            self.seen.unread.add(reader.name)
            reject("when", str(error))
            return
        if not read:
            self._pass_over(reader, cells, file)
            return
        try:
            key = reader.key(table.key, cells)
        except UnreadableCell as error:
            self.seen.unread.add(reader.name)
            reject("key", str(error))
            return
        reference, same = "", digest(row.cells)
        try:
            reference = reader.reference(cells)
        except UnreadableCell as error:
            if not void:
                reject("case", str(error))
        said = msgspec.json.encode(reader.withdrawal(cells)).decode() if void else ""
        first = self.seen.add(
            reader.name, key, row.line, reference, [table.gives[n].name for n in given], void=said, cells=same
        )
        if first != row.line:
            if self.seen.alike(reader.name, key, same):
                self.alike[file] += 1
            else:
                words = ", ".join(key)
                reject("key", f"{words} is the key of line {first} too, and was taken from there; a key is of one row")
            return
        self.void[file] += void
        self.passed[file] += not void and not given
        if reference:
            for n in given:
                entry = str(RowEntry(self.mapping.source, reader.name, key, table.gives[n].name))
                yield from self._entry(reader, row, cells, n, {"case": reference, "entry": entry}, report)

    def _pass_over(self, reader: RowReader, cells: Cells, file: str) -> None:
        self.passed[file] += 1
        with suppress(UnreadableCell):
            self.seen.pass_over(reader.name, reader.key(reader.table.key, cells))

    def _entry(
        self, reader: RowReader, row: CsvRow, cells: Cells, number: int, ids: dict[str, str], report: ImportReport
    ) -> Iterator[Line]:  # fmt: skip
        """The line of one of the entries that the row gives, by its number in the mapping; none if it is not valid."""
        file, kind = self.files[reader.name].path.name, reader.table.gives[number].type
        fields, problems = reader.fields(number, cells)
        if len(ids["entry"]) > LONGEST:
            problems.append(("entry", f"longer than {LONGEST} characters: {ids['entry']}; take a shorter key"))
        try:
            reference, fact, said = read_entry({**fields, **ids, "type": kind}, self.made_at)
        except ShapeError as error:
            # A field whose cell could not be read is not reported as missing too.
            unread = {path for path, _ in problems}
            problems += [(path, reason) for path, reason in error.problems if not _is_of(path, unread)]
        if not problems:
            yield Line(file, row.line, reference, fact, said, self.made_at)
            return
        for path, reason in problems:
            columns = ", ".join(reader.columns_of(number, path))
            place = f"{kind}.{path} ({columns})" if columns else f"{kind}.{path}"
            report.rejected.append(Rejected(file, row.line, place, reason))
        if kind == SupervisionStarted.__name__:
            report.unopened.setdefault(ids["case"], f"{file}:{row.line}")


def _is_of(path: str, unread: set[str]) -> bool:
    """Whether a field is one of these, or a group that holds one of them."""
    return any(path == one or one.startswith(f"{path}.") for one in unread)
