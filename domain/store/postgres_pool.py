"""Connections to PostgreSQL for the library ``eventsourcing``, which by itself passes on only a few parts of an address."""

import time
from collections.abc import Callable
from typing import Any

import psycopg
from eventsourcing.persistence import InfrastructureFactory, OperationalError
from eventsourcing.postgres import ConnectionPool, PostgresDatastore, PostgresFactory
from eventsourcing.utils import EnvType
from psycopg.rows import DictRow, dict_row

from domain.store import database as databases
from domain.store import pool_use
from domain.store.database import Database


class AddressPool(ConnectionPool[psycopg.Connection[DictRow]]):
    """A pool whose connections are opened as the address says; psycopg's own would set another ``connect_timeout``.

    After an outage it serves whoever asks first. psycopg's own would look at one broken connection a second, and wait longer
    each time before it connects again, while a database that has been back for long is asked nothing.
    """

    _refusal: psycopg.Error | None = None
    """Why no connection could be opened the last time."""

    def _connect(self, timeout: float | None = None) -> psycopg.Connection[DictRow]:
        try:
            return super()._connect()
        except psycopg.Error as error:
            self._refusal = error
            raise

    def getconn(self, timeout: float | None = None) -> psycopg.Connection[DictRow]:
        """A connection that answers. Where one is broken, all others that are kept are opened anew. ``OperationalError``."""
        until = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            connection = super().getconn(until - time.monotonic())
            try:
                self.check_connection(connection)
            except BaseException as error:
                broke_now = connection._created_at > self._drained_at
                self.putconn(connection)
                if not isinstance(error, psycopg.Error):
                    raise
                if broke_now:
                    self.drain()
            else:
                return connection

    def reconnect_failed(self) -> None:
        """A connection could not be opened: tell whoever waits for one. The next who asks has it tried again."""
        with self._lock:
            waiting = list(self._waiting)
            self._waiting.clear()
        for one in waiting:
            one.fail(psycopg.OperationalError(str(self._refusal)))


class AddressDatastore(PostgresDatastore):
    """The library's datastore with every option of an address. Its tables are in the first schema of the search path.

    Connects once, so that what is wrong is raised at once and in PostgreSQL's words: ``OperationalError``.
    """

    def __init__(self, database: Database, *, size: int = 1, more: int | None = None):
        most = databases.POOL_SIZE if more is None else size + more
        super().__init__("", "", "", "", "", schema=_schema(database), originator_id_type="text")
        self.pool = AddressPool(
            connection_class=psycopg.Connection[DictRow],
            kwargs={**database.arguments, "row_factory": dict_row},
            min_size=size, max_size=most, open=False, configure=self.after_connect_func(),
            timeout=databases.CONNECT_SECONDS, reconnect_timeout=0,
        )  # fmt: skip
        pool_use.note(self.pool)

    def after_connect_func(self) -> Callable[[psycopg.Connection[Any]], None]:
        def after_connect(connection: psycopg.Connection[Any]) -> None:
            connection.autocommit = True

        return after_connect


class AddressFactory(PostgresFactory):
    """The library's factory for PostgreSQL, with an ``AddressDatastore`` at the address in its environment."""

    def __init__(self, env: EnvType | None):
        InfrastructureFactory.__init__(self, env)
        self.datastore = AddressDatastore(Database.at(self.env.get("CASEAUDIT_ADDRESS") or ""))


def _schema(database: Database) -> str:
    """The schema in which the tables are, as for statements that name none."""
    try:
        with psycopg.connect(**database.arguments) as connection:  # type: ignore[arg-type]
            row = connection.execute("SELECT current_schema()").fetchone()
    except psycopg.OperationalError as error:
        raise OperationalError(str(error)) from error
    return str(row[0]) if row and row[0] else "public"
