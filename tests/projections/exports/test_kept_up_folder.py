"""A folder that a follower keeps up: after any change it says what an export made anew would say, and it is whole all the time."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import pytest

from domain.entries.case_entries import AppointmentMade
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.exports import kept_up_folder
from projections.exports.made_exports import exports_holding
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from tests.conftest import copied
from tests.support.exported import made, rows
from web.cli.follow_export import FollowedExport, followed_export
from web.site import system_clock

TABLES = ("cases", "entries", "duties", "spells", "late_entries", "notices", "answers", "scores")


@pytest.fixture
def database(followed: Path, tmp_path: Path) -> str:
    return str(copied(followed, tmp_path))


@pytest.fixture
def views(database: str) -> Iterator[ReadModel]:
    with closing(ReadModel(database)) as found:
        yield found


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of few cases, so that the demonstration has sixteen."""
    monkeypatch.setattr(kept_up_folder, "CASES_OF_PART", 20)


def kept_up(views: ReadModel, database: str, home: Path, *areas: str) -> FollowedExport:
    said: list[str] = []
    found = followed_export(views, database, home, areas, 0, said.append)
    found.said = said  # type: ignore[attr-defined]
    return found


def record(database: str, case: str, views: ReadModel) -> None:
    """One more appointment on a case."""
    day = date(2005, 12, 21)
    with closing(Files.open(database)) as files:
        at = datetime(2005, 12, 21, 9, tzinfo=UTC)
        fact = AppointmentMade(
            entry=f"more-{os.urandom(3).hex()}", occurred_on=day, recorded_at=at, for_on=day, contact_type="office"
        )
        files.record(case, [fact], actor="test")
    catch_up(views)


def same(folder: Path, other: Path) -> None:
    """Both say the same of the same cases; digests differ, so a case is told by all else that is said of it."""
    for table in TABLES:
        one, two = (sorted(map(_said, rows(where, table))) for where in (folder, other))
        assert one == two, table


def _said(row: dict[str, Any]) -> str:
    hidden = ("case", "person", "officer", "recorded_by", "made_by", "assessor", "serves", "other_person")
    return str({name: value for name, value in row.items() if name not in hidden})


def parts(home: Path) -> dict[str, int]:
    """The files of the current generation with their inodes."""
    current = (home / "current").resolve()
    return {str(path.relative_to(current)): path.stat().st_ino for path in current.rglob("*.parquet")}


def test_it_says_what_an_export_says_and_rewrites_only_what_changed(
    views: ReadModel, database: str, tmp_path: Path
) -> None:
    home, case = tmp_path / "tables", "A504771/1"
    folder = kept_up(views, database, home)
    folder.tend()
    assert not folder.said  # type: ignore[attr-defined]
    first = parts(home)
    assert len([name for name in first if name.startswith("duties/")]) == 16
    same(home / "current", made(database, tmp_path / "first"))
    assert not folder.folder.refresh(), "nothing changed"
    record(database, case, views)
    assert folder.folder.refresh()
    second = parts(home)
    kept = {name for name, inode in second.items() if first.get(name) == inode}
    changed = {
        name.split("/")[1]
        for name in second
        if name not in kept and not name.startswith(("scores", "clauses", "questions"))
    }
    assert len(changed) == 1
    same(home / "current", made(database, tmp_path / "second"))


def test_a_case_that_is_new_comes_in(views: ReadModel, database: str, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from web.cli import main

    folder = kept_up(views, database, tmp_path / "tables")
    folder.folder.refresh()
    before = len(rows(tmp_path / "tables" / "current", "cases"))
    assert CliRunner().invoke(main, ["import", "docs/example.ndjson", "--database", database]).exit_code == 0
    catch_up(views)
    assert folder.folder.refresh()
    assert len(rows(tmp_path / "tables" / "current", "cases")) == before + 1
    with closing(Files.open(database)) as files:
        assert [one.made.kept_up for one in exports_holding(CaseRepository(files), ["X123456"])] == [True]


def test_digests_stay_and_the_next_follower_goes_on(views: ReadModel, database: str, tmp_path: Path) -> None:
    home = tmp_path / "tables"
    kept_up(views, database, home).folder.refresh()
    first = {r["case"] for r in rows(home / "current", "cases")}
    record(database, "A504771/1", views)
    assert kept_up(views, database, home).folder.refresh()
    assert {r["case"] for r in rows(home / "current", "cases")} == first
    assert "key" not in json.loads((home / "current" / "datapackage.json").read_text())["export"]


def test_a_reader_of_the_generation_before_is_not_disturbed(views: ReadModel, database: str, tmp_path: Path) -> None:
    home = tmp_path / "tables"
    folder = kept_up(views, database, home)
    folder.folder.refresh()
    before = (home / "current").resolve()
    first = rows(before, "duties")
    record(database, "A504771/1", views)
    folder.folder.refresh()
    assert (home / "current").resolve() != before
    assert rows(before, "duties") == first
    for _ in range(2):
        record(database, "A504771/1", views)
        folder.folder.refresh()
    assert len([path for path in home.iterdir() if path.name.isdigit()]) == 2


def test_what_fails_leaves_the_current_one_and_is_said_once(
    views: ReadModel, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "tables"
    folder = kept_up(views, database, home)
    folder.tend()
    before = (home / "current").resolve()
    record(database, "A504771/1", views)

    def full(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(folder.folder, "published", full)
    for _ in range(2):
        folder._not_before = 0
        folder.tend()
    assert (home / "current").resolve() == before
    assert len(folder.said) == 1  # type: ignore[attr-defined]
    assert "no space left" in folder.said[0]  # type: ignore[attr-defined]


def test_a_new_day_writes_everything_anew(
    views: ReadModel, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "tables"
    folder = kept_up(views, database, home)
    folder.folder.refresh()
    first = parts(home)
    monkeypatch.setattr(folder.folder, "day", lambda: date(2031, 1, 1))
    assert folder.folder.refresh()
    assert not {name for name, inode in parts(home).items() if first.get(name) == inode}


def test_a_folder_of_somebody_else_is_refused(views: ReadModel, database: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("kept")
    with pytest.raises(click.UsageError, match="no folder that `follow` keeps up"):
        kept_up(views, database, tmp_path / "mine")
    kept_up(views, database, tmp_path / "tables", "Gloucestershire").folder.refresh()
    with pytest.raises(click.UsageError, match="other areas"):
        kept_up(views, database, tmp_path / "tables", "Elsewhere")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter"]


def test_everything_is_of_this_user_alone(views: ReadModel, database: str, tmp_path: Path) -> None:
    home = tmp_path / "tables"
    kept_up(views, database, home).folder.refresh()
    for path in (home, *home.rglob("*")):
        if not path.is_symlink():
            assert path.stat().st_mode & 0o077 == 0, path
    assert system_clock.today().isoformat() in (home / "current" / "datapackage.json").read_text()
