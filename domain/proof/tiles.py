"""How a log's tree is kept: its leaf hashes and the hashes above them in tiles of 256 (the layout of C2SP tlog-tiles). Pure.

A tile of level 0 holds 256 leaf hashes, one of level 1 the roots of 256 tiles of level 0, and so on. Only whole tiles are kept;
each with its own root. The leaves of the open tile are hashed again from what they are made of.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from domain.proof.merkle import HASH_BYTES, Frontier, node_hash, root_of

HEIGHT = 8
WIDTH = 1 << HEIGHT
"""Levels of the tree in a tile, and hashes in a tile."""

Hashes = Callable[[int, int, int], Sequence[bytes]]
"""Gives ``(level, first, count)``: so many hashes of a level, from a number on. Level 0: leaf hashes; else roots of tiles."""


class Tile(NamedTuple):
    """A whole tile: its level, its number there from 0, the root over it, its 256 hashes in one string."""

    level: int
    number: int
    root: bytes
    hashes: bytes

    @property
    def leaves(self) -> int:
        """The number of leaves of the log up to the end of this tile."""
        return self.number + 1 << HEIGHT * (self.level + 1)


def hashes_in(tile: bytes) -> list[bytes]:
    """The hashes of a tile one by one."""
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def grown(before: Frontier, leaves: Sequence[bytes], kept: Hashes) -> tuple[Frontier, list[Tile]]:
    """The frontier after these leaf hashes, and the tiles that they complete. One hash a leaf, counted over many.

    ``kept`` is asked for the hashes of open tiles that are completed now.
    """
    size, roots = before.size, list(before.roots)
    made: defaultdict[int, list[bytes]] = defaultdict(list)
    for root in leaves:
        size += 1
        for height in range(1, (size & -size).bit_length()):
            root = node_hash(roots.pop(), root)
            if not height % HEIGHT:
                made[height // HEIGHT].append(root)
        roots.append(root)
    return Frontier(size, tuple(roots)), list(_completed(before.size, leaves, made, kept))


def _completed(size: int, leaves: Sequence[bytes], made: Mapping[int, Sequence[bytes]], kept: Hashes) -> Iterator[Tile]:
    """The tiles completed by leaves that follow ``size`` others. ``made``: level -> the roots of tiles of the level below."""
    level, first, new = 0, size, leaves
    while begun_and_new := made.get(level + 1):
        begun = first % WIDTH
        hashes = [*kept(level, first - begun, begun), *new] if begun else new
        number = first // WIDTH
        for at, root in enumerate(begun_and_new):
            yield Tile(level, number + at, root, b"".join(hashes[at * WIDTH : (at + 1) * WIDTH]))
        level, first, new = level + 1, number, begun_and_new


def subtree_from(kept: Hashes) -> Callable[[int, int], bytes]:
    """The roots of whole subtrees (see ``domain.proof.merkle.Subtree``) from the hashes that are kept."""

    def subtree(height: int, index: int) -> bytes:
        level, above = divmod(height, HEIGHT)
        return root_of(kept(level, index << above, 1 << above))

    return subtree
