"""Tries whether a database can be written to: writes something, and takes it back.

It uses a connection of its own, so that it needs none of those that pages use, and waits for no lock for long.
"""

import secrets
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import quote

from domain.store.database import Database
from domain.store.known_damage import known
from domain.store.outage_kinds import outage_of
from domain.store.preparation import STEPS_TABLE

WAITED = 0.3
"""Seconds that it waits for the lock of another."""

Found = Literal["ready", "busy", "read-only", "damaged", "gone", "not prepared"]


class Trial(NamedTuple):
    """``found``: whether it can be read and written to. ``steps``: the numbers of the steps by which the record was prepared."""

    found: Found
    steps: tuple[int, ...] = ()


def tried(database: Database) -> Trial:
    """Try to write. *busy*: somebody else writes, or takes the last connections; it will do. Raises nothing of a database.

    *damaged*: it cannot be read, or somebody has met damage of it before.
    """
    if known(database):
        return Trial("damaged")
    try:
        return _on_sqlite(database) if database.kind == "sqlite" else _on_postgresql(database)
    except Exception as error:
        match outage_of(error):
            case "locked" | "no connections":
                return Trial("busy")
            case "read-only" | "full":
                return Trial("read-only")
            case "gone" | "damaged" as found:
                return Trial(found)
        if _is_missing_table(error):
            return Trial("not prepared")
        raise


def _on_sqlite(database: Database) -> Trial:
    if database.in_memory:
        return Trial("ready")
    if not Path(database.path).exists():
        return Trial("gone")
    uri = f"file:{quote(database.path)}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=WAITED, isolation_level=None)) as c:
        has = c.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (STEPS_TABLE,)).fetchone()
        rows = c.execute(f"SELECT number FROM {STEPS_TABLE} ORDER BY 1").fetchall() if has else ()
        steps = tuple(number for (number,) in rows)
        (number,) = c.execute("PRAGMA user_version").fetchone()
        c.execute("BEGIN IMMEDIATE")
        try:
            c.execute(f"PRAGMA user_version = {int(number) + 1}")
        finally:
            c.execute("ROLLBACK")
    return Trial("ready", steps)


def _on_postgresql(database: Database) -> Trial:
    import psycopg

    given = database.arguments
    limits = f"-c lock_timeout={WAITED}s -c statement_timeout=1500ms"
    arguments = {**given, "options": f"{given.get('options', '')} {limits}".strip(), "connect_timeout": "2"}
    with closing(psycopg.connect(**arguments)) as c:  # type: ignore[arg-type]
        steps = tuple(int(n) for (n,) in c.execute(f"SELECT number FROM {STEPS_TABLE} ORDER BY 1").fetchall())
        c.execute("INSERT INTO settings (name, value) VALUES (%s, '')", (f"write trial {secrets.token_hex(8)}",))
        c.rollback()
    return Trial("ready", steps)


def _is_missing_table(error: BaseException) -> bool:
    return getattr(error, "sqlstate", None) in ("42P01", "42501")
