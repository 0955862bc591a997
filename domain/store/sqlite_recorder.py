"""The event store: entries as stored events, append-only, chained by hash; its recorder on SQLite.

The library ``eventsourcing`` keeps order, versions and conflicts. Our own are the mapper (``entry_codec``) and the recorder (with
each entry: when it was stored, by whom, and its hash in the chain). Nothing is ever updated or deleted: triggers refuse it.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor, SQLiteDatastore

from domain.store.hash_chain import (
    ORIGIN,
    TABLE,
    ChainedEvent,
    ChainedRecorder,
    Standing,
    hashed,
    standing_of,
)
from domain.store.log_tables import NOTED_BY, LogTables, statements

ROWS = 500
"""Entries inserted by one statement. More a statement is quicker: SQLite runs it without the interpreter lock."""


class ChainedSQLiteRecorder(ChainedRecorder, SQLiteApplicationRecorder):
    """Append-only, with ``stored_at`` (UTC), ``actor`` and the chain's ``hash`` beside each event."""

    def __init__(self, datastore: SQLiteDatastore, events_table_name: str = TABLE):
        super().__init__(datastore, events_table_name)
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.log = LogTables("sqlite", "rowid")

    def construct_create_table_statements(self) -> list[str]:
        table = self.events_table_name
        # The library reads the position as "rowid". A column of that name survives a dump, and no number is used twice.
        create = (
            f"CREATE TABLE IF NOT EXISTS {table} (rowid INTEGER PRIMARY KEY AUTOINCREMENT, "
            "originator_id TEXT NOT NULL, originator_version INTEGER NOT NULL, topic TEXT NOT NULL, "
            "state BLOB NOT NULL, stored_at TEXT NOT NULL, actor TEXT NOT NULL, hash BLOB NOT NULL, "
            "UNIQUE (originator_id, originator_version))"
        )
        # A list of files needs their first entries only, about one entry in 140.
        begins = f"CREATE INDEX IF NOT EXISTS {table}_beginnings ON {table} (topic, originator_id) WHERE originator_version = 1"
        return [create, begins, *statements("sqlite")]

    def append(self, entries: Sequence[ChainedEvent], actor: str) -> Sequence[int]:
        """Store these at the end of the chain, all or none. Returns their positions."""
        if not entries:
            return []
        with self.datastore.transaction(commit=True) as c:
            return self.append_in(c, entries, actor)

    def append_in(
        self, c: SQLiteCursor, entries: Sequence[ChainedEvent], actor: str, *, noting: bool = False
    ) -> Sequence[int]:
        """As ``append``, in a transaction that somebody else has begun. ``noting``: it is noted that the head is unsigned."""
        # It changes nothing, but takes the lock for writing before the head is read (SQLite begins deferred).
        c.execute(f"INSERT INTO {self.events_table_name} SELECT * FROM {self.events_table_name} WHERE 0")
        head = self.log.head(c)
        if not noting and (unsigned := self.log.unsigned_row(c, head, self.clock())):
            self.append_in(c, [unsigned], NOTED_BY, noting=True)
            self.log.signing.forget()  # what follows may set another key
            head = self.log.head(c)
        stored_at, clock_back = head.next_stored_at(self.clock())
        added = hashed(entries, head.hash, stored_at, actor)
        for at in range(0, len(entries), ROWS):
            values: list[str | int | bytes] = []
            for entry, hash_ in zip(entries[at : at + ROWS], added.chain[at : at + ROWS], strict=True):
                values += (*entry, stored_at, actor, hash_)
            c.execute(_insertion(self.events_table_name, len(values) // 7), values)
        c.execute(f"SELECT MAX(rowid) FROM {self.events_table_name}")
        last: int = c.fetchone()[0]
        positions = list(range(last - len(entries) + 1, last + 1))
        self.log.move(c, head, added, positions, stored_at, clock_back)
        self.log.note_late(c, entries, positions, stored_at, actor)
        self.log.note_types(c, entries)
        return positions

    def head(self) -> tuple[int, str]:
        """The chain's last position and its hash in hex; position 0 and the origin when nothing is stored."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(f"SELECT rowid, hash FROM {self.events_table_name} ORDER BY rowid DESC LIMIT 1")
            row = c.fetchone()
        return (row["rowid"], bytes(row["hash"]).hex()) if row else (0, ORIGIN.hex())

    def hash_at(self, position: int) -> str | None:
        """The chain's hash at a position, in hex; None where nothing is stored there."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(f"SELECT hash FROM {self.events_table_name} WHERE rowid = ?", (position,))
            row = c.fetchone()
        return bytes(row["hash"]).hex() if row else None

    def standing(self, position: int) -> Standing:
        """The head of the chain, and the hash at a position, by one query."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                f"SELECT rowid, hash, (SELECT hash FROM {self.events_table_name} WHERE rowid = ?) "
                f"FROM {self.events_table_name} ORDER BY rowid DESC LIMIT 1",
                (position,),
            )
            return standing_of(position, c.fetchone())

    def files_begun_by(self, topic: str, after: str = "", limit: int | None = None) -> list[str]:
        """The references of the files whose first entry has this topic, in order: ``limit`` of them after ``after``."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                f"SELECT originator_id FROM {self.events_table_name} WHERE originator_version = 1 AND topic = ? "
                "AND originator_id > ? ORDER BY originator_id LIMIT ?",
                (topic, after, -1 if limit is None else limit),
            )
            return [row["originator_id"] for row in c.fetchall()]

    def select_many(self, originator_ids: Sequence[str]) -> Sequence[StoredEvent]:
        """The stored entries of all these files, by file and, in each, by number."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                f"SELECT originator_id, originator_version, topic, state FROM {self.events_table_name} "
                "WHERE originator_id IN (SELECT value FROM json_each(?)) ORDER BY originator_id, originator_version",
                (json.dumps(list(originator_ids)),),
            )
            return [StoredEvent(*row) for row in c.fetchall()]

    def rows_of(self, query: str) -> Sequence[Sequence[Any]]:
        """The rows of a query."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(query)
            return [tuple(row) for row in c.fetchall()]

    def last_version(self, originator_id: str) -> int:
        """The number of entries of a file; 0 when nothing is stored."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                f"SELECT max(originator_version) FROM {self.events_table_name} WHERE originator_id = ?",
                (originator_id,),
            )
            return c.fetchone()[0] or 0

    def given(self) -> int:
        """The last position that SQLite ever gave out: it shows that entries are missing at the end."""
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (self.events_table_name,))
            row = c.fetchone()
        return row["seq"] if row is not None else 0


@cache
def _insertion(table: str, rows: int) -> str:
    """The statement that inserts this number of rows."""
    columns = "originator_id, originator_version, topic, state, stored_at, actor, hash"
    return f"INSERT INTO {table} ({columns}) VALUES {','.join(['(?,?,?,?,?,?,?)'] * rows)}"
