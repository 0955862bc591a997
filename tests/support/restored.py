"""Another record put in the place of one that is in use, as operators do it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

from domain.store.hash_chain import TABLE


def moved_over(path: str, other: str) -> None:
    """A file moved to where the SQLite file is: another file under the same name."""
    shutil.copy(other, f"{path}-new")
    for left in ("-wal", "-shm"):
        Path(path + left).unlink(missing_ok=True)
    Path(f"{path}-new").replace(path)


def copied_over(path: str, other: str) -> None:
    """Another content in the same SQLite file, whose write-ahead log is empty: SQLite knows nothing of it."""
    with closing(sqlite3.connect(path)) as c:
        assert c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
    shutil.copy(other, path)


def restored(path: str, other: str) -> None:
    """What ``sqlite3 PATH ".restore OTHER"`` does: other rows in the same SQLite file, in one transaction."""
    with closing(sqlite3.connect(other)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)


def restored_rows(address: str, other: str) -> None:
    """Other rows in the tables of record and views of a PostgreSQL database, in one transaction."""
    with psycopg.connect(address) as target, psycopg.connect(other) as source:
        target.execute("SET session_replication_role = replica")  # without triggers
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ %s ORDER BY 1"
        for (table,) in source.execute(named, [f"^({TABLE}|view)"]).fetchall():
            target.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())  # those that always fire too
            target.execute(f"DELETE FROM {table}".encode())
            with (
                source.cursor().copy(f"COPY {table} TO STDOUT (FORMAT BINARY)".encode()) as rows,
                target.cursor().copy(f"COPY {table} FROM STDIN (FORMAT BINARY)".encode()) as copy,
            ):
                for row in rows:
                    copy.write(row)
            target.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())


WAYS = {"moved over": moved_over, "copied over": copied_over, "restored": restored, "rows": restored_rows}
"""Each way by its name; ``rows`` is for PostgreSQL, the others are for SQLite."""


def whole_copy(path: str, other: str) -> None:
    """A copy of an SQLite database in one file, its write-ahead log included."""
    with closing(sqlite3.connect(path)) as c:
        c.execute("VACUUM INTO ?", (other,))
