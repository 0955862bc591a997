"""Tables to keep: what goes in comes out, in every form, and nothing in them runs."""

import csv
import io
import zipfile
from datetime import date
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tests.support.depth import examples
from web.presentation.ods_writer import MIME, printable
from web.presentation.table_files import FORMATS, Column, Download, as_book, as_bytes, sheet_names

TABLE = Download(
    "A table",
    [Column("Name"), Column("On", "date"), Column("N", "number"), Column("Share", "percent"), Column("Kept")],
    [
        ("=cmd|'/c calc'!A0", date(2005, 10, 3), 3, Fraction(5, 8), True),
        ("Åsa Ω 李 ق 👩‍⚖️\nsecond line", None, -2, None, False),
        ("<b>&amp;\"'</b>", date(2100, 12, 31), 0, Fraction(0), None),
        ("  two  spaces\ttab ", date(1900, 1, 1), 10**6, Fraction(1), True),
    ],
    [("As at", "3 October 2005")],
)


def read(form: str, table: Download) -> list[list[object]]:
    data = as_bytes(table, form)
    if form == "csv":
        assert data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data
        return [list(row) for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))]
    return list(CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Table").to_python())


def test_values_keep_their_kind_in_spreadsheets() -> None:
    for form in ("xlsx", "ods"):
        rows = read(form, TABLE)
        assert rows[0] == ["Name", "On", "N", "Share", "Kept"]
        assert rows[1][0] == "=cmd|'/c calc'!A0"
        assert [row[1] for row in rows[1:3]] == [date(2005, 10, 3), ""]
        assert [row[2] for row in rows[1:]] == [3, -2, 0, 10**6]
        assert [row[3] for row in rows[1:]] == [0.625, "", 0, 1]
        assert [row[4] for row in rows[1:]] == [True, False, "", True]


def test_csv_runs_nothing_and_is_read_by_machines() -> None:
    rows = read("csv", TABLE)
    assert rows[1] == ["'=cmd|'/c calc'!A0", "2005-10-03", "3", "0.6250", "yes"]
    assert rows[2][2] == "-2", "a number is not text"
    for start in "=+-@\t\r":
        (_, row) = read("csv", Download("t", [Column("a")], [(f"{start}1+1",)]))
        assert str(row[0]).startswith("'")


def test_an_xlsx_holds_no_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(as_bytes(TABLE, "xlsx"))) as archive:
        assert all(b"<f>" not in archive.read(name) for name in archive.namelist() if "worksheets" in name)


def test_an_ods_is_known_by_its_first_bytes() -> None:
    data = as_bytes(TABLE, "ods")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, archive.read(first)) == ("mimetype", 0, MIME.encode())
        for name in ("content.xml", "META-INF/manifest.xml"):
            ElementTree.fromstring(archive.read(name))
    assert data[30:38] == b"mimetype" and data[38:84] == MIME.encode()


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_table_gives_the_same_bytes(form: str) -> None:
    assert as_bytes(TABLE, form) == as_bytes(TABLE, form)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("rows", [0, 3000])
def test_empty_and_long_tables(form: str, rows: int) -> None:
    table = Download("t", [Column("a"), Column("b")], [(f"r{n}", "x" * (40_000 if n == 1 else 3)) for n in range(rows)])
    found = read(form, table)
    assert len(found) == rows + 1


@examples(60)
@given(st.text(max_size=60), st.sampled_from(sorted(FORMATS)))
def test_any_text_comes_back_but_for_what_no_file_can_hold(text: str, form: str) -> None:
    rows = read(form, Download("t", [Column("a"), Column("end")], [(text, "end")]))
    found = str(rows[1][0])
    if form == "csv":
        encodable = text.encode("utf-8", "replace").decode().replace("\0", "")
        assert found.removeprefix("'") == encodable.removeprefix("'")
    elif not any(c in text for c in "\r") and "_x" not in text:
        assert found == printable(text)
    assert rows[1][-1] == "end"


def test_every_sheet_has_a_name_that_spreadsheets_take() -> None:
    long = "Plan made in time, by division and team, month by month"
    names = sheet_names([long, long, "A/B: [c]?", "about", "'", "", long.upper()])
    assert names == ["Plan made in time, by division", "Plan made in time, by divisio 2", "A B c", "about 2", "Table", "Table 2",
                     "PLAN MADE IN TIME, BY DIVISIO 3"]  # fmt: skip
    for form in ("ods", "xlsx"):
        made = as_book("All", [TABLE, TABLE], [("As at", "3 October 2005")], form)
        assert CalamineWorkbook.from_filelike(io.BytesIO(made)).sheet_names == ["A table", "A table 2", "About"]
        assert made == as_book("All", [TABLE, TABLE], [("As at", "3 October 2005")], form)
