"""Merkle trees over a log, as in RFC 6962, section 2: their hashes, what is kept to add leaves, and proofs. Pure.

Leaves are numbered from 0 without gaps. A proof is a list of hashes of 32 bytes; whoever has the root of a tree, checks by it
that a leaf is in the tree (``check_inclusion``), or that a smaller tree is its beginning (``check_consistency``).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
"""The root of the tree without leaves."""

HASH_BYTES = 32

Subtree = Callable[[int, int], bytes]
"""Gives the root of a whole subtree of a log: of the ``2**height`` leaves from number ``index * 2**height`` on."""


class ProofFails(ValueError):
    """The proof does not show what it is to show."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node above two others."""
    return sha256(b"\1" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """What a log needs to grow: its number of leaves, and the roots of the whole subtrees it consists of, the largest first.

    There is one subtree for each bit of ``size``.
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    @classmethod
    def read(cls, size: int, kept: bytes) -> "Frontier":
        """The frontier from its roots in one string; ``ValueError`` where their number does not fit the size."""
        if len(kept) != HASH_BYTES * size.bit_count():
            raise ValueError(f"{len(kept)} bytes are no frontier of {size} leaves")
        return cls(size, tuple(kept[at : at + HASH_BYTES] for at in range(0, len(kept), HASH_BYTES)))

    def __bytes__(self) -> bytes:
        return b"".join(self.roots)

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        if not self.roots:
            return EMPTY_ROOT
        found = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            found = node_hash(left, found)
        return found

    def with_leaves(self, leaves: Iterable[bytes]) -> "Frontier":
        """The frontier after these leaf hashes too."""
        return self.with_subtrees(leaves, 0)

    def with_subtrees(self, subtrees: Iterable[bytes], height: int) -> "Frontier":
        """The frontier after whole subtrees of ``2**height`` leaves each, by their roots. ``size`` is a multiple of that."""
        count, roots = self.size >> height, list(self.roots)
        for root in subtrees:
            count += 1
            for _ in range((count & -count).bit_length() - 1):
                root = node_hash(roots.pop(), root)
            roots.append(root)
        return Frontier(count << height, tuple(roots))


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree of these leaf hashes."""
    return Frontier().with_leaves(leaves).root


def root_at(subtree: Subtree, size: int) -> bytes:
    """The root of the tree of the first ``size`` leaves."""
    return EMPTY_ROOT if size == 0 else _range_root(subtree, 0, size)


def inclusion_proof(subtree: Subtree, number: int, size: int) -> list[bytes]:
    """The proof that the leaf with this number is in the tree of the first ``size`` leaves (section 2.1.1)."""
    if not 0 <= number < size:
        raise ValueError(f"leaf {number} is not among the first {size}")
    return _path(subtree, number, 0, size)


def consistency_proof(subtree: Subtree, first: int, second: int) -> list[bytes]:
    """The proof that the tree of the first ``first`` leaves is the beginning of that of ``second`` leaves (section 2.1.2)."""
    if not 0 <= first <= second:
        raise ValueError(f"{first} leaves are no beginning of {second}")
    if first in (0, second):
        return []
    return _subproof(subtree, first, 0, second, whole=True)


def check_inclusion(leaf: bytes, number: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """``ProofFails`` unless the proof shows that the leaf hash has this number in the tree of ``size`` leaves and this root."""
    if not 0 <= number < size:
        raise ProofFails(f"leaf {number} is not in a tree of {size}")
    found, at, last, left = leaf, number, size - 1, list(proof)
    while last:
        if at % 2 or at == last:
            while not at % 2 and at:
                at, last = at // 2, last // 2
            if at == 0 and last == 0:
                break
            found = node_hash(_next(left), found)
        else:
            found = node_hash(found, _next(left))
        at, last = at // 2, last // 2
    if left or found != root:
        raise ProofFails("the leaf is not in the tree of this root")


def check_consistency(first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes) -> None:
    """``ProofFails`` unless the proof shows that the tree with the first root is the beginning of that with the second."""
    if not 0 <= first <= second:
        raise ProofFails(f"{first} leaves are no beginning of {second}")
    if first in (0, second):
        known = EMPTY_ROOT if first == 0 else second_root
        if proof or first_root != known:
            raise ProofFails("the roots differ")
        return
    left = list(proof)
    if first & (first - 1) == 0:
        left.insert(0, first_root)
    at, last = first - 1, second - 1
    while at % 2:
        at, last = at // 2, last // 2
    was = became = _next(left)
    while last:
        if at % 2 or at == last:
            one = _next(left)
            was, became = node_hash(one, was), node_hash(one, became)
            while not at % 2 and at:
                at, last = at // 2, last // 2
        else:
            became = node_hash(became, _next(left))
        at, last = at // 2, last // 2
    if left or was != first_root or became != second_root:
        raise ProofFails("the first tree is not the beginning of the second")


def _next(proof: list[bytes]) -> bytes:
    if not proof:
        raise ProofFails("the proof is too short")
    return proof.pop(0)


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _range_root(subtree: Subtree, begin: int, size: int) -> bytes:
    """The root over ``size`` leaves from ``begin`` on, which is a multiple of the whole subtrees in it."""
    if size & (size - 1) == 0:
        return subtree(size.bit_length() - 1, begin // size)
    left = _split(size)
    return node_hash(_range_root(subtree, begin, left), _range_root(subtree, begin + left, size - left))


def _path(subtree: Subtree, number: int, begin: int, size: int) -> list[bytes]:
    if size == 1:
        return []
    left = _split(size)
    if number < left:
        return [*_path(subtree, number, begin, left), _range_root(subtree, begin + left, size - left)]
    return [*_path(subtree, number - left, begin + left, size - left), _range_root(subtree, begin, left)]


def _subproof(subtree: Subtree, first: int, begin: int, size: int, *, whole: bool) -> list[bytes]:
    if first == size:
        return [] if whole else [_range_root(subtree, begin, size)]
    left = _split(size)
    if first <= left:
        return [
            *_subproof(subtree, first, begin, left, whole=whole),
            _range_root(subtree, begin + left, size - left),
        ]
    return [
        *_subproof(subtree, first - left, begin + left, size - left, whole=False),
        _range_root(subtree, begin, left),
    ]
