"""The head of the log of entries: the row that says where it ends. Whoever appends holds its lock."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from domain.proof.merkle import Frontier
from domain.proof.tiles import WIDTH

STEP_BACK = timedelta(minutes=1)
"""A clock that is behind the last entry by more than this is reported."""

log = logging.getLogger("caseaudit.clock")


class LogHead(NamedTuple):
    """The end of the log: position and chain hash of the last entry, the tree's frontier, when the last entry was stored.

    ``origin``: the name of the record, ``HOST/caseaudit/RECORD``. ``note``: the signed checkpoint of this head, empty where no key
    signed it. ``clock_back``: the last time that the clock was found set back, in words; empty: never. ``stored_at``: in UTC,
    empty where nothing is stored.
    """

    position: int
    hash: bytes
    frontier: Frontier
    stored_at: str
    origin: str
    note: str
    clock_back: str

    @classmethod
    def of(cls, row: Any) -> "LogHead":
        """The head from its row; ``ValueError`` where its frontier is none."""
        return cls(
            row["position"], bytes(row["hash"]), Frontier.read(row["leaves"], bytes(row["frontier"])), row["stored_at"],
            row["origin"], row["note"], row["clock_back"],
        )  # fmt: skip

    def next_stored_at(self, now: datetime) -> tuple[str, str]:
        """When the next entry is stored, and what is to be said of the clock. It never runs back: see ``trust.md``."""
        before = datetime.fromisoformat(self.stored_at) if self.stored_at else now
        if now >= before:
            return now.isoformat(timespec="microseconds"), self.clock_back
        if before - now <= STEP_BACK:
            return self.stored_at, self.clock_back
        said = f"at {self.stored_at} the clock said {now.isoformat(timespec='seconds')}"
        if said[:60] != self.clock_back[:60]:
            log.warning("the clock is behind the last entry stored: %s", said)
        return self.stored_at, said


class OpenLeaves:
    """The leaf hashes of the open tile, remembered from one append to the next. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: tuple[bytes, Sequence[bytes]] = b"", ()

    def at(self, frontier: Frontier) -> Sequence[bytes] | None:
        """Those of the log that ends so; None where they are not known."""
        ends, leaves = self._kept
        return leaves if ends == bytes(frontier) else None

    def follow(self, before: Frontier, leaves: Sequence[bytes], after: Frontier, read: Sequence[bytes] | None) -> None:
        """Remember those after some more leaves, where they are known. ``read``: those before, if they were read meanwhile."""
        known = self.at(before) if read is None else read
        count = after.size % WIDTH
        if count <= len(leaves):
            self._kept = bytes(after), leaves[len(leaves) - count :]
        elif known is not None:
            self._kept = bytes(after), [*known, *leaves]
