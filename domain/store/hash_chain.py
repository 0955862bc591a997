"""What the recorders of both databases do: they append entries to a log that is chained by hash and is a Merkle tree.

Each stored entry has a SHA-256 over itself and the hash before it (the chain), and is a leaf of the tree (``domain.proof``).
"""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from eventsourcing.persistence import ApplicationRecorder, StoredEvent

if TYPE_CHECKING:
    from domain.store.log_tables import LogTables

REFUSED = "entries are never changed or deleted: correct or withdraw them"

TABLE = "stored_events"
"""Where the entries are, on both databases."""

ORIGIN = bytes(32)
"""The hash before that of the first entry: 32 zero bytes."""


class BrokenChain(RuntimeError):
    """A stored entry, or one before it, has changed: its hash is wrong."""


class StoredRow(NamedTuple):
    """One row of the table of entries. ``hash`` may be of any type, since somebody may have bypassed the triggers."""

    position: int
    event: StoredEvent
    stored_at: str
    actor: str
    hash: object


class Standing(NamedTuple):
    """The head of a record, its hash in hex, and the hash at another position: None where nothing is stored there.

    All are of one state of the database, so ``there`` shows whether a record still is the one of which somebody
    remembers position and hash. At position 0 it is the origin, of any record.
    """

    head: int
    hash: str
    there: str | None


ChainedEvent = tuple[str, int, str, bytes]
"""An entry to be stored: the reference of its file, its number there, its topic, its state."""


class ChainedRecorder(ApplicationRecorder):
    """What the recorders for SQLite and PostgreSQL add to the recorder of the library ``eventsourcing``."""

    clock: Callable[[], datetime]
    log: "LogTables"
    datastore: Any

    @abstractmethod
    def append(self, entries: Sequence[ChainedEvent], actor: str) -> Sequence[int]:
        """Store these at the end of the chain, all or none. Returns their positions."""

    @abstractmethod
    def append_in(self, c: Any, entries: Sequence[ChainedEvent], actor: str) -> Sequence[int]:
        """As ``append``, in a transaction that somebody else has begun."""

    def insert_events(self, stored_events: Sequence[StoredEvent], *, actor: str = "", **_: Any) -> Sequence[int]:
        """The name under which the library calls ``append``."""
        return self.append([entry_of(event) for event in stored_events], actor)

    @abstractmethod
    def head(self) -> tuple[int, str]:
        """The chain's last position and its hash in hex; position 0 and the origin when nothing is stored."""

    @abstractmethod
    def hash_at(self, position: int) -> str | None:
        """The chain's hash at a position, in hex; None where nothing is stored there."""

    @abstractmethod
    def standing(self, position: int) -> Standing:
        """The head of the chain, and the hash at a position, by one query."""

    @abstractmethod
    def files_begun_by(self, topic: str, after: str = "", limit: int | None = None) -> list[str]:
        """The references of the files whose first entry has this topic, in order: ``limit`` of them after ``after``."""

    @abstractmethod
    def select_many(self, originator_ids: Sequence[str]) -> Sequence[StoredEvent]:
        """The stored entries of all these files, by file and, in each, by number."""

    @abstractmethod
    def rows_of(self, query: str) -> Sequence[Sequence[Any]]:
        """The rows of a query."""

    @abstractmethod
    def last_version(self, originator_id: str) -> int:
        """The number of entries of a file; 0 when nothing is stored."""

    @abstractmethod
    def given(self) -> int:
        """The last position that was ever given out, as far as the database remembers it."""


def standing_of(position: int, head: Sequence[Any] | None) -> Standing:
    """The standing from a row of head, its hash and the hash at the position; None: nothing is stored."""
    last, hash_, there = head or (0, ORIGIN, None)
    there = ORIGIN if position == 0 else there
    return Standing(int(last), bytes(hash_).hex(), None if there is None else bytes(there).hex())


class Hashed(NamedTuple):
    """The hashes of entries stored one after the other: on the chain, and as leaves of the tree."""

    chain: list[bytes]
    leaves: list[bytes]


def hashed(entries: Iterable[ChainedEvent], previous: bytes, stored_at: str, actor: str) -> Hashed:
    """The hashes of these entries, stored on a chain that ends in ``previous``.

    The data of an entry are its parts: file, number there, topic, ``stored_at``, ``actor`` and state. Each part but the state is
    preceded by its length in bytes, written as four bytes. The hash on the chain is the SHA-256 of the hash before it and of
    the data; the leaf's is that of a zero byte and of the data.
    """
    found = Hashed([], [])
    last = _sized(stored_at) + _sized(actor)
    for file, version, topic, state in entries:
        data = b"".join((_sized(file), _sized(str(version)), _sized(topic), last, state))
        previous = hashlib.sha256(previous + data).digest()
        found.chain.append(previous)
        found.leaves.append(hashlib.sha256(b"\0" + data).digest())
    return found


@lru_cache(4096)
def _sized(part: str) -> bytes:
    encoded = part.encode()
    return len(encoded).to_bytes(4, "big") + encoded


def entry_of(event: StoredEvent) -> ChainedEvent:
    """A stored event as an entry to be stored."""
    return str(event.originator_id), event.originator_version, event.topic, event.state
