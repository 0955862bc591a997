"""Tables as files: CSV, XLSX and ODS, each with what the table is and how it was made."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any, Literal

from domain.safe_cells import safe
from projections.history.moment import Moment
from web.presentation import ods_writer
from web.presentation.formatting import long_date
from web.presentation.phrases import knowledge_words

PART = 1 << 16
"""Characters of a part of a file that is sent in parts, about."""

Kind = Literal["text", "date", "number", "percent"]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and how wide its values run."""

    heading: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Download:
    """Rows of values (text, numbers, ``Fraction`` for shares, dates, None), and what they are: pairs of name and value.

    ``cases``: the references of those that the rows are about, for the access log.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    notes: Sequence[tuple[str, str]] = ()
    cases: Iterable[str] = ()


def notes(moment: Moment, *others: tuple[str, str]) -> list[tuple[str, str]]:
    """What a table about cases says of itself: the day it is as at, and what was known."""
    return [("As at", long_date(moment.on)), ("Read", knowledge_words(moment)), *others]


def _csv(table: Download) -> bytes:
    """RFC 4180, with the mark by which spreadsheets know UTF-8; nothing in it is run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([csv_cell(column.heading) for column in table.columns])
    writer.writerows([csv_cell(value) for value in row] for row in table.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def csv_in_parts(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Rows as a CSV file in parts, as they come: no more than a part is in memory."""
    part = io.StringIO("\ufeff")
    part.seek(0, io.SEEK_END)
    for row in rows:
        csv.writer(part, lineterminator="\r\n").writerow([csv_cell(value) for value in row])
        if part.tell() > PART:
            yield part.getvalue().encode("utf-8", "replace")
            part = io.StringIO()
    yield part.getvalue().encode("utf-8", "replace")


def csv_cell(value: Any) -> str:
    """A value as a cell of CSV; no text is taken for a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return f"{float(value):.4f}"
        case int() | float():
            return str(value)
        case date():
            return value.isoformat()
    return safe(str(value).replace("\0", ""))


def _xlsx(table: Download) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, safe) as book:
        book.set_properties({"title": table.title, "created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "date": book.add_format({"num_format": "d mmm yyyy", "align": "left", "valign": "top"}),
            "percent": book.add_format({"num_format": "0%", "valign": "top"}),
        }
        sheet = book.add_worksheet("Table")
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, column.heading, formats["head"])
            sheet.set_column(at, at, 12 if column.kind != "text" else 24)
        for down, row in enumerate(table.rows, start=1):
            for at, value in enumerate(row):
                _write(sheet, down, at, value, formats)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(table.rows), 1), max(len(table.columns) - 1, 0))
        about = book.add_worksheet("About")
        about.set_column(0, 1, 40)
        for down, (name, value) in enumerate((("Table", table.title), *table.notes)):
            about.write_string(down, 0, name, formats["head"])
            about.write_string(down, 1, ods_writer.printable(value), formats["text"])
    return out.getvalue()


LONGEST_CELL = 32_767
"""Characters that a cell of a spreadsheet can hold."""


def _write(sheet: Any, down: int, at: int, value: Any, formats: Mapping[str, Any]) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(down, at, value)
        case Fraction():
            sheet.write_number(down, at, float(value), formats["percent"])
        case int() | float():
            sheet.write_number(down, at, value)
        case datetime():
            sheet.write_string(down, at, value.isoformat(timespec="seconds"))
        case date():
            sheet.write_datetime(down, at, datetime.combine(value, datetime.min.time()), formats["date"])
        case _:
            sheet.write_string(down, at, ods_writer.printable(str(value))[:LONGEST_CELL], formats["text"])


def _ods(table: Download) -> bytes:
    rows = [[column.heading for column in table.columns], *table.rows]
    return ods_writer.spreadsheet([("Table", rows), ("About", [("Table", table.title), *table.notes])])


FORMATS: Mapping[str, tuple[str, Callable[[Download], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "ods": (ods_writer.MIME, _ods),
}


def as_bytes(table: Download, form: str) -> bytes:
    """The table as a file; the same bytes for the same table. ``KeyError``: no such form."""
    return FORMATS[form][1](table)
