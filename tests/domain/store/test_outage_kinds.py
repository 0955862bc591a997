"""What of an error is an outage of the database; and trying whether it can be written to."""

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from eventsourcing.persistence import OperationalError

from domain.accounts.access_lines import LogUnavailable
from domain.accounts.access_log import AccessLog
from domain.accounts.account_register import AccountRegister
from domain.store.application import Files
from domain.store.database import Database, log_database
from domain.store.outage_kinds import outage_of
from domain.store.sqlite_file import FileGone
from domain.store.witnessed import Witnessed
from domain.store.write_trial import tried
from projections.read_model.view_reader import ReadModel
from tests.conftest import copied
from tests.support.postgres import Server, name_of, sql


def raised_by(work: object) -> BaseException:
    try:
        work()  # type: ignore[operator]
    except Exception as error:
        return error
    raise AssertionError


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as c:
        c.execute("CREATE TABLE settings (name PRIMARY KEY, value)")
        c.commit()
    yield tmp_path / "a.sqlite"


def test_of_sqlite(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as c, closing(sqlite3.connect(file, timeout=0)) as other:
        c.execute("BEGIN IMMEDIATE")
        error = raised_by(lambda: other.execute("INSERT INTO settings VALUES ('a', 'b')"))
        assert outage_of(error) == "locked"
        c.execute("ROLLBACK")
        c.execute("INSERT INTO settings VALUES ('a', 'b')")
        assert outage_of(raised_by(lambda: c.execute("INSERT INTO settings VALUES ('a', 'b')"))) is None
        assert outage_of(raised_by(lambda: c.execute("SELECT * FROM nothing"))) is None
    assert outage_of(raised_by(lambda: sqlite3.connect(file.with_name("no") / "a"))) == "gone"
    (file.with_name("text")).write_text("this is no database, however long it may be " * 100)
    assert outage_of(raised_by(lambda: sqlite3.connect(file.with_name("text")).execute("SELECT * FROM a"))) == "damaged"


def test_of_files_and_pools() -> None:
    assert outage_of(FileGone("away")) == "gone"
    assert outage_of(OSError(errno.ENOSPC, "full")) == "full"
    assert outage_of(OSError(errno.ENOENT, "no file of somebody")) is None
    assert outage_of(sa.exc.TimeoutError("QueuePool limit")) == "no connections"
    assert outage_of(ValueError("a fault of the program")) is None


def test_what_caused_an_error_counts_and_what_was_dealt_with_does_not() -> None:
    wrapped = OperationalError("lost")
    wrapped.__cause__ = psycopg.errors.LockNotAvailable("a lock")
    assert outage_of(wrapped) == "locked"
    dealt = ValueError("its own words")
    dealt.__context__, dealt.__suppress_context__ = psycopg.errors.LockNotAvailable("a lock"), True
    assert outage_of(dealt) is None


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (psycopg.errors.LockNotAvailable, "locked"),
        (psycopg.errors.QueryCanceled, "locked"),
        (psycopg.errors.SerializationFailure, "locked"),
        (psycopg.errors.TooManyConnections, "no connections"),
        (psycopg.errors.DiskFull, "full"),
        (psycopg.errors.ReadOnlySqlTransaction, "read-only"),
        (psycopg.errors.AdminShutdown, "gone"),
        (psycopg.errors.DataCorrupted, "damaged"),
        (psycopg.errors.UniqueViolation, None),
        (psycopg.errors.UndefinedTable, None),
    ],
)
def test_of_postgresql(error: type[Exception], outage: str | None) -> None:
    assert outage_of(error("words")) == outage


def test_a_server_that_is_not_there_is_gone() -> None:
    assert outage_of(raised_by(lambda: psycopg.connect("host=127.0.0.1 port=1 connect_timeout=2"))) == "gone"


@pytest.mark.both
def test_a_database_that_can_be_written_to(empty_database: str) -> None:
    from domain.accounts.account_register import AccountRegister
    from domain.store.application import Files

    Files.open(empty_database).close()
    AccountRegister(empty_database).close()
    found = tried(Database.at(empty_database))
    assert found.found == "ready"
    assert {1, 18} <= set(found.steps)
    assert tried(Database.at(empty_database)) == found, "nothing of it is left"


def test_on_sqlite_somebody_elses_lock_is_busy_and_no_file_is_gone(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as c:
        c.execute("BEGIN IMMEDIATE")
        assert tried(Database(str(file))).found == "busy"
        c.execute("ROLLBACK")
        assert c.execute("PRAGMA user_version").fetchone() == (0,)
    assert tried(Database(str(file.with_name("none")))).found == "gone"
    assert not file.with_name("none").exists()


def _try_log(address: str) -> None:
    AccessLog(Database.at(address)).try_out()


@pytest.mark.parametrize("opened", [Files.open, AccountRegister, ReadModel, Witnessed, _try_log])
def test_what_must_be_there_is_not_made_where_it_is_away(
    opened: Callable[[str], object], template: Path, tmp_path: Path
) -> None:
    record = copied(template, tmp_path)
    at = Database.at(str(record)).existing()
    assert Database.at(at.address) == at
    assert str(at) == str(record)
    away = record.rename(record.with_name("away"))
    log = Path(log_database(at).path)
    log.unlink()
    with pytest.raises(Exception) as raised:
        opened(at.address)
    assert outage_of(raised.value) == "gone"
    assert not record.exists()
    assert not log.exists()
    away.rename(record)
    with pytest.raises(LogUnavailable, match="is missing: who looked at what"):
        _try_log(at.address)
    assert not log.exists()
    _try_log(str(record))
    assert log.exists()


def test_on_sqlite_what_cannot_be_written_is_read_only(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def reading(address: str, **named: object) -> sqlite3.Connection:
        return connect(address.replace("mode=rw", "mode=ro"), **named)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", reading)
    assert tried(Database(str(file))).found == "read-only"


def test_on_postgresql(postgres: Server) -> None:
    address = postgres.prepared()
    with psycopg.connect(address) as c:
        c.execute("LOCK TABLE settings IN ACCESS EXCLUSIVE MODE")
        assert tried(Database.at(address)).found == "busy"
        c.rollback()
    assert sql(address, "SELECT count(*) FROM settings WHERE name LIKE 'write trial%'") == [(0,)]
    sql(postgres.address, f"ALTER DATABASE {name_of(address)} SET default_transaction_read_only = on")
    assert tried(Database.at(address)).found == "read-only"
    sql(postgres.address, f"ALTER DATABASE {name_of(address)} ALLOW_CONNECTIONS false")
    assert tried(Database.at(address)).found == "gone"
    assert tried(Database.at(postgres.fresh())).found == "not prepared"
