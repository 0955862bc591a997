"""The tables beside the entries: the head of the log and its tiles. The same statements on both databases."""

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from eventsourcing.persistence import StoredEvent

from domain.entries.register_entries import RegisterEntry
from domain.entries.signing_entries import KEYS, UNSIGNED, SigningKeySet, StoredUnsigned
from domain.proof.tiles import WIDTH, Tile, grown, hashes_in
from domain.store.database import Kind, guards
from domain.store.entry_codec import register_row, stored_register_entry
from domain.store.hash_chain import (
    ORIGIN,
    REFUSED,
    TABLE,
    BrokenChain,
    ChainedEvent,
    Hashed,
    StoredRow,
    entry_of,
    hashed,
)
from domain.store.head_signing import HeadSigning
from domain.store.lateness import INSERT_LATE, late_rows
from domain.store.log_head import LogHead, OpenLeaves

log = logging.getLogger("caseaudit.signing")

NOTED_BY = "caseaudit (signing)"
"""Who is on record for the entry that says that others were stored without the key."""

STEP = 1024
"""Rows read at a time where the tree of an older version's entries is made."""

HEAD, TILES = f"{TABLE}_head", f"{TABLE}_tiles"

TYPES = f"{TABLE}_types"
"""The types of the entries that were ever stored, so that a program that does not know one says so before it reads anything."""

FILL_TYPES = f"INSERT INTO {TYPES} SELECT DISTINCT topic FROM {TABLE} WHERE true ON CONFLICT DO NOTHING"

MISSING = "restore the latest backup (docs/backup.md)"

NO_HEAD = "the row with the head of the log is missing or cannot be read: run `caseaudit verify`"

_TYPES = {
    "sqlite": {"number": "INTEGER", "bytes": "BLOB", "nothing": "x''"},
    "postgresql": {"number": "bigint", "bytes": "bytea", "nothing": "''"},
}

_TEXTS = ("stored_at", "origin", "note", "clock_back")
HEAD_COLUMNS = {
    "leaves": "{number} NOT NULL DEFAULT 0",
    "frontier": "{bytes} NOT NULL DEFAULT {nothing}",
    **dict.fromkeys(_TEXTS, "text NOT NULL DEFAULT ''"),
}
"""The columns of the head beside its position and hash, which PostgreSQL has had longer."""

HEAD_CHANGES = ("position", "hash", "leaves", "frontier", "stored_at", "origin", "note", "clock_back")
"""The columns of the head that an append changes, or that are changed when the record gets another name."""


def statements(kind: Kind) -> list[str]:
    """The statements that make what is missing of both tables."""
    number, bytes_ = _TYPES[kind]["number"], _TYPES[kind]["bytes"]
    columns = {name: column.format(**_TYPES[kind]) for name, column in HEAD_COLUMNS.items()}
    declared = "".join(f", {name} {column}" for name, column in columns.items())
    only = (
        "INTEGER PRIMARY KEY CHECK (only_row = 1)"
        if kind == "sqlite"
        else "boolean PRIMARY KEY DEFAULT true CHECK (only_row)"
    )
    return [
        f"CREATE TABLE IF NOT EXISTS {HEAD} (only_row {only}, position {number} NOT NULL, hash {bytes_} NOT NULL{declared})",
        *(
            f"ALTER TABLE {HEAD} ADD COLUMN IF NOT EXISTS {name} {column}"
            for name, column in columns.items()
            if kind == "postgresql"
        ),
        f"CREATE TABLE IF NOT EXISTS {TILES} (level {number} NOT NULL, number {number} NOT NULL, last_position {number} NOT NULL, "
        f"root {bytes_} NOT NULL, hashes {bytes_} NOT NULL, PRIMARY KEY (level, number))",
        f"CREATE TABLE IF NOT EXISTS {TYPES} (topic text NOT NULL PRIMARY KEY)",
    ]


def guard_statements(kind: Kind) -> list[str]:
    """The statements that make the triggers which refuse any change of entries and tiles."""
    return [
        *guards(kind, TABLE, REFUSED, ("rowid",), ("originator_id", "originator_version")),
        *guards(kind, TILES, REFUSED, ("rowid",), ("level", "number")),
    ]


class LogTables:
    """Reads and writes these tables by a cursor of either database.

    ``position``: the name of the column of positions. ``signing``: signs each head.
    """

    def __init__(self, kind: Kind, position: str):
        self.kind, self.position = kind, position
        self.open = OpenLeaves()
        self.signing = HeadSigning()
        self._types, self._types_added = set[str](), set[str]()

    def _run(self, c: Any, statement: str, values: Sequence[Any] = ()) -> Any:
        c.execute(statement if self.kind == "sqlite" else statement.replace("?", "%s").encode(), values)
        return c

    def head(self, c: Any, *, lock: bool = False) -> LogHead:
        """The head; with ``lock`` (PostgreSQL) others who append wait until this transaction ends. ``BrokenChain``."""
        row = self._run(c, f"SELECT * FROM {HEAD}{' FOR UPDATE' if lock else ''}").fetchone()
        try:
            return LogHead.of(row)
        except (TypeError, ValueError, LookupError) as error:
            raise BrokenChain(NO_HEAD) from error

    def move(
        self, c: Any, before: LogHead, added: Hashed, positions: Sequence[int], stored_at: str, clock_back: str
    ) -> None:
        """Move the head to the last of some entries just stored, and keep the tiles that they complete."""
        read: list[Sequence[bytes]] = []

        def kept(level: int, first: int, count: int) -> Sequence[bytes]:
            if level:
                return self.roots(c, level - 1, first, count)
            known = self.open.at(before.frontier)
            read.append(self._leaves(c, first, count) if known is None else known)
            return read[0]

        frontier, tiles = grown(before.frontier, added.leaves, kept)
        note = self.signing.note(before.origin, frontier, positions[-1], before.note, partial(self._keys, c))
        values = (positions[-1], added.chain[-1], frontier.size, bytes(frontier), stored_at, note, clock_back)
        self._run(
            c, f"UPDATE {HEAD} SET position = ?, hash = ?, leaves = ?, frontier = ?, stored_at = ?, note = ?, clock_back = ?",
            values,
        )  # fmt: skip
        for tile in tiles:
            ends = positions[tile.leaves - before.frontier.size - 1]
            row = (tile.level, tile.number, ends, tile.root, tile.hashes)
            self._run(
                c, f"INSERT INTO {TILES} (level, number, last_position, root, hashes) VALUES (?, ?, ?, ?, ?)", row
            )
        self.open.follow(before.frontier, added.leaves, frontier, read[0] if read else None)

    def note_late(
        self, c: Any, entries: Sequence[ChainedEvent], positions: Sequence[int], stored_at: str, actor: str
    ) -> None:
        """Note which of some entries just stored came late (see ``domain.store.lateness``)."""

        def registered(source: str) -> list[RegisterEntry]:
            query = f"SELECT topic, state FROM {TABLE} WHERE originator_id = ? ORDER BY originator_version"
            rows = self._run(c, query, (f"source:{source}",)).fetchall()
            return [stored_register_entry(row["topic"], bytes(row["state"])) for row in rows]

        if late := late_rows(entries, positions[0], stored_at, actor, registered):
            insert = INSERT_LATE.format("?" if self.kind == "sqlite" else "%s")
            c.executemany(insert if self.kind == "sqlite" else insert.encode(), late)

    def note_types(self, c: Any, entries: Sequence[ChainedEvent]) -> None:
        """Note the types of some entries just stored, where they are not noted yet.

        What this process has added itself is added again each time: it may have been rolled back.
        """
        new = {entry[2] for entry in entries} - self._types
        if not new:
            return
        there = {row["topic"] for row in self._run(c, f"SELECT topic FROM {TYPES}").fetchall()}
        self._types |= there - self._types_added
        for topic in sorted(new - there):
            self._types_added.add(topic)
            self._run(c, f"INSERT INTO {TYPES} (topic) VALUES (?) ON CONFLICT DO NOTHING", (topic,))

    def guard(self, c: Any) -> None:
        """Make the triggers that refuse changes, where they are missing."""
        for statement in guard_statements(self.kind):
            c.execute(statement if self.kind == "sqlite" else statement.encode())

    def begin(self, c: Any) -> None:
        """Make the head of a log without entries, where there is no head yet."""
        only = 1 if self.kind == "sqlite" else True
        row = (only, 0, ORIGIN)
        self._run(c, f"INSERT INTO {HEAD} (only_row, position, hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row)

    def take_over(self, c: Any) -> int:
        """Make the tree of the entries of an older version, which has none; how many they are."""
        position = 0
        while rows := self.rows(c, position, STEP):
            position = rows[-1].position
            added = Hashed([_as_bytes(rows[-1].hash)], leaves_of(rows))
            self.move(c, self.head(c), added, [row.position for row in rows], rows[-1].stored_at, "")
        return self.head(c).frontier.size

    def name(self, c: Any, origin: str) -> None:
        """Give the record a name, by which its checkpoints are known."""
        self._run(c, f"UPDATE {HEAD} SET origin = ?", (origin,))

    def sign_as(self, c: Any, note: str) -> None:
        """Give the head the note that the head of the same log has elsewhere."""
        self._run(c, f"UPDATE {HEAD} SET note = ?", (note,))

    def tile(self, c: Any, level: int, number: int) -> Tile | None:
        """A tile as it is kept; None where there is none."""
        query = f"SELECT level, number, root, hashes FROM {TILES} WHERE level = ? AND number = ?"
        row = self._run(c, query, (level, number)).fetchone()
        return None if row is None else Tile(row["level"], row["number"], bytes(row["root"]), bytes(row["hashes"]))

    def roots(self, c: Any, level: int, first: int, count: int) -> list[bytes]:
        """The roots of so many tiles of a level from a number on, as far as they are kept."""
        query = f"SELECT root FROM {TILES} WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
        return [bytes(row["root"]) for row in self._run(c, query, (level, first, first + count)).fetchall()]

    def last_position(self, c: Any, tile: int) -> int:
        """The position of the last entry of a tile of level 0; 0 where it is not kept."""
        query = f"SELECT last_position FROM {TILES} WHERE level = 0 AND number = ?"
        row = self._run(c, query, (tile,)).fetchone()
        return 0 if row is None else int(row["last_position"])

    def rows(self, c: Any, after: int, limit: int) -> list[StoredRow]:
        """The rows of entries after a position, in order."""
        query = f"SELECT * FROM {TABLE} WHERE {self.position} > ? ORDER BY {self.position} LIMIT ?"
        return self._rows(c, query, (after, limit))

    def rows_of(self, c: Any, file: str) -> list[StoredRow]:
        """The rows of a file, in order."""
        return self._rows(c, f"SELECT * FROM {TABLE} WHERE originator_id = ? ORDER BY originator_version", (file,))

    def _rows(self, c: Any, query: str, values: Sequence[Any]) -> list[StoredRow]:
        try:
            return [
                StoredRow(
                    row[self.position],
                    StoredEvent(row["originator_id"], row["originator_version"], row["topic"], _plain(row["state"])),
                    row["stored_at"], row["actor"], _plain(row["hash"]),
                )
                for row in self._run(c, query, values).fetchall()
            ]  # fmt: skip
        except LookupError as error:
            raise BrokenChain(f"a column of the table {TABLE} is missing ({error.args[0]}); {MISSING}") from error

    def unsigned_row(self, c: Any, head: LogHead, now: datetime) -> ChainedEvent | None:
        """The register entry to be stored before any other, where the head is not signed as it must be: ``StoredUnsigned``."""
        found = self.signing.unsigned(head, partial(self._keys, c))
        if found is None:
            return None
        log.warning("the last entries, up to number %s, were stored by somebody without the signing key", found.leaves)
        query = f"SELECT count(*) AS number FROM {TABLE} WHERE originator_id = ?"
        number = self._run(c, query, (UNSIGNED,)).fetchone()["number"]
        return register_row(UNSIGNED, number + 1, StoredUnsigned(at=now, leaves=found.leaves, signed=found.signed))

    def _keys(self, c: Any) -> list[SigningKeySet]:
        """The register entries on the record's signing keys."""
        query = f"SELECT topic, state FROM {TABLE} WHERE originator_id = ? ORDER BY originator_version"
        rows = self._run(c, query, (KEYS,)).fetchall()
        facts = (stored_register_entry(row["topic"], bytes(row["state"])) for row in rows)
        return [fact for fact in facts if isinstance(fact, SigningKeySet)]

    def _leaves(self, c: Any, first: int, count: int) -> list[bytes]:
        """The leaf hashes of so many entries of the open tile, made from their rows."""
        after = self.last_position(c, first // WIDTH - 1) if first else 0
        return leaves_of(self.rows(c, after, count))

    def leaves(self, c: Any, first: int, count: int) -> list[bytes]:
        """So many leaf hashes of one tile, from a leaf's number on: from the tile, or from the rows of the open one."""
        if (tile := self.tile(c, 0, first // WIDTH)) is not None:
            return hashes_in(tile.hashes)[first % WIDTH :][:count]
        return self._leaves(c, first // WIDTH * WIDTH, WIDTH)[first % WIDTH :][:count]

    def kept(self, c: Any, level: int, first: int, count: int) -> Sequence[bytes]:
        """Hashes of a level (see ``domain.proof.tiles.Hashes``). ``LookupError`` where some are not kept."""
        found = self.roots(c, level - 1, first, count) if level else self.leaves(c, first, count)
        if len(found) != count:
            raise LookupError(f"level {level}: hashes {first} to {first + count - 1} are not kept")
        return found

    def missing_guards(self, c: Any) -> list[str]:
        """The triggers of entries and tiles that are not there or do not fire."""
        if self.kind == "sqlite":
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(ABORT%'"
            wanted = [f"{table}_no_{what}" for table in (TABLE, TILES) for what in ("update", "delete", "replace")]
        else:
            query = "SELECT tgname AS name FROM pg_trigger WHERE tgenabled = 'A' AND NOT tgisinternal"
            wanted = [f"{table}_no_{what}" for table in (TABLE, TILES) for what in ("change", "truncate")]
        there = {row["name"] for row in self._run(c, query).fetchall()}
        return [name for name in wanted if name not in there]


def leaves_of(rows: Sequence[StoredRow]) -> list[bytes]:
    """The leaf hashes of rows."""
    parts = ((entry_of(row.event), row.stored_at, row.actor) for row in rows)
    return [
        hashed([(*entry[:3], _as_bytes(entry[3]))], b"", stored_at, actor).leaves[0]
        for entry, stored_at, actor in parts
    ]


def _as_bytes(value: Any) -> bytes:
    """A value as bytes; where somebody has put something else in place of bytes, its text."""
    return value if isinstance(value, bytes) else str(value).encode()


def _plain(value: Any) -> Any:
    """Bytes as such on both databases; anything else as it is, since somebody may have bypassed the triggers."""
    return bytes(value) if isinstance(value, memoryview | bytearray) else value
