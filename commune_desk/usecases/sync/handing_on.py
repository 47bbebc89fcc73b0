"""A stick of a PC without a line, handed on to the province over this PC's line; the reply goes back onto the stick.

This PC can open neither: its register is not touched, but for a row in its log.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import DeskError, Fault, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.desk.register import Register
from commune_desk.store.engine.settings import Pins
from commune_desk.usecases.sync import stick
from sync import bundle
from sync.client.errors import Busy, LineFault, Stopped, TakesNoBundles
from sync.client.under_way import UnderWay
from sync.seal import SigningKey

if TYPE_CHECKING:
    from sync.client.channel import Channel
    from sync.client.transport import Transport

T = TypeVar("T")
Progress = Callable[[int, int], object]
"""Told how many bundles are done, and of how many."""
_LONGEST_WAIT = 60.0
"""Seconds; who is asked to wait longer tells the person so."""
_TRIES = 4


class HandingOnStopped(Fault):
    def __init__(self) -> None:
        super().__init__(
            N_(
                "Stopped. The bundles are still on the stick; those that the province took in are not taken in twice "
                "when they are handed on again."
            )
        )


class ReplyNotWritten(Fault):
    """The province has it; only its reply is not on the stick."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The province took in what the stick brings, but its reply could not be written onto the stick: it is "
                "full, protected or was taken out. Make room, put it in and hand it on again: nothing is taken in "
                "twice."
            )
        )


@dataclass(slots=True)
class HandedOn:
    """What became of the bundles of a stick."""

    files: int = 0
    """Bundles that the province took in."""
    taken: int = 0
    """Changes in them that it has now."""
    replies: list[str] = field(default_factory=list)
    """Fingerprints of what lies on the stick for who wrote them."""
    missing: list[tuple[int, int]] = field(default_factory=list)
    """Ranges of changes that must come before what waits at the province."""
    of_another_time: int = 0
    """Bundles that were written before the province was put back."""
    faults: list[DeskError] = field(default_factory=list)
    """Why a bundle was not taken in, one for each."""
    stopped_by: DeskError | None = None
    """Why those that are left were not handed on."""


def may_go_later(error: DeskError) -> bool:
    """Whether it was the line that did not carry it."""
    return isinstance(error, LineFault) and not isinstance(error, TakesNoBundles)


def connect_for_bundles(pins: Pins) -> Transport:
    """The way to the province, with room for what a stick holds."""
    from sync.client.handing_on import OF_BUNDLES
    from sync.client.transport import Transport

    return Transport(pins.address, ca_pem=pins.ca_pem, limits=OF_BUNDLES)


class HandingOn:
    """Hands bundles on. `hand_on` on any thread but the UI's; `stop` from any, for good."""

    def __init__(self, register: Register, *, connect: Callable[[Pins], Transport] = connect_for_bundles) -> None:
        self._register = register
        self._connect = connect
        self._under_way = UnderWay()
        self._is_stopped = threading.Event()

    def stop(self) -> None:
        """Break off: what the province took in stays so, and the stick is as it is."""
        self._is_stopped.set()
        self._under_way.abort()

    def hand_on(self, folder: Path, names: Sequence[str], progress: Progress = lambda _done, _of: None) -> HandedOn:
        """Hand on the bundles of these names in the folder, one after the other, and put each reply beside them.

        What stops at the first of them is raised: a DeskError of the line, of the stick, or HandingOnStopped. What
        stops later stands in the result, with what was done.
        """
        done = HandedOn()
        try:
            with self._channel() as channel:
                for number, name in enumerate(names):
                    self._carry(channel, folder, name, done)
                    progress(number + 1, len(names))
        except Stopped:
            done.stopped_by = HandingOnStopped()
        except DeskError as fault:
            done.stopped_by = fault
        if done.stopped_by is not None and not (done.files or done.faults):
            raise done.stopped_by
        return done

    @contextmanager
    def _channel(self) -> Iterator[Channel]:
        from sync.client.channel import Channel

        own = self._register.identity
        if own.pins is None or not own.desk:
            raise Refusal(N_("This PC must be enrolled anew before it can hand anything on. The stick is as it was."))
        transport = self._under_way.begin(self._connect(own.pins))
        key = SigningKey.from_bytes(own.signing)
        channel = Channel(transport, key_id=own.desk, key=key, authority_public=own.pins.authority_public)
        try:
            channel.hello()
            yield channel
        finally:
            transport.rest()

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Ask again where the province has no time now: it takes one bundle in at a time, whoever brings it."""
        for _ in range(_TRIES - 1):
            try:
                return ask()
            except Busy as busy:
                if not 0 < busy.retry_after <= _LONGEST_WAIT:
                    raise
                if self._is_stopped.wait(busy.retry_after):
                    raise Stopped from None
        return ask()

    def _carry(self, channel: Channel, folder: Path, name: str, done: HandedOn) -> None:
        from sync.client.channel import Refused
        from sync.client.handing_on import hand_on

        data = stick.read(folder / name)
        try:
            said, reply = self._patiently(lambda: hand_on(channel, data))
        except Refused as refused:
            done.faults.append(refused)
            return
        try:
            path = stick.put(folder, reply)
        except (stick.StickFull, stick.StickGone):
            raise ReplyNotWritten from None
        done.files += 1
        done.taken += said.taken
        done.missing = said.missing
        done.of_another_time += said.another_time
        done.replies.append(bundle.fingerprint(reply))
        detail = {"bundle": bundle.fingerprint(data), "reply": path.stem}
        self._register.write(lambda tx: tx.audit(AuditAction.COURIER_CARRIED, detail=detail)).result()
