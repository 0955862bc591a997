"""Files of columns: made from the tables, or from older files and what changed; hindered, damaged and killed."""

import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from domain.store.application import Files
from projections.columns.column_rows import read_ledger
from projections.columns.column_store import ColumnStore
from projections.read_model import column_keeper, column_maker
from projections.read_model.column_base import BaseReader, columns_folder
from projections.read_model.column_keeper import ColumnKeeper
from projections.read_model.column_maker import ColumnMaker
from projections.read_model.follower import catch_up
from projections.read_model.follower_lock import task_lock
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import in_this_process
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import rows_of, start, store
from tests.support.depth import dice, kills
from tests.support.followed import CASES, running, said, until


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight cases are many, two changed ones enough for new files, and nothing rests."""
    for module in (column_keeper, column_maker):
        monkeypatch.setattr(module, "SMALL_RECORD", 2)
    monkeypatch.setattr(column_maker, "LEAST_CHANGED", 2)
    for pause in ("LOOK_EVERY", "REST", "TRY_AGAIN"):
        monkeypatch.setattr(column_maker, pause, 0)


@pytest.fixture
def home(views: ReadModel, tmp_path: Path) -> Path:
    catch_up(views)
    return tmp_path / "columns"


def in_columns(columns: ColumnStore, views: ReadModel) -> dict[str, Any]:
    """What the columns say of each case, as ``said`` has it of the tables."""
    files = {file.reference: list(file.entries) for file in views.stored.files(views.cases())}
    found = {}
    for case in files:
        number = columns.number(case)
        assert number is not None
        found[case] = rows_of(read_ledger(columns, number, files.__getitem__))
    return found


def base_of(views: ReadModel, home: Path) -> ColumnStore:
    base = BaseReader(home, views.stored).latest()
    assert base is not None
    return base.columns


@pytest.mark.both
def test_new_files_are_made_from_the_old_and_the_changed_cases_alone(
    views: ReadModel, address: str, home: Path
) -> None:
    read: list[str] = []

    def noting(work: Any, pieces: Iterable[tuple[Any, ...]]) -> Iterable[Any]:
        for piece in pieces:
            read.extend(piece[1])
            yield work(*piece)

    with patch.object(column_maker, "in_this_process", noting):
        maker = ColumnMaker(views, home, noting)
        maker.tend()
        assert (read, maker.needs_files()) == (CASES, False)
        read.clear()
        with closing(Files.open(address)) as files:
            store(files, (CASES[3], contact("one")))
            catch_up(views)
            assert not maker.needs_files()
            store(files, (CASES[5], contact("two")), (CASES[3], contact("three")), ("X000009/1", start()))
            catch_up(views)
        maker.tend()
        assert read == [CASES[3], CASES[5], "X000009/1"]
    columns = base_of(views, home)
    assert columns.position == views.position
    assert in_columns(columns, views) == said(views)


@pytest.mark.both
def test_one_makes_files_at_a_time(views: ReadModel, home: Path) -> None:
    with task_lock(views.database, views.writing, "columns"):
        assert not ColumnMaker(views, home, in_this_process).make()
    assert not home.exists()


def test_a_folder_that_cannot_be_written_is_said_once_and_tried_again(views: ReadModel, home: Path) -> None:
    home.write_text("a file in its place")
    words: list[str] = []
    maker = ColumnMaker(views, home, in_this_process, words.append)
    for _ in range(3):
        maker.tend()
    assert len(words) == 1 and "no new columns can be made" in words[0]
    home.unlink()
    maker.tend()
    assert in_columns(base_of(views, home), views) == said(views)


def test_a_disk_without_room_leaves_the_old_files(views: ReadModel, address: str, home: Path) -> None:
    words: list[str] = []
    maker = ColumnMaker(views, home, in_this_process, words.append)
    maker.tend()
    stood = in_columns(base_of(views, home), views)
    with closing(Files.open(address)) as files:
        store(files, *((case, contact("late")) for case in CASES))
    catch_up(views)
    full = patch("projections.columns.column_files._save", side_effect=OSError(28, "No space left on device"))
    with full:
        maker.tend()
        maker.tend()
    assert len(words) == 1 and "No space left" in words[0]
    base = base_of(views, home)
    assert base.position < views.position
    assert in_columns(base, views).keys() == stood.keys()
    maker.tend()
    assert in_columns(base_of(views, home), views) == said(views)


def test_damaged_files_are_named_once_and_made_anew(
    views: ReadModel, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    maker = ColumnMaker(views, home, in_this_process)
    maker.tend()
    (damaged,) = home.iterdir()
    (damaged / "duties.current.clause.npy").unlink()
    anew, bases = ColumnMaker(views, home, in_this_process), BaseReader(home, views.stored)
    assert bases.latest() is None and bases.latest() is None
    (told,) = caplog.records
    assert str(damaged) in told.getMessage()
    anew.tend()
    assert in_columns(base_of(views, home), views) == said(views)
    keeper = ColumnKeeper(views, home)
    assert in_columns(keeper.current(), views) == said(views)


@pytest.mark.both
@pytest.mark.kills
def test_a_follower_killed_while_it_makes_files_leaves_what_can_be_read(views: ReadModel, address: str) -> None:
    """Files are made again and again while entries come in; killed at any point, the columns are those of the tables."""
    home, chance = columns_folder(views.database), dice(7)
    code = (
        "from projections.read_model import column_keeper as k, column_maker as m; from web.cli import main; "
        "k.SMALL_RECORD = m.SMALL_RECORD = 2; m.LEAST_CHANGED = 1; m.LOOK_EVERY = m.REST = 0; main()"
    )
    with closing(Files.open(address)) as files:
        for turn in range(kills(16)):
            with running("follow", "--processes", "1", "--database", address, code=code) as process:
                assert process.stderr is not None and "following" in process.stderr.readline()
                store(files, *((case, contact(f"t{turn}")) for case in CASES))
                until(lambda: views.lag().entries == 0, process)
                time.sleep(chance.uniform(0, 0.6))
                process.kill()
            if any(home.glob("[0-9]*")):
                columns = ColumnKeeper(views, home).current()
                assert columns.position == views.position
                assert in_columns(columns, views) == said(views)
    catch_up(views)
    ColumnMaker(views, home, in_this_process).fold()
    assert in_columns(base_of(views, home), views) == said(views)
    assert not [left for left in home.iterdir() if not left.name.isdigit() and left.is_dir()]
