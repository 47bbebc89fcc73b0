"""Checks an exported log of a province from change 1, knowing only docs/protocol.md, section 29.3.

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

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from zstandard import ZstdDecompressor, ZstdError

FLAWS = (InvalidSignature, OSError, ArithmeticError, ValueError, LookupError, TypeError, AttributeError, ZstdError)
Line = dict[str, Any]
unb = partial(base64.b64decode, validate=True)


def need(holds: object, what: str) -> None:
    if not holds:
        raise ValueError(what)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def signed(public: bytes, domain: bytes, data: bytes, signature: str) -> Any:
    Ed25519PublicKey.from_public_bytes(public).verify(unb(signature), domain + data)
    return json.loads(data)


def tree(hashes: list[bytes]) -> bytes:
    if len(hashes) < 2:
        return hashes[0] if hashes else sha(b"")
    half = 1 << ((len(hashes) - 1).bit_length() - 1)
    return sha(b"\x01" + tree(hashes[:half]) + tree(hashes[half:]))


class Log:
    """What the lines so far have shown. `on_change` takes in a line whose type is `change`, and so on."""

    def __init__(self, head: Line, fingerprint: str) -> None:
        need(head["t"] == "log" and head["format"] == "cd-log-v1", "this is no log of version 1")
        self.authority = unb(head["authority"])
        need(sha(self.authority).hex() == fingerprint.lower(), "the authority is not the one of the fingerprint")
        self.desks: dict[str, bytes] = {}  # the public key of each
        self.chains = {what: defaultdict[str, list[bytes]](lambda: [bytes(32)]) for what in ("feed", "desk", "audit")}
        self.changes: dict[tuple[str, int], tuple[bytes, Line]] = {}  # digest and words; no words of an erased one
        self.owed: set[tuple[str, int, str]] = set()  # what a later line has to show of a change
        self.before = ""  # the hash of the newest root
        self.counts: Counter[str] = Counter()

    def grow(self, what: str, name: str, n: int, link: bytes) -> bytes:
        chain = self.chains[what][name]
        need(n == len(chain), f"number {len(chain)} of {what} {name} is missing")
        chain.append(sha(chain[-1] + link))
        return chain[-1]

    def on_cert(self, line: Line) -> None:
        cert = signed(self.authority, b"cd-desk-v1", unb(line["body"]), line["signature"])
        need(cert["desk"] not in self.desks, f"a second certificate of desk {cert['desk']}")
        self.desks[cert["desk"]] = unb(cert["sign_public"])

    def on_aside(self, line: Line) -> bytes:
        digest = sha(unb(line["raw"])) if "raw" in line else unb(line["digest"])
        self.grow("desk", line["d"], line["n"], digest)
        return digest

    def on_change(self, line: Line) -> None:
        desk, n, is_whole = line["d"], line["n"], "raw" in line
        need(desk in self.desks, f"desk {desk} has no certificate")
        change = json.loads(unb(line["raw"])) if is_whole else {}
        need(not is_whole or (change["d"], change["n"]) == (desk, n), f"{desk}/{n} says that it is another one")
        self.changes[desk, n] = self.on_aside(line), change
        self.owed.add((desk, n, "a place in a feed"))
        if is_whole and line["signature"]:
            signed(self.desks[desk], b"cd-change-v1", unb(line["raw"]), line["signature"])
        elif is_whole:
            self.owed.add((desk, n, "a signature"))
        self.counts["erased"] += not is_whole

    def on_head(self, line: Line) -> None:
        desk, first, last = line["d"], line["first_n"], line["last_n"]
        chain = self.chains["desk"][desk]
        need(0 < first <= last < len(chain) and last - first < 64, f"no such run of {desk}")
        said = json.dumps([desk, last, base64.b64encode(chain[last]).decode()], separators=(",", ":"))
        signed(self.desks[desk], b"cd-head-v1", said.encode(), line["signature"])
        self.owed -= {(desk, n, "a signature") for n in range(first, last + 1)}

    def on_event(self, line: Line) -> None:
        scope, key, entered = line["s"], (line["d"], line["n"]), tuple(line.get("entered", ()))
        need(key in self.changes, f"no change {key} was taken in")
        digest, change = self.changes[key]
        link = line["q"].to_bytes(8, "big") + digest
        need(self.grow("feed", scope, line["q"], link) == unb(line["chain"]), f"the chain of {scope} is broken")
        _, brought = self.changes.get(entered, (b"", {}))
        is_led = brought.get("k") in ("move", "share", "unshare") and scope in (brought["s"], brought["to"])
        need(not change or change["s"] == scope or is_led, f"change {key} was written for another place than {scope}")
        self.owed.discard((*key, "a place in a feed"))

    def on_audit(self, line: Line) -> None:
        row = "\x1f".join(str(line[name]) for name in ("seq", "at", "actor", "action", "subject"))
        need(self.grow("audit", "", line["seq"], row.encode()) == unb(line["chain"]), "the chain is broken")

    def on_root(self, line: Line) -> None:
        said = signed(self.authority, b"cd-root-v1", unb(line["body"]), line["signature"])
        n, before = (0, "") if line["t"] == "end" else (self.counts["root"] + 1, self.before)
        need((said.get("n", 0), said.get("before", "")) == (n, before), f"it is not root {n}, next to the one before")
        need(tree([sha(b"\x00" + leaf.encode()) for leaf in line["leaves"]]) == unb(said["root"]), "not its leaves")
        for what, name, n, chain in map(json.loads, line["leaves"]):
            need(self.chains[what][name][n : n + 1] == [unb(chain)], f"{what} {name} did not stand there at {n}")
        self.before = base64.b64encode(sha(unb(line["body"]))).decode()

    def on_end(self, line: Line) -> None:
        self.on_root(line)
        said = {(what, name): n for what, name, n, _ in map(json.loads, line["leaves"]) if n}
        ends = {(what, name): len(self.chains[what][name]) - 1 for what in self.chains for name in self.chains[what]}
        need(said == {key: n for key, n in ends.items() if n}, "the log does not end where the province says")
        need(not self.owed, f"a change has not what it needs: {sorted(self.owed)[:1]}")


def main(path: str, fingerprint: str) -> None:
    number = 1
    try:
        with open(path, "rb") as file:
            head, *lines = map(json.loads, ZstdDecompressor().stream_reader(file).read().splitlines())
        log = Log(head, fingerprint)
        for line in lines:
            number += 1
            need(not log.counts["end"], "something follows the end")
            getattr(log, "on_" + line["t"])(line)
            log.counts[line["t"]] += 1
        need(log.counts["end"], "the log has no end: something was cut off")
    except FLAWS as error:
        sys.exit(f"DOES NOT HOLD: line {number}: {error!r}")
    print("holds: " + ", ".join(f"{count} {what}" for what, count in log.counts.items()))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python verify_log.py FILE FINGERPRINT")
    main(*sys.argv[1:])
