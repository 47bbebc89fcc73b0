"""Everything that waits goes up, batch after batch.

While one is on its way the receipt for the batch before is written down, and the batch behind a full one is made ready,
as long as a quick line takes it: between two of them such a line does not wait for this PC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from commune_desk.domain.time.clock import monotonic
from sync import protocol, seal
from sync.client import errors
from sync.client.channel import Channel, Refused, numbers_taken
from sync.client.exchange import ROOM_FOR_HEADER, push_body
from sync.client.replica import DeskIdentity, Outbox, PendingLine
from sync.client.reply import TOO_LARGE

_GAP = "gap"
_IS_ANOTHER = "head"
"""The province follows another chain than this desk's: what came before is offered again, and it says which it has."""
_QUICK_SECONDS = 1.0
"""What a push of the usual length takes at most, so that longer ones follow: fewer ways there and back. Where one of
those breaks, no other follows in this session."""
_COPIES = 3
"""So often a sync numbers anew what waits."""
TOO_MUCH_FOR_THE_LINE = (errors.HalfPage, errors.TooSlow)
"""What a poor line does to a batch or a page: a smaller one is tried next."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A batch, and the body in which it goes."""

    batch: Sequence[PendingLine]
    body: bytes
    is_full: bool
    """It has as many changes as it was to have, so that others may be behind it."""


class Pusher:
    """The pushes of one session; it learns how much the line takes at once."""

    def __init__(
        self,
        replica: Outbox,
        *,
        signed: Callable[[protocol.Receipt, int], None],
        refused: Callable[[errors.SyncFault], None],
    ) -> None:
        """`signed` is told of each receipt that was kept, and for how many changes it is; `refused` of each refusal."""
        self._replica = replica
        self._signed = signed
        self._refused = refused
        self._most = protocol.USUAL_CHANGES
        self._most_ever = protocol.MAX_CHANGES
        self._keeping: Callable[[], None] | None = None
        self.shows_receipt = False
        """Show the last receipt with each push: the province seems to have forgotten what it signed for."""

    def push_all(self, channel: Channel, identity: DeskIdentity) -> None:
        """Raises a SyncFault or Malformed; whatever has a receipt by then is kept."""
        self._most = min(self._most, protocol.USUAL_CHANGES)  # it may be another line by now
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="next-push") as beside:
            try:
                self._push_all(channel, identity, beside)
            finally:
                self._wait_until_kept()

    def _push_all(self, channel: Channel, identity: DeskIdentity, beside: ThreadPoolExecutor) -> None:
        told: list[str] = []
        ready, expected = self._ready(identity, 0), self._most_ever
        while ready is not None:
            behind = self._begin_behind(identity, ready, beside, expected)
            try:
                receipt, body, signature = self._send(channel, identity, ready)
            except errors.NumbersTaken as taken:
                self._refused(taken)
                ready = self._ready(identity, self._go_behind(taken, told))
                continue
            except Refused as refused:
                self._refused(refused)
                ready = self._ready(identity, self._after_refusal(refused, ready.batch, told))
                told.append(refused.problem.code)
                continue
            first_n, last_n, expected = ready.batch[0].n, ready.batch[-1].n, self._most
            # What a receipt says of changes that were never sent proves nothing.
            up_to = min(receipt.accepted_n, last_n)
            # Read before the receipt is written: it would wait behind that.
            ready = behind.result() if behind is not None and up_to == last_n else self._ready(identity, up_to)
            if ready is not None and len(ready.batch) > self._most:
                ready = self._ready(identity, up_to)  # the line is not that quick
            self._wait_until_kept()
            self._keeping = self._begin_to_keep(receipt, up_to, up_to - first_n + 1, body, signature)

    def _begin_behind(
        self, identity: DeskIdentity, ready: _Ready, beside: ThreadPoolExecutor, expected: int
    ) -> Future[_Ready | None] | None:
        """Begin to make the batch behind this one ready, of as many changes as are expected to go, where this one is
        full: mostly nothing is behind another.

        A push that shows the last receipt waits for that receipt.
        """
        if not ready.is_full or self.shows_receipt:
            return None
        return beside.submit(self._ready, identity, ready.batch[-1].n, expected)

    def _ready(self, identity: DeskIdentity, after_n: int, most: int = 0) -> _Ready | None:
        most = most or self._most
        batch = self._replica.pending(after_n, most, protocol.MAX_INFLATED - ROOM_FOR_HEADER)
        if not batch:
            return None
        body = push_body(self._replica, identity, batch, shows_receipt=self.shows_receipt, brief=True)
        return _Ready(batch, body, len(batch) >= most)

    def _send(self, channel: Channel, identity: DeskIdentity, ready: _Ready) -> tuple[protocol.Receipt, bytes, bytes]:
        """The receipt, its exact bytes and the province's signature."""
        begun = monotonic()
        try:
            body, signature = channel.call("/v1/push", ready.body, seal.RECEIPT)
        except TOO_MUCH_FOR_THE_LINE:
            if len(ready.batch) > protocol.USUAL_CHANGES:
                self._most_ever = protocol.USUAL_CHANGES
            self._most = max(1, self._most // 2)
            raise
        except errors.ServerTrouble as fault:
            if fault.params["status"] != TOO_LARGE:
                raise
            raise Refused(TOO_LARGE, protocol.Problem(code="too_large", text="")) from fault  # nobody signed it
        receipt = protocol.decode(body, protocol.Receipt)
        if receipt.desk != identity.desk or receipt.accepted_n < ready.batch[0].n:
            raise errors.Unproven
        is_quick = len(ready.batch) >= protocol.USUAL_CHANGES and monotonic() - begun < _QUICK_SECONDS
        is_brief = len(receipt.results) < len(ready.batch) // 2  # else it would be too long to be shown at an enrolment
        self._most = self._most_ever if is_quick and is_brief else min(self._most * 2, protocol.USUAL_CHANGES)
        return receipt, body, signature

    def _begin_to_keep(
        self, receipt: protocol.Receipt, up_to: int, changes: int, body: bytes, signature: bytes
    ) -> Callable[[], None]:
        kept = self._replica.acknowledge(receipt, up_to, body, signature)

        def wait() -> None:
            if not kept():
                raise errors.ProvinceRestored
            self._signed(receipt, changes)

        return wait

    def _wait_until_kept(self) -> None:
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            keeping()

    def _after_refusal(self, refused: Refused, batch: Sequence[PendingLine], told: list[str]) -> int:
        """The number to go on after; `told` are the codes of the refusals before.

        Raises when a person has to decide, or when it would go in circles.
        """
        problem = refused.problem
        if refused.status == TOO_LARGE:
            if len(batch) == 1:
                raise errors.ChangeTooLarge from refused
            if len(batch) > protocol.USUAL_CHANGES:  # by a province of an earlier program; it would say so each time
                self._most_ever = protocol.USUAL_CHANGES
            self._most = min(len(batch) // 2, self._most_ever)
            return batch[0].n - 1
        if problem.code == _IS_ANOTHER and _IS_ANOTHER not in told:
            return self._offer_from(batch[0].n - 1, refused)
        if problem.code != _GAP:
            raise refused
        if told.count(_GAP) > 1:
            if not problem.head:
                raise errors.ChangesMissing from refused
            return self._go_behind(numbers_taken(problem), told)
        return self._offer_from(problem.expect_n, refused)

    def _go_behind(self, taken: errors.NumbersTaken, told: list[str]) -> int:
        """Number what waits behind what a copy of this register has sent: the number to go on after.

        Another copy may be sending right now; raises what was refused where that does not end.
        """
        if told.count(taken.code) >= _COPIES:
            raise taken
        told.append(taken.code)
        self._replica.number_behind(taken.n, taken.head)
        return taken.n

    def _offer_from(self, n: int, refused: Refused) -> int:
        """Send again from `n` on: the number to go on after. Raises what was refused where there is no such number."""
        if n < 1:
            raise refused
        self.shows_receipt = True
        self._replica.resend_from(n)
        return n - 1
