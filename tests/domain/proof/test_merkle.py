"""Merkle trees: roots of the test vectors of RFC 6962's reference log, and proofs of every leaf and every beginning."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.proof.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofFails,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
    root_of,
)

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
"""The leaves with which certificate transparency logs are tested."""

ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(sha256(bytes([number % 256, number // 256])).digest()) for number in range(count)]


def subtree_of(leaves: list[bytes]):
    def subtree(height: int, index: int) -> bytes:
        return root_of(leaves[index << height : (index + 1) << height])

    return subtree


def test_known_roots() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for size, root in ROOTS.items():
        assert root_of([leaf_hash(leaf) for leaf in LEAVES[:size]]).hex() == root


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13, 33])
def test_every_proof_holds_and_none_other(size: int) -> None:
    leaves = hashes(size)
    subtree, root = subtree_of(leaves), root_of(leaves)
    for number in range(size):
        proof = inclusion_proof(subtree, number, size)
        check_inclusion(leaves[number], number, size, proof, root)
        with pytest.raises(ProofFails):
            check_inclusion(leaf_hash(b"another"), number, size, proof, root)
        with pytest.raises(ProofFails):
            check_inclusion(leaves[number], number, size, [*proof, root], root)
        if size > 1:
            with pytest.raises(ProofFails):
                check_inclusion(leaves[number], (number + 1) % size, size, proof, root)
    for first in range(size + 1):
        proof = consistency_proof(subtree, first, size)
        was = root_at(subtree, first)
        check_consistency(first, size, proof, was, root)
        with pytest.raises(ProofFails):
            check_consistency(first, size, proof, node_hash(was, was), root)
        if 0 < first < size:
            with pytest.raises(ProofFails):
                check_consistency(first, size, proof[:-1], was, root)
            with pytest.raises(ProofFails):
                check_consistency(first, size, proof, was, node_hash(root, root))


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_frontier_grows_as_if_made_at_once(before: int, after: int) -> None:
    leaves = hashes(before + after)
    begun = Frontier().with_leaves(leaves[:before])
    kept = Frontier.read(begun.size, bytes(begun))
    assert kept == begun
    assert kept.with_leaves(leaves[before:]) == Frontier().with_leaves(leaves)
    assert kept.with_leaves(leaves[before:]).root == root_at(subtree_of(leaves), before + after)


def test_a_frontier_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="no frontier of 3 leaves"):
        Frontier.read(3, bytes(32))
