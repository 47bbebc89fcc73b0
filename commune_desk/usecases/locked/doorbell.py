"""What a locked desk may know: how many reports wait at the province, and when the next clocks run out. No names.

The card is written beside the register, each minute while it is open and at lock, so that after a crash there is one
too. Its key opens nothing but the count.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from commune_desk.domain.time.clock import from_iso, to_iso
from commune_desk.store.engine.database import Connection
from commune_desk.store.pages.sync_status import count_waiting
from commune_desk.usecases.desk.metered import syncs_on_metered
from commune_desk.usecases.desk.pausing import is_paused
from commune_desk.usecases.locked.files import find_file, leave_file
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.usecases.registers.profile import Profile
from sync.client.under_way import UnderWay
from sync.protocol import DoorbellReply
from sync.seal import SigningKey

ANSWER_SECONDS = 30.0
"""For a question of a few hundred bytes, on a poor line too."""
_MOST_BYTES = 256 * 1024
"""Of a card."""


class DoorbellCard(msgspec.Struct, frozen=True):
    """`due` are the next instants (ISO) that must ring, as of `left_at`; without an address only they do.

    `taken` reports were taken up here and the province cannot know it yet. `spares_metered`: on a line that is paid by
    volume nothing but the question goes out. `waits_paused`: something waits, and sync is paused, so it was not sealed.
    """

    due: tuple[str, ...]
    left_at: str
    address: str = ""
    ca_pem: bytes = b""
    desk: str = ""
    key: bytes = b""
    authority_public: bytes = b""
    taken: int = 0
    spares_metered: bool = False
    waits_paused: bool = False


class Waiting(msgspec.Struct, frozen=True):
    """What the province answered: how many reports wait, and a mark that grows whenever one comes."""

    count: int = 0
    newest: str = ""

    @classmethod
    def of(cls, reply: DoorbellReply) -> Waiting:
        """A province of before names no newest; then the oldest is the mark that there is."""
        return cls(reply.waiting, reply.newest or reply.oldest_received_at)


class Bell(msgspec.Struct, frozen=True):
    """What the unlock page shows: reports waiting at the province, the next due instant, whether it is time to ring.

    Of the instants that the card names, `run_out` have passed.

    Of those that wait, `taken` were taken up here. They are told, not left out: it may be a colleague who took up the
    same ones, and what waits must never look like less.
    """

    waiting: int
    next_due: datetime | None
    rings: bool
    taken: int = 0
    run_out: int = 0


def leave_card(desk: OpenDesk, due: Sequence[datetime], taken: int = 0) -> None:
    """Write the card for the locked time. Raises OSError, or a Fault of the register."""
    own = desk.register.identity
    spares_metered, waits_paused = desk.register.write(lambda tx: _what_rests(tx.connection)).result()[0]
    card = DoorbellCard(
        due=tuple(to_iso(instant) for instant in sorted(due)),
        left_at=to_iso(desk.register.clock.now()),
        taken=taken,
        spares_metered=spares_metered,
        waits_paused=waits_paused,
    )
    if own.pins is not None and own.desk:
        card = msgspec.structs.replace(
            card,
            address=own.pins.address,
            ca_pem=own.pins.ca_pem,
            desk=own.desk,
            key=own.doorbell,
            authority_public=own.pins.authority_public,
        )
    leave_file(desk.profile.doorbell, card)


def _what_rests(connection: Connection) -> tuple[bool, bool]:
    """Whether a line that is paid by volume is spared, and whether something waits behind a pause."""
    return not syncs_on_metered(connection), is_paused(connection) and count_waiting(connection) > 0


def take_card(profile: Profile) -> DoorbellCard | None:
    """The card left at lock, or None. A damaged card is no reason to stop anybody from unlocking.

    Once the province has signed for anything that was sealed, nobody here can tell whether what was taken up is among
    it: then none of those that wait is said to be.
    """
    card = find_file(profile.doorbell, DoorbellCard, most=_MOST_BYTES)
    if card is None:
        return None
    try:
        for instant in (card.left_at, *card.due):
            from_iso(instant)
        if card.address:
            SigningKey.from_bytes(card.key)
    except ValueError:
        return None
    return msgspec.structs.replace(card, taken=0) if profile.receipts.exists() else card


class Question:
    """One question to the province, asked off the UI thread; `abort` from any thread breaks it off."""

    def __init__(self, card: DoorbellCard) -> None:
        self._card = card
        self._under_way = UnderWay()

    def ask(self) -> Waiting:
        """What waits. Raises a SyncFault, Malformed or Invalid; nothing waits for a desk without a province."""
        card = self._card
        if not card.address:
            return Waiting()
        from sync.client.address import read_address
        from sync.client.doorbell import ring  # here, off the UI thread: they load the HTTP library
        from sync.client.transport import Limits, Transport

        limits = Limits(total_seconds=ANSWER_SECONDS)
        transport = self._under_way.begin(Transport(read_address(card.address), ca_pem=card.ca_pem, limits=limits))
        key = SigningKey.from_bytes(card.key)
        reply = ring(transport, desk=card.desk, doorbell_key=key, authority_public=card.authority_public)
        return Waiting.of(reply)

    def abort(self) -> None:
        self._under_way.abort()


def listen(card: DoorbellCard, waiting: Waiting, now: datetime, *, known: Waiting, since: datetime) -> Bell:
    """Whether to ring: a report that was not `known`, or a clock that ran out after `since`, when one last listened.

    A new report is told by the count, or by the newest of them where others were taken up meanwhile.
    A PC that slept, or waited for a slow line, rings when it listens again; so does one whose clock was set back since:
    what has rung nobody can tell then.
    """
    due = [from_iso(text) for text in card.due]
    upcoming = [instant for instant in due if instant > now]
    ran_out = any(instant <= now and (since < instant or now < since) for instant in due)
    has_come = waiting.count > known.count or waiting.newest > known.newest
    return Bell(
        waiting=waiting.count,
        next_due=min(upcoming, default=None),
        rings=has_come or ran_out,
        taken=min(card.taken, waiting.count),
        run_out=len(due) - len(upcoming),
    )
