"""Columns for commands, and the process that makes them while a site is started."""

from contextlib import closing
from pathlib import Path

import pytest

from domain.store.application import Files
from projections.read_model import column_keeper, column_maker
from projections.read_model.column_base import columns_folder
from projections.read_model.column_keeper import ColumnKeeper
from projections.read_model.view_reader import ReadModel
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import CASE, start, store
from tests.support.followed import run
from web.cli import command_columns
from web.cli.command_columns import brought_up


@pytest.fixture
def address(tmp_path: Path) -> str:
    address = str(tmp_path / "case.sqlite")
    with closing(Files.open(address)) as files:
        store(files, (CASE, start()), (CASE, contact("c1")))
    return address


def test_a_command_says_what_must_be_run_first(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_keeper, "SMALL_RECORD", 0)
    told = run("report", "monitoring", "--as-at", "2005-06-20", "--database", address, code=1).output
    assert "`caseaudit follow`" in told and "Traceback" not in told


def test_a_site_is_started_at_once_and_a_process_takes_in_what_is_far_behind(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(ReadModel(address)) as views:
        monkeypatch.setattr(command_columns, "MANY_BEHIND", 1)
        process = brought_up(views)
        assert process is not None and process.wait() == 0
        assert views.lag() == (0, None)
        assert brought_up(views) is None
        monkeypatch.setattr(column_maker, "SMALL_RECORD", 0)
        missing = brought_up(views)
        assert missing is not None and missing.wait() == 0


def test_files_are_made_by_that_process(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_maker, "SMALL_RECORD", 0)
    command_columns.bring_up(address)
    with closing(ReadModel(address)) as views:
        monkeypatch.setattr(column_keeper, "SMALL_RECORD", 0)
        assert ColumnKeeper(views, columns_folder(views.database)).current().number(CASE) == 0
