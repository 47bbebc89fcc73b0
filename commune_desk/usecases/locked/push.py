"""What waits at lock goes to the province while the desk is locked, and its receipts are taken up at unlocking.

At lock the pushes that the desk would make are written down, each sealed to the province: nothing on this PC opens
them. The locked process carries them with the doorbell's key and keeps what the province signs for. The open desk may
push the same again at any time; the province knows it then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from random import random
from typing import TYPE_CHECKING

import msgspec

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.time.clock import monotonic
from commune_desk.domain.words.errors import DeskError, Invalid
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.usecases.desk.pausing import is_paused
from commune_desk.usecases.locked.doorbell import DoorbellCard
from commune_desk.usecases.locked.files import find_file, leave_file
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.usecases.registers.profile import Profile
from sync import framing, protocol
from sync.client.backoff import delay
from sync.client.errors import SyncFault, SyncHalted
from sync.client.exchange import push_body
from sync.client.under_way import UnderWay
from sync.seal import RECEIPT, SigningKey, seal_for_province, verify

if TYPE_CHECKING:
    from sync.client.transport import Transport

log = logging.getLogger(__name__)

MOST_PUSHES = 4
"""That are sealed at one lock, the oldest first: a lock must stay fast. The rest waits for the next unlocking."""
_SPENT = "ticket"
"""As another process of the province's server says it, too, which knows nothing of what the first one gave."""
_MOST_BYTES = 2 * MOST_PUSHES * protocol.MAX_BODY
"""Of a file in base64, with room to spare."""


class SealedPushes(msgspec.Struct, frozen=True):
    """Of the desk `desk`, in the order of their numbers."""

    desk: str
    boxes: tuple[bytes, ...]


class KeptReceipt(msgspec.Struct, frozen=True):
    """A receipt as it was signed."""

    body: bytes
    signature: bytes


class KeptReceipts(msgspec.Struct, frozen=True):
    """In the order they came."""

    receipts: tuple[KeptReceipt, ...]


def leave_sealed(desk: OpenDesk) -> None:
    """Write down what waits, sealed to the province; where nothing waits or may go, nothing lies there afterwards.

    Nothing goes by itself while somebody has paused the sync.

    Raises OSError, or a Fault where the province's key is none.
    """
    boxes = tuple(_sealed(desk))
    if boxes:
        leave_file(desk.profile.sealed, SealedPushes(desk.register.identity.desk, boxes))
    else:
        desk.profile.sealed.unlink(missing_ok=True)


def _sealed(desk: OpenDesk) -> Iterator[bytes]:
    own = desk.register.identity
    if own.pins is None or not own.desk or own.frozen or not own.pins.courier_public:
        return
    if desk.register.write(lambda tx: is_paused(tx.connection)).result()[0]:
        return
    replica = RegisterReplica(desk.register, lambda _changes: None)
    identity, after = replica.identity(), 0
    for _push in range(MOST_PUSHES):
        batch = replica.pending(after, protocol.USUAL_CHANGES, protocol.MAX_SEALED_PUSH)
        if not batch:
            return
        yield seal_for_province(own.pins.courier_public, framing.deflate(push_body(replica, identity, batch)))
        after = batch[-1].n


def take_receipts(desk: OpenDesk, changed: Callable[[ChangeSet], None]) -> None:
    """Acknowledge what the province signed for while this register was locked; then nothing of it lies there any more.

    Only what bears the province's signature and speaks of this desk's own changes counts. Raises Fault or OSError.
    """
    kept = find_file(desk.profile.receipts, KeptReceipts, most=_MOST_BYTES)
    own = desk.register.identity
    if kept is not None and own.pins is not None and own.desk:
        replica = RegisterReplica(desk.register, changed)
        for one in kept.receipts:
            if not verify(own.pins.authority_public, RECEIPT, one.body, one.signature):
                log.warning("a receipt beside the register is not the province's; it counts for nothing")
                continue
            _acknowledge(replica, one, own.desk)
    desk.profile.receipts.unlink(missing_ok=True)
    desk.profile.sealed.unlink(missing_ok=True)


def _acknowledge(replica: RegisterReplica, kept: KeptReceipt, desk: str) -> None:
    """Up to the last change that the receipt names; one that names another register's changes says nothing here.

    Nor does one of another epoch than the register follows by now.
    """
    receipt = protocol.decode(kept.body, protocol.Receipt)
    up_to = replica.named_up_to(receipt) if receipt.desk == desk else 0
    if 0 < up_to <= receipt.accepted_n and not replica.acknowledge(receipt, up_to, kept.body, kept.signature)():
        log.info("a receipt beside the register is of another time of the province; it counts for nothing")


def connect_by(card: DoorbellCard) -> Transport:
    """The way to the province that the card names. Raises Invalid."""
    from sync.client.address import read_address  # here, off the UI thread: they load the HTTP library
    from sync.client.transport import Transport

    return Transport(read_address(card.address), ca_pem=card.ca_pem)


class Delivery:
    """Carries the sealed pushes of a locked desk. `deliver` off the UI thread, one at a time; `abort` from any."""

    def __init__(self, profile: Profile, connect: Callable[[DoorbellCard], Transport] = connect_by) -> None:
        self._profile = profile
        self._connect = connect
        self._under_way = UnderWay()
        self.is_refused = False
        """Whether what lies here is not tried again before the register is open."""
        self._failures = 0
        self._not_before = 0.0

    @property
    def is_due(self) -> bool:
        """Whether something lies here that may be tried now: what the province refused waits for the open desk."""
        return not self.is_refused and self._profile.sealed.exists() and monotonic() >= self._not_before

    def abort(self) -> None:
        self._under_way.abort()

    def deliver(self, card: DoorbellCard) -> None:
        """Carry what there is. Trouble with the line or the disk is logged, not raised: it is tried again."""
        try:
            self._carry(card)
        except (DeskError, OSError) as error:
            self._failed(error)
        else:
            self._failures = 0

    def _failed(self, error: DeskError | OSError) -> None:
        from sync.client.channel import Refused

        says_no = isinstance(error, Refused) and error.status < 500 and error.problem.code != _SPENT
        self.is_refused = says_no or isinstance(error, (SyncHalted, Invalid))
        self._failures += 1
        wait = error.retry_after if isinstance(error, SyncFault) else 0.0
        self._not_before = monotonic() + delay(self._failures, random=random, retry_after=wait)
        log.info("what was sealed at lock is not delivered yet", exc_info=error)

    def _carry(self, card: DoorbellCard) -> None:
        sealed = find_file(self._profile.sealed, SealedPushes, most=_MOST_BYTES)
        if sealed is None or not card.address or sealed.desk != card.desk:
            self.is_refused = True
            return
        from sync.client.sealed_push import carry

        carry(
            self._under_way.begin(self._connect(card)),
            sealed.boxes,
            self._keep,
            desk=card.desk,
            doorbell_key=SigningKey.from_bytes(card.key),
            authority_public=card.authority_public,
        )

    def _keep(self, body: bytes, signature: bytes) -> None:
        """The receipt first: killed between the two, the push goes out again and the province knows it."""
        kept = find_file(self._profile.receipts, KeptReceipts, most=_MOST_BYTES) or KeptReceipts(())
        leave_file(self._profile.receipts, KeptReceipts((*kept.receipts, KeptReceipt(body, signature))))
        sealed = find_file(self._profile.sealed, SealedPushes, most=_MOST_BYTES)
        if sealed is None or len(sealed.boxes) < 2:
            self._profile.sealed.unlink(missing_ok=True)
        else:
            leave_file(self._profile.sealed, msgspec.structs.replace(sealed, boxes=sealed.boxes[1:]))
