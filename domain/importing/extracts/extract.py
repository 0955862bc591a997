"""Imports an extract of a case system: the rows of its tables become lines for the importer.

Rejected rows are written to a file with the reason, so that they can be corrected and imported again. So is a row of which only
one entry is rejected.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from domain.aggregates.source_entries import LONGEST, RowEntry
from domain.entries.case_entries import SupervisionStarted
from domain.entries.schemas import ShapeError
from domain.importing.extracts.cell_values import RowReader, UnreadableCell
from domain.importing.extracts.csv_tables import CsvRow, TableFile
from domain.importing.extracts.mapping import SourceMapping
from domain.importing.extracts.mapping_check import read_mapping
from domain.importing.extracts.missing_rows import MissingRow, RowsSeen
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
    passed: Counter[str] = field(default_factory=Counter)
    """File -> the number of its rows that gave no entry, as no condition of the mapping holds for them."""

    @classmethod
    def open(cls, folder: Path, mapping_file: Path, made_at: datetime, *, part: bool = False) -> "Extract":
        """The extract in a folder. ``PolicyError`` lists everything in the mapping that does not fit it."""
        mapping, files, part = read_mapping(mapping_file, folder, part=part)
        return cls(mapping, files, made_at, part, RowsSeen(mapping.source))

    def take(
        self, files: Files, report: ImportReport, progress: Progress, *, now: datetime, actor: str, keep: bool
    ) -> None:  # fmt: skip
        """Import the rows of the extract. With ``keep`` false nothing is stored; the report says what would be."""
        import_lines(files, self._lines(report, progress), report, now=now, actor=actor, keep=keep)
        report.rejected.sort()

    def differences(self, files: Files) -> Iterator[MissingRow]:
        """The entries of this source on the files that the extract no longer gives, by case; none for a part."""
        tables = {name for name in self.mapping.tables if name in self.files}
        return iter(()) if self.part else self.seen.missing(files, tables)

    def write_rejected(self, report: ImportReport, folder: Path) -> list[Path]:
        """Write the rejected rows of each table to a file of its name in this folder. Returns the files written.

        A file of that name from an earlier import is renamed to ``NAME.csv.before``.
        """
        reasons: defaultdict[str, defaultdict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for rejected in report.rejected:
            reasons[rejected.file][rejected.line].append(f"{rejected.field}: {rejected.reason}")
        written = []
        for file in self.files.values():
            target = folder / file.path.name
            if target.exists():
                target.replace(target.with_name(f"{target.name}.before"))
            if found := reasons.get(file.path.name):
                folder.mkdir(parents=True, exist_ok=True)
                file.write_rejected(target, {line: "; ".join(all_) for line, all_ in found.items()})
                written.append(target)
        return written

    def _lines(self, report: ImportReport, progress: Progress) -> Iterator[Line]:
        for name in self.mapping.tables:
            if name in self.files:
                reader = RowReader(self.mapping, name)
                for row in self.files[name].rows(progress):
                    yield from self._row(reader, row, report)

    def _row(self, reader: RowReader, row: CsvRow, report: ImportReport) -> Iterator[Line]:
        """The lines of one row. What is wrong with it is added to the report."""
        file, table, cells = self.files[reader.name].path.name, reader.table, row.cells

        def reject(field: str, reason: str) -> None:
            report.rejected.append(Rejected(file, row.line, field, reason))

        if row.wrong:
            reject("row", row.wrong)
            return
        if not reader.holds(table.when, cells):
            self.passed[file] += 1
            return
        try:
            key = reader.key(table.key, cells)
        except UnreadableCell as error:
            reject("key", str(error))
            return
        reference = ""
        try:
            reference = reader.reference(cells)
        except UnreadableCell as error:
            reject("case", str(error))
        given = [n for n, entry in enumerate(table.gives) if reader.holds(entry.when, cells)]
        self.passed[file] += not given
        first = self.seen.add(reader.name, key, row.line, reference, [table.gives[n].name for n in given])
        if first != row.line:
            words = ", ".join(key)
            reject("key", f"{words} is the key of line {first} too, and was taken from there; a key is of one row")
        elif reference:
            for n in given:
                entry = str(RowEntry(self.mapping.source, reader.name, key, table.gives[n].name))
                yield from self._entry(reader, row, n, {"case": reference, "entry": entry}, report)

    def _entry(
        self, reader: RowReader, row: CsvRow, number: int, ids: dict[str, str], report: ImportReport
    ) -> Iterator[Line]:  # fmt: skip
        """The line of one of the entries that the row gives, by its number in the mapping; none if it is not valid."""
        file, kind = self.files[reader.name].path.name, reader.table.gives[number].type
        fields, problems = reader.fields(number, row.cells)
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
