"""Columns are kept: in memory where the cases are few, in files where they are many, brought up with the views."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from domain.store.application import Files
from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.history.moment import Moment
from projections.read_model import column_keeper
from projections.read_model.column_keeper import ColumnKeeper, ColumnsNotMade, columns_folder
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import in_processes
from projections.reports.duty_counts import count_duties
from tests.domain.store.test_store import contact
from tests.support.histories import NOW

HINDSIGHT = Moment(date(2005, 10, 3), None)
BY = ("team", "subject")


@pytest.fixture
def views(own_database: Path | str) -> Iterator[ReadModel]:
    with closing(ReadModel(str(own_database))) as views:
        catch_up(views)
        yield views


def figures(keeper: ColumnKeeper) -> object:
    at = CaseSelection(keeper.current(), HINDSIGHT)
    return count_duties(at, by=BY).by_key(), at.references


def recorded(columns: ColumnStore, case: str) -> int:
    """How many entries of a case the columns count."""
    return sum(int(rows["entries"][rows["case"] == columns.number(case)].sum()) for rows in columns.plain["recorded"])


def here(work, pieces):  # type: ignore[no-untyped-def]
    return (work(*piece) for piece in pieces)


@pytest.mark.both
def test_files_say_what_memory_says(views: ReadModel, kind: str, tmp_path: Path) -> None:
    in_memory, in_files = ColumnKeeper(views, tmp_path / "none"), ColumnKeeper(views, tmp_path / "columns")
    assert in_files.make(here)
    assert figures(in_files) == figures(in_memory)
    assert sorted(path.name for path in (tmp_path / "columns").iterdir()) == ["00000001"]


def test_processes_make_the_same_files(views: ReadModel, tmp_path: Path) -> None:
    alone, together = ColumnKeeper(views, tmp_path / "1"), ColumnKeeper(views, tmp_path / "2")
    assert alone.make(here)
    assert together.make(lambda work, pieces: in_processes(2, work, pieces))
    assert figures(alone) == figures(together)


@pytest.mark.parametrize("in_files", [True, False])
def test_what_is_stored_since_is_laid_over(
    views: ReadModel, own_database: Path, tmp_path: Path, in_files: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_keeper, "MOST_CHANGES", 6)
    keeper = ColumnKeeper(views, tmp_path / "columns")
    if in_files:
        assert keeper.make(here)
    before = keeper.current()
    assert keeper.current() is before
    case = views.cases()[0]
    with closing(Files.open(str(own_database))) as files:
        for added in range(8):  # from the sixth on there is too much to lay over, and all is read again
            files.record(case, [contact(f"more-{added}")], actor="test", now=NOW)
            catch_up(views)
            now = keeper.current()
            assert now.position == views.position
            assert recorded(now, case) == recorded(before, case) + added + 1
            assert keeper.needs_new_files() == (in_files and added >= 2)
    assert figures(keeper) == figures(ColumnKeeper(views, tmp_path / "none"))


def test_where_there_are_many_cases_files_are_made_first(
    views: ReadModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_keeper, "SMALL_RECORD", 100)
    keeper = ColumnKeeper(views, tmp_path / "columns")
    with pytest.raises(ColumnsNotMade, match="caseaudit follow"):
        keeper.current()
    assert keeper.needs_new_files()
    assert keeper.make(here)
    assert not keeper.needs_new_files()
    assert keeper.current().position == views.position


def test_files_lie_beside_the_database_or_where_they_are_told_to(
    views: ReadModel, own_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASEAUDIT_COLUMNS", raising=False)
    assert columns_folder(views.database) == Path(f"{own_database}-columns")
    monkeypatch.setenv("CASEAUDIT_COLUMNS", "/somewhere/else")
    assert columns_folder(views.database) == Path("/somewhere/else")


@pytest.mark.both
def test_a_rebuild_makes_the_files_by_the_way(views: ReadModel, own_database: Path | str, tmp_path: Path) -> None:
    """What is stored while its pieces are worked on is laid over them, though some of it is in them already."""
    keeper, (first, *_, last) = ColumnKeeper(views, tmp_path / "columns"), views.cases()
    began = views.position

    def crew(work, pieces):  # type: ignore[no-untyped-def]
        with closing(Files.open(str(own_database))) as files:
            for number, piece in enumerate(pieces):
                if number == 0:  # one case before it is derived, one after
                    files.record(last, [contact("before")], actor="test", now=NOW)
                yield work(*piece)
                if number == 0:
                    files.record(first, [contact("after")], actor="test", now=NOW)

    assert keeper.rebuild(crew) == len(views.cases())
    assert (views.position, keeper.current().position) == (began + 2, began + 2)
    assert [path.name for path in (tmp_path / "columns").iterdir()] == ["00000001"]
    assert figures(keeper) == figures(ColumnKeeper(views, tmp_path / "none"))
    anew = ColumnKeeper(views, tmp_path / "none").current()
    for case in (first, last):
        assert recorded(keeper.current(), case) == recorded(anew, case)
