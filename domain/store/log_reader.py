"""Reads the log of entries as a tree: its head, its rows and tiles, and proofs made from them."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from domain.proof import merkle
from domain.proof.merkle import Subtree
from domain.proof.tiles import WIDTH, Tile, subtree_from
from domain.store.hash_chain import TABLE, ChainedRecorder, StoredRow
from domain.store.log_head import LogHead

T = TypeVar("T")


class LogReader:
    """The log of one recorder. Each question has a transaction of its own. ``BrokenChain`` where the head cannot be read."""

    def __init__(self, recorder: ChainedRecorder):
        self._recorder, self._log = recorder, recorder.log
        self.subtree = subtree_from(self.kept)

    def _ask(self, question: Callable[[Any], T]) -> T:
        with self._recorder.datastore.transaction(commit=False) as c:
            return question(c)

    def head(self) -> LogHead:
        return self._ask(self._log.head)

    def rows(self, after: int, limit: int) -> list[StoredRow]:
        """The rows after a position, in order."""
        return self._ask(lambda c: self._log.rows(c, after, limit))

    def rows_of(self, file: str) -> list[StoredRow]:
        """The rows of a file, in order."""
        return self._ask(lambda c: self._log.rows_of(c, file))

    def tile(self, level: int, number: int) -> Tile | None:
        """A tile as it is kept; None where there is none."""
        return self._ask(lambda c: self._log.tile(c, level, number))

    def last_position(self, tile: int) -> int:
        """The position of the last entry of a tile of level 0; 0 where it is not kept."""
        return self._ask(lambda c: self._log.last_position(c, tile))

    def kept(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Hashes of a level (see ``domain.proof.tiles.Hashes``). ``LookupError`` where some are not kept."""
        return self._ask(lambda c: self._log.kept(c, level, first, count))

    def missing_guards(self) -> list[str]:
        """The triggers that should refuse changes to entries and tiles, and are not there or do not fire."""
        return self._ask(self._log.missing_guards)

    def given(self) -> int:
        """The last position that was ever given out, as far as the database remembers it."""
        return self._recorder.given()

    def root_at(self, size: int) -> bytes:
        """The root of the tree of the first ``size`` entries, from tiles. ``LookupError`` where some are missing."""
        return self._prove(lambda subtree: merkle.root_at(subtree, size))

    def inclusion(self, number: int, size: int) -> list[bytes]:
        """The proof that the leaf of this number, from 0, is in the tree of the first ``size`` entries."""
        return self._prove(lambda subtree: merkle.inclusion_proof(subtree, number, size))

    def consistency(self, first: int, second: int) -> list[bytes]:
        """The proof that the first ``first`` entries are the beginning of the first ``second``."""
        return self._prove(lambda subtree: merkle.consistency_proof(subtree, first, second))

    def _prove(self, question: Callable[[Subtree], T]) -> T:
        """Ask about subtrees in one transaction; the leaves of a tile are read once."""

        def ask(c: Any) -> T:
            leaves: dict[int, Sequence[bytes]] = {}

            def kept(level: int, first: int, count: int) -> Sequence[bytes]:
                if level:
                    return self._log.kept(c, level, first, count)
                tile = first // WIDTH
                if tile not in leaves:
                    leaves[tile] = self._log.leaves(c, tile * WIDTH, WIDTH)
                return leaves[tile][first % WIDTH :][:count]

            return question(subtree_from(kept))

        return self._ask(ask)

    def leaf_number(self, position: int) -> int:
        """The number of the leaf, from 0, of the entry at a position. ``LookupError`` where nothing is stored there."""

        def find(c: Any) -> int:
            low, high = 0, self._log.head(c).frontier.size // WIDTH
            while low < high:
                middle = (low + high) // 2
                low, high = (middle + 1, high) if self._log.last_position(c, middle) < position else (low, middle)
            before = self._log.last_position(c, low - 1) if low else 0
            return low * WIDTH + [row.position for row in self._log.rows(c, before, WIDTH)].index(position)

        try:
            return self._ask(find)
        except ValueError as error:
            raise LookupError(f"nothing is stored at position {position}") from error


class StoredCount(NamedTuple):
    """What somebody stored: the text in the column ``actor``, how many entries, the position of the first."""

    actor: str
    entries: int
    first: int


def stored_by(recorder: ChainedRecorder) -> list[StoredCount]:
    """Who stored how many entries, in the order of their first."""
    position = recorder.log.position
    query = f"SELECT actor, count(*), min({position}) FROM {TABLE} GROUP BY actor ORDER BY min({position})"
    return [StoredCount(str(actor), int(entries), int(first)) for actor, entries, first in recorder.rows_of(query)]
