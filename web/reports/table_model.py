"""Sheets: the tables of a report, in a form that gives the table on a page, a file, a part of the JSON and text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from web.presentation.formatting import percent, short_date
from web.presentation.table_files import Column, Download, Kind

Where = Literal["both", "page", "file", "nowhere"]


class Heading(NamedTuple):
    """A column: name in JSON, heading, kind of value (a percent is a ``Fraction`` from 0 to 1), where it is shown."""

    name: str
    words: str
    kind: Kind = "text"
    where: Where = "both"


class Link(NamedTuple):
    """The target of a figure's link: an endpoint with its values."""

    endpoint: str
    values: Mapping[str, Any]


class TableRow(NamedTuple):
    """A row. ``opens``: name of the heading -> the link of its cell."""

    cells: Sequence[Any]
    opens: Mapping[str, Link] = {}
    whole: bool = False
    """Whether it is the total of the other rows."""


@dataclass(frozen=True)
class Table:
    """A table. ``id``: within its report; ``says``: text above it; ``none``: text in its place where it has no row."""

    id: str
    title: str
    headings: Sequence[Heading]
    rows: Sequence[TableRow]
    says: str = ""
    none: str = "Nothing fell due in that time."
    notes: Sequence[tuple[str, str]] = field(default=())
    where: Where = "both"
    most: int | None = None
    """The most rows that a page shows; a file has all rows."""

    @property
    def left_out(self) -> int:
        """The number of rows that a page does not show."""
        return 0 if self.most is None else max(0, len(self.rows) - self.most)

    def shown(self, where: Where) -> list[int]:
        """The indexes of the columns that a page shows, or that a file has."""
        return [n for n, heading in enumerate(self.headings) if heading.where in ("both", where)]

    @property
    def on_page(self) -> list[tuple[int, Heading]]:
        return [(n, self.headings[n]) for n in self.shown("page")]

    def table(self, notes: Sequence[tuple[str, str]] = ()) -> Download:
        """The sheet as a table to download, with its notes."""
        places = self.shown("file")
        file_notes = [*notes, *([("What it says", self.says)] if self.says else []), *self.notes]
        return Download(
            self.title,
            [Column(self.headings[n].words, self.headings[n].kind) for n in places],
            [[row.cells[n] for n in places] for row in self.rows],
            file_notes,
        )

    def document(self) -> dict[str, Any]:
        """The sheet as JSON: each row an object by the names of the columns; shares as numbers from 0 to 1."""
        places = self.shown("file")
        return {
            "id": self.id,
            "title": self.title,
            "says": self.says,
            "columns": [
                {"name": self.headings[n].name, "title": self.headings[n].words, "kind": self.headings[n].kind}
                for n in places
            ],
            "rows": [{self.headings[n].name: plain(row.cells[n]) for n in places} for row in self.rows],
        }

    def text(self) -> str:
        """The sheet as text, in columns of a fixed width."""
        places = self.shown("file")
        lines = [[self.headings[n].words for n in places]]
        lines += [[printed(row.cells[n], self.headings[n].kind) for n in places] for row in self.rows]
        widths = [min(44, max(len(line[at]) for line in lines)) for at in range(len(places))]
        right = [self.headings[n].kind in ("number", "percent") for n in places]
        body = [
            "  ".join(
                cell.rjust(width) if r else cell.ljust(width)
                for cell, width, r in zip(line, widths, right, strict=True)
            ).rstrip()
            for line in lines
        ]
        head = [self.title, *([self.says] if self.says else [])]
        return "\n".join([*head, *(body if self.rows else [self.none])])


def plain(value: Any) -> Any:
    """A cell as a JSON value; a share is rounded to four places."""
    if isinstance(value, Fraction):
        return round(float(value), 4)
    return value.isoformat() if isinstance(value, date) else value


def printed(value: Any, kind: Kind) -> str:
    """A cell in words, for a page or a terminal."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return percent(100 * value)
        case date():
            return short_date(value)
        case int() if kind == "number":
            return f"{value:,}"
    return str(value)
