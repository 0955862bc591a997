"""The tables that are joined to others: their rows by the columns that identify them, looked up one at a time.

The rows are kept in a temporary SQLite database, which goes to disk when it grows, so that memory does not grow with the
tables.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping

import msgspec

from domain.importing.extracts.csv_tables import CsvRow, TableFile
from domain.importing.extracts.mapping import Join, SourceMapping, all_hold
from domain.importing.extracts.row_cells import Cells, RowCells, UnreadableCell
from domain.importing.ndjson_reader import Rejected


class JoinedTables:
    """The rows of the tables that a mapping joins to others, of those in the folder."""

    def __init__(self, mapping: SourceMapping, files: Mapping[str, TableFile]):
        self.mapping, self.files = mapping, files
        joins = [join for name in files for join in mapping.tables[name].joins.values() if join.table in files]
        self.ways = sorted({(join.table, tuple(join.on.values())) for join in joins})
        """The tables joined, each with the columns by which its rows are looked up."""
        self.heads: dict[str, list[str]] = {}
        self.rows = sqlite3.connect("", isolation_level=None)
        self.rows.executescript(
            """
            PRAGMA journal_mode = OFF;
            CREATE TABLE joined (tab TEXT, columns TEXT, key TEXT, line INTEGER, cells BLOB,
            PRIMARY KEY (tab, columns, key, line)) WITHOUT ROWID;
            """
        )

    def load(self, progress: Callable[[int], None]) -> Iterator[Rejected]:
        """Read the rows of the joined tables. Yields those that cannot be read, of tables that give no entry.

        Other tables are read again, for their entries. ``progress``: as for ``TableFile.rows``, once for each table.
        """
        for table in sorted({name for name, _ in self.ways}):
            file, gives = self.files[table], bool(self.mapping.tables[table].gives)
            ways = [columns for name, columns in self.ways if name == table]
            for row in file.rows((lambda size: None) if gives else progress):
                reason = row.wrong or self._add(table, ways, row)
                if reason and not gives:
                    yield Rejected(file.path.name, row.line, "row", reason)

    def row(self, name: str, join: Join, key: tuple[str, ...]) -> Cells | None:
        """The row that the join of this name means; None where it may be missing and is.

        ``UnreadableCell`` names file, lines and key where there is none, or several that differ.
        """
        found = self._rows(join, key)
        by = " and ".join(f"{column} '{part}'" for column, part in zip(join.on.values(), key, strict=True))
        if len(found) > 1:
            lines = " and ".join(str(line) for line in sorted(found.values()))
            raise UnreadableCell(
                f"{name}: {self._file(join.table)} has different rows with {by}, in lines {lines}; correct them, or say "
                f"by the when of {join.table} which counts"
            )
        if not found and not join.optional:
            raise UnreadableCell(
                f"{name}: {self._file(join.table)} has no row with {by}; add it there, or write optional: true at the "
                f"join {name}"
            )
        return next((self._cells(join.table, cells) for cells in found), None)

    def _rows(self, join: Join, key: tuple[str, ...]) -> dict[bytes, int]:
        """The rows with this key that count, those that are alike once: cells -> line. Void ones if there is no other."""
        found: dict[bytes, int] = {}
        void: dict[bytes, int] = {}
        table, blank = self.mapping.tables[join.table], self.mapping.blank
        for line, cells in self.rows.execute(
            "SELECT line, cells FROM joined WHERE tab = ? AND columns = ? AND key = ? ORDER BY line",
            (join.table, _together(tuple(join.on.values())), _together(key)),
        ).fetchall():
            row = self._cells(join.table, cells)
            if all_hold(table.when, row, blank):
                is_void = bool(table.withdrawn_when) and all_hold(table.withdrawn_when, row, blank)
                (void if is_void else found).setdefault(cells, line)
        return found or void

    def _cells(self, table: str, cells: bytes) -> Cells:
        named = dict(zip(self.heads[table], msgspec.json.decode(cells), strict=True))
        return RowCells(self.mapping, self.mapping.tables[table], named, self)

    def _add(self, table: str, ways: list[tuple[str, ...]], row: CsvRow) -> str:
        """Keep a row under each of its keys. Returns why one cannot be read, if so."""
        self.heads.setdefault(table, list(row.cells))
        cells = RowCells(self.mapping, self.mapping.tables[table], row.cells, self)
        try:
            keys = [(_together(columns), _together(tuple(cells[column] for column in columns))) for columns in ways]
        except UnreadableCell as error:
            return str(error)
        kept = msgspec.json.encode(list(row.cells.values()))
        self.rows.executemany(
            "INSERT INTO joined VALUES (?, ?, ?, ?, ?)", [(table, *both, row.line, kept) for both in keys]
        )
        return ""

    def _file(self, table: str) -> str:
        found = self.files.get(table)
        return found.path.name if found else f"the table {table}, which is not in the folder,"


def _together(parts: tuple[str, ...]) -> str:
    return "\x1f".join(parts)
