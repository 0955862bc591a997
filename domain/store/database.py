"""Where the record is kept: one SQLite file or one PostgreSQL database. Its address says which.

SQLite gets its tables when the file is opened. A PostgreSQL database is prepared once by ``caseaudit migrate``, so that
no two processes of a site create tables at the same time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import sqlalchemy as sa

CONNECT_SECONDS, LOCK_SECONDS = 2, 5
"""Seconds that PostgreSQL may take to answer, and that a writer waits for the lock of another."""

Kind = Literal["sqlite", "postgresql"]


class WrongAddress(ValueError):
    """This is not the address of a database that caseaudit can use."""


class NotPrepared(RuntimeError):
    """The database has no tables of caseaudit, or tables of another version."""


@dataclass(frozen=True)
class Database:
    """One database: the ``path`` of an SQLite file, or else the ``url`` of one on PostgreSQL.

    ``str()`` is its address without the password.
    """

    path: str = ""
    url: "sa.URL | None" = None

    @classmethod
    def at(cls, address: str) -> "Database":
        """The database at a path, ``sqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST:PORT/NAME``.

        Raises ``WrongAddress`` for anything else.
        """
        scheme, _, rest = address.partition("://")
        if not rest:
            return cls(address if address.startswith("file:") else str(Path(address).expanduser()))
        if scheme == "sqlite":
            path = rest[1:] if rest.startswith("/") else rest
            return cls(str(Path(path).expanduser()))
        if scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
            raise WrongAddress(f"{scheme}: is no database known here; write a path, sqlite:///PATH or postgresql://...")
        return cls(url=_url(rest))

    def __str__(self) -> str:
        if self.url is None:
            return self.path
        return self.url.set(drivername="postgresql").render_as_string(hide_password=True)

    @property
    def kind(self) -> Kind:
        return "sqlite" if self.url is None else "postgresql"

    @property
    def address(self) -> str:
        """The address in full, with the password: what opens the database."""
        return self.path if self.url is None else self.url.render_as_string(hide_password=False)

    @property
    def missing(self) -> bool:
        """Whether it is an SQLite file that does not exist yet."""
        return self.kind == "sqlite" and not self.in_memory and not Path(self.path).exists()

    @property
    def in_memory(self) -> bool:
        return self.path.startswith("file:")

    def make_folder(self) -> None:
        """Create the folder of the SQLite file, if it is one."""
        if self.kind == "sqlite" and not self.in_memory:
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)

    def settings(self) -> dict[str, str]:
        """The settings by which the library ``eventsourcing`` opens it."""
        if self.url is None:
            return {"PERSISTENCE_MODULE": "domain.store.sqlite_file:WatchingFactory", "SQLITE_DBNAME": self.path,
                    "SQLITE_LOCK_TIMEOUT": "10"}  # fmt: skip
        host = self.url.host or self.url.query.get("host") or "localhost"
        return {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(self.url.database),
            "POSTGRES_HOST": host if isinstance(host, str) else host[0],
            "POSTGRES_PORT": str(self.url.port or 5432),
            "POSTGRES_USER": self.url.username or "",
            "POSTGRES_PASSWORD": self.url.password or "",
            "POSTGRES_CONNECT_TIMEOUT": str(CONNECT_SECONDS),
            "POSTGRES_LOCK_TIMEOUT": str(LOCK_SECONDS),
            "POSTGRES_PRE_PING": "y",
            "POSTGRES_POOL_SIZE": "1",
            "POSTGRES_MAX_OVERFLOW": "7",
            "CREATE_TABLE": "n",
        }


def _url(rest: str) -> "sa.URL":
    """What stands behind ``postgresql://``, read; else ``WrongAddress``."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(f"postgresql+psycopg://{rest}")
    except (ArgumentError, ValueError):
        raise WrongAddress("write it as postgresql://USER:PASSWORD@HOST:PORT/NAME") from None
    if not url.database:
        raise WrongAddress("the name of the database is missing: postgresql://USER:PASSWORD@HOST:PORT/NAME")
    return url


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
