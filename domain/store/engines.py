"""Pools of connections to a database, for the tables that stand beside the files."""

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import DisconnectionError, OperationalError, SQLAlchemyError

from domain.store import database as databases
from domain.store import pool_use
from domain.store.database import Database
from domain.store.sqlite_file import FileGone, FileState, WatchedFile

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


Engine = sa.Engine
"""A pool of connections to one database."""

DatabaseError = SQLAlchemyError
"""What is raised where a database cannot be reached, read or written."""


def engine_of(database: Database) -> sa.Engine:
    """A pool of connections; safe between threads, not over a fork. No error message quotes the values of a statement."""
    if database.kind == "sqlite":
        if not database.missing:
            database.make_private()
        query = {"uri": "true"} if database.read_only or database.must_exist else {}
        url = sa.URL.create("sqlite", database=database.uri, query=query)
        engine = sa.create_engine(
            url, connect_args={"timeout": databases.SQLITE_LOCK_SECONDS}, hide_parameters=True, **_pooled(database)
        )
        pool_use.note_engine(engine)
        if database.writable_file:
            _watch(engine, WatchedFile(database))
        return engine
    engine = sa.create_engine(
        "postgresql+psycopg://", connect_args=database.arguments, pool_pre_ping=True, hide_parameters=True,
        **_pooled(database),
    )  # fmt: skip
    pool_use.note_engine(engine)
    return engine


def _pooled(database: Database) -> dict[str, Any]:
    """How many connections a pool has at most, and how long it waits for one."""
    if database.in_memory:
        return {}
    return {"pool_size": databases.POOL_SIZE, "max_overflow": 0, "pool_timeout": databases.CONNECT_SECONDS}


def _watch(engine: sa.Engine, file: WatchedFile) -> None:
    """Open a connection again where the file has changed since it was opened. ``DatabaseError`` where it is gone."""

    def state() -> FileState | None:
        try:
            return file.state()
        except FileGone as error:
            raise OperationalError(None, None, error) from error

    @sa.event.listens_for(engine, "do_connect")
    def note(_: object, record: Any, *arguments: object) -> None:
        record.info.update(opened=state(), fresh=True)

    @sa.event.listens_for(engine, "checkout")
    def check(_: object, record: Any, __: object) -> None:
        if not record.info.pop("fresh", False) and record.info["opened"] != state():
            raise DisconnectionError("the file has changed")


def engines_of(database: Database) -> tuple[sa.Engine, sa.Engine]:
    """Two engines over one pool, for rows that are derived from the files: one to read, one to write.

    A transaction of the first sees one state of the database throughout. One of the second holds the lock for
    writing from its beginning on SQLite, so that it never fails half-way because somebody else wrote first.
    """
    engine = engine_of(database)
    if database.kind == "postgresql":
        return (
            engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
            engine.execution_options(isolation_level="READ COMMITTED"),
        )

    @sa.event.listens_for(engine, "connect")
    def ours(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver would begin late, and not at all to read
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # the record is FULL; what is derived from it can be again

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine, engine.execution_options(writes=True)


def insert_into(c: sa.Connection | sa.Engine, table: sa.Table) -> "postgresql.Insert | sqlite.Insert":
    """An INSERT that can say what to do about a row that is there already; only the driver in use is read for it."""
    if c.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
