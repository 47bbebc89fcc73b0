"""A page of a feed, and all that has to hold before anything of it counts: protocol.md, sections 4 and 9."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .spelling import Message, b64, check, head_words, need, next_head, next_link, sha, unb


class Place(NamedTuple):
    seq: int
    chain: bytes


START = Place(0, bytes(32))


class Told(NamedTuple):
    """An event and the change that it tells; no change for what is told by its digest alone."""

    event: Message
    change: Message | None
    raw: bytes
    signature: str

    @property
    def digest(self) -> bytes:
        return sha(self.raw) if self.raw else unb(self.event["d"])


@dataclass
class Certificates:
    """The public key of every desk, as the authority signed for it."""

    authority: bytes
    own: tuple[str, bytes]
    version: str = ""
    keys: dict[str, bytes] = field(default_factory=dict)

    def take(self, header: Mapping[str, object], certs: Iterable[Message]) -> None:
        for cert in certs:
            body = unb(cert["body"])
            check(self.authority, b"cd-desk-v1", body, unb(cert["signature"]))
            said = json.loads(body)
            public = unb(said["sign_public"])
            need(said["desk"] != self.own[0] or public == self.own[1], "another key for this very desk")
            self.keys[said["desk"]] = public
        self.version = str(header.get("certs_version", self.version))


def read_events(lines: Iterable[bytes]) -> list[Told]:
    found = []
    for line in lines:
        told, _, change = line.partition(b"\t")
        signature, _, raw = change.partition(b" ")
        found.append(Told(json.loads(told), json.loads(raw) if raw else None, raw, signature.decode()))
    return found


def prove(events: Iterable[Told], runs: Iterable[Message], certificates: Certificates) -> int:
    """Every change is its desk's, by its own signature or by a run. Gives how many went by runs."""
    unsigned: dict[tuple[str, int], Told] = {}
    by_desk: dict[tuple[str, int], Told] = {}
    for told in events:
        if told.change is None:
            continue
        name = (told.change["d"], told.change["n"])
        by_desk[name] = told
        if told.signature:
            check(certificates.keys[name[0]], b"cd-change-v1", told.raw, unb(told.signature))
        else:
            unsigned[name] = told
    proven: set[tuple[str, int]] = set()
    for run in runs:
        proven |= prove_run(run, by_desk, certificates.keys[run["desk"]])
    need(set(unsigned) <= proven, "a change that nobody signed for")
    return len(unsigned)


def prove_run(run: Message, told: Mapping[tuple[str, int], Told], public: bytes) -> set[tuple[str, int]]:
    """Desk and number of the changes that the head at the end of this run proves."""
    head, names = unb(run["before"]) if run.get("before") else bytes(32), set()
    for n in range(run["first_n"], run["last_n"] + 1):
        absent = run.get("absent", {}).get(str(n))
        if absent is None:
            names.add((run["desk"], n))
            head = next_head(head, told[run["desk"], n].raw)
        else:
            head = sha(head + unb(absent))
    check(public, b"cd-head-v1", head_words(run["desk"], run["last_n"], head), unb(run["signature"]))
    return names


class Page(NamedTuple):
    header: Message
    events: list[Told]
    trailer: Message


def read_page(body: bytes) -> Page:
    """The signature over the whole is proven already."""
    lines = body.split(b"\n")
    need(len(lines) > 1, "half a page")
    page = Page(json.loads(lines[0]), read_events(lines[1:-1]), json.loads(lines[-1]))
    need("cursors" in page.trailer, "a page without its end")
    return page


def follow(page: Page, places: Mapping[str, Place], passed: dict[tuple[str, int], bytes]) -> dict[str, Place]:
    """Where the feeds stand after the page: reckoned here, and as the trailer says. Notes what was `passed`."""
    now = dict(places)
    for told in page.events:
        scope, seq = told.event["s"], told.event["q"]
        before = now.get(scope, START)
        need(seq == before.seq + 1, "a gap in the feed")
        passed[scope, seq] = next_link(before.chain, seq, told.digest)
        now[scope] = Place(seq, passed[scope, seq])
    for scope, end in page.trailer["cursors"].items():
        here = now.get(scope, START)
        need((end.get("seq", 0), end.get("chain", b64(bytes(32)))) == (here.seq, b64(here.chain)), "another chain")
    return now


def prove_root(root: Message, authority: bytes, passed: Mapping[tuple[str, int], bytes]) -> Message:
    """The statement of a daily root: protocol.md, section 29.2. `passed`: the chain at every place known here."""
    body = unb(root["body"])
    check(authority, b"cd-root-v1", body, unb(root["signature"]))
    statement: Message = json.loads(body)
    what, scope, seq, chain = json.loads(root["leaf"])
    known = passed.get((scope, seq)) if seq else bytes(32)
    need(what == "feed" and (known is None or known == unb(chain)), "the root contradicts the feed")
    at, size = root.get("index", 0), statement["leaves"]
    link = sha(b"\x00" + root["leaf"].encode())
    path = [unb(one) for one in root.get("path", [])]
    need(climb(link, at, size, path) == unb(statement["root"]), "the path leads to another root")
    return statement


def climb(link: bytes, at: int, size: int, path: list[bytes]) -> bytes:
    """The root of a tree of `size` leaves, from leaf `at` and what stands beside its way up, the lowest first."""
    if size == 1:
        need(not path, "a path that goes on above the root")
        return link
    half = 1 << ((size - 1).bit_length() - 1)
    need(path, "a path that ends below the root")
    if at < half:
        return sha(b"\x01" + climb(link, at, half, path[:-1]) + path[-1])
    return sha(b"\x01" + path[-1] + climb(link, at - half, size - half, path[:-1]))
