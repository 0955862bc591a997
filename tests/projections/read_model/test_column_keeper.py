"""Columns are kept: in memory where the cases are few, in files where they are many, brought up with the tables."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from domain.store.application import Files
from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.history.moment import Moment
from projections.read_model import column_keeper, column_maker, kept_columns
from projections.read_model.column_base import columns_folder
from projections.read_model.column_keeper import ColumnKeeper, ColumnsNotMade
from projections.read_model.column_maker import ColumnMaker
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import in_processes, in_this_process
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


def maker(views: ReadModel, home: Path, pool: Any = in_this_process) -> ColumnMaker:
    return ColumnMaker(views, home, pool)


@pytest.mark.both
def test_files_say_what_memory_says(views: ReadModel, kind: str, tmp_path: Path) -> None:
    in_memory, in_files = ColumnKeeper(views, tmp_path / "none"), ColumnKeeper(views, tmp_path / "columns")
    assert maker(views, tmp_path / "columns").make()
    assert figures(in_files) == figures(in_memory)
    assert sorted(path.name for path in (tmp_path / "columns").iterdir()) == ["00000001"]


def test_processes_make_the_same_files(views: ReadModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_maker, "CASES_IN_THIS_PROCESS", 1)
    assert maker(views, tmp_path / "1").make()
    assert maker(views, tmp_path / "2", partial(in_processes, 2)).make()
    assert figures(ColumnKeeper(views, tmp_path / "1")) == figures(ColumnKeeper(views, tmp_path / "2"))


@pytest.mark.parametrize("in_files", [True, False])
def test_what_is_stored_since_is_laid_over(
    views: ReadModel, own_database: Path, tmp_path: Path, in_files: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without files the base in memory is made anew when it is outgrown; with them, no more is added than memory allows."""
    monkeypatch.setattr(kept_columns, "FOLDED_AFTER", 1)
    monkeypatch.setattr(kept_columns, "MOST_ABOVE", 2)
    keeper, cases = ColumnKeeper(views, tmp_path / "columns"), views.cases()
    if in_files:
        assert maker(views, tmp_path / "columns").make()
    before, began = keeper.current(), views.position
    assert keeper.current() is before
    with closing(Files.open(str(own_database))) as files:
        for turn, case in enumerate([*cases, *cases][:4]):
            files.record(case, [contact(f"more-{turn}")], actor="test", now=NOW)
            catch_up(views)
            now, most = keeper.current(), len(set(([*cases, *cases])[: turn + 1]))
            assert (keeper.position == views.position) == (not in_files or most <= 2 or turn < 2)
            if keeper.position == views.position:
                added = ([*cases, *cases])[: turn + 1].count(case)
                assert recorded(now, case) == recorded(before, case) + added
                assert figures(keeper) == figures(ColumnKeeper(views, tmp_path / "none"))
    if in_files:
        assert (keeper.full, keeper.position, keeper.behind(keeper.standing()).entries) == (True, began + 2, 2)
        assert maker(views, tmp_path / "columns").fold()
        keeper.current()
        keeper.aside.wait()
        assert (keeper.current().position, keeper.full) == (views.position, False)
        assert figures(keeper) == figures(ColumnKeeper(views, tmp_path / "none"))


def test_where_there_are_many_cases_files_are_made_first(
    views: ReadModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (column_keeper, column_maker):
        monkeypatch.setattr(module, "SMALL_RECORD", 1)
    keeper, making = ColumnKeeper(views, tmp_path / "columns"), maker(views, tmp_path / "columns")
    with pytest.raises(ColumnsNotMade, match="caseaudit follow"):
        keeper.current()
    assert making.needs_files()
    making.tend()
    assert not making.needs_files()
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

    assert maker(views, tmp_path / "columns", crew).rebuild() == len(views.cases())
    assert (views.position, keeper.current().position) == (began + 2, began + 2)
    assert [path.name for path in (tmp_path / "columns").iterdir()] == ["00000001"]
    assert figures(keeper) == figures(ColumnKeeper(views, tmp_path / "none"))
    anew = ColumnKeeper(views, tmp_path / "none").current()
    for case in (first, last):
        assert recorded(keeper.current(), case) == recorded(anew, case)
