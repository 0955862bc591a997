"""The hash chain: each stored entry carries a SHA-256 over itself and all before it, so that no change goes unnoticed."""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

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


class Chained(ApplicationRecorder):
    """What both recorders add to the library's."""

    clock: Callable[[], datetime]

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
    def verify(self, step: int = 1000) -> Iterator[int]:
        """Walk the chain from the first entry, yielding the positions proved; ``BrokenChain`` at the first that fails."""


def link(previous: bytes, event: StoredEvent, stored_at: str, actor: str) -> bytes:
    """The SHA-256 of an entry and of all before it."""
    digest = hashlib.sha256(previous)
    for part in (str(event.originator_id), str(event.originator_version), event.topic, stored_at, actor):
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    digest.update(event.state)
    return digest.digest()


def links(events: Sequence[StoredEvent], previous: bytes, stored_at: str, actor: str) -> list[bytes]:
    """The hashes of these entries, stored one after the other on what ends in ``previous``."""
    found = []
    for event in events:
        previous = link(previous, event, stored_at, actor)
        found.append(previous)
    return found


def walk(kept: Callable[[int, int], Sequence[Kept]], given: Callable[[], int], step: int) -> Iterator[int]:
    """Prove the chain: ``kept(after, limit)`` are its entries, ``given`` the last position ever given to one."""
    previous, position = ORIGIN, 0
    while rows := kept(position, step):
        for row in rows:
            sound = isinstance(row.event.state, bytes) and isinstance(row.hash, bytes)
            if sound:
                previous = link(previous, row.event, row.stored_at, row.actor)
            if not sound or previous != row.hash:
                raise BrokenChain(
                    f"position {row.position} ({row.event.originator_id}, entry {row.event.originator_version}): "
                    "this entry, or one before it, is not what was stored"
                )
            position = row.position
        yield position
    if given() > position:
        raise BrokenChain(f"position {given()}: the last entries are missing; the chain ends at {position}")
