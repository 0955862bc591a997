"""Every option of an address is honoured by every connection; only the site's wait for a limited time."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import text

from domain.accounts.account_register import AccountRegister
from domain.store import database
from domain.store.application import Files, StoringError
from domain.store.database import Database, WrongAddress
from domain.store.engines import DatabaseError, engine_of
from projections.read_model.follower_lock import FollowerLockOnPostgres, task_lock
from projections.read_model.rebuild import open_read_model
from projections.read_model.view_reader import ReadModel
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import CASE, NOW, facts_of
from tests.support.postgres import Server, sql
from tests.support.tcp import by_tcp
from web.app import create_app


def shown_by_record(address: str, name: str) -> str:
    with closing(Files.open(address)) as files:
        return str(files.recorder.rows_of(f"SHOW {name}")[0][0])


def shown_by_accounts(address: str, name: str) -> str:
    with closing(AccountRegister(address)) as register, register.engine.connect() as c:
        return str(c.execute(text(f"SHOW {name}")).scalar_one())


def shown_by_reader(address: str, name: str) -> str:
    with closing(ReadModel(address)) as views, views.reading.connect() as c:
        return str(c.execute(text(f"SHOW {name}")).scalar_one())


def shown_by_writer(address: str, name: str) -> str:
    with closing(ReadModel(address)) as views, views.writing.connect() as c:
        return str(c.execute(text(f"SHOW {name}")).scalar_one())


def shown_by_follower(address: str, name: str) -> str:
    with closing(ReadModel(address)) as views, task_lock(views.database, views.writing, "follow") as lock:
        assert isinstance(lock, FollowerLockOnPostgres)
        return str(lock.connection.execute(f"SHOW {name}").fetchone()[0])


def shown_by_worker(address: str, name: str) -> str:
    with closing(open_read_model.__wrapped__(address)) as views, views.reading.connect() as c:
        return str(c.execute(text(f"SHOW {name}")).scalar_one())


CONNECTIONS = (shown_by_record, shown_by_accounts, shown_by_reader, shown_by_writer, shown_by_follower, shown_by_worker)
Shown = Callable[[str, str], str]


@pytest.mark.parametrize("shown", CONNECTIONS)
def test_every_connection_has_the_options_of_the_address(postgres: Server, shown: Shown) -> None:
    address = (
        f"{postgres.prepared()}&application_name=ours&options=-c%20work_mem%3D7MB%20-c%20idle_session_timeout%3D9h"
    )
    assert shown(address, "application_name") == "ours"
    assert shown(address, "work_mem") == "7MB"
    assert shown(address, "idle_session_timeout") == "9h"
    assert shown(address, "lock_timeout") == shown(address, "statement_timeout") == "0"


def test_pg_stat_activity_knows_no_other_name(postgres: Server) -> None:
    address = postgres.prepared()
    ours = f"{address}&application_name=ours"
    with (
        closing(Files.open(ours)) as files,
        closing(AccountRegister(ours)) as register,
        closing(ReadModel(ours)) as views,
    ):
        files.record(CASE, facts_of([BEGINNING]), actor="test", now=NOW)
        with register.engine.connect(), views.reading.connect(), views.writing.connect():
            names = sql(
                address, "SELECT DISTINCT application_name FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )  # fmt: skip
    assert names == [("ours",)]


@pytest.mark.parametrize(
    "option", ["sslmode=verify-full", "sslmode=require", "target_session_attrs=standby", "require_auth=scram-sha-256"]
)
@pytest.mark.parametrize("shown", CONNECTIONS)
@pytest.mark.usefixtures("hurried")
def test_a_server_that_is_not_what_the_address_asks_is_refused(postgres: Server, shown: Shown, option: str) -> None:
    address = postgres.prepared()
    name = address.partition("?")[0].rpartition("/")[2]
    with by_tcp(address) as port:
        plain = f"postgresql://postgres@127.0.0.1:{port}/{name}"
        assert shown(plain, "application_name") == "caseaudit"
        with pytest.raises((StoringError, DatabaseError)):
            shown(f"{plain}?{option}", "application_name")


def test_of_several_hosts_the_one_that_answers_is_taken(postgres: Server) -> None:
    address = postgres.prepared()
    name = address.partition("?")[0].rpartition("/")[2]
    with by_tcp(address) as port:
        for shown in CONNECTIONS:
            assert (
                shown(f"postgresql://postgres@127.0.0.1:1,127.0.0.1:{port}/{name}", "application_name") == "caseaudit"
            )


def test_entries_are_in_the_first_schema_of_the_search_path(postgres: Server) -> None:
    plain = postgres.fresh()
    sql(plain, "CREATE SCHEMA other")
    address = f"{plain}&options=-c%20search_path%3Dother"
    with closing(Files.open(address, prepare=True)) as files, closing(ReadModel(address, prepare=True)) as views:
        files.record(CASE, facts_of([BEGINNING]), actor="test", now=NOW)
        assert views.stored.head() == 1
    assert sql(plain, "SELECT count(*) FROM other.stored_events") == [(1,)]
    assert sql(plain, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


# ---------------------------------------------------------------- what the site waits for


@pytest.mark.parametrize("shown", CONNECTIONS)
def test_the_site_waits_for_locks_and_statements_for_a_time(
    postgres: Server, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_SECONDS", 5)
    site = Database.at(f"{postgres.prepared()}&options=-c%20work_mem%3D7MB").for_site()
    assert (shown(site.address, "lock_timeout"), shown(site.address, "statement_timeout")) == ("5s", "30s")
    assert shown(site.address, "work_mem") == "7MB"


def test_the_site_uses_the_connections_that_are_its_own(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOCK_SECONDS", 1)
    address = postgres.prepared()
    app = create_app(address)
    assert Database.at(app.config["DATABASE"]) == Database.at(address).for_site()
    with closing(Files.open(app.config["DATABASE"])) as files, engine_of(Database.at(address)).connect() as c:
        c.execute(text("SELECT * FROM stored_events_head FOR UPDATE"))
        with pytest.raises(StoringError, match="lock timeout"):
            files.record(CASE, facts_of([BEGINNING]), actor="test", now=NOW)
        c.invalidate()


def test_an_own_time_out_of_the_address_holds_before_the_sites(postgres: Server) -> None:
    address = f"{postgres.prepared()}&options=-c%20statement_timeout%3D90s"
    for shown in CONNECTIONS:
        assert shown(Database.at(address).for_site().address, "statement_timeout") == "90s"


# ---------------------------------------------------------------- addresses


ADDRESSES: dict[str, dict[str, Any]] = {
    "postgresql://u:p%40w@h/n?sslmode=verify-full&sslrootcert=/etc/ca.pem": {
        "user": "u", "password": "p@w", "host": "h", "dbname": "n", "sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"},
    "postgresql://u@h1:1,h2:2/n?target_session_attrs=read-write": {
        "user": "u", "host": "h1,h2", "port": "1,2", "dbname": "n", "target_session_attrs": "read-write"},
    "postgresql:///?service=probation": {"service": "probation"},
    "postgresql://u@h/n?connect_timeout=9&options=-c%20a%3Db": {
        "user": "u", "host": "h", "dbname": "n", "connect_timeout": "9", "options": "-c a=b"},
}  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_read_as_libpq_reads_it(address: str) -> None:
    found = Database.at(address)
    assert dict(found.libpq) == ADDRESSES[address]
    assert Database.at(found.address) == found
    assert found.arguments.items() >= ADDRESSES[address].items()
    assert found.for_site().identity == found.identity
    assert "p@w" not in str(found) and "p%40w" not in str(found)


@pytest.mark.parametrize(
    "address", ["postgresql://u:geheim@h/n?sslmod=require", "postgresql://u:geheim@[h/n", "postgresql://u:geheim@h/"]
)
def test_what_libpq_does_not_know_is_refused_without_the_password(address: str) -> None:
    with pytest.raises(WrongAddress) as raised:
        Database.at(address)
    assert "geheim" not in str(raised.value)
