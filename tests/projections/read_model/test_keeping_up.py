"""A worker's columns: what a request takes in, what it leaves out, newer files, and another record in the place of its own."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest

from domain.store.application import Files
from projections.columns import column_layers
from projections.read_model import column_keeper, column_maker, kept_columns
from projections.read_model.column_keeper import ColumnKeeper, ColumnsNotMade
from projections.read_model.column_maker import ColumnMaker
from projections.read_model.column_reading import CaseColumns
from projections.read_model.follower import catch_up
from projections.read_model.kept_columns import KeptColumns
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import in_this_process
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_column_maker import in_columns
from tests.projections.read_model.test_views import start, store
from tests.support.depth import dice, times
from tests.support.followed import CASES, said
from tests.support.postgres import Server
from tests.support.restored import moved_over, restored, restored_rows, whole_copy


@pytest.fixture
def files(address: str) -> Iterator[Files]:
    with closing(Files.open(address)) as files:
        yield files


@pytest.fixture
def keeper(views: ReadModel, tmp_path: Path) -> ColumnKeeper:
    """A keeper over files that lie up to date."""
    catch_up(views)
    assert ColumnMaker(views, tmp_path / "columns", in_this_process).make()
    keeper = ColumnKeeper(views, tmp_path / "columns")
    keeper.current()
    return keeper


def entries_in(keeper: ColumnKeeper, case: str) -> int:
    """From how many entries of a case its columns are made."""
    columns = keeper.current(seconds=0)
    return sum(int(rows["entries"][rows["case"] == columns.number(case)].sum()) for rows in columns.plain["cases"])


@pytest.mark.both
@pytest.mark.parametrize("seed", range(times(16, least=2)))
def test_what_is_stored_in_any_order_is_in_the_columns(
    seed: int, keeper: ColumnKeeper, views: ReadModel, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixteen times entries of some cases, new cases among them, taken in a few at a time or all at once."""
    chance = dice(seed)
    monkeypatch.setattr(column_layers, "MOST_LAYERS", 3)
    monkeypatch.setattr(column_layers, "JOINED_AT_ONCE", 4)
    monkeypatch.setattr(kept_columns, "CASES_AT_ONCE", 2)
    cases = [*CASES]
    for turn in range(16):
        if turn % 5 == 4:
            cases.append(f"X{turn:06}/2")
            store(files, (cases[-1], start()))
        store(files, *((case, contact(f"t{turn}")) for case in chance.sample(cases, chance.randint(1, 6))))
        catch_up(views)
        keeper.current(seconds=60, most=chance.choice((1, 3, None)))
        keeper.aside.wait()
    assert in_columns(keeper.current(), views) == said(views)
    assert keeper.position == views.position


@pytest.mark.both
def test_a_request_takes_in_so_many_cases_the_oldest_entries_first(
    keeper: ColumnKeeper, views: ReadModel, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_columns, "CASES_AT_ONCE", 1)
    began = views.position
    store(files, *((case, contact("late")) for case in CASES))
    catch_up(views)
    keeper.current(seconds=60, most=3)
    assert (keeper.position, keeper.behind(keeper.standing()).entries) == (began + 3, 5)
    assert [entries_in(keeper, case) for case in CASES] == [5, 5, 5, 4, 4, 4, 4, 4]
    keeper.current(seconds=0, own=began + 7)
    assert keeper.position == began + 3
    assert [entries_in(keeper, case) for case in CASES] == [5, 5, 5, 4, 4, 4, 5, 4]
    keeper.current(seconds=60)
    assert keeper.behind(keeper.standing()) == (0, None)
    assert in_columns(keeper.current(), views) == said(views)


@pytest.mark.both
def test_a_case_read_once_is_not_read_again_for_its_later_entries(
    keeper: ColumnKeeper, views: ReadModel, files: Files
) -> None:
    store(files, *((CASES[0], contact(f"late-{n}")) for n in range(5)))
    catch_up(views)
    read: list[set[str]] = []
    original = kept_columns.read_cases

    def noted(read_model: ReadModel, references: set[str], position: int) -> CaseColumns:
        read.append(references)
        return original(read_model, references, position)

    with patch.object(kept_columns, "ENTRIES_AT_ONCE", 2), patch.object(kept_columns, "read_cases", noted):
        keeper.current()
    assert read == [{CASES[0]}]
    assert keeper.position == views.position


@pytest.mark.both
def test_newer_files_are_opened_beside_the_requests_and_go_back_to_no_older_state(
    keeper: ColumnKeeper, views: ReadModel, files: Files, tmp_path: Path
) -> None:
    store(files, *((case, contact("before")) for case in CASES[:3]))
    catch_up(views)
    keeper.current()
    assert ColumnMaker(views, tmp_path / "columns", in_this_process).fold()
    store(files, *((case, contact("after")) for case in CASES[2:6]))
    catch_up(views)
    positions, stacks = [], []
    for _ in range(3):
        keeper.current(seconds=60)
        positions.append(keeper.position)
        assert keeper._kept is not None
        stacks.append(keeper._kept.folder)
        keeper.aside.wait()
    assert positions == [views.position] * 3
    assert [folder and folder.name for folder in stacks] == ["00000001", "00000002", "00000002"]
    assert in_columns(keeper.current(), views) == said(views)


@pytest.mark.parametrize("way", [moved_over, restored], ids=["moved over", "restored"])
@pytest.mark.parametrize("in_files", [True, False])
def test_another_record_in_an_sqlite_file_is_read_anew(
    way: object, in_files: bool, keeper: ColumnKeeper, views: ReadModel, address: str, files: Files, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """A backup is restored; then other entries are stored, up to the position that the columns had reached."""
    whole_copy(address, str(tmp_path / "backup"))
    if not in_files:
        keeper = ColumnKeeper(views, tmp_path / "none")
    store(files, *((case, contact("lost")) for case in CASES))
    catch_up(views)
    assert in_columns(keeper.current(seconds=60), views) == said(views)
    files.close()
    way(address, str(tmp_path / "backup"))  # type: ignore[operator]
    assert in_columns(keeper.current(seconds=60), views) == said(views)
    with closing(Files.open(address)) as again:
        store(again, *((case, contact("other")) for case in reversed(CASES)))
    catch_up(views)
    assert in_columns(keeper.current(seconds=60), views) == said(views)
    assert "another record" in caplog.text


@pytest.mark.slow
def test_another_record_in_a_postgresql_database_is_read_anew(postgres: Server, tmp_path: Path) -> None:
    address, other = postgres.prepared(), postgres.prepared()
    for database, case in ((address, CASES[0]), (other, CASES[1])):
        with closing(Files.open(database)) as files, closing(ReadModel(database)) as views:
            store(files, (case, start()), (case, contact("one")))
            catch_up(views)
    with closing(ReadModel(address)) as views:
        keeper = ColumnKeeper(views, tmp_path / "columns")
        assert in_columns(keeper.current(seconds=60), views).keys() == {CASES[0]}
        restored_rows(address, other)
        assert in_columns(keeper.current(seconds=60), views).keys() == {CASES[1]}
        assert keeper.current().number(CASES[0]) is None


def test_files_of_a_longer_record_are_refused(
    keeper: ColumnKeeper, views: ReadModel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = str(tmp_path / "other.sqlite")
    with closing(Files.open(other)) as files, closing(ReadModel(other)) as theirs:
        store(files, (CASES[0], start()))
        catch_up(theirs)
        beside = ColumnKeeper(theirs, tmp_path / "columns")
        assert in_columns(beside.current(), theirs) == said(theirs)
        beside.current()
    assert caplog.text.count("was made from another record") == 1


def test_a_folder_that_cannot_be_written_is_read_into_memory(
    views: ReadModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Few cases at once; many beside the requests, which are told to come again; a command waits for them."""
    catch_up(views)
    (tmp_path / "columns").write_text("a file in its place")
    assert in_columns(ColumnKeeper(views, tmp_path / "columns").current(seconds=60), views) == said(views)
    for module in (column_keeper, column_maker):
        monkeypatch.setattr(module, "SMALL_RECORD", 2)
    monkeypatch.setattr(column_keeper, "pieces_of", lambda *given: column_pieces(*given))
    keeper = ColumnKeeper(views, tmp_path / "columns")
    with pytest.raises(ColumnsNotMade, match="cannot be written"):
        keeper.current(seconds=60)
    keeper.aside.wait()
    assert in_columns(keeper.current(seconds=60), views) == said(views)
    assert caplog.text.count("cannot be written") == 1
    assert in_columns(ColumnKeeper(views, tmp_path / "columns").current(), views) == said(views)


def column_pieces(views: ReadModel, cases: list[str], position: int) -> Iterator[tuple[str, list[str], int]]:
    """Pieces of three cases."""
    return ((views.database.address, cases[at : at + 3], position) for at in range(0, len(cases), 3))


def test_changes_of_a_base_in_memory_are_merged_into_it(
    views: ReadModel, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_columns, "FOLDED_AFTER", 2)
    catch_up(views)
    keeper = ColumnKeeper(views, tmp_path / "none")
    keeper.current(seconds=60)
    with patch.object(KeptColumns, "settled", property(lambda kept: not kept.outgrown)):
        for turn in range(6):
            store(files, (CASES[turn], contact("late")))
            catch_up(views)
            keeper.current(seconds=60)
            keeper.aside.wait()
    assert keeper._kept is not None and len(keeper._kept.layers.layers) < 6
    assert in_columns(keeper.current(), views) == said(views)
