"""The port between a sync session and a desk's register: what the session asks for and what it hands over.

Every method is called from the network thread, and what an `Outbox` is asked for a push also from one beside it.
Whoever implements it submits to the register's single writer itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from sync import protocol, purge_wire
from sync.change import FeedPosition, Line
from sync.checksums import ScopeSums, TheirRecords
from sync.roots import KnownRoot
from sync.seal import BoxKey, SigningKey
from sync.ticket import KeptTicket

APPLY_AT_ONCE = 300
"""Events in one call of `apply`: one transaction, short enough that typing never waits."""


PendingReceipt: TypeAlias = Callable[[], bool]
"""A receipt that is being kept: blocks until the writer's transaction has ended.

True once the receipt is committed, False where it was refused and nothing was written; raises the writer's own error.
"""


class DeskIdentity(Protocol):
    """Who this desk is, as the enrolment left it."""

    @property
    def desk(self) -> str: ...

    @property
    def epoch(self) -> str:
        """The province's epoch; another one means that the province was restored from a backup."""
        ...

    @property
    def signing_key(self) -> SigningKey: ...

    @property
    def authority_public(self) -> bytes:
        """The province's key, pinned at enrolment: it signs certificates, receipts, hellos and pages."""
        ...


class PendingLine(Protocol):
    """A change that no receipt names yet: its number, its exact line, the SHA-256 of its signed bytes."""

    @property
    def n(self) -> int: ...

    @property
    def line(self) -> bytes: ...

    @property
    def digest(self) -> bytes: ...


class Signers(Protocol):
    """The desks whose certificates are known and verified."""

    def public_of(self, desk: str) -> bytes | None:
        """The signing key of a desk with a verified certificate."""
        ...


class Contact(Protocol):
    """What the register knows of its province: who it is there, tickets, the epoch, and why it stopped."""

    def identity(self) -> DeskIdentity: ...

    def keep_ticket(self, ticket: KeptTicket) -> None:
        """Keep it, in the place of any other, for a session to come."""
        ...

    def kept_ticket(self) -> tuple[KeptTicket, float] | None:
        """The ticket that was kept, if not before an update of the program, and the seconds since by this PC's clock.

        They are below 0 where the clock went back.
        """
        ...

    def follow(self, epoch: str) -> None:
        """The province was put back from a backup and says so: go on in its new epoch, every scope begun anew."""
        ...

    def freeze(self, code: str) -> None:
        """Keep why sync stopped, a `SyncHalted.code`, until a person decides; empty once it goes on."""
        ...

    def record_contact(self, at: str) -> None:
        """The province's time, signed for this very exchange."""
        ...

    def health(self, now: str) -> purge_wire.Health | None:
        """How this desk stands, if the province is to be told so now, at its own time; None where it was today."""
        ...

    def health_carried(self) -> purge_wire.Health:
        """How this desk stands, as bundles that bring all that waits under a number tell it."""
        ...

    def health_told(self, now: str) -> None:
        """The province heard at its time `now` how this desk stands."""
        ...

    def answered(self, bundles: Sequence[str], at: str) -> None:
        """The province made an answer to these bundles of this desk at its time `at`; empty where it says none."""
        ...


class Outbox(Protocol):
    """What this desk wrote, under numbers without a gap, and how far the province has signed for it."""

    def heard_schema(self, schema: int, *, at_least: bool = False) -> bool:
        """The schema version that the province's program knows: what needs no more than that is numbered.

        Whether anything had waited for it. `at_least`: it was said some time ago, and may have risen since.
        """
        ...

    def pending(self, after_n: int, max_changes: int, max_bytes: int) -> Sequence[PendingLine]:
        """Unacknowledged changes numbered above `after_n`, in order of `n` without a gap; at least one if any."""
        ...

    def chain_head(self, n: int) -> bytes:
        """The desk's chain after change `n`; empty when that change is not kept any more, or never was here."""
        ...

    def acknowledge(
        self, receipt: protocol.Receipt, up_to: int, receipt_bytes: bytes, signature: bytes
    ) -> PendingReceipt:
        """Begin to keep the receipt: the province holds all up to `up_to`, the last change sent that it speaks of.

        What is returned waits until it is kept. False, and nothing done, where the register follows another epoch than
        the receipt is of: what came another way meanwhile told of a province that was put back, and may lack what it
        had signed for.
        """
        ...

    def named_up_to(self, receipt: protocol.Receipt) -> int:
        """The last number of the changes that a receipt names and that are all of them this desk's own; else 0."""
        ...

    def audit_mark(self) -> tuple[str, int]:
        """The end of the audit log, and the first row that differs from what the province remembered (0: none)."""
        ...

    def last_n(self) -> int:
        """The number of this desk's last change; 0 for none."""
        ...

    def gave(self, told: Mapping[int, str]) -> bool:
        """Whether this desk gave each of these numbers, and to no other change than the one with that id."""
        ...

    def signed_n(self) -> int:
        """The number of the last of this desk's changes for which there is a receipt; 0 for none."""
        ...

    def resend_from(self, n: int) -> None:
        """The province lacks everything from `n` on: those changes are pending again, set aside or not."""
        ...

    def number_behind(self, n: int, head: bytes) -> None:
        """What waits is numbered anew, from `n` + 1 on, the desk's chain going on from `head`."""
        ...

    def last_receipt(self) -> tuple[bytes, bytes]:
        """The exact bytes of the last receipt and the province's signature; empty before the first."""
        ...

    def unsent_purges(self) -> Sequence[purge_wire.SignedPurge]:
        """Statements of what was removed that the province has not confirmed."""
        ...

    def purges_kept(self, changes: Sequence[str]) -> None:
        """The province keeps the statements about these changes."""
        ...


class Feeds(Signers, Protocol):
    """The feeds of the desk's scopes, as far as it has heard them."""

    def cursors(self) -> Mapping[str, int]:
        """Each scope's last applied position; a scope never pulled is absent."""
        ...

    def positions(self) -> Mapping[str, FeedPosition]:
        """Each scope's cursor with the chain there, of one moment: a stick, or the line, may move them at any time."""
        ...

    def heads(self, heads: Mapping[str, protocol.FeedHead], *, at: str = "") -> None:
        """Where the scopes' feeds ended at the last page; now, or at the province's time `at` when it was carried."""
        ...

    def certs_version(self) -> str: ...

    def directory_version(self) -> str: ...

    def accept_certs(self, header: protocol.PullHeader) -> None:
        """Keep grants, scope keys and, where they came, certificates and directory; all are verified."""
        ...

    def apply(self, events: Sequence[tuple[protocol.Event, Line]], positions: Mapping[str, FeedPosition]) -> None:
        """Apply at most `APPLY_AT_ONCE` verified events and set the cursors, in one transaction."""
        ...


class Beginnings(Signers, Protocol):
    """Scopes that begin from a snapshot, for the first time or anew."""

    def takes_snapshots(self) -> bool:
        """Whether a scope may begin from a snapshot; else its feed is heard from the beginning."""
        ...

    def is_at_work(self) -> bool:
        """Whether anything is here but what a desk writes of itself when it begins."""
        ...

    def snapshot_size(self, token: str) -> int:
        """Bytes that are kept of a snapshot that is being fetched."""
        ...

    def keep_snapshot(self, token: str, piece: bytes, *, beside: bool = False) -> None:
        """Keep the next bytes of a snapshot; those of any other are dropped, unless it is one of several carried."""
        ...

    def snapshot_bytes(self, token: str) -> bytes: ...

    def drop_snapshot(self, token: str) -> None: ...

    def scope_box(self, key: str) -> BoxKey:
        """The private half of a scope's key. Raises SealBroken when this desk does not hold it."""
        ...

    def begin_anew(self, scope: str, events: Sequence[tuple[protocol.Event, Line]], position: FeedPosition) -> bool:
        """Bring the records of a scope to what these standing lines say, and the cursor to `position` at the end.

        What the register holds and they lack stays. In pieces, so that typing never waits; until the last one the scope
        is to be begun anew. False, and it stays so, where what came another way moved the register on meanwhile.
        """
        ...

    def begin_all_anew(self) -> None:
        """The feeds are not those that are known here: every scope is to be begun anew."""
        ...

    def to_begin_anew(self) -> Sequence[str]:
        """The scopes that are still to be begun anew."""
        ...


class Comparison(Signers, Protocol):
    """Records held beside those of the province, range by range."""

    def scope_to_compare(self, now: str) -> str:
        """The scope whose comparison is due at `now` (the province's time); empty for none."""
        ...

    def held_sums(self, scope: str, at: FeedPosition) -> ScopeSums | None:
        """What the register holds of the scope, if that is its feed's position here and nothing waits; else None."""
        ...

    def unheard(self, scope: str, ranges: Sequence[int]) -> Sequence[str]:
        """Changes that wrote what stands in these ranges and that the feed did not tell since it was begun anew."""
        ...

    def put_right(self, scope: str, at: FeedPosition, theirs: TheirRecords) -> bool:
        """Bring the records in the ranges of `theirs` to what all of their standing lines say; nothing is removed.

        False, and nothing done, when the register stands elsewhere by now.
        """
        ...

    def compared(self, now: str) -> None:
        """The comparison went through; what was put right since `scope_to_compare` belongs to it."""
        ...


class Roots(Signers, Protocol):
    """The province's daily roots, and what proves that it signed two histories."""

    def known_root(self) -> KnownRoot | None:
        """The newest daily root of the province that was kept."""
        ...

    def keep_root(self, root: KnownRoot) -> None: ...

    def keep_contradiction(self, root: KnownRoot, body: bytes, signature: bytes) -> None:
        """Keep for good what proves that the province signed two histories: the root, and a signed page against it."""
        ...

    def unproven_root(self) -> KnownRoot | None:
        """That root, while nothing that could be shown to others proves so; None where the province never did."""
        ...

    def keep_proof(self, body: bytes, signature: bytes) -> None:
        """Keep a page that names nobody and says that the chain at that root's place is another one."""
        ...


class Replica(Contact, Outbox, Feeds, Beginnings, Comparison, Roots, Protocol):
    """A desk's register, as far as sync is concerned."""
