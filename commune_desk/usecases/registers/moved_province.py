"""The province has a new address: this desk follows there once the same province has answered, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import Fault, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.engine import settings
from commune_desk.store.engine.settings import Pins
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.registers.opening import OpenDesk
from sync.client.errors import (
    AnotherVersion,
    CaptivePortal,
    CertificateNotGoodThen,
    LineFault,
    NoLine,
    NotRecognised,
    Stopped,
    Unproven,
    WrongCertificate,
)
from sync.client.under_way import UnderWay
from sync.protocol import Malformed
from sync.seal import SigningKey

if TYPE_CHECKING:
    from sync.client.transport import Transport

ANSWER_SECONDS = 30.0
"""For a question of a few hundred bytes, on a poor line too."""

_TOLD_AS_THEY_ARE = (Stopped, AnotherVersion, CertificateNotGoodThen)
_NOT_THE_PROVINCE = (WrongCertificate, Unproven, CaptivePortal, NotRecognised, Malformed)


class NotReachedThere(Fault):
    """Nobody proved to be the province; its cause says what the line was like."""

    def __init__(self, *, has_line: bool) -> None:
        super().__init__(
            N_(
                "The province was not reached at this address, so the address stays as it was. "
                "Check what was typed and the line, then try again."
            )
            if has_line
            else N_(
                "This PC has no network line, so nobody could be asked at this address and it stays as it was. "
                "Try again when the line is back."
            )
        )


class OthersThere(Fault):
    """Somebody answered who is not the province that this register is pinned to."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "What answers at this address is not this register's province, or its certificate does not name this "
                "address. The address stays as it was and nothing of this register was sent; "
                "ask the province's IT officer."
            )
        )


def connect_at(pins: Pins) -> Transport:
    """The way to what should be the province."""
    from sync.client.transport import Limits, Transport  # here, off the UI thread: they load the HTTP library

    return Transport(pins.address, ca_pem=pins.ca_pem, limits=Limits(total_seconds=ANSWER_SECONDS))


class Inquiry:
    """Asks whether the province is at an address. `ask` off the UI thread; `abort` from any thread breaks it off."""

    def __init__(self, desk: OpenDesk, typed: str, connect: Callable[[Pins], Transport] = connect_at) -> None:
        self._own = desk.register.identity
        self._typed = typed
        self._connect = connect
        self._under_way = UnderWay()

    def ask(self) -> Callable[[Tx], None]:
        """What keeps the address, once the pinned province has answered there under its pinned certificate.

        Raises Invalid for what is no address, OthersThere, NotReachedThere, or Stopped once `abort` was called.
        """
        from sync.client.address import read_address

        if self._own.pins is None:
            raise Refusal(N_("This is a training register. Nothing in it is ever sent."))
        there = msgspec.structs.replace(self._own.pins, address=read_address(self._typed))
        try:
            self._greet(there)
        except _TOLD_AS_THEY_ARE:
            raise
        except _NOT_THE_PROVINCE as error:
            raise OthersThere from error
        except LineFault as error:
            raise NotReachedThere(has_line=not isinstance(error, NoLine)) from error
        return partial(follow, there=there)

    def _greet(self, there: Pins) -> None:
        """A hello names nobody: what a stranger hears of it is that somebody asked."""
        from sync.client.channel import Channel

        transport = self._under_way.begin(self._connect(there))
        key = SigningKey.from_bytes(self._own.signing)
        channel = Channel(transport, key_id=self._own.desk, key=key, authority_public=there.authority_public)
        try:
            channel.hello()
        finally:
            transport.rest()

    def abort(self) -> None:
        self._under_way.abort()


def follow(tx: Tx, there: Pins) -> None:
    """Keep the address at which the province answered. Raises Refusal where the register has another one by now."""
    own = settings.identity(tx.connection)
    if own.pins is None or own.pins.authority_public != there.authority_public:
        raise Refusal(N_("This PC was enrolled anew meanwhile. The address is that of its new enrolment."))
    pins = msgspec.structs.replace(own.pins, address=there.address)
    settings.put(tx.connection, settings.IDENTITY, msgspec.structs.replace(own, pins=pins))
    tx.audit(AuditAction.SETTING, detail={"name": "address", "value": there.address})
    tx.topic("identity")
