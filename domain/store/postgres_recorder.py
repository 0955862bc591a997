"""The recorder on PostgreSQL: the same table, triggers and chain as on SQLite, and a row with the head of the chain."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from struct import Struct, pack
from typing import Any

from eventsourcing.persistence import InterfaceError, OperationalError, PersistenceError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.utils import retry
from psycopg import Cursor
from psycopg.errors import LockNotAvailable, QueryCanceled
from psycopg.rows import DictRow
from psycopg.sql import SQL, Composed, Identifier

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

COLUMNS = ("originator_id", "originator_version", "topic", "state", "stored_at", "actor", "hash")


class ChainedPostgresRecorder(ChainedRecorder, PostgresApplicationRecorder):
    """Append-only, with ``stored_at`` (UTC), ``actor`` and the chain's ``hash`` beside each event."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = TABLE):
        events_table_name = TABLE  # the library gives another name on PostgreSQL than on SQLite
        super().__init__(datastore, events_table_name=events_table_name)
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.table = SQL("{}.{}").format(Identifier(datastore.schema), Identifier(events_table_name))
        self.head_table = SQL("{}.{}").format(Identifier(datastore.schema), Identifier(f"{events_table_name}_head"))
        self.sql_create_statements = [
            self._about(
                "CREATE TABLE IF NOT EXISTS {table} (notification_id bigserial PRIMARY KEY, originator_id text NOT NULL, "
                "originator_version bigint NOT NULL, topic text NOT NULL, state bytea NOT NULL, stored_at text NOT NULL, "
                "actor text NOT NULL, hash bytea NOT NULL, UNIQUE (originator_id, originator_version))"
            ),
            # A list of files needs their first entries only, about one entry in 140. References sort by their bytes.
            self._about(
                'CREATE INDEX IF NOT EXISTS {beginnings} ON {table} (topic, originator_id COLLATE "C") '
                "WHERE originator_version = 1"
            ),
            *(SQL(statement).format() for statement in statements("postgresql")),
        ]
        self.log = LogTables("postgresql", "notification_id")

    def _about(self, statement: str) -> Composed:
        """The statement with the names of our tables filled in."""
        return SQL(statement).format(
            table=self.table, head=self.head_table,
            beginnings=Identifier(f"{self.events_table_name}_beginnings"),
        )  # fmt: skip

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def append(self, entries: Sequence[ChainedEvent], actor: str) -> Sequence[int]:
        """Store these at the end of the chain, all or none. Returns their positions."""
        if not entries:
            return []
        with self.datastore.transaction(commit=True) as c:
            try:
                return self.append_in(c, entries, actor)
            except (LockNotAvailable, QueryCanceled) as error:
                # The time that this connection has is over: it does not begin anew, as after a connection that was lost.
                raise PersistenceError(str(error)) from error

    def append_in(
        self, c: Cursor[DictRow], entries: Sequence[ChainedEvent], actor: str, *, noting: bool = False
    ) -> Sequence[int]:
        """As ``append``, in a transaction that somebody else has begun. ``noting``: it is noted that the head is unsigned."""
        with c.connection.pipeline():  # one round trip to the server instead of three
            self._notify_channel(c)
            # Whoever else appends waits from here to the end of this transaction. So positions are given out and become
            # visible in the same order. A lock on the table would need more rights.
            head = self.log.head(c, lock=True)
        if not noting and (unsigned := self.log.unsigned_row(c, head, self.clock())):
            self.append_in(c, [unsigned], NOTED_BY, noting=True)
            self.log.signing.forget()  # what follows may set another key
            head = self.log.head(c, lock=True)
        stored_at, clock_back = head.next_stored_at(self.clock())
        added = hashed(entries, head.hash, stored_at, actor)
        names = SQL(", ").join(Identifier(name) for name in COLUMNS)
        with c.copy(SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(self.table, names)) as copy:
            copy.write(copied(entries, stored_at, actor, added.chain))
        c.execute(self._about("SELECT max(notification_id) AS last FROM {table}"))
        last = int(c.fetchall()[0]["last"])
        positions = list(range(last - len(entries) + 1, last + 1))
        self.log.move(c, head, added, positions, stored_at, clock_back)
        self.log.note_late(c, entries, positions, stored_at, actor)
        self.log.note_types(c, entries)
        return positions

    def _head(self, c: Cursor[DictRow]) -> tuple[int, bytes]:
        c.execute(self._about("SELECT position, hash FROM {head}"))
        row = c.fetchone()
        return (row["position"], bytes(row["hash"])) if row else (0, ORIGIN)

    def head(self) -> tuple[int, str]:
        """The chain's last position and its hash in hex; position 0 and the origin when nothing is stored."""
        with self.datastore.transaction(commit=False) as c:
            position, hash_ = self._head(c)
        return position, hash_.hex()

    def hash_at(self, position: int) -> str | None:
        """The chain's hash at a position, in hex; None where nothing is stored there."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(self._about("SELECT hash FROM {table} WHERE notification_id = %s"), (position,))
            row = c.fetchone()
        return bytes(row["hash"]).hex() if row else None

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def standing(self, position: int) -> Standing:
        """The head of the chain, and the hash at a position, by one query."""
        with self.datastore.get_connection() as connection, connection.cursor() as c:
            c.execute(
                self._about(
                    "SELECT position, hash, (SELECT hash FROM {table} WHERE notification_id = %s) AS there FROM {head}"
                ),
                (position,),
            )
            row = c.fetchone()
        return standing_of(position, tuple(row.values()) if row else None)

    def files_begun_by(self, topic: str, after: str = "", limit: int | None = None) -> list[str]:
        """The references of the files whose first entry has this topic, in order: ``limit`` of them after ``after``."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                self._about(
                    "SELECT originator_id FROM {table} WHERE originator_version = 1 AND topic = %s "
                    'AND originator_id COLLATE "C" > %s ORDER BY originator_id COLLATE "C" LIMIT %s'
                ),
                (topic, after, limit),
            )
            return [row["originator_id"] for row in c.fetchall()]

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def select_many(self, originator_ids: Sequence[str]) -> Sequence[StoredEvent]:
        """The stored entries of all these files, by file and, in each, by number."""
        with self.datastore.get_connection() as connection, connection.cursor() as c:
            c.execute(
                self._about(
                    "SELECT originator_id, originator_version, topic, state FROM {table} "
                    "WHERE originator_id = ANY(%s) ORDER BY originator_id, originator_version"
                ),
                (list(originator_ids),),
            )
            return [
                StoredEvent(row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"]))
                for row in c
            ]

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def rows_of(self, query: str) -> Sequence[Sequence[Any]]:
        """The rows of a query."""
        with self.datastore.get_connection() as connection, connection.cursor() as c:
            c.execute(query.encode())
            return [tuple(row.values()) for row in c]

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def last_version(self, originator_id: str) -> int:
        """The number of entries of a file; 0 when nothing is stored."""
        with self.datastore.get_connection() as connection, connection.cursor() as c:
            c.execute(
                self._about(
                    "SELECT coalesce(max(originator_version), 0) AS last FROM {table} WHERE originator_id = %s"
                ),
                (originator_id,),
            )
            return int(c.fetchall()[0]["last"])

    def given(self) -> int:
        """The last position that the head names. A sequence of PostgreSQL leaves gaps, so it cannot show what is missing."""
        return self.head()[0]


def copied(entries: Iterable[ChainedEvent], stored_at: str, actor: str, hashes: Iterable[bytes]) -> bytes:
    """The rows in the binary format of COPY, which PostgreSQL reads more quickly than text."""
    # A row has seven fields. Each is its length, as four bytes, and its value; a bigint has eight bytes.
    width, number = pack(">h", len(COLUMNS)), Struct(">iqi").pack
    length, last = Struct(">i").pack, _field(stored_at) + _field(actor) + pack(">i", 32)
    parts = [_COPY_BEGINS]
    for (file, version, topic, state), hash_ in zip(entries, hashes, strict=True):
        named, kind = file.encode(), topic.encode()
        parts += (
            width, length(len(named)), named, number(8, version, len(kind)), kind,
            length(len(state)), state, last, hash_,
        )  # fmt: skip
    parts.append(_COPY_ENDS)
    return b"".join(parts)


_COPY_BEGINS, _COPY_ENDS = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"


def _field(text: str) -> bytes:
    return pack(">i", len(text.encode())) + text.encode()
