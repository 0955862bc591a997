"""Tables as files: CSV, XLSX and ODS, each with what the table is and how it was made."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import chain, count
from typing import Any, Literal

from domain.safe_cells import safe
from projections.history.moment import Moment
from web.presentation import ods_writer
from web.presentation.basis_words import knowledge_words
from web.presentation.formatting import long_date

PART = 1 << 16
"""Characters of a part of a file that is sent in parts, about."""

Kind = Literal["text", "date", "number", "percent"]

ABOUT = "About"
"""The last sheet of a file: what its tables are, and how they were made."""

Rows = Sequence[tuple[str, str]]
"""Pairs of a name and what is said of it."""


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


def _xlsx(tables: Mapping[str, Download], about: Rows, title: str) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, safe) as book:
        book.set_properties({"title": title, "created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "date": book.add_format({"num_format": "d mmm yyyy", "align": "left", "valign": "top"}),
            "percent": book.add_format({"num_format": "0%", "valign": "top"}),
        }
        for name, table in tables.items():
            _fill(book.add_worksheet(name), table, formats)
        sheet = book.add_worksheet(ABOUT)
        sheet.set_column(0, 1, 40)
        for down, (name, value) in enumerate(about):
            sheet.write_string(down, 0, name, formats["head"])
            sheet.write_string(down, 1, ods_writer.printable(value), formats["text"])
    return out.getvalue()


def _fill(sheet: Any, table: Download, formats: Mapping[str, Any]) -> None:
    for at, column in enumerate(table.columns):
        sheet.write_string(0, at, column.heading, formats["head"])
        sheet.set_column(at, at, 12 if column.kind != "text" else 24)
    for down, row in enumerate(table.rows, start=1):
        for at, value in enumerate(row):
            _write(sheet, down, at, value, formats)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table.rows), 1), max(len(table.columns) - 1, 0))


LONGEST_NAME = 31
"""Characters of the name of a sheet, at most."""

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")

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


def _ods(tables: Mapping[str, Download], about: Rows, title: str) -> bytes:
    sheets = [(name, [[c.heading for c in table.columns], *table.rows]) for name, table in tables.items()]
    return ods_writer.spreadsheet([*sheets, (ABOUT, about)])


def _one_csv(tables: Mapping[str, Download], about: Rows, title: str) -> bytes:
    (table,) = tables.values()
    return _csv(table)


FORMATS: Mapping[str, tuple[str, Callable[[Mapping[str, Download], Rows, str], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", _one_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "ods": (ods_writer.MIME, _ods),
}

OF_SHEETS = ("ods", "xlsx")
"""The forms that hold several tables, a sheet each."""


def as_bytes(table: Download, form: str) -> bytes:
    """The table as a file; the same bytes for the same table. ``KeyError``: no such form."""
    return FORMATS[form][1]({"Table": table}, [("Table", table.title), *table.notes], table.title)


def as_book(title: str, tables: Sequence[Download], notes: Rows, form: str) -> bytes:
    """Several tables as one file of a form ``OF_SHEETS``: a sheet each, named by its title, and last what they are.

    ``notes``: what holds for all of them; the tables have their own.
    """
    named = dict(zip(sheet_names(table.title for table in tables), tables, strict=True))
    about = [("Report", title), *notes]
    for name, table in named.items():
        about += [(name, table.title), *table.notes]
    return FORMATS[form][1](named, about, title)


def sheet_names(titles: Iterable[str]) -> list[str]:
    """A name for the sheet of each title: at most 31 characters, none that spreadsheets refuse, each once."""
    found = list[str]()
    for title in titles:
        plain = " ".join(ods_writer.printable(_NOT_IN_NAMES.sub(" ", title)).split()).strip("'") or "Table"
        taken = {ABOUT.casefold(), *(name.casefold() for name in found)}
        tried = (plain[: LONGEST_NAME - len(end)].rstrip() + end for end in chain([""], (f" {n}" for n in count(2))))
        found.append(next(name for name in tried if name.casefold() not in taken))
    return found
