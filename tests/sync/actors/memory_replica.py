"""An honest desk in memory, at the port of the sync session: it keeps what a real register keeps, in plain lists."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import monotonic
from sync import protocol, purge_wire
from sync.change import GENESIS, Change, FeedPosition, Line, Wire, next_head, sign
from sync.checksums import ScopeSums, TheirRecords
from sync.client.replica import APPLY_AT_ONCE, PendingReceipt
from sync.roots import KnownRoot
from sync.seal import BoxKey, SealBroken, SigningKey
from sync.ticket import KeptTicket


@dataclass(frozen=True)
class Identity:
    desk: str
    epoch: str
    signing_key: SigningKey
    authority_public: bytes


@dataclass(frozen=True)
class Pending:
    n: int
    line: bytes
    digest: bytes


@dataclass
class MemoryReplica:
    """`crash_after` counts calls that change something; at zero the next one raises before it has done anything."""

    me: Identity
    lines: list[Line] = field(default_factory=list)
    accepted_n: int = 0
    receipts: list[protocol.Receipt] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    chains: dict[str, bytes] = field(default_factory=dict)
    applied: list[tuple[protocol.Event, Line]] = field(default_factory=list)
    applied_sizes: list[int] = field(default_factory=list)
    certs: dict[str, bytes] = field(default_factory=dict)
    grants: list[protocol.Grant] = field(default_factory=list)
    version: str = ""
    known_heads: dict[str, protocol.FeedHead] = field(default_factory=dict)
    frozen: list[str] = field(default_factory=list)
    part: bytes = b""
    receipt: tuple[bytes, bytes] = (b"", b"")
    anew: list[str] = field(default_factory=list)
    roots: list[KnownRoot] = field(default_factory=list)
    contradictions: list[tuple[KnownRoot, bytes, bytes]] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    schemas: list[int] = field(default_factory=list)
    told_behind: list[tuple[int, bytes]] = field(default_factory=list)
    now: Callable[[], float] = monotonic
    """This PC's clock, in seconds."""
    ticket: tuple[KeptTicket, float] | None = None

    def record(self, scope: str, kind: str, record: str, values: dict[str, Wire], **more: object) -> Line:
        """What a save does: one signed change, numbered without a gap. `more` overrides any member of Change."""
        facts: dict[str, Any] = {
            "id": uuid7(),
            "desk": self.me.desk,
            "n": len(self.lines) + 1,
            "officer": uuid7(),
            "stamp": len(self.lines) + 1,
            "schema": 1,
            "scope": scope,
            "kind": kind,
            "record": record,
            "data": 1,
            "set": values,
        }
        change = Change(**facts | more)
        line = sign(change, self.me.signing_key)
        self.lines.append(line)
        return line

    def identity(self) -> Identity:
        return self.me

    def keep_ticket(self, ticket: KeptTicket) -> None:
        self.ticket = ticket, self.now()

    def kept_ticket(self) -> tuple[KeptTicket, float] | None:
        return None if self.ticket is None else (self.ticket[0], self.now() - self.ticket[1])

    def health(self, now: str) -> purge_wire.Health | None:
        """Nobody looks after this desk."""
        return None

    def health_carried(self) -> purge_wire.Health:
        return purge_wire.Health()

    def health_told(self, now: str) -> None:
        raise AssertionError("nothing was due")

    def heard_schema(self, schema: int, *, at_least: bool = False) -> bool:
        """This desk writes nothing that a province could not know."""
        self.schemas.append(schema)
        return False

    def pending(self, after_n: int, max_changes: int, max_bytes: int) -> Sequence[Pending]:
        start = max(self.accepted_n, after_n)
        chosen: list[Pending] = []
        size = 0
        for line in self.lines[start : start + max_changes]:
            encoded = line.encode()
            size += len(encoded) + 1
            if chosen and size > max_bytes:
                break
            chosen.append(Pending(line.change.n, encoded, line.digest))
        return chosen

    def chain_head(self, n: int) -> bytes:
        head = GENESIS
        for line in self.lines[:n]:
            head = next_head(head, line.digest)
        return head

    def acknowledge(
        self, receipt: protocol.Receipt, up_to: int, receipt_bytes: bytes, signature: bytes
    ) -> PendingReceipt:
        assert protocol.decode(receipt_bytes, protocol.Receipt) == receipt
        assert len(signature) == 64
        self.accepted_n = max(self.accepted_n, up_to)
        self.receipts.append(receipt)
        self.receipt = receipt_bytes, signature
        return lambda: True

    def named_up_to(self, receipt: protocol.Receipt) -> int:
        numbers = {line.change.id: line.change.n for line in self.lines}
        return max((numbers.get(result.id, 0) for result in receipt.results), default=0)

    def audit_mark(self) -> tuple[str, int]:
        return "", 0

    def last_n(self) -> int:
        return len(self.lines)

    def gave(self, told: Mapping[int, str]) -> bool:
        own = {line.change.n: line.change.id for line in self.lines}
        return told.items() <= own.items()

    def signed_n(self) -> int:
        return self.accepted_n

    def resend_from(self, n: int) -> None:
        self.accepted_n = min(self.accepted_n, n - 1)

    def number_behind(self, n: int, head: bytes) -> None:
        """This desk has one disk, and its numbers stay: only what it was told is kept."""
        self.told_behind.append((n, head))

    def cursors(self) -> Mapping[str, int]:
        return dict(self.places)

    def positions(self) -> Mapping[str, FeedPosition]:
        return {scope: FeedPosition(seq, self.chains[scope]) for scope, seq in self.places.items()}

    def certs_version(self) -> str:
        return self.version

    def directory_version(self) -> str:
        return ""

    def unsent_purges(self) -> Sequence[purge_wire.SignedPurge]:
        return []

    def purges_kept(self, changes: Sequence[str]) -> None:
        raise AssertionError(f"nothing was removed here, and the province speaks of {len(changes)} statements")

    def accept_certs(self, header: protocol.PullHeader) -> None:
        self.version, self.grants = header.certs_version, header.grants
        for signed in header.certs or ():
            cert = protocol.decode(protocol.unb64(signed.body), protocol.DeskCert)
            self.certs[cert.desk] = protocol.unb64(cert.sign_public)

    def apply(self, events: Sequence[tuple[protocol.Event, Line]], positions: Mapping[str, FeedPosition]) -> None:
        assert 0 < len(events) <= APPLY_AT_ONCE
        self.threads.add(threading.get_ident())
        self.applied += events
        self.applied_sizes.append(len(events))
        self.places |= {scope: position.seq for scope, position in positions.items()}
        self.chains |= {scope: position.chain for scope, position in positions.items()}

    def takes_snapshots(self) -> bool:
        return True

    def is_at_work(self) -> bool:
        return bool(self.lines or self.applied)

    def snapshot_size(self, token: str) -> int:
        return len(self.part)

    def keep_snapshot(self, token: str, piece: bytes, *, beside: bool = False) -> None:
        self.part += piece

    def snapshot_bytes(self, token: str) -> bytes:
        return self.part

    def drop_snapshot(self, token: str) -> None:
        self.part = b""

    def scope_box(self, key: str) -> BoxKey:
        raise SealBroken

    def begin_anew(self, scope: str, events: Sequence[tuple[protocol.Event, Line]], position: FeedPosition) -> bool:
        self.places[scope], self.chains[scope] = position.seq, position.chain
        self.applied += events
        self.anew = [one for one in self.anew if one != scope]
        return True

    def heads(self, heads: Mapping[str, protocol.FeedHead], *, at: str = "") -> None:
        self.known_heads |= heads

    def last_receipt(self) -> tuple[bytes, bytes]:
        return self.receipt

    def follow(self, epoch: str) -> None:
        self.me = replace(self.me, epoch=epoch)
        self.begin_all_anew()

    def record_contact(self, at: str) -> None:
        """This register keeps no lease."""

    def answered(self, bundles: Sequence[str], at: str) -> None:
        """Nor does it write any."""

    def begin_all_anew(self) -> None:
        self.anew = list(self.places)

    def to_begin_anew(self) -> Sequence[str]:
        return list(self.anew)

    def scope_to_compare(self, now: str) -> str:
        return ""

    def held_sums(self, scope: str, at: FeedPosition) -> ScopeSums | None:
        return None

    def unheard(self, scope: str, ranges: Sequence[int]) -> Sequence[str]:
        return ()

    def put_right(self, scope: str, at: FeedPosition, theirs: TheirRecords) -> bool:
        return False

    def compared(self, now: str) -> None:
        """Nothing is compared here."""

    def known_root(self) -> KnownRoot | None:
        return self.roots[-1] if self.roots else None

    def keep_root(self, root: KnownRoot) -> None:
        self.roots.append(root)

    def keep_contradiction(self, root: KnownRoot, body: bytes, signature: bytes) -> None:
        self.contradictions.append((root, body, signature))

    def unproven_root(self) -> KnownRoot | None:
        """This desk shows nothing to anybody."""
        return None

    def keep_proof(self, body: bytes, signature: bytes) -> None:
        raise AssertionError("nothing was sought")

    def freeze(self, code: str) -> None:
        self.frozen.append(code)

    def public_of(self, desk: str) -> bytes | None:
        return self.certs.get(desk)
