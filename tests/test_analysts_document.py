"""The examples of docs/analysts.md, run on the demonstration; and that the document names what there is."""

import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from projections.exports.entry_columns import TABLE
from projections.exports.export_contents import CASE_TABLES, OTHER_TABLES
from projections.exports.ledger_fields import PEOPLE
from tests.conftest import copied
from tests.support.exported import made, rows

DOCUMENT = (Path(__file__).parent.parent / "docs" / "analysts.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def folder(followed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the export ``analysts`` of the document lies."""
    home = tmp_path_factory.mktemp("document")
    made(str(copied(followed, home)), home / "analysts", "--area", "Gloucestershire", "--as-at", "2005-12-22")
    return home


def test_duckdb(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    found = duckdb.sql(example("sql")).fetchall()
    clauses = {r["clause"]: r for r in rows(folder / "analysts", "clauses")}
    expected: dict[tuple[str, str], list[str]] = {}
    for r in rows(folder / "analysts", "duties"):
        clause = clauses[r["clause"]]
        fell_due = (
            r["state"] in ("met", "met late", "overdue", "missed") and "2004-12-23" <= str(r["due_on"]) <= "2005-12-22"
        )
        if r["known_until"] is None and clause["subject"] == "enforcement" and fell_due:
            expected.setdefault((r["team"], clause["id"]), []).append(r["state"])
    assert len(found) > 8
    assert [row[:3] for row in found] == [(*key, len(states)) for key, states in sorted(expected.items())]
    assert found[0][3] == pytest.approx(100 * expected[found[0][:2]].count("met") / found[0][2], abs=0.06)


def test_pandas(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(folder)
    exec(compile(example("python"), "docs/analysts.md", "exec"), {})
    told = capsys.readouterr().out
    decided = [
        r for r in rows(folder / "analysts", "entries") if r["type"] == "Absence judged" and r["known_until"] is None
    ]
    assert re.search(rf"count\s+{len(decided)}\.0", told)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed here: its example is not run")
def test_r(folder: Path) -> None:
    if subprocess.run(["Rscript", "-e", "library(arrow); library(dplyr)"], check=False, capture_output=True).returncode:
        pytest.skip("R has no packages arrow and dplyr here: its example is not run")
    done = subprocess.run(["Rscript", "-e", example("r")], cwd=folder, check=True, capture_output=True, text=True)
    assert "community" in done.stdout


def test_the_document_names_every_table() -> None:
    for table in (*CASE_TABLES, *OTHER_TABLES, PEOPLE):
        line = next(line for line in DOCUMENT.splitlines() if line.startswith(f"| `{table.name}` |"))
        assert re.findall(r"`(\w+)`", line.split("|")[3]) == list(table.key)
    assert TABLE in CASE_TABLES
