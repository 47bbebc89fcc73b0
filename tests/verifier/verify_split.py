"""Checks the proof that a province signed two histories, knowing only docs/protocol.md, section 29.4.

    python verify_split.py PROOF FINGERPRINT      (FINGERPRINT: SHA-256 of the authority's public key, hex)

Exit code 0: it is proven, and said what. 1: the first thing that does not hold is printed. Needs `cryptography`.
"""

import base64
import hashlib
import json
import sys
from functools import partial
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Members = dict[str, Any]
unb = partial(base64.b64decode, validate=True)


class Broken(Exception):
    """The first thing that does not hold."""


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def need(holds: object, what: str) -> None:
    if not holds:
        raise Broken(what)


def signed(public: bytes, domain: bytes, statement: Members) -> bytes:
    """The bytes of a statement, once the authority's signature over them holds."""
    body: bytes = unb(statement["body"])
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(unb(statement["signature"]), domain + body)
    except (InvalidSignature, ValueError):
        raise Broken("a signature is not the province's") from None
    return body


def climb(leaf: bytes, index: int, leaves: int, path: list[bytes]) -> bytes:
    """The root to which a leaf and the hashes beside its way up lead."""
    need(0 <= index < leaves and bool(path) == (leaves > 1), "the way from the leaf to the root fits no tree")
    if leaves == 1:
        return leaf
    half = 1 << ((leaves - 1).bit_length() - 1)
    *below, beside = path
    if index < half:
        return sha(b"\x01" + climb(leaf, index, half, below) + beside)
    return sha(b"\x01" + beside + climb(leaf, index - half, leaves - half, below))


class Root:
    """A root that the authority signed, and the place in a feed that is one of its leaves."""

    def __init__(self, public: bytes, shown: Members) -> None:
        self.body = signed(public, b"cd-root-v1", shown)
        said = json.loads(self.body)
        hashed = sha(b"\x00" + shown["leaf"].encode())
        top = climb(hashed, shown["index"], said["leaves"], [unb(step) for step in shown["path"]])
        need(top == unb(said["root"]), "the leaf is not one of the root")
        what, self.scope, self.seq, self.chain = json.loads(shown["leaf"])
        need(what == "feed", "the leaf is not of a feed")
        self.n, self.day, self.epoch, self.before = said["n"], said["day"], said["epoch"], said.get("before", "")
        need(self.n > 0, "it is the root of no day")


def of_two_roots(one: Root, other: Root) -> str:
    """What of the two cannot be true together."""
    first, then = sorted((one, other), key=lambda root: root.n)
    need(one.epoch == other.epoch, "the two roots are of two epochs: the province says that it was put back")
    need(one.body != other.body, "the two roots are one and the same")
    if first.n == then.n or first.day == then.day:
        return f"two roots of {then.day}, of the numbers {first.n} and {then.n}"
    if then.n == first.n + 1 and then.before != base64.b64encode(sha(first.body)).decode():
        return f"root {then.n} does not follow root {first.n}"
    need(first.scope == then.scope, "the two roots can both be true")
    need(then.seq < first.seq or (then.seq == first.seq and then.chain != first.chain), "both roots can be true")
    return f"the feed of {then.scope} was at {first.seq} on {first.day} and is other or shorter on {then.day}"


def of_root_and_page(root: Root, page: bytes) -> str:
    """A page of two lines has no change; it says where the chain stood at the root's place."""
    header, trailer = map(json.loads, page.split(b"\n"))
    need(header["epoch"] == root.epoch, "the page is of another epoch: the province says that it was put back")
    need(not header.get("certs"), "the page tells of more than it should")
    place = trailer["cursors"][root.scope]
    need(place["seq"] == root.seq, "the page speaks of another place")
    need(place["chain"] != root.chain, "root and page say the same")
    return f"two chains of {root.scope} at {root.seq}: one in the root of {root.day}, another in a page"


def check(proof: Members, fingerprint: str) -> str:
    need(proof.get("format") == "cd-split-v1", "this is no proof of version 1")
    public = unb(proof["authority"])
    need(sha(public).hex() == fingerprint.lower(), "the authority is not the one of the fingerprint")
    root = Root(public, proof["root"])
    if "other" in proof:
        return of_two_roots(root, Root(public, proof["other"]))
    return of_root_and_page(root, signed(public, b"cd-feed-v1", proof["page"]))


def main(path: str, fingerprint: str) -> int:
    try:
        with open(path, "rb") as file:
            found = check(json.load(file), fingerprint)
    except (Broken, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        print(f"DOES NOT HOLD: {error}" if isinstance(error, Broken) else f"CANNOT BE READ: {error!r}")
        return 1
    print(f"proven: the province signed {found}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python verify_split.py FILE FINGERPRINT")
    sys.exit(main(*sys.argv[1:]))
