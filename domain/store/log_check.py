"""Checking the log of entries: every row against the chain, every leaf against the tiles, the end against the head."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from domain.entries.register_entries import is_register
from domain.proof.merkle import Frontier, root_of
from domain.proof.tiles import HEIGHT, WIDTH, Tile
from domain.store.entry_codec import stored_entry, stored_register_entry
from domain.store.hash_chain import ORIGIN, BrokenChain, ChainedRecorder, StoredRow, entry_of, hashed
from domain.store.log_reader import LogReader

STEP = 1024
"""Rows checked at a time."""


class Known(NamedTuple):
    """What is known of a log from outside: the root of its first ``size`` leaves, the position of the last (None: not said)."""

    size: int
    root: bytes
    position: int | None = None


def check_log(
    recorder: ChainedRecorder,
    beside: Sequence[Known] = (),
    since: Known | None = None,
    step: int = STEP,
    entries: bool = True,
) -> Iterator[int]:
    """Check the log, ``step`` rows at a time; yields the last position checked. Raises ``BrokenChain`` at the first fault.

    ``beside``: what is known from outside; where it is not what the rows give, the log was changed. ``since``: something known
    that proves what came before it. Of that only hashes are read, and no row but those of its open tile: the tiles must give its
    root, and the rows after it are checked. So a row before it that was changed beside its tile is not noticed.
    ``entries``: whether each row must hold an entry that can be read.
    """
    return _Walk(LogReader(recorder), beside, since, entries).run(step)


class _Walk:
    """One walk over a log. ``position`` and ``previous`` (the chain's hash): where it has come to.

    ``whole``: the tree of the whole tiles before; ``leaves``: those of the open tile since.
    """

    def __init__(self, log: LogReader, beside: Sequence[Known], since: Known | None, entries: bool):
        self.log, self.since, self.entries = log, since, entries
        self.beside = sorted([*beside, *([since] if since else [])], key=lambda known: known.size)
        self.whole, self.position, self.previous = Frontier(), 0, ORIGIN
        self.leaves: list[bytes] = []

    @property
    def size(self) -> int:
        return self.whole.size + len(self.leaves)

    def run(self, step: int) -> Iterator[int]:
        head = self.log.head()
        for known in self.beside:
            if known.size > head.frontier.size:
                raise BrokenChain(
                    f"the checkpoint is of {known.size} entries, and the head of the log says {head.frontier.size}: the last "
                    "ones were removed, or an older copy was put back"
                )
        if self.since is not None:
            self._begin_after(self.since.size // WIDTH)
        self._compare()
        while rows := self.log.rows(self.position, step):
            for row in rows:
                self._take(row)
            yield self.position
        self._end()

    def _begin_after(self, tiles: int) -> None:
        """Take the tree of so many tiles of level 0 as it is kept."""
        if not tiles:
            return
        size, roots, begin = tiles * WIDTH, list[bytes](), 0
        position = self.log.last_position(tiles - 1)
        rows = self.log.rows(position - 1, 1)
        try:
            for height in range(size.bit_length() - 1, HEIGHT - 1, -1):
                if size >> height & 1:
                    roots.append(self.log.subtree(height, begin >> height))
                    begin += 1 << height
        except LookupError as error:
            raise BrokenChain(f"a tile of the first {size} entries is missing") from error
        if not rows or rows[0].position != position or not isinstance(rows[0].hash, bytes):
            raise BrokenChain(f"entry {size}, at position {position}, is missing")
        self.whole, self.position, self.previous = Frontier(size, tuple(roots)), position, rows[0].hash
        for known in [known for known in self.beside if known.size < size]:
            if self.log.root_at(known.size) != known.root:
                raise _not_as_known(known)
            self.beside.remove(known)

    def _take(self, row: StoredRow) -> None:
        texts, blobs = (row.event.topic, row.stored_at, row.actor), (row.event.state, row.hash)
        if not (all(isinstance(one, str) for one in texts) and all(isinstance(one, bytes) for one in blobs)):
            raise _fault(row, "this entry, or one before it, is not what was stored")
        added = hashed([entry_of(row.event)], self.previous, row.stored_at, row.actor)
        if added.chain[0] != row.hash:
            raise _fault(row, "this entry, or one before it, is not what was stored")
        if self.entries:
            _check_readable(row)
        self.position, self.previous = row.position, row.hash
        self.leaves += added.leaves
        if len(self.leaves) == WIDTH:
            self._check_tiles()
        self._compare()

    def _check_tiles(self) -> None:
        """The tile of level 0 that ends here, and those above that end with it, against what is kept."""
        level, number, hashes = 0, self.size // WIDTH - 1, self.leaves
        if self.log.last_position(number) != self.position:
            raise self._wrong_tile(level, number)
        root = root_of(hashes)
        self.whole, self.leaves = self.whole.with_subtrees([root], HEIGHT), []
        while True:
            if self.log.tile(level, number) != Tile(level, number, root, b"".join(hashes)):
                raise self._wrong_tile(level, number)
            if (number + 1) % WIDTH:
                return
            level, number = level + 1, number // WIDTH
            hashes = list(self.log.kept(level, number * WIDTH, WIDTH))
            root = root_of(hashes)

    def _wrong_tile(self, level: int, number: int) -> BrokenChain:
        return BrokenChain(
            f"tile {number} of level {level}, which ends with entry {self.size} at position {self.position}: the "
            "entries, or their positions, are not those of which it was made"
        )

    def _compare(self) -> None:
        """What is known from outside about the log as it is here."""
        while self.beside and self.beside[0].size == self.size:
            known = self.beside.pop(0)
            if known.root != self.whole.with_leaves(self.leaves).root:
                raise _not_as_known(known)
            if known.position not in (None, self.position):
                raise BrokenChain(
                    f"the entry at position {self.position} stood at {known.position} at the checkpoint: positions were shifted"
                )

    def _end(self) -> None:
        if (given := self.log.given()) > self.position:
            raise BrokenChain(f"position {given}: the last entries are missing; the chain ends at {self.position}")
        head, ends = self.log.head(), self.whole.with_leaves(self.leaves)
        if (head.position, head.hash, head.frontier) != (self.position, self.previous, ends):
            raise BrokenChain(
                f"the head says that the log ends at position {head.position} with {head.frontier.size} entries; it ends at "
                f"{self.position} with {ends.size}, or in other hashes: the last entries, or the head, were changed"
            )


def _fault(row: StoredRow, words: str) -> BrokenChain:
    return BrokenChain(
        f"position {row.position} ({row.event.originator_id}, entry {row.event.originator_version}): {words}"
    )


def _not_as_known(known: Known) -> BrokenChain:
    return BrokenChain(
        f"the first {known.size} entries are not those of the checkpoint: one of them was changed, removed or inserted since"
    )


def _check_readable(row: StoredRow) -> None:
    """Whether the row holds an entry that can be read."""
    read: Callable[[str, bytes], object] = (
        stored_register_entry if is_register(str(row.event.originator_id)) else stored_entry
    )
    try:
        read(row.event.topic, row.event.state)
    except (KeyError, msgspec.MsgspecError) as error:
        raise _fault(row, "what is stored cannot be read as an entry") from error
