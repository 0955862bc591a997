"""The hash chain: each stored entry carries a SHA-256 over itself and all before it, so that no change goes unnoticed."""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from eventsourcing.persistence import ApplicationRecorder, StoredEvent

REFUSED = "entries are never changed or deleted: correct or withdraw them"

ORIGIN = bytes(32)
"""What the first hash is chained to."""


class BrokenChain(RuntimeError):
    """A stored entry is not what was stored: the hash of everything up to it no longer fits."""


class Kept(NamedTuple):
    """A stored entry as its row has it. A row changed behind the guards may hold anything."""

    position: int
    event: StoredEvent
    stored_at: str
    actor: str
    hash: object


ChainedEvent = tuple[str, int, str, bytes]
"""An entry to be stored: its file, its number there, its topic, its state."""


class ChainedRecorder(ApplicationRecorder):
    """What both recorders add to the library's."""

    clock: Callable[[], datetime]

    @abstractmethod
    def append(self, entries: Sequence[ChainedEvent], actor: str) -> Sequence[int]:
        """Store these at the end of the chain, all or none; their positions."""

    def insert_events(self, stored_events: Sequence[StoredEvent], *, actor: str = "", **_: Any) -> Sequence[int]:
        """The library's name for it."""
        return self.append([_entry(event) for event in stored_events], actor)

    @abstractmethod
    def head(self) -> tuple[int, str]:
        """The chain's last position and its hash in hex; (0, ...) when nothing is stored."""

    @abstractmethod
    def hash_at(self, position: int) -> str | None:
        """The chain's hash at a position, in hex; None where nothing is stored there."""

    @abstractmethod
    def beginnings(self, topic: str, after: str = "", limit: int | None = None) -> list[str]:
        """The references of the files that began with an entry of this topic, in order; those after one, so many."""

    @abstractmethod
    def select_many(self, originator_ids: Sequence[str]) -> Sequence[StoredEvent]:
        """What is stored of all these files, file by file, each in its order."""

    @abstractmethod
    def last_version(self, originator_id: str) -> int:
        """How many entries a file has; 0 when nothing is stored of it."""

    @abstractmethod
    def verify(self, step: int = 1000) -> Iterator[int]:
        """Walk the chain from the first entry, yielding the positions proved; ``BrokenChain`` at the first that fails."""


def links(entries: Iterable[ChainedEvent], previous: bytes, stored_at: str, actor: str) -> list[bytes]:
    """The hashes of these entries, stored one after the other on what ends in ``previous``.

    Each is the SHA-256 of the one before it and of the entry, every part but the state with its length before it.
    """
    found = []
    last = _sized(stored_at) + _sized(actor)
    for file, version, topic, state in entries:
        parts = (previous, _sized(file), _sized(str(version)), _sized(topic), last, state)
        previous = hashlib.sha256(b"".join(parts)).digest()
        found.append(previous)
    return found


@lru_cache(4096)
def _sized(part: str) -> bytes:
    encoded = part.encode()
    return len(encoded).to_bytes(4, "big") + encoded


def _entry(event: StoredEvent) -> ChainedEvent:
    return str(event.originator_id), event.originator_version, event.topic, event.state


def walk(kept: Callable[[int, int], Sequence[Kept]], given: Callable[[], int], step: int) -> Iterator[int]:
    """Prove the chain: ``kept(after, limit)`` are its entries, ``given`` the last position ever given to one."""
    previous, position = ORIGIN, 0
    while rows := kept(position, step):
        for row in rows:
            sound = isinstance(row.event.state, bytes) and isinstance(row.hash, bytes)
            if sound:
                (previous,) = links([_entry(row.event)], previous, row.stored_at, row.actor)
            if not sound or previous != row.hash:
                raise BrokenChain(
                    f"position {row.position} ({row.event.originator_id}, entry {row.event.originator_version}): "
                    "this entry, or one before it, is not what was stored"
                )
            position = row.position
        yield position
    if given() > position:
        raise BrokenChain(f"position {given()}: the last entries are missing; the chain ends at {position}")
