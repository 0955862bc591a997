"""Analysts need no role on PostgreSQL: one without rights reads no table of ours, and an export works there as on SQLite."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.domain.store.test_application_role import as_role, run
from tests.support.exported import made, rows
from tests.support.postgres import Server, sql

NUMBERS = count(1)


@pytest.fixture
def analyst(postgres: Server) -> Iterator[str]:
    name = f"analyst_{next(NUMBERS)}"
    sql(postgres.address, f"CREATE ROLE {name} LOGIN")
    yield name
    sql(postgres.address, f"DROP ROLE {name}")


def test_a_role_without_rights_reads_no_account_no_key_and_nothing_else(
    postgres: Server, followed_postgres: str, analyst: str
) -> None:
    address = postgres.fresh(followed_postgres)
    assert run("migrate", "--database", address).exit_code == 0
    tables = [name for (name,) in sql(address, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    assert {"accounts", "person_keys", "settings", "stored_events", "sessions", "access_lines"} <= set(tables)
    for table in tables:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sql(as_role(address, analyst), f"SELECT * FROM {table}")
    postgres.drop(address)


def test_an_export_from_postgresql_has_the_rows_of_one_from_sqlite(
    postgres: Server, followed_postgres: str, followed: Path, tmp_path: Path
) -> None:
    from tests.conftest import copied

    address = postgres.fresh(followed_postgres)
    there = made(address, tmp_path / "there", "--as-at", "2005-12-22", "--team", "Gloucester")
    here = made(str(copied(followed, tmp_path)), tmp_path / "here", "--as-at", "2005-12-22", "--team", "Gloucester")
    for table in ("cases", "entries", "duties", "spells", "answers", "scores"):
        hidden = ("case", "person", "officer", "recorded_by", "made_by", "assessor", "stored_at")
        one, two = (
            sorted(
                str({name: value for name, value in row.items() if name not in hidden}) for row in rows(where, table)
            )
            for where in (here, there)
        )
        assert one, table
        assert one == two, table
    postgres.drop(address)
