"""The lines of an older version's access log are taken over whole, once, and with less of what people typed."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from domain.accounts.access_log import AccessLog
from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from domain.store.database import Database, guards
from domain.store.engines import engine_of
from tests.domain.accounts.test_access_log import SPO

pytestmark = pytest.mark.both

OLDER = [
    ("2026-10-01T09:00:00+00:00", "ann.spo", "Zoë Ó Briain", "signed in", None, "password", "10.0.0.1"),
    ("2026-10-01T09:01:00+00:00", "ann.spo", "Zoë Ó Briain", "viewed", "X123456/1", "/cases/X123456/1", "10.0.0.1"),
    ("2026-10-01T09:02:00+00:00", "ann.spo", "Zoë Ó Briain", "searched", None, "davies", "10.0.0.1"),
    ("2026-10-01T09:03:00+00:00", "ann.spo", "Zoë Ó Briain", "downloaded", "X123456/1", "x.csv. Found by: davies", "10.0.0.1"),
    ("2026-10-01T09:04:00+00:00", "hunter2", "", "sign-in failed", None, "", "10.0.0.1"),
    ("2026-10-01T09:05:00+00:00", "ann.spo", "", "sign-in failed", None, "", "10.0.0.1"),
    ("2026-10-01T09:06:00+00:00", "operator", "", "account made", None, "ann.spo: spo", ""),
]  # fmt: skip


def older(address: str, lines: list[tuple[str | None, ...]]) -> None:
    """Add lines as the version before kept them."""
    database = Database.at(address)
    number = "INTEGER PRIMARY KEY" if database.kind == "sqlite" else "serial PRIMARY KEY"
    engine = engine_of(database)
    with engine.begin() as c:
        c.exec_driver_sql(
            f"CREATE TABLE IF NOT EXISTS access_log (id {number}, at text, username text, name text, action text, reference text, "
            "detail text, address text)"
        )
        for guard in guards(database.kind, "access_log", "never", ("id",)):
            c.exec_driver_sql(guard)
        for line in lines:
            values = ", ".join("NULL" if value is None else f"'{value}'" for value in line)
            c.exec_driver_sql(
                f"INSERT INTO access_log (at, username, name, action, reference, detail, address) VALUES ({values})"
            )
    engine.dispose()


@contextmanager
def taken_over(address: str) -> Iterator[AccessLog]:
    """The log as somebody finds it who opens it once more."""
    with closing(AccountRegister(address, prepare=True)) as register:
        yield register.log


def test_older_lines_are_taken_over_once(empty_database: str) -> None:
    register = AccountRegister(empty_database, prepare=True)
    register.add(Account("ann.spo", SPO.name, "spo", ("Gloucester",)))
    register.close()
    older(empty_database, OLDER[:4])
    with taken_over(empty_database) as log:
        assert len(list(log.lines())) == 4
    older(empty_database, OLDER[4:])
    for _ in range(2):
        with taken_over(empty_database) as log:
            lines = list(log.lines())[::-1]
            assert [line.action for line in log.lines(person="X123456")] == ["downloaded", "viewed"]
            assert len(list(log.lines(staff=SPO.name))) == 5
        assert [line.action for line in lines] == [line[3] for line in OLDER]
        assert [line.at.isoformat() for line in lines] == [line[0] for line in OLDER]
    assert [line.username for line in lines] == [*["ann.spo"] * 4, "unknown", "ann.spo", "operator"]
    assert [line.detail for line in lines] == ["password", "/cases/X123456/1", "", "", "", "", "ann.spo: spo"]
    assert [line.sought for line in lines[2:4]] == ["davies", "x.csv. Found by: davies"]


def test_a_long_log_is_taken_over_in_parts(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.accounts.access_tables.BATCH", 2)
    AccountRegister(empty_database, prepare=True).close()
    older(empty_database, OLDER)
    with taken_over(empty_database) as log:
        assert len(list(log.lines())) == len(OLDER)
