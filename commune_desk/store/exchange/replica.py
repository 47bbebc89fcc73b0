"""The register as the sync session sees it: what waits, what the province acknowledged, what it sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.time.pace import Pace
from commune_desk.domain.time.skew import ClockSkew
from commune_desk.store.changes import numbers
from commune_desk.store.changes.pending import Waiting, next_waiting
from commune_desk.store.changes.sealing import private_box
from commune_desk.store.desk import audit_mark, versions
from commune_desk.store.desk.lease import record_contact
from commune_desk.store.desk.register import Register
from commune_desk.store.engine import old_log
from commune_desk.store.exchange import courier, feeds, following, health, page_header, receipts, roots, staged, tickets
from commune_desk.store.exchange.beginning import Beginning
from commune_desk.store.exchange.one_desk import OneDesk
from commune_desk.store.exchange.repairing import Repair
from commune_desk.store.files import confirming
from commune_desk.store.intake import comparing, departures, restating, snapshot_parts, speaking_for
from commune_desk.store.intake.restating import RESTATE_AT_ONCE
from commune_desk.store.intake.standing import Step
from commune_desk.store.writing.transaction import Tx
from sync import protocol, purge_wire
from sync.change import FeedPosition
from sync.checksums import ScopeSums, TheirRecords
from sync.roots import KnownRoot
from sync.seal import BoxKey, SealBroken, SigningKey
from sync.ticket import KeptTicket


class DeskFacts(msgspec.Struct, frozen=True):
    """Who this desk is to the session."""

    desk: str
    epoch: str
    signing_key: SigningKey
    authority_public: bytes


class RegisterReplica(OneDesk):
    """Implements `sync.client.replica.Replica` on the open register; `changed` hears of every applied page."""

    def __init__(self, register: Register, changed: Callable[[ChangeSet], None]) -> None:
        super().__init__(register, changed)
        self._repair = Repair(register)
        self.clock_found: Callable[[], ClockSkew] = ClockSkew
        """What the sync that is under way found of this PC's clock."""

    # Who this desk is

    def identity(self) -> DeskFacts:
        own = self._register.identity
        if own.pins is None:
            raise ValueError("a training register has no province")
        return DeskFacts(own.desk, own.epoch, SigningKey.from_bytes(own.signing), own.pins.authority_public)

    def audit_mark(self) -> tuple[str, int]:
        return self._ask(lambda db: (audit_mark.mark(db), audit_mark.first_cut(db) or 0))

    def keep_ticket(self, ticket: KeptTicket) -> None:
        self._write(lambda tx: tickets.keep(tx, ticket))

    def kept_ticket(self) -> tuple[KeptTicket, float] | None:
        return self._write(tickets.kept)

    def health(self, now: str) -> purge_wire.Health | None:
        return self._ask(lambda db: health.due(db, now, self.clock_found()))

    def health_carried(self) -> purge_wire.Health:
        return self._ask(health.carried)

    def health_told(self, now: str) -> None:
        self._write(lambda tx: health.note_told(tx, now))

    def answered(self, bundles: Sequence[str], at: str) -> None:
        self._write(lambda tx: courier.answered(tx, bundles, at))

    def heard_schema(self, schema: int, *, at_least: bool = False) -> bool:
        self._write(versions.catch_up)
        if not self._write(lambda tx: versions.heard_schema(tx, schema, at_least=at_least)):
            return False
        while self._write(staged.release_next):
            pass
        return True

    def record_contact(self, at: str) -> None:
        self._write(lambda tx: record_contact(tx, at))

    def follow(self, epoch: str) -> None:
        self._write(lambda tx: following.follow(tx, epoch))

    def freeze(self, code: str) -> None:
        """Keep why the province refuses this desk; empty once it does not any more."""
        self._write(lambda tx: following.freeze(tx, code))

    # What goes up, and what was signed for

    def pending(self, after_n: int, max_changes: int, max_bytes: int) -> Sequence[Waiting]:
        return self._ask(lambda db: next_waiting(db, self._desk, after_n, max_changes, max_bytes))

    def chain_head(self, n: int) -> bytes:
        return self._ask(lambda db: numbers.chain_head(db, self._desk, n))

    def last_n(self) -> int:
        return self._ask(lambda db: numbers.last_n(db, self._desk))

    def gave(self, told: Mapping[int, str]) -> bool:
        return self._ask(lambda db: numbers.are_given(db, self._desk, told))

    def signed_n(self) -> int:
        return self._ask(lambda db: numbers.signed_n(db, self._desk))

    def acknowledge(
        self, receipt: protocol.Receipt, up_to: int, receipt_bytes: bytes, signature: bytes
    ) -> Callable[[], bool]:
        written = self._begin(lambda tx: receipts.acknowledge(tx, receipt, up_to, receipt_bytes, signature))
        return lambda: self._end(written)

    def named_up_to(self, receipt: protocol.Receipt) -> int:
        """The last number of the changes that a receipt names and that are all of them this desk's own; else 0."""
        return self._ask(lambda db: receipts.named_up_to(db, self._desk, receipt))

    def number_behind(self, n: int, head: bytes) -> None:
        self._write(lambda tx: staged.number_behind(tx, n, head))
        while self._write(staged.release_next):
            pass

    def last_receipt(self) -> tuple[bytes, bytes]:
        return self._ask(receipts.last)

    def resend_from(self, n: int) -> None:
        self._write(lambda tx: receipts.resend_from(tx, n))

    def unsent_purges(self) -> Sequence[purge_wire.SignedPurge]:
        is_readable, unsent = self._ask(lambda db: (old_log.holds_removed(db), departures.unsent_statements(db)))
        if is_readable:
            self._register.cut_log()
            unsent = self._ask(departures.unsent_statements)
        return [
            purge_wire.SignedPurge(body=protocol.b64(body), signature=protocol.b64(sign)) for _, body, sign in unsent
        ]

    def purges_kept(self, changes: Sequence[str]) -> None:
        self._write(lambda tx: departures.statements_kept(tx.connection, changes))

    # What comes

    def cursors(self) -> Mapping[str, int]:
        return self._ask(feeds.cursors)

    def positions(self) -> Mapping[str, FeedPosition]:
        return self._ask(feeds.positions)

    def certs_version(self) -> str:
        return self._ask(page_header.certs_version)

    def directory_version(self) -> str:
        return self._ask(page_header.directory_version)

    def public_of(self, desk: str) -> bytes | None:
        return self._ask(lambda db: page_header.public_of(db, desk))

    def accept_certs(self, header: protocol.PullHeader) -> None:
        self._write(lambda tx: page_header.accept(tx, header))

    def apply(self, events: Sequence[Step], positions: Mapping[str, FeedPosition]) -> None:
        self._write(lambda tx: feeds.apply(tx, events, positions))

    def heads(self, heads: Mapping[str, protocol.FeedHead], *, at: str = "") -> None:
        self._write(lambda tx: feeds.note_heads(tx, heads, at))

    def scope_box(self, key: str) -> BoxKey:
        box = self._ask(lambda db: private_box(db, key))
        if box is None:
            raise SealBroken
        return box

    # A scope begun anew

    def takes_snapshots(self) -> bool:
        return not self._ask(versions.is_hearing_all)

    def is_at_work(self) -> bool:
        return self._ask(snapshot_parts.is_at_work)

    def snapshot_size(self, token: str) -> int:
        return self._ask(lambda db: snapshot_parts.size(db, token))

    def keep_snapshot(self, token: str, piece: bytes, *, beside: bool = False) -> None:
        self._write(lambda tx: snapshot_parts.keep(tx.connection, token, piece, beside=beside))

    def snapshot_bytes(self, token: str) -> bytes:
        return self._ask(lambda db: snapshot_parts.content(db, token))

    def drop_snapshot(self, token: str) -> None:
        self._write(lambda tx: snapshot_parts.drop(tx.connection, token))

    def begin_all_anew(self) -> None:
        self._write(staged.follow_other_feeds)

    def to_begin_anew(self) -> Sequence[str]:
        return self._ask(versions.to_begin_anew)

    def begin_anew(self, scope: str, events: Sequence[Step], position: FeedPosition) -> bool:
        beginning = Beginning(scope, position)
        if self._write(beginning.start):
            self._restate_all(beginning, events)
            self._write(beginning.end)
        return not beginning.is_overtaken

    def _restate_all(self, beginning: Beginning, events: Sequence[Step]) -> None:
        pace = Pace(RESTATE_AT_ONCE)
        portions = restating.portions(events, pace)
        pace.keep((self._begin(partial(beginning.restate, records=records)) for records in portions), self._end)

    # A comparison with the province, and what it signed for all

    def scope_to_compare(self, now: str) -> str:
        return self._repair.begin(now)

    def held_sums(self, scope: str, at: FeedPosition) -> ScopeSums | None:
        return self._repair.held(scope, at)

    def unheard(self, scope: str, ranges: Sequence[int]) -> Sequence[str]:
        return self._repair.unheard(scope, ranges)

    def put_right(self, scope: str, at: FeedPosition, theirs: TheirRecords) -> bool:
        def restate(records: list[list[Step]]) -> None:
            self._write(lambda tx: feeds.put_right(tx, scope, at, records, theirs.heard))

        return self._repair.put_right(scope, at, theirs.ranges, theirs.events, restate)

    def compared(self, now: str) -> None:
        is_spoken = self._repair.speak_for(self._write)

        def end(tx: Tx) -> None:
            speaking_for.end(tx)
            confirming.ask_once_more(tx, comparing.last(tx.connection).at, now)
            comparing.keep(tx, self._repair.found(now), again=is_spoken)

        self._write(end)

    def known_root(self) -> KnownRoot | None:
        return self._ask(roots.known)

    def keep_root(self, root: KnownRoot) -> None:
        self._write(lambda tx: roots.keep(tx, root))

    def keep_contradiction(self, root: KnownRoot, body: bytes, signature: bytes) -> None:
        self._write(lambda tx: roots.keep_contradiction(tx, root, body, signature))

    def unproven_root(self) -> KnownRoot | None:
        return self._ask(roots.unproven)

    def keep_proof(self, body: bytes, signature: bytes) -> None:
        self._write(lambda tx: roots.keep_place(tx, body, signature))
