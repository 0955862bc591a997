"""The cells of a row as the mapping reads them: changed as it says, with those of the rows of other tables joined to it."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Protocol

from domain.importing.extracts.mapping import CellChange, Join, MappedTable, SourceMapping

Cells = Mapping[str, str]


class UnreadableCell(ValueError):
    """A cell that cannot be read as a value of its field. The message is the reason."""


class JoinedRows(Protocol):
    """The rows of the tables that are joined to others."""

    def row(self, name: str, join: Join, key: tuple[str, ...]) -> Cells | None:
        """The row that the join of this name means; None where it may be missing and is. ``UnreadableCell`` elsewhere."""


class RowCells(Mapping[str, str]):
    """Column -> cell of one row. A cell is changed, and a joined row is looked up, when it is asked for.

    A column that stands in the file under its whole name is that column, even where the name looks like a joined one.
    """

    def __init__(self, mapping: SourceMapping, table: MappedTable, cells: Cells, joined: JoinedRows):
        self.mapping, self.table, self.cells, self.joined = mapping, table, cells, joined
        self.rows: dict[str, Cells | None] = {}

    def __getitem__(self, column: str) -> str:
        if column in self.cells:
            return self._changed(column)
        join, _, other = column.partition(".")
        if join not in self.table.joins:
            raise KeyError(column)
        if join not in self.rows:
            self.rows[join] = self._row(join, self.table.joins[join])
        row = self.rows[join]
        return "" if row is None else row[other]

    def __iter__(self) -> Iterator[str]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    def _changed(self, column: str) -> str:
        text = self.cells[column]
        for change in self.table.cells.get(column, ()):
            if text not in self.mapping.blank:
                text = changed(text, change, column, self.mapping)
        return text

    def _row(self, join: str, way: Join) -> Cells | None:
        """The joined row; None where the columns that say which are blank, or where it may be missing and is."""
        key = tuple(self[column] for column in way.on)
        if any(part in self.mapping.blank for part in key):
            return None
        return self.joined.row(join, way, key)


def changed(text: str, change: CellChange, column: str, mapping: SourceMapping) -> str:
    """The text after one change. ``UnreadableCell`` where a lookup does not list it."""
    match change.how:
        case "upper":
            return text.upper()
        case "lower":
            return text.lower()
        case "strip_zeros":
            return text.lstrip("0") or "0"
        case _:
            return _looked_up(text, change, column, mapping)


def _looked_up(text: str, change: CellChange, column: str, mapping: SourceMapping) -> str:
    listed: Mapping[str, Any] = mapping.codes[change.lookup] if isinstance(change.lookup, str) else change.lookup
    if text in listed:
        return str(listed[text])
    if change.keep:
        return text
    near = get_close_matches(text, listed, n=1)
    hint = f" (did you mean '{near[0]}'?)" if near else ""
    raise UnreadableCell(
        f"{column}: '{text}' is not in its lookup in the mapping{hint}; add it there, or write unlisted: keep"
    )
