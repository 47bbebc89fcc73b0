"""The daily root: one signed hash over where every feed, every desk's chain and the province's audit log stand.

The tree is that of RFC 6962: a leaf is SHA-256(0x00 || bytes), a node SHA-256(0x01 || left || right), and the left
side of a node holds the largest power of two of the leaves that leaves one for the right. So a desk is shown with a few
hashes that its own place is in the root that everybody was given.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sync import seal
from sync.protocol import B64, Count, Malformed, RootShown, b64, decode, unb64

_LEAF, _NODE = b"\x00", b"\x01"
_MOST_STEPS = 40


class RootStatement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Signed under `seal.ROOT`. `n` counts the province's roots from 1; `before` is SHA-256 of the one before it.

    `day` is a day in Viet Nam, `leaves` how many leaves the tree has. A statement that ends an export has the number 0.
    """

    n: Count
    day: str
    at: str
    epoch: str
    leaves: Count
    root: B64
    before: B64 = ""


class FeedLeaf(msgspec.Struct, frozen=True):
    """Where a feed stood, as a leaf of a root says it."""

    scope: str
    seq: int
    chain: B64


def feed_leaf(scope: str, seq: int, chain: B64) -> str:
    return _written("feed", scope, seq, chain)


def desk_leaf(desk: str, n: int, head: B64) -> str:
    return _written("desk", desk, n, head)


def audit_leaf(seq: int, chain: B64) -> str:
    return _written("audit", "", seq, chain)


def _written(what: str, name: str, number: int, chain: B64) -> str:
    return msgspec.json.encode([what, name, number, chain]).decode()


def read_feed_leaf(leaf: str) -> FeedLeaf:
    """Raises Malformed for any other leaf."""
    try:
        what, scope, seq, chain = msgspec.json.decode(leaf, type=tuple[str, str, int, str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Malformed from None
    if what != "feed":
        raise Malformed
    return FeedLeaf(scope, seq, chain)


def root_of(leaves: Sequence[str]) -> bytes:
    """The root over the leaves; of none, SHA-256 of nothing."""
    return _tree([_leaf_hash(leaf) for leaf in leaves]) if leaves else seal.sha256(b"")


def path_to(leaves: Sequence[str], index: int) -> list[bytes]:
    """The hashes beside the way from a leaf to the root, the lowest first."""
    return _path([_leaf_hash(leaf) for leaf in leaves], index)


def root_by_path(leaf: str, index: int, leaves: int, path: Sequence[B64]) -> bytes:
    """The root that the leaf and its path lead to. Raises Malformed for a path that fits no tree of so many leaves."""
    if not 0 <= index < leaves or len(path) > _MOST_STEPS:
        raise Malformed
    return _climb(_leaf_hash(leaf), index, leaves, [unb64(step) for step in path])


def _climb(leaf: bytes, index: int, leaves: int, path: list[bytes]) -> bytes:
    if leaves == 1:
        if path:
            raise Malformed
        return leaf
    if not path:
        raise Malformed
    half = _half(leaves)
    beside = path[-1]
    if index < half:
        return _node(_climb(leaf, index, half, path[:-1]), beside)
    return _node(beside, _climb(leaf, index - half, leaves - half, path[:-1]))


def _tree(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    half = _half(len(hashes))
    return _node(_tree(hashes[:half]), _tree(hashes[half:]))


def _path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    if len(hashes) == 1:
        return []
    half = _half(len(hashes))
    if index < half:
        return [*_path(hashes[:half], index), _tree(hashes[half:])]
    return [*_path(hashes[half:], index - half), _tree(hashes[:half])]


def _half(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _leaf_hash(leaf: str) -> bytes:
    return seal.sha256(_LEAF + leaf.encode())


def _node(left: bytes, right: bytes) -> bytes:
    return seal.sha256(_NODE + left + right)


class KnownRoot(msgspec.Struct, frozen=True, kw_only=True):
    """A root that a desk was shown, proven to be the province's; `chain` is that of feed `scope` after `seq`."""

    n: int
    epoch: str
    before: B64
    scope: str
    seq: int
    chain: B64
    shown: RootShown

    @property
    def digest(self) -> B64:
        """What the next root names as the one before it."""
        return b64(seal.sha256(unb64(self.shown.body)))


def contradicts(root: KnownRoot, known: KnownRoot) -> bool:
    """Whether the later root, of the same epoch, cannot be true beside the one that a desk kept before it."""
    is_next = root.n == known.n + 1
    is_shorter = root.scope == known.scope and root.seq < known.seq
    return is_shorter or (is_next and root.before != known.digest)


def proven_root(shown: RootShown, authority_public: bytes) -> KnownRoot | None:
    """The root, if the authority signed it and the leaf is in it; else None. Raises Malformed."""
    body = unb64(shown.body)
    if not seal.verify(authority_public, seal.ROOT, body, unb64(shown.signature)):
        return None
    statement, leaf = decode(body, RootStatement), read_feed_leaf(shown.leaf)
    if root_by_path(shown.leaf, shown.index, statement.leaves, shown.path) != unb64(statement.root):
        return None
    return KnownRoot(
        n=statement.n,
        epoch=statement.epoch,
        before=statement.before,
        scope=leaf.scope,
        seq=leaf.seq,
        chain=leaf.chain,
        shown=shown,
    )
