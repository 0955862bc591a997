"""Where the record is kept: one SQLite file or one PostgreSQL database. Its address says which.

SQLite gets its tables when the file is opened. A PostgreSQL database is prepared once by ``caseaudit migrate``, so that
no two processes of a site create tables at the same time.
"""

import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from domain.private_folder import OUR_FOLDER, OURS, check_place, narrow

CONNECT_SECONDS = 2
"""Seconds that PostgreSQL may take to answer, unless its address says otherwise (``connect_timeout``)."""

LOCK_SECONDS, STATEMENT_SECONDS = 2, 30
"""Seconds that the site waits for the lock of another, and for one statement. Commands wait as long as it takes."""

SQLITE_LOCK_SECONDS = 10
"""Seconds that anybody waits for the lock of another on SQLite. The site sets it to what it waits itself."""

POOL_SIZE = 15
"""Connections that one pool has at most. The site sets it to what its threads need."""

DEAD_MILLISECONDS = 3_000
"""After which a connection of the site is given up whose server acknowledges nothing (``tcp_user_timeout``)."""

PORTS = re.compile("[0-9]*(,[0-9]*)*")

Kind = Literal["sqlite", "postgresql"]

READ_ONLY = "sqlite-read-only"
"""The scheme of the address of an SQLite file that nobody writes to."""

EXISTING = "sqlite-existing"
"""The scheme of the address of an SQLite file that must be there: where it is away, no other is made in its place."""

SQLITE = b"SQLite format 3\0"
"""How an SQLite file begins."""

BACKUPS = {"backup": b"CAB1", "keys": b"CAK1"}
"""What stands in the header of a backup, and of a file of keys (``application_id``), so that half a file is told too."""

NOT_MADE = "mode=rw"
"""What SQLite is told of a file that it must not make."""

IMMUTABLE = "immutable=1"
"""What SQLite is told of a file that nobody writes to (see its page on URI file names)."""


class WrongAddress(ValueError):
    """This is not the address of a database that caseaudit can use."""


class NotPrepared(RuntimeError):
    """The database has no tables of caseaudit, or tables of another version."""


@dataclass(frozen=True)
class Database:
    """One database: the ``path`` of an SQLite file, or else what ``libpq`` needs to reach one on PostgreSQL.

    ``libpq``: names and values of connection parameters, sorted: whatever libpq knows, such as ``sslmode``, several hosts or
    ``service``. Every connection gets them from here. ``str()`` says who connects to what, without password and options.
    """

    path: str = ""
    libpq: tuple[tuple[str, str], ...] = ()
    read_only: bool = False
    """An SQLite file that nobody writes to, such as a backup: it is read without a lock, and nothing is made beside it."""
    must_exist: bool = False
    """An SQLite file that is used and never made: where it is away, opening it fails."""

    @classmethod
    def at(cls, address: str) -> "Database":
        """The database at a path, ``sqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST:PORT/NAME?OPTION=VALUE``.

        Raises ``WrongAddress`` for anything else.
        """
        scheme, _, rest = address.partition("://")
        if not rest:
            return cls(address if address.startswith("file:") else str(Path(address).expanduser()))
        if scheme == READ_ONLY:
            return cls(rest, read_only=True)
        if scheme == EXISTING:
            return cls(rest, must_exist=True)
        if scheme == "sqlite":
            path = rest[1:] if rest.startswith("/") else rest
            return cls(str(Path(path).expanduser()))
        if scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
            raise WrongAddress(f"{scheme}: is no database known here; write a path, sqlite:///PATH or postgresql://...")
        return cls(libpq=_parameters(rest))

    def __str__(self) -> str:
        if self.kind == "sqlite":
            return self.path
        named = dict(self.libpq)
        user = quote(named["user"]) if "user" in named else ""
        secret = ":***" if named.get("password") else ""
        hosts = _hosts(named)
        query = "&".join(
            f"{name}={quote(named[name], safe='/')}"
            for name in ("host", "service")
            if name in named and not (name == "host" and hosts)
        )
        at = "@" if user or secret else ""
        return f"postgresql://{user}{secret}{at}{hosts}/{quote(named.get('dbname', ''))}" + (
            f"?{query}" if query else ""
        )

    @property
    def kind(self) -> Kind:
        return "postgresql" if self.libpq else "sqlite"

    @property
    def address(self) -> str:
        """The address in full, with the password and every option: what opens the database."""
        if self.kind == "sqlite":
            scheme = READ_ONLY if self.read_only else EXISTING if self.must_exist else ""
            return f"{scheme}://{self.path}" if scheme else self.path
        return "postgresql:///?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in self.libpq)

    @property
    def arguments(self) -> dict[str, str]:
        """What ``psycopg.connect`` takes, for every connection to PostgreSQL."""
        return {
            "connect_timeout": str(CONNECT_SECONDS), "fallback_application_name": "caseaudit", **dict(self.libpq),
        }  # fmt: skip

    def existing(self) -> "Database":
        """The same database for whoever uses what is there: an SQLite file is not made where it is away."""
        return replace(self, must_exist=True) if self.writable_file else self

    def for_site(self) -> "Database":
        """The same database for the connections of the site, which wait for no lock and no statement for long.

        What the address says of these by itself (``options``) holds before.
        """
        if self.kind == "sqlite":
            return self
        given = dict(self.libpq)
        given["options"] = f"{_site_options()} {given.get('options', '')}".strip()
        given.setdefault("tcp_user_timeout", str(DEAD_MILLISECONDS))
        return replace(self, libpq=tuple(sorted(given.items())))

    @property
    def identity(self) -> str:
        """A name that differs between databases, and is the same for the site and for commands."""
        options = dict(self.libpq).get("options", "").removeprefix(_site_options()).strip()
        return f"{self} {options}".strip()

    @property
    def missing(self) -> bool:
        """Whether it is an SQLite file that does not exist yet."""
        return self.kind == "sqlite" and not self.in_memory and not Path(self.path).exists()

    @property
    def in_memory(self) -> bool:
        return self.path.startswith("file:")

    @property
    def writable_file(self) -> bool:
        """Whether it is an SQLite file that may be written to."""
        return self.kind == "sqlite" and not self.in_memory and not self.read_only

    @property
    def uri(self) -> str:
        """What SQLite opens, as a URI or a path."""
        mode = IMMUTABLE if self.read_only else NOT_MADE if self.must_exist else ""
        return f"{Path(self.path).absolute().as_uri()}?{mode}" if mode else self.path

    def make_private(self) -> None:
        """Create the folder and the SQLite file, if it is one, for this user only; narrow a file that is there to 0600.

        Where a file ``must_exist`` and is away, nothing is made. Raises ``NotPrivate`` where others can write to the folder: they
        could put another file in its place.
        """
        if not self.writable_file or (self.must_exist and self.missing):
            return
        path = Path(self.path)
        if not self.must_exist:
            path.parent.mkdir(mode=OUR_FOLDER, parents=True, exist_ok=True)
        check_place(path.parent)
        if not self.must_exist:
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, OURS))
        _check_no_backup(path)
        for part in ("", "-wal", "-shm", "-journal"):
            narrow(Path(f"{path}{part}"))

    def settings(self) -> dict[str, str]:
        """The settings by which the library ``eventsourcing`` opens it."""
        if self.kind == "sqlite":
            return {"PERSISTENCE_MODULE": "domain.store.sqlite_file:WatchingFactory", "CASEAUDIT_ADDRESS": self.address,
                    "SQLITE_DBNAME": self.uri, "SQLITE_LOCK_TIMEOUT": str(SQLITE_LOCK_SECONDS),
                    "CREATE_TABLE": "n" if self.read_only else "y"}  # fmt: skip
        return {
            "PERSISTENCE_MODULE": "domain.store.postgres_pool:AddressFactory", "CASEAUDIT_ADDRESS": self.address,
            "CREATE_TABLE": "n",
        }  # fmt: skip


def log_database(database: Database) -> Database:
    """Where the access log of a record is kept; no two records share one. A backup holds it beside the entries."""
    if not database.writable_file:
        return database
    path = Path(database.path)
    beside = path.with_suffix(".access.sqlite") if path.suffix == ".sqlite" else Path(f"{path}.access")
    return replace(database, path=str(beside))


def _check_no_backup(path: Path) -> None:
    """``NotPrepared`` where an SQLite file is a backup: opened as a database it would change.

    SQLite itself reads the header: a file that this process opened and closed beside it would lose the locks that SQLite has on it.
    """
    mark = 0
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.absolute().as_uri()}?{IMMUTABLE}", uri=True)) as c:
        ((mark,),) = c.execute("PRAGMA application_id")
    if mark.to_bytes(4, "big", signed=True) in BACKUPS.values():
        raise NotPrepared(
            f"{path} is a backup, and stays as it is: caseaudit restore makes a database of it, caseaudit verify checks it"
        )


def wait_as_site(lock: int, statement: int, pool: int) -> None:
    """From here on this process, and those that it forks, wait for a database as a site does. Seconds; connections of a pool."""
    global LOCK_SECONDS, STATEMENT_SECONDS, SQLITE_LOCK_SECONDS, POOL_SIZE
    LOCK_SECONDS = SQLITE_LOCK_SECONDS = lock
    STATEMENT_SECONDS, POOL_SIZE = statement, pool


def _site_options() -> str:
    return f"-c lock_timeout={LOCK_SECONDS}s -c statement_timeout={STATEMENT_SECONDS}s"


def _parameters(rest: str) -> tuple[tuple[str, str], ...]:
    """The parameters in what stands behind ``postgresql://``, as libpq reads it; else ``WrongAddress``."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        found = {name: str(value) for name, value in conninfo_to_dict(f"postgresql://{rest}").items() if value != ""}
    except (ProgrammingError, ValueError):  # its words may hold the password
        raise WrongAddress(
            "write it as postgresql://USER:PASSWORD@HOST:PORT/NAME?OPTION=VALUE, with the options of libpq"
        ) from None
    if not PORTS.fullmatch(found.get("port", "")):
        raise WrongAddress("the port is a number: postgresql://USER:PASSWORD@HOST:PORT/NAME")
    if "dbname" not in found and "service" not in found:
        raise WrongAddress("the name of the database is missing: postgresql://USER:PASSWORD@HOST:PORT/NAME")
    return tuple(sorted(found.items()))


def _hosts(named: dict[str, str]) -> str:
    """Hosts and ports as they stand in an address; empty where a host is a folder."""
    hosts = named.get("host", "").split(",")
    if any("/" in host for host in hosts):
        return ""
    ports = named.get("port", "").split(",")
    ports = ports * len(hosts) if len(ports) == 1 else ports
    return ",".join(f"{host}:{port}" if port else host for host, port in zip(hosts, ports, strict=False))


def guards(kind: Kind, table: str, words: str, *keys: Sequence[str]) -> Sequence[str]:
    """The statements that make a table append-only: triggers that refuse a change with the message ``words``.

    ``keys``: the columns of each key that is unique, ``rowid`` among them where the table has one. SQLite replaces a row of the
    same key (INSERT OR REPLACE) without asking the trigger on DELETE, so that a third trigger refuses it. On PostgreSQL the
    triggers also fire for a session that replays a replica's changes.
    """
    if kind == "sqlite":
        same = " OR ".join("(" + " AND ".join(f"{name} = NEW.{name}" for name in key) + ")" for key in keys)
        return [
            *(
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
                for act in ("UPDATE", "DELETE")
            ),
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE(ABORT, '{words}'); END",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{words}'; END $$",
        f"CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
        *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_{what}" for what in ("change", "truncate")),
    ]
