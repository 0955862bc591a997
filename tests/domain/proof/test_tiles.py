"""Tiles: however a log grows, they are the same; and every proof can be made from tiles and the open leaves."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.proof.merkle import Frontier, check_inclusion, inclusion_proof, root_at, root_of
from domain.proof.tiles import WIDTH, Tile, grown, hashes_in, subtree_from

LEAVES = [sha256(number.to_bytes(4, "big")).digest() for number in range(1 << 17)]
"""Two tiles of level 1."""


class Log:
    """A log in memory, which keeps whole tiles, and leaves only to hash those of the open tile again."""

    def __init__(self) -> None:
        self.frontier, self.tiles, self.leaves = Frontier(), dict[tuple[int, int], Tile](), list[bytes]()

    def add(self, leaves: list[bytes]) -> None:
        self.frontier, made = grown(self.frontier, leaves, self.kept)
        self.leaves += leaves
        self.tiles |= {(tile.level, tile.number): tile for tile in made}

    def kept(self, level: int, first: int, count: int) -> list[bytes]:
        if level:
            return [self.tiles[level - 1, number].root for number in range(first, first + count)]
        tile = self.tiles.get((0, first // WIDTH))
        if tile is None:
            return self.leaves[first : first + count]
        return hashes_in(tile.hashes)[first % WIDTH : first % WIDTH + count]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 700), max_size=6))
def test_batches_make_the_tiles_of_one_batch(sizes: list[int]) -> None:
    log, at = Log(), 0
    for size in sizes:
        log.add(LEAVES[at : at + size])
        at += size
    whole = Log()
    whole.add(LEAVES[:at])
    assert log.frontier == whole.frontier == Frontier().with_leaves(LEAVES[:at])
    assert log.tiles == whole.tiles
    assert len([tile for tile in log.tiles.values() if tile.level == 0]) == at // WIDTH


@pytest.mark.parametrize("step", [1 << 16, 50_000])
def test_two_levels(step: int) -> None:
    log = Log()
    for at in range(0, len(LEAVES), step):
        log.add(LEAVES[at : at + step])
    above = log.tiles[1, 1]
    assert above.leaves == 1 << 17
    assert hashes_in(above.hashes) == [log.tiles[0, number].root for number in range(256, 512)]
    assert above.root == root_of(hashes_in(above.hashes))


def test_proofs_from_tiles() -> None:
    log = Log()
    log.add(LEAVES[:70_000])
    subtree = subtree_from(log.kept)
    assert root_at(subtree, 70_000) == log.frontier.root
    for number in (0, 255, 256, 65_535, 65_536, 69_999):
        proof = inclusion_proof(subtree, number, 70_000)
        check_inclusion(LEAVES[number], number, 70_000, proof, log.frontier.root)
