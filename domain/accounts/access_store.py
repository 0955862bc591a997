"""Where the access log is kept, and connections to it.

On SQLite it is a file of its own beside the record (``NAME.access.sqlite``), so that no page waits for an import, and whoever
may read the record need not reach the log. On PostgreSQL it has tables of its own.
"""

import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from queue import Empty, LifoQueue
from typing import Any

from eventsourcing.persistence import PersistenceError

from domain.accounts.access_lines import LogUnavailable
from domain.store import database as databases
from domain.store.database import Database
from domain.store.sqlite_file import FileState, WatchedFile

WAIT_SECONDS = 5
"""Seconds that a line waits for another writer of the log."""

SYNCHRONOUS = "FULL"
"""On SQLite, a line is on the disk before its page is sent."""

MOST_IDLE = 8
"""The most connections kept open while nobody uses them."""


class Cursor:
    """Runs the same statements on both databases: with ``?`` where a value goes."""

    def __init__(self, kind: str, cursor: Any):
        self._kind, self._cursor = kind, cursor

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run a statement; its rows, where it has any."""
        self._cursor.execute(self._of_kind(statement), values)
        return list(self._cursor.fetchall()) if self._cursor.description else []

    def each(self, statement: str, every: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each of these values."""
        self._cursor.executemany(self._of_kind(statement), every)

    def _of_kind(self, statement: str) -> str:
        return statement if self._kind == "sqlite" else statement.replace("?", "%s")


class LogStore:
    """Connections to one log. Threads may share it; make it after a fork. Every failure is a ``LogUnavailable``."""

    def __init__(self, database: Database):
        self.database, self.kind = database, database.kind
        self._file = WatchedFile(database) if database.writable_file else None
        self._idle: LifoQueue[tuple[Any, FileState | None]] = LifoQueue(MOST_IDLE)
        weakref.finalize(self, _close_all, self._idle)

    @contextmanager
    def transaction(self, *, writes: bool = False) -> Iterator[Cursor]:
        """One transaction, kept whole or not at all. ``writes``: on SQLite it waits here for the other writers."""
        try:
            with self._lent() as connection, closing(connection.cursor()) as cursor:
                if self.kind == "sqlite":
                    cursor.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
                try:
                    yield Cursor(self.kind, cursor)
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()
        except _failures(self.kind) as error:
            raise LogUnavailable(f"the access log ({self.database}) cannot be used: {error}") from error

    def overwrite(self) -> None:
        """On SQLite, write what was deleted through to the file, so that nothing of it is left in the one beside it."""
        if self.kind == "sqlite":
            with self.transaction() as c:
                c.rows("COMMIT")
                c.rows("PRAGMA wal_checkpoint(TRUNCATE)")
                c.rows("BEGIN")

    def close(self) -> None:
        """Close the connections that nobody uses."""
        _close_all(self._idle)

    @contextmanager
    def _lent(self) -> Iterator[Any]:
        connection, state = self._open()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if self._idle.full():
            connection.close()
        else:
            self._idle.put((connection, state))

    def _open(self) -> tuple[Any, FileState | None]:
        """A connection that was kept, if it still reads the same database; else a new one."""
        state = self._file.state() if self._file else None
        with suppress(Empty):
            while True:
                connection, opened = self._idle.get_nowait()
                if opened == state and _answers(self.kind, connection):
                    return connection, state
                connection.close()
        connection = _sqlite(self.database) if self.kind == "sqlite" else _postgresql(self.database)
        return connection, self._file.state() if self._file else None


def _close_all(idle: LifoQueue[tuple[Any, FileState | None]]) -> None:
    with suppress(Empty):
        while True:
            idle.get_nowait()[0].close()


def _sqlite(database: Database) -> sqlite3.Connection:
    database.make_private()
    connection = sqlite3.connect(
        database.uri,
        timeout=min(WAIT_SECONDS, databases.SQLITE_LOCK_SECONDS),
        isolation_level=None,
        check_same_thread=False,
        uri=True,
    )
    if database.read_only:
        return connection
    try:
        # What is deleted (keys) is overwritten.
        for setting in ("journal_mode = WAL", f"synchronous = {SYNCHRONOUS}", "secure_delete = ON"):
            connection.execute(f"PRAGMA {setting}")
    except BaseException:
        connection.close()
        raise
    return connection


def _postgresql(database: Database) -> Any:
    import psycopg

    given = database.arguments
    options = f"-c lock_timeout={WAIT_SECONDS}s {given.get('options', '')}".strip()
    arguments: dict[str, Any] = {**given, "options": options}
    return psycopg.connect(**arguments)


def _answers(kind: str, connection: Any) -> bool:
    """Whether a connection that was kept still reaches its server."""
    if kind == "sqlite":
        return True
    import psycopg

    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error:
        return False
    return True


def _failures(kind: str) -> tuple[type[Exception], ...]:
    if kind == "sqlite":
        return sqlite3.Error, PersistenceError, OSError
    import psycopg

    return psycopg.Error, OSError
