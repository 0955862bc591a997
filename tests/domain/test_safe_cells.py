"""No cell of a CSV file is taken for a formula, on the site or at the command line; numbers stay numbers."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.importing.extracts.csv_tables import TableFile
from domain.safe_cells import as_typed, safe
from web.cli.due_command import _csv
from web.presentation.table_files import Column, Download, as_bytes

FORMULAS = [
    "=1+1", "+cmd", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\nx", "＝1+1", "＋1", "－1x", "＠SUM",
    "  =1", "\xa0=1", '"=1', "'=1", "' =1", "\u2018=1", "\ufeff=1", " \n=1", "--1", "+44 1452 000000",
]  # fmt: skip
HARMLESS = [
    "",
    "Ann",
    "a=b",
    "1",
    "-5",
    "+3.25",
    "-0,5",
    "12%",
    "-12%",
    "O'Neill",
    "2005-10-03",
    "'tis",
    "n/a",
    "x\n=1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text(text: str) -> None:
    assert safe(text) == f"'{text}"
    assert as_typed(safe(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_and_numbers_stay_as_they_are(text: str) -> None:
    assert safe(text) == text == as_typed(text)


@given(st.text(st.sampled_from("'\"=+-@＝ \n\ta1"), max_size=6))
def test_what_was_made_safe_can_be_read_again(text: str) -> None:
    assert as_typed(safe(text)) == text


def of_the_site(text: str) -> str:
    made = as_bytes(Download("t", [Column("a")], [[text]]), "csv").decode("utf-8-sig")
    return list(csv.reader(io.StringIO(made, newline="")))[1][0]


def of_due(text: str, capsys: pytest.CaptureFixture[str]) -> str:
    _csv(["officer"], [{"officer": text}])
    return list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))[1][0]


@pytest.mark.parametrize("text", FORMULAS)
def test_the_site_and_the_command_line_write_the_same_cell(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert of_the_site(text) == f"'{text}"
    if "\r" not in text:  # the capture turns it into a line feed
        assert of_due(text, capsys) == f"'{text}"


def test_rejected_rows_are_safe_and_are_read_again_as_they_were(tmp_path: Path) -> None:
    rows = [[text, "x"] for text in FORMULAS + HARMLESS]
    source = tmp_path / "contacts.csv"
    with source.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["officer", "=note"], *rows])
    table = TableFile(source, "utf-8", ",")
    lines = {row.line: "=reason" for row in table.rows()}
    table.write_rejected(tmp_path / "rejected.csv", lines)
    with (tmp_path / "rejected.csv").open(newline="", encoding="utf-8-sig") as stream:
        head, *written = list(csv.reader(stream))
    assert head == ["rejected_because", "officer", "'=note"]
    assert [cells[1] for cells in written] == [safe(text) for text, _ in rows]
    assert {cells[0] for cells in written} == {"'=reason"}
    again = TableFile(tmp_path / "rejected.csv", "utf-8", ",")
    assert [row.cells for row in again.rows()] == [row.cells for row in table.rows()]
    again.write_rejected(tmp_path / "twice.csv", lines, whole=True)
    assert [row.cells for row in TableFile(tmp_path / "twice.csv", "utf-8", ",").rows()] == [
        row.cells for row in table.rows()
    ]
