"""Exports on record: which of them hold a person, and where that is said."""

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.entries.case_entries import SupervisionEnded
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.exports.made_exports import exports_holding, made_exports
from tests.conftest import copied
from tests.domain.store.test_store import BEGINNING
from tests.support.exported import IDENTIFIED, made, rows, run
from tests.support.histories import CASE, facts_of
from web.cli import main

DAY = ("--as-at", "2005-12-22")


@pytest.fixture(scope="module")
def database(followed: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(copied(followed, tmp_path_factory.mktemp("exports")))


@pytest.fixture(scope="module")
def folders(database: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An export of one team with names, one of everything under digests, one of an early day."""
    home = tmp_path_factory.mktemp("made")
    return {
        "named": made(database, home / "named", *DAY, *IDENTIFIED, "--team", "Gloucester"),
        "digests": made(database, home / "digests", *DAY),
        "early": made(database, home / "early", "--as-at", "2004-02-01", "--area", "Gloucestershire"),
    }


def command(database: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--database", database], catch_exceptions=False)


def held(database: str, crn: str) -> set[str]:
    with closing(Files.open(database)) as files:
        return {Path(one.made.path).name for one in exports_holding(CaseRepository(files), [crn])}


def test_exactly_the_exports_that_hold_a_person_are_named(database: str, folders: dict[str, Path]) -> None:
    with closing(Files.open(database)) as files:
        every = CaseRepository(files).cases
        assert len(made_exports(files)) == 3
    named = {r["person"] for r in rows(folders["named"], "people")}
    counts = {"named": 0, "digests": 0, "early": 0}
    for case in every:
        crn = case.partition("/")[0]
        found = held(database, crn)
        assert ("named" in found) == (crn in named)
        for one in found:
            counts[one] += 1
    assert counts == {name: len(rows(folder, "cases")) for name, folder in folders.items()}


def test_an_entry_stored_later_is_in_no_earlier_export(followed: Path, tmp_path: Path) -> None:
    database = str(copied(followed, tmp_path))
    made(database, tmp_path / "before", *DAY)
    assert command(database, "import", "docs/example.ndjson").exit_code == 0
    assert held(database, "X123456") == set()
    made(database, tmp_path / "after", *DAY)
    assert held(database, "X123456") == {"after"}


def test_disclosing_and_erasing_name_them(database: str, folders: dict[str, Path], tmp_path: Path) -> None:
    crn = rows(folders["named"], "people")[0]["person"]
    told = command(database, "disclose", crn, "--output", str(tmp_path / "draft"))
    assert told.exit_code == 0
    assert "for A Reader; purpose: a study" in told.output
    assert "to be destroyed by 2099-01-01" in told.output
    assert str(folders["digests"]) in told.output
    assert "Exports for analysts that hold it" in (tmp_path / "draft" / "draft.html").read_text()


def test_erasing_names_them_among_what_it_does_not_reach(tmp_path: Path) -> None:
    database, day = str(tmp_path / "one.sqlite"), date(2005, 5, 3)
    ended = SupervisionEnded(
        entry="end", occurred_on=day, recorded_at=datetime(2005, 5, 3, 12, tzinfo=UTC), reason="completed"
    )
    with closing(Files.open(database)) as files:
        files.record(CASE, [*facts_of([BEGINNING]), ended], actor="test")
    made(database, tmp_path / "out", *IDENTIFIED)
    erased = command(database, "erase", CASE.partition("/")[0], "--reason", "asked for", "--not-linked", "--yes")
    assert erased.exit_code == 0, erased.output
    assert f"for A Reader; purpose: a study; in {tmp_path / 'out'}" in erased.output


def test_listing_and_saying_that_one_was_destroyed(database: str, folders: dict[str, Path]) -> None:
    listed = run(database, "--list").output.splitlines()
    assert len(listed) == 3
    export = next(line for line in listed if str(folders["early"]) in line).split()[1]
    assert "under digests" in next(line for line in listed if export in line)
    assert run(database, "--destroyed", "20010101-000000").exit_code == 2
    assert run(database, "--destroyed", export).exit_code == 0
    assert "destroyed, as somebody said" in next(
        line for line in run(database, "--list").output.splitlines() if export in line
    )
    assert run(database, "--destroyed", export).exit_code == 2
