"""A desk that pushes, pulls, proves and decides. It keeps all in memory."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from .enrolling import Enrolled
from .feed import START, Certificates, Page, Place, follow, prove, prove_root, read_page
from .sealing import key_id, open_value, seal_value
from .spelling import Message, b64, compact, need, new_id, public_of, unb
from .standing import Standing
from .wire import Line, Wire
from .writing import Bases, Journal, Record

FEED, RECEIPT = b"cd-feed-v1", b"cd-receipt-v1"


class Desk:
    """Of one scope."""

    def __init__(self, enrolled: Enrolled, host: str, port: int) -> None:
        self.enrolled = enrolled
        self.scope: str = enrolled.told["grants"][0]["scope"]
        self.epoch: str = enrolled.told["epoch"]
        self.officer = new_id()
        self.journal = Journal(enrolled.desk, enrolled.key, self.officer)
        self.wire = Wire(Line(host, port, enrolled.ca_pem), enrolled.desk, enrolled.key, enrolled.authority)
        self.certificates = Certificates(enrolled.authority, (enrolled.desk, public_of(enrolled.key)))
        self.places: dict[str, Place] = {}
        self.standing: dict[str, Standing] = defaultdict(Standing)
        self.passed: dict[tuple[str, int], bytes] = {}
        self.roots: list[Message] = []
        self.by_runs = 0
        self.directory: dict[str, bytes] = {}
        self.carried: set[str] = set()
        self._directory = ""

    @property
    def here(self) -> Standing:
        return self.standing[self.scope]

    def record(self, kind: str, data_class: int = 1, record: str = "") -> Record:
        return Record(self.scope, kind, record or new_id(), data_class)

    def seal(self, record: Record, fields: Mapping[str, object], base: Bases | None = None, **more: object) -> str:
        """Write fields that only who holds the scope's key can read."""
        public = self.enrolled.seals_to(self.scope)
        sealed = {name: seal_value(public, (self.scope, record.id, name), value) for name, value in fields.items()}
        return self.journal.write(record, sealed, base, key=key_id(public), **more)

    def opened(self, kind: str, record: str, name: str) -> Any:
        """A sealed value that stands."""
        sealed = self.here.value(kind, record, name)
        return open_value(self.enrolled.opens[self.scope], (self.scope, record, name), sealed)

    def push(self, first: int = 0, *, brief: bool = False) -> Message:
        """All from number `first` on, else what no receipt proves yet; gives the receipt."""
        body = self.journal.push_from(first or self.journal.accepted + 1, self.epoch, brief=brief)
        receipt: Message = json.loads(self.wire.ask("/v1/push", body, RECEIPT)[0])
        self.journal.take_receipt(receipt)
        return receipt

    def pull(self) -> int:
        """To the end of the feed; gives how many events came."""
        count, more = 0, True
        while more:
            page = self._page()
            self.take(page)
            count += len(page.events)
            more = page.trailer.get("more", False)
        return count

    def sync(self) -> None:
        if self.journal.accepted < len(self.journal.changes):
            self.push()
        self.pull()

    def take(self, page: Page) -> None:
        """Prove a page, then apply it."""
        need(page.header["epoch"] == self.epoch, "another epoch")
        self.certificates.take(page.header, page.header.get("certs", ()))
        self._take_directory(page.header)
        places = follow(page, self.places, self.passed)
        self.by_runs += prove(page.events, page.trailer.get("runs", ()), self.certificates)
        self._knows_its_own(page)
        self._came_by_a_verb(page)
        for told in page.events:
            self.standing[told.event["s"]].apply(told)
        self.places = places
        self._take_root(page.trailer.get("root"))

    def ranges(self) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
        """The sums of the province, and those reckoned here."""
        question = {"epoch": self.epoch, "scope": self.scope, "fields": self.here.fields(), "parts": True}
        said = json.loads(self.wire.ask("/v1/ranges", compact(question), FEED)[0])
        at = self.places[self.scope]
        need((said["at"]["seq"], said["at"]["chain"]) == (at.seq, b64(at.chain)), "of another moment")
        theirs = [(one.get("count", 0), one.get("total", "0" * 16)) for one in said["ranges"]]
        return theirs, self.here.sums()

    def decide(self, kind: str, conflict: str, value: object) -> str:
        """Say which value stands, upon what stands now."""
        asked = self.here.conflicts[conflict]
        base = {asked.field: self.here.writer(kind, asked.record, asked.field)}
        record = self.record(kind, record=asked.record)
        return self.journal.write(record, {asked.field: value}, base, k="resolve", resolves={asked.field: [conflict]})

    def question(self) -> Message:
        """What came since."""
        return {
            "epoch": self.epoch,
            "cursors": {scope: place.seq for scope, place in self.places.items()},
            "certs": self.certificates.version,
            "directory": self._directory,
            "root": self.roots[-1]["n"] if self.roots else 0,
        }

    def _page(self) -> Page:
        return read_page(self.wire.ask("/v1/pull", compact(self.question()), FEED)[0])

    def _knows_its_own(self, page: Page) -> None:
        for told in page.events:
            if told.change and told.change["d"] == self.journal.desk:
                need(self.journal.is_own(told.change["n"], told.raw), "there is a copy of this desk")
            place = self.places.get(told.event["s"], START)
            need(told.event["q"] > place.seq, "told twice")

    def _came_by_a_verb(self, page: Page) -> None:
        """What was written in another place is here because a verb that is known brought it."""
        told_here = {told.change["id"]: told.change for told in page.events if told.change}
        for told in page.events:
            scope = told.event["s"]
            if told.change and told.change["s"] != scope:
                known = self.standing[scope].changes | told_here
                verb = known.get(told.event.get("e", ""), {})
                need(verb.get("k") in ("move", "share", "unshare"), "nothing brought it here")
                need(scope in (verb["s"], verb["to"]), "a verb of other places")

    def _take_directory(self, header: Message) -> None:
        if "directory" in header:
            self.directory = {one["scope"]: unb(one["public"]) for one in header["directory"]}
        self._directory = header.get("directory_version", self._directory)

    def _take_root(self, root: Message | None) -> None:
        if root:
            statement = prove_root(root, self.enrolled.authority, self.passed)
            need(statement["epoch"] == self.epoch, "a root of another epoch")
            self.roots.append(statement)
