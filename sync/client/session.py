"""One sync of a desk with its province: hello if no ticket is left, push everything, pull until all is here, files.

Nothing here decides what becomes of a change: the province orders and merges, the register applies. A failure at any
point leaves both sides whole, because a receipt alone moves the journal and a proven page alone moves the cursors.
Text never waits for files: after each piece of a file the session looks for changes, and now and then it pulls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from commune_desk.domain.time.clock import from_iso, monotonic
from sync import protocol, seal
from sync.change import FeedPosition
from sync.client import errors
from sync.client.channel import Channel
from sync.client.comparing import compare
from sync.client.exchange import go_on_in, hand_over, prove
from sync.client.files import FileCarrier, FileStore
from sync.client.page import Page, read_page
from sync.client.pushing import TOO_MUCH_FOR_THE_LINE, Pusher
from sync.client.replica import APPLY_AT_ONCE, DeskIdentity, PendingLine, Replica
from sync.client.reporting import report, report_of_trouble
from sync.client.roots import Signed, hold_against, note_root, refuse_rewritten, seek_proof
from sync.client.snapshots import begin_scope
from sync.client.transport import Transport
from sync.ticket import KeptTicket

__all__ = ["DeskIdentity", "FileStore", "PendingLine", "Replica", "Session", "SyncOutcome"]

_SMALLEST_PAGE = 32 * 1024
_PULL_SECONDS = 60.0
"""How long files may be carried until the feed is looked at again: it may bring a report with hours to answer it."""


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What a sync that went through did. `at` is the province's time; `receipt_at` that of the last receipt, if any."""

    pushed: int
    pulled: int
    quarantined: int
    conflicts: int
    """How many conflicts opened in what was pulled."""
    at: str
    receipt_at: str
    file_bytes: int = 0
    """What of files went over the line, up and down."""
    file_fault: errors.LineFault | protocol.Malformed | None = None
    """Why files were broken off, all text being through."""


@dataclass(slots=True)
class _Tally:
    pushed: int = 0
    pulled: int = 0
    quarantined: int = 0
    conflicts: int = 0
    at: str = ""
    file_fault: errors.LineFault | protocol.Malformed | None = None
    has_begun: bool = False
    """A scope was begun from its snapshot."""


def _to_nobody(_at: str) -> None:
    """Nobody compares clocks."""


class Session:
    """Syncs a register through a transport, as often as asked. One thread at a time; `abort` from any."""

    def __init__(
        self,
        transport: Transport,
        replica: Replica,
        files: FileStore | None = None,
        *,
        apply_at_once: int = APPLY_AT_ONCE,
    ) -> None:
        """`apply_at_once`: events in one transaction of the register; few, so that typing never waits."""
        self._carrier = FileCarrier(files) if files is not None else None
        self._apply_at_once = apply_at_once
        self._transport = transport
        self._replica = replica
        self._pusher = Pusher(replica, signed=self._signed, refused=self._note_no)
        self._page_bytes = protocol.MAX_BODY
        self._channel: Channel | None = None
        self._desk = ""
        self._epoch = ""
        self._receipt_at = ""
        self._now = ""
        self._has_freed = False
        self._tally = _Tally()
        self.on_province_time: Callable[[str], object] = _to_nobody
        """Is told what time it is at the province (ISO) as soon as the answer that says so is here."""

    @property
    def receipt_at(self) -> str:
        """The province's time on the last receipt this session got, also when the sync failed after it; or ""."""
        return self._receipt_at

    @property
    def so_far(self) -> SyncOutcome:
        """What the last sync did until it ended, however it did; `at` is empty where the province was not there."""
        done = self._tally
        return SyncOutcome(
            done.pushed,
            done.pulled,
            done.quarantined,
            done.conflicts,
            done.at,
            self._receipt_at,
            self._carrier.carried if self._carrier else 0,
            done.file_fault,
        )

    def sync(self) -> SyncOutcome:
        """Raises a SyncFault or Malformed; whatever was receipted or applied before stays so."""
        identity = self._replica.identity()
        self._tally = _Tally()
        self._pusher.shows_receipt = False
        if self._carrier is not None:
            self._carrier.begin()
        channel = self._channel_of(identity)
        try:
            if not channel.has_ticket or self._epoch != identity.epoch:
                channel.hello()
            self._go_on(channel)
        except errors.SyncFault as fault:
            self._note_no(fault)
            if isinstance(fault, errors.SyncHalted):
                self._replica.freeze(fault.code)
            if isinstance(fault, errors.SplitView):
                seek_proof(channel, self._replica)
            report_of_trouble(channel, self._replica, fault, self._now)
            raise
        finally:
            self._transport.rest()
        return self.so_far

    def _go_on(self, channel: Channel, *, again: int = 2) -> None:
        """In the epoch that the province is in; so often in one that is begun meanwhile."""
        try:
            self._go_through(channel, self._in_epoch(self._epoch, self._replica.identity()))
        except errors.ProvinceRestored:
            # Heard by stick or of a colleague's receipt meanwhile; and then found so by the one that this desk showed.
            if not again:
                raise
            channel.hello()
            self._go_on(channel, again=again - 1)

    def tell(self, files: FileStore) -> None:
        """Send what is left of `files`, and the statements of what was removed; first what the province lacks.

        Raises a SyncFault or Malformed.
        """
        channel = self._channel_of(self._replica.identity())
        try:
            channel.hello()
            self._offer_last(channel)
            carrier = FileCarrier(files)
            carrier.begin()
            while carrier.step(channel):
                pass
            report(channel, self._replica)
        finally:
            self._transport.rest()

    def _offer_last(self, channel: Channel) -> None:
        """A desk that is served no more hears in no page that the province was put back: its last number asks."""
        self._pusher.shows_receipt = True
        self._replica.resend_from(self._replica.last_n())
        try:
            self._pusher.push_all(channel, self._in_epoch(self._epoch, self._replica.identity()))
        except errors.ProvinceRestored:  # found so by the receipt that is shown
            channel.hello()
            self._pusher.push_all(channel, self._in_epoch(self._epoch, self._replica.identity()))

    def _channel_of(self, identity: DeskIdentity) -> Channel:
        """The one of the sync before, with what is left of its ticket, while this is the same desk."""
        if self._channel is None or self._desk != identity.desk:
            self._desk = identity.desk
            self._channel = Channel(
                self._transport,
                key_id=identity.desk,
                key=identity.signing_key,
                authority_public=identity.authority_public,
                greeted=self._greeted,
            )
            self._resume(self._channel, identity)
        return self._channel

    def _resume(self, channel: Channel, identity: DeskIdentity) -> None:
        """Go on with the ticket that a process before has left, if this is still that desk, in that epoch."""
        kept, age = self._replica.kept_ticket() or (None, 0.0)
        if kept is not None and (kept.desk, kept.epoch) == (identity.desk, identity.epoch):
            channel.resume(kept, age)
            self._epoch, self._now = kept.epoch, kept.at

    def _greeted(self, hello: protocol.Hello) -> None:
        """Take up what a hello says, whoever needed it. The ticket last: a process that has it asks no more."""
        self._epoch = hello.epoch
        self._note_fresh_time(hello.time)
        self._replica.record_contact(hello.time)
        self._has_freed |= self._replica.heard_schema(hello.schema)
        ticket = KeptTicket(
            desk=self._desk,
            epoch=hello.epoch,
            ticket=hello.ticket,
            seconds=hello.ticket_seconds,
            at=hello.time,
            dictionary=hello.dictionary,
        )
        self._replica.keep_ticket(ticket)

    def _note_fresh_time(self, at: str) -> None:
        """The province's own time, in an answer that has just come; a page of an older program says none."""
        self._note_time(at)
        if at:
            self.on_province_time(at)

    def _note_time(self, at: str) -> None:
        """The province was there at this time of its own; empty where it says none."""
        if at:
            self._transport.advance_province_time(from_iso(at))
        self._tally.at = self._now = at or self._now

    def _note_no(self, fault: errors.SyncFault) -> None:
        """A province that says no was there; an older no than what was heard since may be played back."""
        if fault.said_at > self._now:
            self._tally.at = fault.said_at
            self.on_province_time(fault.said_at)

    def _in_epoch(self, epoch: str, identity: DeskIdentity) -> DeskIdentity:
        """This desk in the province's present epoch. After another one all that it had signed for is offered again."""
        if epoch == identity.epoch:
            return identity
        go_on_in(self._replica, epoch, from_n=self._replica.last_n())
        return self._replica.identity()

    def _go_through(self, channel: Channel, identity: DeskIdentity) -> None:
        self._has_freed = False
        self._pusher.push_all(channel, identity)
        self._pull_or_mend(channel, identity)
        if self._has_freed:  # a hello within told of a newer program at the province, for which something has waited
            self._pusher.push_all(channel, identity)
        self._tally.file_fault = self._carry_files(channel, identity)
        report(channel, self._replica, self._now)
        if not self._tally.has_begun:  # each line was proven as it came: whoever begins to work need not wait for sums
            self._compare(channel, identity)

    def _compare(self, channel: Channel, identity: DeskIdentity) -> None:
        """What is due; then the files about which a comparison lets the province be asked once more.

        One that the line cannot carry stays due: all text is through, and when it was compared last is told.
        """
        try:
            is_compared = compare(channel, self._replica, identity, self._now)
        except TOO_MUCH_FOR_THE_LINE:
            return
        if is_compared and self._tally.file_fault is None:
            self._tally.file_fault = self._carry_files(channel, identity)

    def abort(self) -> None:
        """Break off a running sync; this session is finished then."""
        self._transport.abort()

    def _carry_files(self, channel: Channel, identity: DeskIdentity) -> errors.LineFault | protocol.Malformed | None:
        """One piece after another; what was typed meanwhile goes before the next. What broke them off, if anything."""
        if self._carrier is None:
            return None
        pulled_at = monotonic()
        while True:
            try:
                if not self._carrier.step(channel):
                    return next(iter(self._carrier.refused_on_the_way), None)
            except errors.Stopped:
                raise
            except (errors.LineFault, protocol.Malformed) as fault:
                return fault
            self._pusher.push_all(channel, identity)
            if monotonic() - pulled_at > _PULL_SECONDS:
                self._pull_or_mend(channel, identity)
                pulled_at = monotonic()

    def _signed(self, receipt: protocol.Receipt, changes: int) -> None:
        """The register holds the province's word for so many changes."""
        self._receipt_at = receipt.at
        self._note_time(receipt.at)
        self._tally.pushed += changes
        self._tally.quarantined += sum(result.status == "quarantined" for result in receipt.results)

    def _pull_or_mend(self, channel: Channel, identity: DeskIdentity) -> None:
        """Pull all feeds; where the province's history differs from what this desk has seen, repair and pull again.

        HistoryRewritten (a feed ends before the cursor, its chain differs, a receipt is forgotten): it was restored.
        1. This desk's last change is pushed again, with the last receipt; if the province lacks older ones too, its
           refusal says from which number on, and all from there are pushed. What other desks had sent, they push.
        2. In the same epoch the kept daily root must still hold: else SplitView is raised, and sync stops.
        3. The pull is repeated, for the page may have been an old one, replayed. If that fails likewise, each scope is
           read anew from a snapshot; rows that are in this register alone are kept.
        """
        try:
            self._begin_anew(channel, identity)
            self._pull_all(channel, identity)
        except errors.HistoryRewritten:
            self._pusher.shows_receipt = True
            self._replica.resend_from(self._replica.last_n())
            self._pusher.push_all(channel, identity)
            self._refuse_rewritten(channel, identity)
            self._pull_or_begin(channel, identity)

    def _pull_or_begin(self, channel: Channel, identity: DeskIdentity) -> None:
        try:
            self._pull_all(channel, identity)
        except errors.HistoryRewritten:
            self._replica.begin_all_anew()
            self._begin_anew(channel, identity)
            self._pull_all(channel, identity)

    def _refuse_rewritten(self, channel: Channel, identity: DeskIdentity) -> None:
        """A province that was put back says so by another epoch. In the same one, what a root says has to hold."""
        root = self._replica.known_root()
        if root is not None and root.epoch == identity.epoch:
            _, signed = self._pull(channel, identity, {root.scope: root.seq})
            refuse_rewritten(root, signed, identity, self._replica)

    def _begin_anew(self, channel: Channel, identity: DeskIdentity) -> None:
        for scope in self._replica.to_begin_anew():
            try:
                self._begin_scope(channel, identity, scope, fresh=True)
            except errors.NotRecognised as unknown:  # a province whose program offers no snapshots
                raise errors.HistoryRewritten from unknown

    def _begin_scope(self, channel: Channel, identity: DeskIdentity, scope: str, *, fresh: bool) -> None:
        self._tally.pulled += begin_scope(self._transport, channel, self._replica, identity, scope, fresh=fresh)
        self._tally.has_begun = True

    def _pull_all(self, channel: Channel, identity: DeskIdentity) -> None:
        more = True
        while more:
            stood = self._replica.positions()
            page, signed = self._pull(channel, identity, {scope: one.seq for scope, one in stood.items()})
            self._take_over(page, signed, stood, identity)
            for scope in page.trailer.snapshots:
                self._begin_scope(channel, identity, scope, fresh=self._replica.is_at_work())
            if page.trailer.snapshots and self._replica.positions() == stood:
                raise protocol.Malformed  # offered where it has brought the scope already, it would come for ever
            more = page.trailer.more or bool(page.trailer.snapshots)

    def _pull(self, channel: Channel, identity: DeskIdentity, cursors: dict[str, int]) -> tuple[Page, Signed]:
        root, signed_for = self._replica.known_root(), self._replica.signed_n()
        request = protocol.PullRequest(
            epoch=identity.epoch,
            cursors=cursors,
            certs=self._replica.certs_version(),
            directory=self._replica.directory_version(),
            max_bytes=self._page_bytes,
            root=root.n if root is not None and root.epoch == identity.epoch else 0,
            snapshots=self._replica.takes_snapshots(),
        )
        try:
            signed = channel.call("/v1/pull", protocol.encode(request), seal.FEED)
        except TOO_MUCH_FOR_THE_LINE:
            self._page_bytes = max(_SMALLEST_PAGE, self._page_bytes // 2)
            raise
        self._page_bytes = min(self._page_bytes * 2, protocol.MAX_BODY)
        page = read_page(signed[0])
        self._refuse_forgetful(page.header.accepted_n, signed_for)
        return page, signed

    def _refuse_forgetful(self, accepted_n: int | None, signed_for: int) -> None:
        """Once a sync: a province that lacks what it signed for was put back. The desk's own feed may say nothing of
        it, for what it wrote late stands in another place's."""
        if accepted_n is not None and accepted_n < signed_for and not self._pusher.shows_receipt:
            raise errors.HistoryRewritten

    def _take_over(
        self, page: Page, signed: Signed, asked_from: Mapping[str, FeedPosition], identity: DeskIdentity
    ) -> None:
        """Prove the whole page, from where it was asked for, then hand it to the register piece by piece."""
        self._note_fresh_time(page.header.at)
        reached = prove(self._replica, identity, page, asked_from)
        root = note_root(page, signed, self._replica, identity.authority_public, identity.epoch)
        if root is not None and hold_against(root, page, asked_from, reached, signed, self._replica):
            self._replica.keep_root(root)
        hand_over(self._replica, page, reached, at_once=self._apply_at_once)
        self._tally.pulled += len(page.events)
        self._tally.conflicts += sum(len(event.opened) for event, _ in page.events)
