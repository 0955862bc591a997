"""The demonstration is sealed: neither its database nor its columns hold a name, and its figures are those of a plain record."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from domain.store.application import Files
from domain.store.database import Database
from projections.cases.case_repository import CaseRepository
from projections.inspections.published_figures import figures
from projections.inspections.sample_scores import score_inspection
from projections.read_model.column_base import columns_folder
from web.cli import main

AUDIT = "gloucestershire-2005"


def run(*arguments: str) -> None:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 0, result.output


def names_in(folder: Path) -> set[str]:
    """The names and dates of birth of the persons in interchange files."""
    lines = [json.loads(line) for path in folder.iterdir() for line in path.read_text(encoding="utf-8").splitlines()]
    people = [line["person"] for line in lines if "person" in line]
    days = {person["date_of_birth"] for person in people}
    return {person["name"] for person in people} | {day for day in days if not day.endswith("-01-01")}


@pytest.mark.slow
def test_neither_database_nor_columns_hold_a_name(sample_files: Path, tmp_path: Path) -> None:
    address = str(tmp_path / "record.sqlite")
    run("import", str(sample_files), "--database", address)
    run("rebuild", "--database", address)
    home = columns_folder(Database.at(address))
    held = [path for path in (*home.rglob("*"), *tmp_path.glob("record.sqlite*")) if path.is_file()]
    assert any(home in path.parents for path in held), "columns were made"
    wanted = names_in(sample_files)
    assert len(wanted) > 100
    for path in held:
        content = path.read_bytes()
        assert [name for name in wanted if name.encode() in content] == [], path.name


@pytest.mark.slow
def test_the_figures_are_those_of_a_plain_record(
    sample_files: Path, tmp_path: Path, plain_records: None, loaded: Path
) -> None:
    address = str(tmp_path / "plain.sqlite")
    run("import", str(sample_files), "--database", address)
    told = []
    for record in (address, str(loaded)):
        with closing(Files.open(record)) as files:
            book = CaseRepository(files)
            told.append((files.seals, figures(book.inspection(AUDIT), score_inspection(book, AUDIT).score)))
    assert [seals for seals, _ in told] == [False, True]
    assert told[0][1] == told[1][1]
