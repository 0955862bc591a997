"""The extracts of the documents are imported as the documents say."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.domain.importing.test_extracts import EXAMPLES
from tests.support.repository import ROOT
from web.cli import main


@pytest.mark.parametrize(("name", "entries", "cases"), [("crams", 26, 3), ("delius", 16, 2)])
def test_the_examples_are_taken_whole_and_again(name: str, entries: int, cases: int, tmp_path: Path) -> None:
    command = [
        "import", str(EXAMPLES / name), "--mapping", str(EXAMPLES / f"{name}.yaml"), "--rejects", str(tmp_path),
        "--database", str(tmp_path / "x.sqlite"),
    ]  # fmt: skip
    first = CliRunner().invoke(main, command)
    assert f"{entries} entries stored, 0 already there, 0 rejected" in first.output, first.output
    assert f"0 entries stored, {entries} already there, 0 rejected" in CliRunner().invoke(main, command).output
    exported = CliRunner().invoke(main, ["export", "--database", str(tmp_path / "x.sqlite")]).output
    assert exported.count('"SupervisionStarted"') == cases


def test_the_example_of_crams_tells_its_story(tmp_path: Path) -> None:
    database = str(tmp_path / "x.sqlite")
    command = ["import", str(EXAMPLES / "crams"), "--mapping", str(EXAMPLES / "crams.yaml"), "--rejects", str(tmp_path)]
    CliRunner().invoke(main, [*command, "--database", database])
    case = ["case", "X210001/1", "--as-at", "2005-06-10", "--known-at", "hindsight", "--database", database]
    text = CliRunner().invoke(main, case).output
    assert "Sam Médard  community order, Jo Officer, Cheltenham" in text
    assert 'Letter asking for an explanation:\n"please write by 18 May" – no answer so far' in text
    assert "met       initial-supervision-plan" in text and "met       assessment-countersigned" in text
    assert "met_late  absence-explanation" in text and "overdue   risk-management-plan" in text


def test_the_walk_through_prints_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "extracts.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLES / "crams", "tonight")

    def prints(folder: str) -> None:
        mapping = str(EXAMPLES / "crams.yaml")
        result = CliRunner().invoke(main, ["import", folder, "--mapping", mapping, "--database", "crams.sqlite"])
        command = f"    $ caseaudit import {folder} --mapping docs/extracts/crams.yaml --database crams.sqlite\n"
        assert command + "".join(f"    {line}\n" for line in result.output.splitlines()) in page, result.output

    prints("tonight")
    contacts = Path("tonight/CONTACTS.csv")
    text = contacts.read_text(encoding="windows-1252")
    text = text.replace("08/04/2005,15/04/2005,TEL", "08/04/2005,18/04/2005,TEL").replace(",UNA,", ",UNX,")
    contacts.write_text("".join(row for row in text.splitlines(keepends=True) if "50007" not in row), "windows-1252")
    prints("tonight")
    rejected = Path("tonight/rejected/CONTACTS.csv")
    rejected.write_text(rejected.read_text("windows-1252").replace(",UNX,", ",ATT,"), "windows-1252")
    prints("tonight/rejected")


def test_the_mapping_that_the_page_shows_is_that_of_the_example() -> None:
    page = (ROOT / "docs" / "extracts.md").read_text(encoding="utf-8")
    example = {line.strip() for line in (EXAMPLES / "crams.yaml").read_text(encoding="utf-8").splitlines()}
    shown = page[page.index("    contacts:\n") : page.index("            outcome: {column: RESULT")]
    assert {line.strip() for line in shown.splitlines()} <= example


def test_the_example_of_delius_tells_its_story(tmp_path: Path) -> None:
    database = str(tmp_path / "x.sqlite")
    command = [
        "import",
        str(EXAMPLES / "delius"),
        "--mapping",
        str(EXAMPLES / "delius.yaml"),
        "--rejects",
        str(tmp_path),
    ]
    assert (
        "rows that give no entry: 1 of contact.csv"
        in CliRunner().invoke(main, [*command, "--database", database]).output
    )
    case = ["case", "X310002/3", "--as-at", "2015-04-01", "--known-at", "hindsight", "--database", database]
    text = CliRunner().invoke(main, case).output
    assert "Grace Okoro  licence, Kim Park, Gloucester" in text
    for words in ("MAPPA", "Recall requested", "acceptable absence", "Released on: 9 Mar 2015"):
        assert words in text, words
