"""The tables beside the entries are brought up by numbered steps; what is in them stays."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from domain.accounts import (
    account_register,
    account_rows,
    api_calls,
    api_tokens,
    calendar_addresses,
    identities,
    requests,
    second_factors,
    sign_in_sessions,
    sign_in_tries,
)
from domain.accounts.account_register import AccountRegister
from domain.destinations import destinations
from domain.store import witnessed
from domain.store.application import Files
from domain.store.database import Database, NotPrepared, log_database
from domain.store.engines import engine_of
from domain.store.table_steps import ACCESS_LOG, REGISTER, TableSteps
from domain.working import working_tables
from tests.domain.store.test_databases import run
from tests.support.older_tables import before_the_steps

DECLARED = (
    account_register._tables, account_rows.tables, api_calls.tables, api_tokens.tables, calendar_addresses.tables,
    identities.tables, requests._tables, second_factors.tables, sign_in_sessions.tables, sign_in_tries.tables,
    witnessed._tables, working_tables.tables, destinations.tables,
)  # fmt: skip
"""The tables as the program uses them."""


@pytest.fixture
def prepared(empty_database: str) -> str:
    """A database with all tables of this version."""
    Files.open(empty_database, prepare=True).close()
    AccountRegister(empty_database, prepare=True).close()
    return empty_database


@pytest.fixture
def register(prepared: str) -> Iterator[sa.Engine]:
    yield from _engine(Database.at(prepared))


@pytest.fixture
def log(prepared: str) -> Iterator[sa.Engine]:
    yield from _engine(log_database(Database.at(prepared)))


def _engine(database: Database) -> Iterator[sa.Engine]:
    engine = engine_of(database)
    yield engine
    engine.dispose()


def reached(engine: sa.Engine, steps: TableSteps) -> str | None:
    with engine.connect() as c:
        return steps.reached(c)


def change(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as c:
        for statement in statements:
            c.exec_driver_sql(statement)


@pytest.mark.both
def test_the_steps_make_the_tables_that_the_program_uses(register: sa.Engine) -> None:
    wanted = sa.MetaData()
    for tables in DECLARED:
        for table in tables.sorted_tables:
            table.to_metadata(wanted)
    with register.connect() as c:
        context = MigrationContext.configure(
            c, opts={"include_name": lambda name, kind, _: kind != "table" or name in wanted.tables}
        )
        assert not compare_metadata(context, wanted)


@pytest.mark.both
def test_a_prepared_database_is_at_the_newest_step(register: sa.Engine, log: sa.Engine) -> None:
    assert reached(register, REGISTER) == REGISTER.newest
    assert reached(log, ACCESS_LOG) == ACCESS_LOG.newest


@pytest.mark.both
def test_tables_of_before_the_steps_get_what_they_lack_and_keep_what_they_hold(
    prepared: str, register: sa.Engine
) -> None:
    with closing(AccountRegister(prepared)) as kept:
        kept.setting("kept", "as it was")
    before_the_steps(register)
    change(register, "DROP TABLE snoozes", "DROP INDEX drafts_reference", "ALTER TABLE requests DROP COLUMN seal")
    if prepared.startswith("postgresql"):
        with pytest.raises(NotPrepared, match="prepared by an older caseaudit: run `caseaudit migrate` first"):
            AccountRegister(prepared)
        run("migrate", "--database", prepared)
    with closing(AccountRegister(prepared)) as kept:
        assert kept.setting("kept", "lost") == "as it was"
    there = sa.inspect(register)
    assert there.has_table("snoozes")
    assert "seal" in {column["name"] for column in there.get_columns("requests")}
    assert "drafts_reference" in {index["name"] for index in there.get_indexes("drafts")}


@pytest.mark.both
@pytest.mark.parametrize("steps", [REGISTER, ACCESS_LOG], ids=lambda one: one.table)
def test_a_database_of_a_later_version_is_refused_in_words(
    prepared: str, register: sa.Engine, log: sa.Engine, steps: TableSteps
) -> None:
    change(register if steps is REGISTER else log, f"UPDATE {steps.table} SET version_num = '9999'")
    said = f"prepared by a later caseaudit \\({steps.table}: step 9999"
    with pytest.raises(NotPrepared, match=said):
        AccountRegister(prepared)
    with pytest.raises(NotPrepared, match=said):
        AccountRegister(prepared, prepare=True)


def test_many_may_bring_up_one_sqlite_file_at_once(tmp_path: Path) -> None:
    database = Database.at(str(tmp_path / "audit.sqlite"))
    database.make_private()

    def brought_up(_: int) -> str | None:
        engine = engine_of(database)
        try:
            REGISTER.bring_up(database, engine)
            return reached(engine, REGISTER)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(brought_up, range(6))) == {REGISTER.newest}


@pytest.mark.both
def test_a_step_that_fails_leaves_nothing_of_itself(prepared: str, register: sa.Engine) -> None:
    before_the_steps(register)
    change(
        register, "DROP TABLE accounts", "DROP TABLE snoozes", "INSERT INTO settings VALUES ('one', 'kept')",
        "ALTER TABLE settings DROP COLUMN value",
    )  # fmt: skip
    with pytest.raises(sa.exc.SQLAlchemyError):
        REGISTER.bring_up(Database.at(prepared), register)
    assert reached(register, REGISTER) is None
    assert not {"accounts", "snoozes"} & {*sa.inspect(register).get_table_names()}
