"""The tables of the access log, and the lines of older versions, which are copied into them.

``access_lines`` holds the lines, ``access_lists`` every list of cases once under its digest, ``access_listed`` the lists that a
case stands in, ``access_names`` the printed names under which an account has written lines, ``access_tiles`` the hashes of the
tree over the lines. None of them ever changes. ``access_head`` says where the tree ends. The keys of sealed searches
(``access_keys``) may be deleted, a month's at a time.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from domain.accounts.access_lines import OPERATOR, UNKNOWN, LogUnavailable, digest_of, listed
from domain.accounts.access_seals import Sealing
from domain.accounts.access_store import Cursor, LogStore
from domain.store.database import Database, Kind, guards, log_database
from domain.store.table_steps import ACCESS_LOG

LOG = logging.getLogger("caseaudit.access")

LOST = "the access log {} is missing: who looked at what until now is not known here; put it back, or take it from a backup"
"""What is said where the file of a log that was there is gone."""

NEVER = "the access log is never changed"

FOUND_BY = "Found by: "
"""The words before what was searched for, in the detail of a download of before."""

BATCH = 1_000
"""Older lines copied by one transaction."""

_KEYS: dict[str, tuple[Sequence[str], ...]] = {
    "access_lists": (("number",), ("digest",)),
    "access_listed": (("reference", "list"),),
    "access_lines": (("number",), ("earlier",)),
    "access_names": (("username", "name"),),
    "access_tiles": (("rowid",), ("level", "number")),
}
"""The append-only tables, and the columns of their unique keys."""


def statements(kind: Kind) -> Iterator[str]:
    """The statements that make the missing triggers of the log."""
    for table, keys in _KEYS.items():
        yield from guards(kind, table, NEVER, *keys)


def prepare(store: LogStore, record: Database, is_account: Callable[[str], bool], sealing: Sealing) -> None:
    """Make or bring up what is missing of the log, and copy the lines of the record's log of before that are not in it yet.

    ``is_account``: whether somebody has this user name. Of lines of before, what was typed for a user name and is none is left
    out, and what was searched for is sealed. ``LogUnavailable``; ``NotPrepared`` where a later version has been here.
    """
    if is_lost(record):
        if record.must_exist:
            raise LogUnavailable(LOST.format(store.database))
        LOG.warning("%s, and a new one is begun", LOST.format(store.database))
    _bring_up(store)
    with store.transaction(writes=True) as c:
        if store.kind == "postgresql":
            c.rows("SELECT pg_advisory_xact_lock(hashtext('caseaudit access log'))")
        for statement in statements(store.kind):
            c.rows(statement)
    while _copy(store, record, is_account, sealing):
        pass


def is_lost(record: Database) -> bool:
    """Whether the file of the access log is missing beside a record of SQLite that has accounts: it was there with the first."""
    if record.missing or not log_database(record).missing:
        return False
    with closing(sqlite3.connect(f"{Path(record.path).absolute().as_uri()}?mode=ro", uri=True)) as c:
        has = c.execute("SELECT 1 FROM sqlite_master WHERE name = 'accounts'").fetchone()
        return bool(has and c.execute("SELECT 1 FROM accounts LIMIT 1").fetchone())


def _bring_up(store: LogStore) -> None:
    with store.transaction() as c:  # on SQLite it makes the file, and how its journal is kept
        if _reached(c, store.kind) == ACCESS_LOG.newest:
            return
    from domain.store.engines import DatabaseError, engine_of

    engine = engine_of(store.database)
    try:
        ACCESS_LOG.bring_up(store.database, engine)
    except (DatabaseError, OSError) as error:
        raise LogUnavailable(f"the access log ({store.database}) cannot be used: {error}") from error
    finally:
        engine.dispose()


def _reached(c: Cursor, kind: Kind) -> str | None:
    """The last of the numbered steps that was done; None: none."""
    there = {"sqlite": "SELECT name FROM sqlite_master WHERE name = ?", "postgresql": "SELECT to_regclass(?)"}[kind]
    if not any(row[0] for row in c.rows(there, (ACCESS_LOG.table,))):
        return None
    return next((str(row[0]) for row in c.rows(f"SELECT version_num FROM {ACCESS_LOG.table}")), None)


class Earlier(NamedTuple):
    """A line of the log as older versions kept it: one for each case."""

    id: int
    at: str
    username: str
    name: str
    action: str
    reference: str | None
    detail: str
    address: str


def _copy(store: LogStore, record: Database, is_account: Callable[[str], bool], sealing: Sealing) -> int:
    """Copy up to ``BATCH`` lines; how many."""
    with store.transaction(writes=True) as c:
        if store.kind == "postgresql":
            c.rows("SELECT pg_advisory_xact_lock(hashtext('caseaudit access log'))")
        ((last,),) = c.rows("SELECT coalesce(max(earlier), 0) FROM access_lines")
        older = _older(c, record, last)
        for line in older:
            _copy_one(c, line, is_account, sealing)
    return len(older)


def _older(c: Cursor, record: Database, after: int) -> list[Earlier]:
    """The next lines of the older log, in order; none where there is no such table."""
    query = f"SELECT {', '.join(Earlier._fields)} FROM access_log WHERE id > ? ORDER BY id LIMIT {BATCH}"
    if record.kind == "postgresql":
        there = c.rows("SELECT to_regclass('access_log') IS NOT NULL")[0][0]
        return [Earlier(*row) for row in c.rows(query, (after,))] if there else []
    if record.in_memory or not Path(record.path).exists():
        return []
    with closing(sqlite3.connect(f"{Path(record.path).absolute().as_uri()}?mode=ro", uri=True)) as old:
        if not old.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'access_log'").fetchall():
            return []
        return [Earlier(*row) for row in old.execute(query, (after,))]


def _copy_one(c: Cursor, line: Earlier, is_account: Callable[[str], bool], sealing: Sealing) -> None:
    at, username = datetime.fromisoformat(line.at), line.username
    if not (line.name or username == OPERATOR.username or is_account(username)):
        username = UNKNOWN.username
    sought = line.detail if line.action == "searched" or FOUND_BY in line.detail else ""
    number, brought = list_number(c, () if line.reference is None else (line.reference,))
    keep_name(c, username, line.name)
    values = {
        "at": microseconds(at), "username": username, "name": line.name, "action": line.action, "route": "", "selection": "",
        "sought": sealing.seal(c, at, sought, about(at, username)), "purpose": "", "list": number, "brought": brought,
        "detail": "" if sought else line.detail, "address": line.address, "earlier": line.id,
    }  # fmt: skip
    insert(c, "access_lines", values)


def about(at: datetime, username: str) -> str:
    """The line that a sealed search belongs to: it cannot be opened as another's."""
    return f"{microseconds(at)} {username}"


def insert(c: Cursor, table: str, values: dict[str, Any]) -> None:
    """Add a row."""
    places = ", ".join("?" * len(values))
    c.rows(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", tuple(values.values()))


def list_number(c: Cursor, references: Sequence[str]) -> tuple[int | None, bool]:
    """The number of a list of cases, which is stored if it is new; and whether it was. None for no cases."""
    cases = listed(references)
    if not cases:
        return None, False
    digest = digest_of(cases)
    if found := c.rows("SELECT number FROM access_lists WHERE digest = ?", (digest,)):
        return int(found[0][0]), False
    made = c.rows(
        "INSERT INTO access_lists (digest, size, cases) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING number",
        (digest, len(cases), "\n".join(cases)),
    )
    if not made:  # another writer stored the same list in this moment
        return int(c.rows("SELECT number FROM access_lists WHERE digest = ?", (digest,))[0][0]), False
    number = int(made[0][0])
    for begin in range(0, len(cases), 500):
        some = cases[begin : begin + 500]
        places = ", ".join(["(?, ?)"] * len(some))
        values = [value for reference in some for value in (reference, number)]
        c.rows(f"INSERT INTO access_listed (reference, list) VALUES {places}", values)
    return number, True


def keep_name(c: Cursor, username: str, name: str) -> None:
    """Keep the user name and the printed name, perhaps empty, among those by which lines are found."""
    if not c.rows("SELECT 1 FROM access_names WHERE username = ? AND name = ?", (username, name)):
        c.rows("INSERT INTO access_names (username, name) VALUES (?, ?) ON CONFLICT DO NOTHING", (username, name))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """An instant as microseconds since 1970 in UTC."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def instant(at: int) -> datetime:
    """The instant of so many microseconds."""
    return _EPOCH + timedelta(microseconds=at)
