"""Imports an extract of a case system: the rows of its tables become lines for the importer.

Rejected rows are written to a file with the reason, so that they can be corrected and imported again. So is a row of which only
one entry is rejected.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from domain.importing.extracts.csv_tables import TableFile
from domain.importing.extracts.extract_rows import ExtractRows, Progress, RowCounts
from domain.importing.extracts.mapping import SourceMapping
from domain.importing.extracts.mapping_check import read_mapping
from domain.importing.extracts.missing_rows import RowsSeen
from domain.importing.extracts.taken_back import MOVED, WITHDRAW, Comparison, MissingRow
from domain.importing.freezes_of_run import FreezesOfRun
from domain.importing.importer import ImportReport, take_lines
from domain.importing.ndjson_reader import Line
from domain.importing.source_areas import SourceAreas
from domain.private_folder import OUR_FOLDER
from domain.store.application import Files


@dataclass
class Extract:
    """A folder of tables with a mapping that fits them. ``made_at``: when the extract was made.

    ``part``: the extract does not hold everything that the source holds.
    """

    mapping: SourceMapping
    files: Mapping[str, TableFile]
    made_at: datetime
    part: bool
    rows: ExtractRows
    comparison: Comparison

    @classmethod
    def open(cls, folder: Path, mapping_file: Path, made_at: datetime, *, part: bool = False) -> "Extract":
        """The extract in a folder. ``PolicyError`` lists everything in the mapping that does not fit it."""
        mapping, files, part = read_mapping(mapping_file, folder, part=part)
        seen = RowsSeen(mapping.source)
        rows = ExtractRows(mapping, files, made_at, seen)
        return cls(mapping, files, made_at, part, rows, Comparison(mapping, files, seen, part=part))

    @property
    def counts(self) -> RowCounts:
        """The rows that gave no entry, without being rejected."""
        return self.rows.counts

    def take(
        self, files: Files, report: ImportReport, progress: Progress, *, now: datetime, actor: str, keep: bool,
        areas: SourceAreas | None = None,
    ) -> None:  # fmt: skip
        """Import the rows of the extract, and withdraw what its source has taken back.

        With ``keep`` false nothing is stored; the report says what would be. What has moved to another case is withdrawn
        last, unless that case did not take it.
        """

        freezes = FreezesOfRun(files)

        def take(lines: Iterator[Line]) -> None:
            take_lines(files, freezes.noting(lines), report, now=now, actor=actor, keep=keep, check=areas)

        take(chain(self.rows.lines(report, progress), self._taken_back(files, report)))
        self.comparison.keep_unmoved(report.rejected)
        take(self.comparison.withdrawals(MOVED, self.made_at, report.rejected))
        if keep:
            report.fixed += freezes.fix(now=now, actor=actor)
        report.rejected.sort()

    def _taken_back(self, files: Files, report: ImportReport) -> Iterator[Line]:
        """The withdrawals of what the rows, which have been read by now, no longer say."""
        self.comparison.make(files)
        yield from self.comparison.withdrawals(WITHDRAW, self.made_at, report.rejected)

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
            if rejected.line:  # a withdrawal for a row that is gone has none
                reasons[rejected.file][rejected.line].append(f"{rejected.field}: {rejected.reason}")
        needed = self._joined_to({name for name, file in self.files.items() if file.path.name in reasons})
        written = []
        for name, file in self.files.items():
            target = folder / file.path.name
            if target.exists():
                target.replace(target.with_name(f"{target.name}.before"))
            found = reasons.get(file.path.name)
            if found or name in needed:
                folder.mkdir(mode=OUR_FOLDER, parents=True, exist_ok=True)
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
