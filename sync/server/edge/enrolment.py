"""Enrolment: a code that the province reads out makes a PC a desk, without trusting the line between them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from commune_desk.domain.model.access import Role
from commune_desk.domain.time.clock import from_iso, to_iso
from sync import seal
from sync.enrolment_code import LOCATOR_BYTES, EnrolmentCode
from sync.enrolment_wire import Enrolled, EnrolRequest, Proven
from sync.protocol import Malformed, b64, decode, encode, unb64
from sync.purge_wire import LONGEST_VERSION
from sync.server.edge.limits import MAX_TRIES
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE, reach_of
from sync.server.identity import signed_for
from sync.server.identity.desks import ACTIVE, EXPECTED, certify, expect, find, grant_list, grants_of
from sync.server.identity.province import Province, audited, begin_epoch, epoch_of
from sync.server.identity.scopes import ensure_key, ensure_scope, keys_of, place_names, private_key
from sync.server.problems import Refused

LONGEST = timedelta(days=30)
"""So long a code may be good."""
LONGEST_LABEL = 60
"""So many characters of what a PC or a place is called are kept."""
_AHEAD = LONGEST + timedelta(days=1)
"""One that would be good for longer was made by a clock that ran ahead."""


@dataclass(frozen=True)
class EnrolCode:
    """A fresh code: what to read out, for which desk, and until when (UTC, ISO)."""

    code: str
    desk: str
    expires_at: str


def make_code(
    connection: Connection, province: Province, grants: dict[str, Role], *, label: str, hours: int, name: str = ""
) -> EnrolCode:
    """Make a one-time code for a desk with `grants`. Raises Refusal when the key-file lacks the recovery key."""
    locker = msgspec.json.encode(
        {scope: b64(_private(connection, province, scope, name=name)) for scope in sorted(grants)}
    )
    desk = expect(connection, label=label, grants=grants)
    code = EnrolmentCode.fresh(_free_locator(connection, province), province.fingerprint)
    keys = code.keys(province.fingerprint)
    expires_at = to_iso(province.clock.now() + timedelta(hours=hours))
    connection.execute(
        insert(tables.enrol_code).values(
            locator=code.locator.hex(),
            desk=desk,
            label=label,
            request_key=keys.request,
            reply_key=keys.reply,
            locker=seal.wrap(keys.locker, locker, code.locator),
            expires_at=expires_at,
            tries=0,
        )
    )
    audited(connection, province, "enrol-code", f"{desk} {' '.join(sorted(grants))}")
    return EnrolCode(code.spelled(), desk, expires_at)


def _private(connection: Connection, province: Province, scope: str, *, name: str) -> bytes:
    ensure_scope(connection, scope, name)
    ensure_key(connection, scope, escrow_public=province.escrow_public)
    return private_key(connection, scope, province.keys.escrow)


def _free_locator(connection: Connection, province: Province) -> bytes:
    """A locator that no code has; codes expired for a month make room, and no expired one keeps its locker."""
    month_ago = to_iso(province.clock.now() - timedelta(days=31))
    connection.execute(delete(tables.enrol_code).where(tables.enrol_code.c.expires_at < month_ago))
    until = tables.enrol_code.c.expires_at
    expired = (until < province.now()) | (until > to_iso(province.clock.now() + _AHEAD))
    connection.execute(update(tables.enrol_code).where(expired).values(locker=b""))
    taken = set(connection.scalars(select(tables.enrol_code.c.locator)))
    while True:
        locator = secrets.token_bytes(LOCATOR_BYTES)
        if locator.hex() not in taken:
            return locator


def enrol(province: Province, proven: Proven, *, most_tries: int = MAX_TRIES) -> Proven:
    """Make the asking PC a desk. Raises Refused; a wrong, an unknown and a worn-out code look the same."""
    body, mac = unb64(proven.body), unb64(proven.mac)
    request = decode(body, EnrolRequest)
    keys = [unb64(text) for text in (request.sign_public, request.box_public, request.doorbell_public)]
    if any(len(key) != 32 for key in keys):
        raise Malformed
    locator = unb64(request.locator).hex()

    def work(connection: Connection) -> Proven | None:
        proved = _prove(connection, locator, body, mac, most_tries=most_tries)
        return _admit(connection, province, request, locator) if proved else None

    reply = province.database.write(work, NO_SCOPE)
    if reply is None:
        raise Refused(404, "code")
    return reply


def _prove(connection: Connection, locator: str, body: bytes, mac: bytes, *, most_tries: int) -> bool:
    """Whether `mac` proves knowledge of the code; a wrong one costs a try, and that is committed."""
    asked = select(tables.enrol_code).where(tables.enrol_code.c.locator == locator).with_for_update()
    code = connection.execute(asked).first()
    if code is None or code.tries >= most_tries:
        return False
    if seal.is_mac(mac, code.request_key, body):
        return True
    connection.execute(
        update(tables.enrol_code).where(tables.enrol_code.c.locator == locator).values(tries=code.tries + 1)
    )
    return False


def _admit(connection: Connection, province: Province, request: EnrolRequest, locator: str) -> Proven:
    code = connection.execute(select(tables.enrol_code).where(tables.enrol_code.c.locator == locator)).one()
    desk = connection.execute(select(tables.desk).where(tables.desk.c.id == code.desk)).one()
    repeated = code.used_at is not None and desk.sign_public == unb64(request.sign_public)
    if code.used_at is not None and not (repeated and code.locker):
        raise Refused(410, "used")
    if not timedelta(0) <= from_iso(code.expires_at) - province.clock.now() <= _AHEAD or desk.status not in (
        EXPECTED,
        ACTIVE,
    ):
        raise Refused(410, "expired")
    former = _follow_what_is_shown(connection, province, request, actor=code.desk)
    province.database.confine(connection, reach_of(code.desk, grants_of(connection, code.desk)))
    if not repeated:
        _write_desk(connection, province, request, code.desk, label=request.label or code.label, former=former)
        used = update(tables.enrol_code).where(tables.enrol_code.c.locator == locator).values(used_at=province.now())
        connection.execute(used)
        audited(connection, province, "enrolled", code.desk, actor=code.desk)
    reply = encode(_enrolled(connection, province, code.desk, code.locker))
    return Proven(body=b64(reply), mac=b64(seal.mac(code.reply_key, reply)))


def _follow_what_is_shown(
    connection: Connection, province: Province, request: EnrolRequest, *, actor: str
) -> str | None:
    """Begin another epoch where the PC's former name was signed for what is not known of it: this is an earlier time.

    No number of its new name would ever tell: so the desk learns by the reply that it is to offer again what is lost.
    Returns the former name, if the province knows it.
    """
    receipt = signed_for.given(province, request.receipt, request.receipt_signature)
    if receipt is None:
        return None
    epoch, former = epoch_of(connection), find(connection, receipt.desk)
    if receipt.epoch == epoch and signed_for.is_forgotten(connection, province, receipt, former):
        begin_epoch(connection, province, actor=actor, after=epoch)
    return former.id if former is not None and former.id != actor else None


def _write_desk(
    connection: Connection, province: Province, request: EnrolRequest, desk: str, *, label: str, former: str | None
) -> None:
    connection.execute(
        update(tables.desk)
        .where(tables.desk.c.id == desk)
        .values(
            status=ACTIVE,
            label=label[:LONGEST_LABEL],
            sign_public=unb64(request.sign_public),
            box_public=unb64(request.box_public),
            doorbell_public=unb64(request.doorbell_public),
            program_version=request.program_version[:LONGEST_VERSION],
            enrolled_at=province.now(),
            former=former,
        )
    )
    certify(connection, province, desk)


def _enrolled(connection: Connection, province: Province, desk: str, locker: bytes) -> Enrolled:
    grants = grants_of(connection, desk)
    return Enrolled(
        desk=desk,
        epoch=epoch_of(connection),
        authority_public=b64(province.keys.authority.public),
        escrow_public=b64(province.escrow_public),
        grants=grant_list(grants, place_names(connection, grants)),
        scope_keys=keys_of(connection, list(grants)),
        locker=b64(locker),
        province_name=province.name,
        courier_public=b64(province.keys.courier.public),
    )
