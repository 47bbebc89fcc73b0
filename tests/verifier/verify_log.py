"""Checks an exported log of a province from change 1, knowing nothing of its program but docs/protocol-chains.md.

    python verify_log.py LOG FINGERPRINT      (FINGERPRINT: SHA-256 of the authority's public key, hex)

Exit code 0: all holds. 1: the first thing that does not is printed. Needs `cryptography` and `zstandard`.
"""

import base64
import hashlib
import json
import sys
from collections import Counter, defaultdict
from functools import partial
from typing import Any

import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Line = dict[str, Any]
Key = tuple[str, int]  # a change: its desk and number
unb = partial(base64.b64decode, validate=True)


class Broken(Exception):
    """The first thing that does not hold."""


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def need(holds: object, what: str) -> None:
    if not holds:
        raise Broken(what)


def need_signature(public: bytes, domain: bytes, data: bytes, signature: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(unb(signature), domain + data)
    except (InvalidSignature, ValueError):
        raise Broken("the signature does not hold") from None


def tree(hashes: list[bytes]) -> bytes:
    if len(hashes) < 2:
        return hashes[0] if hashes else sha(b"")
    half = 1 << ((len(hashes) - 1).bit_length() - 1)
    return sha(b"\x01" + tree(hashes[:half]) + tree(hashes[half:]))


class Log:
    """What the lines so far have shown. `on_change` takes in a line whose type is `change`, and so on."""

    def __init__(self, head: Line, fingerprint: str) -> None:
        need(head.get("t") == "log" and head.get("format") == "cd-log-v1", "this is no log of version 1")
        self.authority = unb(head["authority"])
        need(sha(self.authority).hex() == fingerprint.lower(), "the authority is not the one of the fingerprint")
        self.desks: dict[str, bytes] = {}  # the public key of each
        self.chains: defaultdict[tuple[str, str], list[bytes]] = defaultdict(lambda: [bytes(32)])
        self.digests: dict[Key, bytes] = {}
        self.changes: dict[Key, Line] = {}  # nothing in an erased one
        self.unproven: set[Key] = set()
        self.unplaced: set[Key] = set()
        self.before = ""  # the hash of the newest root
        self.counts: Counter[str] = Counter()

    def check(self, lines: list[Line]) -> None:
        for number, line in enumerate(lines, start=2):
            try:
                need(not self.counts["end"], "something follows the end")
                getattr(self, "on_" + line["t"])(line)
            except Broken as broken:
                raise Broken(f"line {number}, {line['t']}: {broken}") from None
            self.counts[line["t"]] += 1
        need(self.counts["end"], "the log has no end: something was cut off")

    def grow(self, what: str, name: str, n: int, link: bytes) -> bytes:
        chain = self.chains[what, name]
        need(n == len(chain), f"number {len(chain)} of {what} {name} is missing")
        chain.append(sha(chain[-1] + link))
        return chain[-1]

    def on_cert(self, line: Line) -> None:
        need_signature(self.authority, b"cd-desk-v1", unb(line["body"]), line["signature"])
        cert = json.loads(unb(line["body"]))
        need(cert["desk"] not in self.desks, f"a second certificate of desk {cert['desk']}")
        self.desks[cert["desk"]] = unb(cert["sign_public"])

    def on_aside(self, line: Line) -> None:
        key = line["d"], line["n"]
        self.digests[key] = sha(unb(line["raw"])) if "raw" in line else unb(line["digest"])
        self.grow("desk", *key, self.digests[key])

    def on_change(self, line: Line) -> None:
        self.on_aside(line)
        desk, n = key = line["d"], line["n"]
        need(desk in self.desks, f"desk {desk} has no certificate")
        self.unplaced.add(key)
        self.changes[key] = change = json.loads(unb(line["raw"])) if "raw" in line else {}
        if "raw" not in line:
            self.counts["erased"] += 1
            return
        need((change["d"], change["n"]) == key, f"{desk}/{n} says that it is another one")
        if line["signature"]:
            need_signature(self.desks[desk], b"cd-change-v1", unb(line["raw"]), line["signature"])
        else:
            self.unproven.add(key)

    def on_head(self, line: Line) -> None:
        desk, first, last = line["d"], line["first_n"], line["last_n"]
        chain = self.chains["desk", desk]
        need(0 < first <= last < len(chain) and last - first < 64, f"no such run of {desk}")
        said = json.dumps([desk, last, base64.b64encode(chain[last]).decode()], separators=(",", ":"))
        need_signature(self.desks[desk], b"cd-head-v1", said.encode(), line["signature"])
        self.unproven -= {(desk, n) for n in range(first, last + 1)}

    def on_event(self, line: Line) -> None:
        scope, key, by = line["s"], (line["d"], line["n"]), line.get("entered", ("", 0))
        need(key in self.changes, f"no change {key} was taken in")
        link = line["q"].to_bytes(8, "big") + self.digests[key]
        need(self.grow("feed", scope, line["q"], link) == unb(line["chain"]), f"the chain of {scope} is broken")
        change, brought = self.changes[key], self.changes.get(tuple(by), {})
        is_led = brought.get("k") in ("move", "share", "unshare") and scope in (brought["s"], brought["to"])
        need(not change or change["s"] == scope or is_led, f"change {key} was written for another place than {scope}")
        self.unplaced.discard(key)

    def on_audit(self, line: Line) -> None:
        row = "\x1f".join(str(line[name]) for name in ("seq", "at", "actor", "action", "subject"))
        need(self.grow("audit", "", line["seq"], row.encode()) == unb(line["chain"]), "the chain is broken")

    def on_root(self, line: Line) -> None:
        statement = self.rooted(line)
        need(statement["n"] == self.counts["root"] + 1, f"root {self.counts['root'] + 1} is missing")
        need(statement.get("before", "") == self.before, "it does not follow the root before it")
        self.before = base64.b64encode(sha(unb(line["body"]))).decode()

    def on_end(self, line: Line) -> None:
        need(self.rooted(line).get("n", 0) == 0, "a root of a day is no end")
        said = {(what, name): n for what, name, n, _ in map(json.loads, line["leaves"]) if n}
        ends = {key: len(chain) - 1 for key, chain in self.chains.items() if len(chain) > 1}
        need(said == ends, f"the log does not end where the province says: {sorted(said.items() ^ ends.items())}")
        need(not self.unproven, f"nothing proves {sorted(self.unproven)[:1]}")
        need(not self.unplaced, f"in no feed stands {sorted(self.unplaced)[:1]}")

    def rooted(self, line: Line) -> Line:
        """What the authority signed as a root, once every leaf is found on its chain."""
        need_signature(self.authority, b"cd-root-v1", unb(line["body"]), line["signature"])
        statement: Line = json.loads(unb(line["body"]))
        hashes = [sha(b"\x00" + leaf.encode()) for leaf in line["leaves"]]
        need(tree(hashes) == unb(statement["root"]), "the leaves are not those of the root")
        for what, name, n, chain in map(json.loads, line["leaves"]):
            stands = self.chains[what, name][n : n + 1] if what in ("feed", "desk", "audit") else []
            need(stands == [unb(chain)], f"{what} {name} did not stand there at {n}")
        return statement


def main(path: str, fingerprint: str) -> int:
    try:
        with open(path, "rb") as file:
            head, *lines = map(json.loads, zstandard.ZstdDecompressor().stream_reader(file).read().splitlines())
        log = Log(head, fingerprint)
        log.check(lines)
    except (Broken, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, zstandard.ZstdError) as error:
        print(f"DOES NOT HOLD: {error}" if isinstance(error, Broken) else f"CANNOT BE READ: {error!r}")
        return 1
    print("holds: " + ", ".join(f"{count} {what}" for what, count in log.counts.items()))
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python verify_log.py FILE FINGERPRINT")
    sys.exit(main(*sys.argv[1:]))
