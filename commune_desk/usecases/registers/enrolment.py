"""Enrolling this PC with the province's code: a new register, or one that goes on under a new desk id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from commune_desk import __version__
from commune_desk.domain.model.access import Role
from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import Clock
from commune_desk.domain.words.errors import Fault, Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.engine.settings import Identity, Pins, ScopeKeyPair
from commune_desk.store.exchange.staged import accept_new_desk, receipt_to_show
from commune_desk.usecases.registers.opening import OpenDesk, make_register, require_label, require_names, require_room
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from commune_desk.vault.passphrases import require_login, require_passphrase
from commune_desk.vault.recovery import set_recovery
from sync.client.under_way import UnderWay
from sync.enrolment_code import EnrolmentCode
from sync.protocol import Malformed, unb64

if TYPE_CHECKING:
    from commune_desk.store.desk.register import Register
    from sync.client.enrol import Credentials, Enrolment
    from sync.client.errors import SyncFault
    from sync.client.transport import Transport


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the province told, where its server is and the code for this PC, and what the PC is called there."""

    address: str
    code: str = field(repr=False)
    label: str


class EnrolTries:
    """The tries of one page. The province may have taken a code whose answer was lost on the line: it gives the same
    answer again to the same keys. `abort`, from any thread, breaks off the one under way and refuses what follows."""

    def __init__(self) -> None:
        self._keys: dict[str, Credentials] = {}
        self._under_way = UnderWay()

    def keys(self, code: str) -> Credentials:
        """The keys of whoever tries `code`, however it is spelled."""
        from sync.client.enrol import Credentials

        return self._keys.setdefault("".join(filter(str.isalnum, code)).upper(), Credentials())

    def connect(self, address: str, ca_pem: bytes | None) -> Transport:
        """The way to the province for one request. Raises Stopped once `abort` was called."""
        from sync.client.enrol import open_transport

        return self._under_way.begin(open_transport(address, ca_pem))

    def anew(self) -> EnrolTries:
        """One more, with the same keys, for `abort` to break off alone."""
        tries = EnrolTries()
        tries._keys = self._keys
        return tries

    def abort(self) -> None:
        self._under_way.abort()


class NotReached(Fault):
    """The province could not be spoken to by who enrols: nothing goes by itself, as the line's own sentences promise.

    `because` says what the line was like.
    """

    def __init__(self, because: SyncFault | Malformed) -> None:
        super().__init__(_not_reached(because))


def _not_reached(because: SyncFault | Malformed) -> str:
    from sync.client.errors import Busy, CaptivePortal, ServerTrouble, StrangerThere

    if isinstance(because, CaptivePortal):
        return N_(
            "This network answers with a sign-in page instead of the province, so nothing was set up and the code can "
            "still be used. Sign in to the network in a browser, then try again."
        )
    if isinstance(because, (Busy, ServerTrouble)):
        return N_(
            "What answers at this address is busy or in trouble, so nothing was set up and the code can still "
            "be used. Try again in some minutes; if it stays so, call the province's IT officer."
        )
    if isinstance(because, (Malformed, StrangerThere)):
        return N_(
            "What answers at this address is not the province's server, so nothing was set up and the code can still "
            "be used. Compare the address with the province's IT officer."
        )
    return N_(
        "The province was not reached, so nothing was set up and the code can still be used. "
        "Check the address and the line, then try again."
    )


class BrokenOff(Fault):
    """The officer did not want to wait any longer for the province."""

    def __init__(self) -> None:
        super().__init__(
            N_("The exchange was broken off. Everything is as it was here, and the same code can be tried again.")
        )


def enrol_new_register(
    profile: Profile,
    officer: NewOfficer,
    invitation: Invitation,
    *,
    clock: Clock,
    tries: EnrolTries | None = None,
    after_training: bool = False,
) -> OpenDesk:
    """Enrol and make the register. Raises Invalid, Refusal, or a SyncFault for the line; takes about a second.

    The code works once, for the keys of `tries`: whatever would fail after it is used up is asked for before.
    """
    require_login(officer.login)
    require_passphrase(officer.passphrase, officer.login)
    require_names(officer.display_name, invitation.label)
    require_room(profile, after_training=after_training)
    enrolment = _first_enrol(invitation, tries or EnrolTries())
    identity, keys = identity_of(enrolment, invitation.label, uuid7()), scope_keys_of(enrolment)
    return make_register(profile, officer, identity, keys, clock=clock, after_training=after_training)


def enrol_anew(desk: OpenDesk, invitation: Invitation, tries: EnrolTries) -> ChangeSet:
    """Give a register that came out of a backup, or whose sync stopped, a new desk id.

    What the province lacks is sent after one full pull. Raises Invalid, Refusal when the code is for another place,
    BrokenOff once `tries` were aborted, NotReached or another SyncFault.
    """
    from sync.client.errors import LineFault, Stopped, TooLarge, Unproven, WrongCertificate

    _refuse_training(desk)
    require_label(invitation.label)
    try:
        _require_typed(invitation)
        enrolment = _enrol(invitation, tries, with_last_receipt(desk.register, tries.keys(invitation.code)))
    except Stopped:
        raise BrokenOff from None
    except (TooLarge, Unproven, WrongCertificate):
        raise  # these promise nothing, and say more of who answered
    except (LineFault, Malformed) as error:
        raise NotReached(error) from error
    return take_up(desk, enrolment, invitation.label)


def with_last_receipt(register: Register, keys: Credentials) -> Credentials:
    """What a PC shows that has a register: these keys, and what the province signed for last under its former name."""
    receipt, signature = register.read_slowly(receipt_to_show).result()
    return replace(keys, receipt=receipt, receipt_signature=signature)


def take_up(desk: OpenDesk, enrolment: Enrolment, label: str) -> ChangeSet:
    """Go on as the desk that the province has just enrolled. Raises Refusal for another place than the register's."""
    _refuse_training(desk)
    own = desk.register.identity
    identity = identity_of(enrolment, label, own.db_id)
    if identity.scope != own.scope:
        raise Refusal(
            N_(
                "This code is for another place than this register's, which is as it was. The code is used up: "
                "ask the province for one for this place, and to revoke the desk {desk}."
            ),
            desk=enrolment.desk,
        )
    # A forgotten passphrase can then be replaced with the province's spoken answer, without a line. Before the
    # register: a keyfile that cannot be saved must not leave a desk enrolled anew of which nobody is told.
    set_recovery(desk.profile.keyfile, desk.key, escrow_public=enrolment.escrow_public, desk_id=enrolment.desk)
    return desk.register.write(lambda tx: accept_new_desk(tx, identity, scope_keys_of(enrolment))).result()[1]


def _refuse_training(desk: OpenDesk) -> None:
    """Its children do not exist, and all of them would be sent. Raises Refusal."""
    if desk.register.identity.is_training:
        raise Refusal(N_("This is a training register. Nothing in it is ever sent."))


def _first_enrol(invitation: Invitation, tries: EnrolTries) -> Enrolment:
    """`_enrol`, where nothing is kept yet that a later try could send."""
    from sync.client.errors import LineFault

    _require_typed(invitation)
    try:
        return _enrol(invitation, tries, tries.keys(invitation.code))
    except (LineFault, Malformed) as error:
        raise NotReached(error) from error


def _enrol(invitation: Invitation, tries: EnrolTries, credentials: Credentials) -> Enrolment:
    from sync.client.enrol import enrol  # not with the module: it loads the HTTP library, and pages name this use case

    return enrol(
        invitation.address,
        invitation.code,
        invitation.label,
        program_version=__version__,
        credentials=credentials,
        connect=tries.connect,
    )


def _require_typed(invitation: Invitation) -> None:
    """Raises Invalid that names address, code or both, where the mistake shows before anybody is asked."""
    from sync.client.address import read_address

    reads: Mapping[str, Callable[[str], object]] = {"address": read_address, "code": EnrolmentCode.read}
    mistakes: dict[str, Invalid] = {}
    for name, read in reads.items():
        try:
            read(getattr(invitation, name))
        except Invalid as error:
            mistakes[name] = error
    if mistakes:
        first, *others = mistakes.values()
        params = first.params | {name: value for error in others for name, value in error.params.items()}
        raise Invalid(first.text, fields={name: error.text for name, error in mistakes.items()}, **params)


def identity_of(enrolment: Enrolment, label: str, db_id: str) -> Identity:
    """Who the register is from now on. Raises Refusal for a grant that this program has no work for."""
    grant = enrolment.grants[0] if len(enrolment.grants) == 1 else None
    if grant is None or grant.role not in set(Role):
        raise Refusal(N_("The code gives no place to work in. Ask the province for a new one."))
    return Identity(
        db_id=db_id,
        desk=enrolment.desk,
        label=label,
        scope=grant.scope,
        role=grant.role,
        signing=enrolment.signing_key.to_bytes(),
        box=enrolment.box_key.to_bytes(),
        doorbell=enrolment.doorbell_key.to_bytes(),
        epoch=enrolment.epoch,
        pins=Pins(
            address=enrolment.address,
            ca_pem=enrolment.ca_pem,
            authority_public=enrolment.authority_public,
            escrow_public=enrolment.escrow_public,
            name=enrolment.province_name,
            courier_public=enrolment.courier_public,
        ),
    )


def scope_keys_of(enrolment: Enrolment) -> list[ScopeKeyPair]:
    """The places' sealing keys, with the private halves out of the locker."""
    private = {scope: box.to_bytes() for scope, box in enrolment.scope_private.items()}
    return [ScopeKeyPair(k.scope, k.key, unb64(k.public), private.get(k.scope)) for k in enrolment.scope_keys]
