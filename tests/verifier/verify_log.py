"""Checks an exported log of a province from change 1, knowing nothing of its program but docs/protocol-chains.md.

    python verify_log.py LOG FINGERPRINT      (FINGERPRINT: SHA-256 of the authority's public key, hex)

Exit code 0: all holds. 1: the first thing that does not is printed. Needs `cryptography` and `zstandard`.
"""

import base64
import hashlib
import json
import sys
from typing import Any

import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MOVES = ("move", "share", "unshare")
Line = dict[str, Any]
Key = tuple[str, int]


class Broken(Exception):
    """The first thing that does not hold."""


def unb(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def need(holds: object, what: str) -> None:
    if not holds:
        raise Broken(what)


def signed(public: bytes, domain: bytes, data: bytes, signature: str, what: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(unb(signature), domain + data)
    except (InvalidSignature, ValueError):
        raise Broken(f"{what}: the signature does not hold") from None


def tree(hashes: list[bytes]) -> bytes:
    if len(hashes) < 2:
        return hashes[0] if hashes else sha(b"")
    half = 1 << ((len(hashes) - 1).bit_length() - 1)
    return sha(b"\x01" + tree(hashes[:half]) + tree(hashes[half:]))


class Log:
    def __init__(self, lines: list[Line], fingerprint: str) -> None:
        self.lines = lines
        head = lines[0]
        need(head.get("t") == "log" and head.get("format") == "cd-log-v1", "this is no log of version 1")
        self.authority = unb(head["authority"])
        need(sha(self.authority).hex() == fingerprint.lower(), "the authority is not the one of the fingerprint")
        self.keys: dict[str, bytes] = {}
        self.desks: dict[str, list[bytes]] = {}
        self.feeds: dict[str, list[bytes]] = {}
        self.audit = [bytes(32)]
        self.digests: dict[Key, bytes] = {}
        self.changes: dict[Key, Line | None] = {}
        self.unproven: set[Key] = set()
        self.placed: set[Key] = set()
        self.roots, self.before = 0, ""
        self.counts: dict[str, int] = {}

    def check(self) -> dict[str, int]:
        for number, line in enumerate(self.lines[1:], start=2):
            need(self.counts.get("end") is None, f"line {number}: something follows the end")
            getattr(self, "on_" + line["t"])(line, f"line {number}, {line['t']}")
            self.counts[line["t"]] = self.counts.get(line["t"], 0) + 1
        need(self.counts.get("end") == 1, "the log has no end: something was cut off")
        return self.counts

    def on_cert(self, line: Line, where: str) -> None:
        body = unb(line["body"])
        signed(self.authority, b"cd-desk-v1", body, line["signature"], where)
        cert = json.loads(body)
        need(cert["desk"] not in self.keys, f"{where}: a second certificate of desk {cert['desk']}")
        self.keys[cert["desk"]] = unb(cert["sign_public"])

    def on_change(self, line: Line, where: str) -> None:
        desk, n, where = line["d"], line["n"], f"{where} {line['d']}/{line['n']}"
        need(desk in self.keys, f"{where}: its desk has no certificate")
        raw = self.chained(line, where)
        change = json.loads(raw) if raw is not None else {}
        self.changes[desk, n] = change or None
        if raw is None:
            self.counts["erased"] = self.counts.get("erased", 0) + 1
            return
        need((change["d"], change["n"]) == (desk, n), f"{where}: it says that it is another one")
        if line["signature"]:
            signed(self.keys[desk], b"cd-change-v1", raw, line["signature"], where)
        else:
            self.unproven.add((desk, n))

    def on_aside(self, line: Line, where: str) -> None:
        self.chained(line, f"{where} {line['d']}/{line['n']}")

    def chained(self, line: Line, where: str) -> bytes | None:
        """The bytes of a change (None where only their digest is left), once it has its place in its desk's chain."""
        heads = self.desks.setdefault(line["d"], [bytes(32)])
        need(line["n"] == len(heads), f"{where}: number {len(heads)} is missing")
        raw = unb(line["raw"]) if "raw" in line else None
        digest = unb(line["digest"]) if raw is None else sha(raw)
        heads.append(sha(heads[-1] + digest))
        self.digests[line["d"], line["n"]] = digest
        return raw

    def on_head(self, line: Line, where: str) -> None:
        desk, first, last = line["d"], line["first_n"], line["last_n"]
        need(0 < first <= last < len(self.desks[desk]) and last - first < 64, f"{where}: no such run of {desk}")
        statement = json.dumps([desk, last, base64.b64encode(self.desks[desk][last]).decode()], separators=(",", ":"))
        signed(self.keys[desk], b"cd-head-v1", statement.encode(), line["signature"], f"{where} {desk}/{last}")
        self.unproven -= {(desk, n) for n in range(first, last + 1)}

    def on_event(self, line: Line, where: str) -> None:
        scope, n, key = line["s"], line["q"], (line["d"], line["n"])
        where = f"{where} {scope}/{n}"
        chain = self.feeds.setdefault(scope, [bytes(32)])
        need(n == len(chain), f"{where}: event {len(chain)} is missing")
        need(key in self.changes, f"{where}: no such change was taken in")
        need(sha(chain[-1] + n.to_bytes(8, "big") + self.digests[key]) == unb(line["chain"]), f"{where}: chain broken")
        chain.append(unb(line["chain"]))
        change, by = self.changes[key], line.get("entered", ("", 0))
        brought = self.changes.get((by[0], by[1]))
        knows = brought is not None and brought.get("k") in MOVES and scope in (brought["s"], brought["to"])
        need(change is None or change["s"] == scope or knows, f"{where}: its change was written for another place")
        self.placed.add(key)

    def on_audit(self, line: Line, where: str) -> None:
        need(line["seq"] == len(self.audit), f"{where}: row {len(self.audit)} is missing")
        row = [str(line["seq"]), *(line[name] for name in ("at", "actor", "action", "subject"))]
        need(sha(self.audit[-1] + "\x1f".join(row).encode()) == unb(line["chain"]), f"{where}: chain broken")
        self.audit.append(unb(line["chain"]))

    def on_root(self, line: Line, where: str) -> None:
        statement = self.rooted(line, where)
        need(statement["n"] == self.roots + 1, f"{where}: root {self.roots + 1} is missing")
        need(statement.get("before", "") == self.before, f"{where}: it does not follow the root before it")
        self.roots, self.before = statement["n"], base64.b64encode(sha(unb(line["body"]))).decode()

    def on_end(self, line: Line, where: str) -> None:
        self.rooted(line, where)
        ends = {("feed", scope): len(chain) - 1 for scope, chain in self.feeds.items()}
        ends |= {("desk", desk): len(heads) - 1 for desk, heads in self.desks.items()}
        ends |= {("audit", ""): len(self.audit) - 1} if len(self.audit) > 1 else {}
        said = {(what, name): n for what, name, n, _ in map(json.loads, line["leaves"]) if n}
        need(said == ends, f"{where}: the log does not end where the province says: {sorted(set(said) ^ set(ends))}")
        need(not self.unproven, f"{where}: nothing proves {sorted(self.unproven)[:1]}")
        lost = sorted(self.changes.keys() - self.placed)
        need(not lost, f"{where}: taken in and in no feed: {lost[:1]}")

    def rooted(self, line: Line, where: str) -> Line:
        body = unb(line["body"])
        signed(self.authority, b"cd-root-v1", body, line["signature"], where)
        statement: Line = json.loads(body)
        need(
            tree([sha(b"\x00" + leaf.encode()) for leaf in line["leaves"]]) == unb(statement["root"]), f"{where}: tree"
        )
        chains = {"feed": self.feeds, "desk": self.desks, "audit": {"": self.audit}}
        for leaf in line["leaves"]:
            what, name, n, chain = json.loads(leaf)
            known = chains[what].get(name, [bytes(32)])
            need(n < len(known) and known[n] == unb(chain), f"{where}: {what} {name} did not stand there at {n}")
        return statement


def main(path: str, fingerprint: str) -> int:
    try:
        with open(path, "rb") as file:
            body = zstandard.ZstdDecompressor().stream_reader(file).read()
        counts = Log([json.loads(line) for line in body.splitlines()], fingerprint).check()
    except (Broken, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, zstandard.ZstdError) as error:
        print(f"DOES NOT HOLD: {error}" if isinstance(error, Broken) else f"CANNOT BE READ: {error!r}")
        return 1
    print("holds: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
