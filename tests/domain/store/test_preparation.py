"""A database that an older version made gets what this version needs, and keeps everything that is stored in it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from domain.store.application import Files
from domain.store.database import NotPrepared
from domain.store.log_check import check_log
from domain.store.preparation import LIMITS_INDEX, STEPS, STEPS_TABLE, is_prepared
from domain.store.record_state import NotToBeOpened
from tests.domain.store.test_databases import run
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import CASE, NOW, facts_of
from tests.support.postgres import sql

OLDER = [f"DROP INDEX {LIMITS_INDEX}", f"DROP TABLE {STEPS_TABLE}"]
"""What makes a database one of the version before the first numbered step."""


@pytest.fixture
def older(empty_database: str, kind: str) -> str:
    """A database with one entry, as the version before the first numbered step made it."""
    with closing(Files.open(empty_database)) as files:
        files.record(CASE, facts_of([BEGINNING]), actor="test", now=NOW)
    for statement in OLDER:
        change(empty_database, kind, statement)
    return empty_database


def change(address: str, kind: str, statement: str) -> None:
    if kind == "postgresql":
        sql(address, statement)
        return
    with closing(sqlite3.connect(address)) as c, c:
        c.execute(statement)


def indexes(address: str, kind: str) -> set[str]:
    """The names of the indexes of a database."""
    if kind == "postgresql":
        return {name for (name,) in sql(address, "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")}
    with closing(sqlite3.connect(address)) as c:
        return {name for (name,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}


@pytest.mark.both
def test_a_database_of_an_older_version_gets_the_steps_that_it_lacks(older: str, kind: str) -> None:
    assert LIMITS_INDEX not in indexes(older, kind)
    if kind == "postgresql":
        with pytest.raises(NotPrepared, match="prepared by an older caseaudit: run `caseaudit migrate` first"):
            Files.open(older)
        assert LIMITS_INDEX not in indexes(older, kind)
        run("migrate", "--database", older)
    for _ in range(2):
        with closing(Files.open(older)) as files:
            assert is_prepared(files.recorder)
            assert files.recorder.head()[0] == 1 and list(check_log(files.recorder)) == [1]
    assert LIMITS_INDEX in indexes(older, kind)


@pytest.mark.both
def test_a_step_that_is_done_is_not_done_again(older: str, kind: str) -> None:
    Files.open(older, prepare=True).close()
    change(older, kind, f"DROP INDEX {LIMITS_INDEX}")
    Files.open(older, prepare=True).close()
    assert LIMITS_INDEX not in indexes(older, kind)


@pytest.mark.both
def test_a_database_of_a_later_version_is_refused_by_the_steps_that_are_not_known(older: str, kind: str) -> None:
    Files.open(older, prepare=True).close()
    change(older, kind, f"INSERT INTO {STEPS_TABLE} VALUES ({max(STEPS) + 100})")
    for prepare in (False, True):
        with pytest.raises(NotToBeOpened, match=f"newer caseaudit .* steps {max(STEPS) + 100}, .* restore a backup"):
            Files.open(older, prepare=prepare)


def test_many_may_open_an_older_sqlite_file_at_once(older: str) -> None:
    def prepared(_: int) -> bool:
        with closing(Files.open(older)) as files:
            return is_prepared(files.recorder)

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(prepared, range(6)))
    assert LIMITS_INDEX in indexes(older, "sqlite")


def test_an_sqlite_file_that_cannot_be_prepared_is_left_as_it_was(older: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.store.preparation.STEPS", {**STEPS, 9: "CREATE INDEX broken ON nothing (x)"})
    with pytest.raises(Exception, match="nothing"):
        Files.open(older)
    assert LIMITS_INDEX not in indexes(older, "sqlite")
    monkeypatch.undo()
    with closing(Files.open(str(Path(older)))) as files:
        assert is_prepared(files.recorder)
