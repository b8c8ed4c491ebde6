"""The tree against the published vectors of RFC 6962's reference tests, and its proofs against every size up to 64."""

import hashlib

import pytest

from fanzha.store.merkle import EMPTY_ROOT, Frontier, inclusion_proof, leaf_hash, node_hash, root_from_proof

# Inputs and roots of the Certificate Transparency reference implementation's merkle_tree_test.
INPUTS = [
    bytes.fromhex(h)
    for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def slow_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(slow_root(leaves[:split]), slow_root(leaves[split:]))


def test_reference_vectors() -> None:
    for size, root in enumerate(ROOTS, 1):
        assert Frontier(leaf_hash(entry) for entry in INPUTS[:size]).root().hex() == root


def test_empty() -> None:
    assert Frontier().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 65))
def test_every_leaf_of_every_size_is_provable_and_no_other(size: int) -> None:
    leaves = [leaf_hash(str(i).encode()) for i in range(size)]
    root = Frontier(leaves).root()
    assert root == slow_root(leaves)
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(leaves, index)
        assert root_from_proof(leaf, index, size, proof) == root
        assert root_from_proof(leaf_hash(b"other"), index, size, proof) != root
        if proof:
            with pytest.raises(ValueError, match="short"):
                root_from_proof(leaf, index, size, proof[:-1])
        with pytest.raises(ValueError, match="long"):
            root_from_proof(leaf, index, size, [*proof, root])


def test_a_proof_for_another_place_fails() -> None:
    leaves = [leaf_hash(str(i).encode()) for i in range(13)]
    root = Frontier(leaves).root()
    for index in range(13):
        for wrong in set(range(13)) - {index}:
            try:
                assert root_from_proof(leaves[index], wrong, 13, inclusion_proof(leaves, index)) != root
            except ValueError:
                continue


def test_copy_is_independent() -> None:
    tree = Frontier([leaf_hash(b"a")])
    other = tree.copy()
    other.append(leaf_hash(b"b"))
    assert (tree.size, other.size) == (1, 2)
    assert tree.root() != other.root()
