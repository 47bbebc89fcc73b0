"""Desks as the province knows them: their keys, their grants, their certificates, and where their numbers stand."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, or_, select, update

from commune_desk.domain.model.access import Role
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from sync import seal, spelling
from sync.change import GENESIS
from sync.protocol import PROVINCE_DESK, DeskCert, Grant, SignedCert, b64, encode
from sync.server.engine import tables
from sync.server.engine.asking import among
from sync.server.identity.places import place_name
from sync.server.identity.province import Province, audited

EXPECTED, ACTIVE, REVOKED, FROZEN = "expected", "active", "revoked", "frozen"
AUDIT_CUT = "audit-cut"
_NO_KEY = b""


@dataclass(frozen=True, kw_only=True)
class DeskState:
    """A desk during one request."""

    id: str
    status: str
    sign_public: bytes
    """Empty as long as no PC has used its code, also when that was withdrawn."""
    doorbell_public: bytes
    last_n: int
    head: bytes
    durable_n: int
    seen_at: str | None
    lease_until: str | None
    audit_head: str
    removal_at: str | None
    """Since when it is to remove what it holds, as soon as all of its own is sent."""
    grants: dict[str, Role]


def find(connection: Connection, desk: str) -> DeskState | None:
    """The desk, or None for an id that nobody has. One question: it is asked for every request."""
    table, grant = tables.desk, tables.desk_grant
    held = select(table, grant.c.scope.label("held"), grant.c.role).outerjoin(grant, grant.c.desk == table.c.id)
    rows = connection.execute(held.where(table.c.id == desk)).all()
    return _state(rows[0], {row.held: Role(row.role) for row in rows if row.held is not None}) if rows else None


def as_it_stands(connection: Connection, caller: DeskState) -> DeskState:
    """The desk as this transaction finds it: none is ever taken out of the table."""
    return find(connection, caller.id) or caller


def find_to_write(connection: Connection, desk: str) -> DeskState | None:
    """The desk, of which nobody else numbers changes meanwhile.

    Its grants are asked once its row is locked: a join would tell those from before the wait for the lock.
    """
    row = connection.execute(select(tables.desk).where(tables.desk.c.id == desk).with_for_update()).first()
    return _state(row, grants_of(connection, desk)) if row is not None else None


def _state(row: Any, grants: dict[str, Role]) -> DeskState:
    return DeskState(
        id=row.id,
        status=row.status,
        sign_public=row.sign_public,
        doorbell_public=row.doorbell_public,
        last_n=row.last_n,
        head=row.head,
        durable_n=row.durable_n,
        seen_at=row.seen_at,
        lease_until=row.lease_until,
        audit_head=row.audit_head,
        removal_at=row.removal_at,
        grants=grants,
    )


def grants_of(connection: Connection, desk: str) -> dict[str, Role]:
    """Scope to role."""
    rows = connection.execute(select(tables.desk_grant).where(tables.desk_grant.c.desk == desk))
    return {row.scope: Role(row.role) for row in rows}


class Names(NamedTuple):
    """What a desk's PC is and was called, as far as it showed the receipt of a former name when it was enrolled."""

    every: frozenset[str]
    """What was written under any of them is its own: an officer goes on with a record whatever the PC is called by
    then, and a stick of a former name may come after the present one was enrolled."""
    silent: frozenset[str]
    """The desk's own, and those before it of which nothing was heard since the next one was enrolled: it knew all that
    they wrote. Of two PCs of one disk one may go on under the former name."""

    @classmethod
    def of(cls, desk: str, known: Mapping[str, Any]) -> Names:
        """`known` holds the rows of all desks that are tied to it; a province that was put back and gives its codes out
        again may find two of them before each other."""
        former = {name: row.former for name, row in known.items() if row.former}
        tied, grows = {desk}, True
        while grows:
            more = {one for pair in former.items() if not tied.isdisjoint(pair) for one in pair}
            grows = not more <= tied
            tied |= more
        silent, name = {desk}, desk
        while (before := former.get(name)) and before not in silent and _fell_silent(known, before, name):
            silent.add(before)
            name = before
        return cls(frozenset(tied), frozenset(silent))


def _fell_silent(known: Mapping[str, Any], before: str, name: str) -> bool:
    return before in known and (known[before].seen_at or "") <= (known[name].enrolled_at or "")


def names_of(connection: Connection, desks: Collection[str]) -> dict[str, Names]:
    """By desk all the names of its PC."""
    table, known = tables.desk, dict[str, Any]()
    asked, done = set(desks), set[str]()
    facts = select(table.c.id, table.c.former, table.c.seen_at, table.c.enrolled_at)
    while asked:
        tied = (among(table.c.id, asked) & table.c.former.is_not(None)) | among(table.c.former, asked)
        found = {row.id: row for row in connection.execute(facts.where(tied))}
        known |= found
        done |= asked
        asked = {row.former for row in found.values() if row.former}.union(found) - done
    if known:
        everyone = known.keys() | {row.former for row in known.values() if row.former}
        known |= {row.id: row for row in connection.execute(facts.where(among(table.c.id, everyone)))}
    return {desk: Names.of(desk, known) for desk in desks}


def grant_list(grants: Mapping[str, Role], names: Mapping[str, str]) -> list[Grant]:
    """The grants as a desk is told them, with the places' names; some have one of the code list alone."""
    return [
        Grant(scope=scope, role=role.value, name=names.get(scope) or place_name(scope))
        for scope, role in sorted(grants.items())
    ]


def expect(connection: Connection, *, label: str, grants: dict[str, Role]) -> str:
    """Reserve an id for a desk that is to enrol."""
    desk = "".join(secrets.choice(spelling.ALPHABET) for _ in range(seal.DESK_CHARACTERS))
    connection.execute(insert(tables.desk).values(_fresh(desk, label)))
    rows = [{"desk": desk, "scope": scope, "role": role.value} for scope, role in grants.items()]
    connection.execute(insert(tables.desk_grant), rows)
    return desk


def _fresh(desk: str, label: str) -> dict[str, object]:
    return {
        "id": desk,
        "label": label,
        "status": EXPECTED,
        "sign_public": _NO_KEY,
        "box_public": _NO_KEY,
        "doorbell_public": _NO_KEY,
        "last_n": 0,
        "head": GENESIS,
        "durable_n": 0,
        "program_version": "",
        "audit_head": "",
        "cert": _NO_KEY,
        "cert_signature": _NO_KEY,
    }


def found_province_desk(connection: Connection, province: Province) -> None:
    """The desk under which the province itself signs."""
    connection.execute(insert(tables.desk).values(_fresh(PROVINCE_DESK, province.name)))
    connection.execute(
        update(tables.desk)
        .where(tables.desk.c.id == PROVINCE_DESK)
        .values(status=ACTIVE, sign_public=province.keys.province_desk.public, enrolled_at=province.now())
    )
    certify(connection, province, PROVINCE_DESK)


def certify(connection: Connection, province: Province, desk: str) -> None:
    """Write the desk's certificate anew from what the table says."""
    row = connection.execute(select(tables.desk).where(tables.desk.c.id == desk)).one()
    cert = encode(
        DeskCert(
            desk=desk,
            sign_public=b64(row.sign_public),
            scopes=sorted(grants_of(connection, desk)),
            label=row.label,
            revoked=row.status == REVOKED,
        )
    )
    signature = province.keys.authority.sign(seal.DESK_CERT, cert)
    connection.execute(update(tables.desk).where(tables.desk.c.id == desk).values(cert=cert, cert_signature=signature))


def certs_for(connection: Connection, scopes: list[str]) -> tuple[str, list[SignedCert]]:
    """The certificates that a holder of `scopes` needs to verify every change in them, and their common version."""
    holders = select(tables.desk_grant.c.desk).where(tables.desk_grant.c.scope.in_(scopes))
    writers = select(tables.scope_writer.c.desk).where(tables.scope_writer.c.scope.in_(scopes))
    known = or_(tables.desk.c.id.in_(holders), tables.desk.c.id.in_(writers), tables.desk.c.id == PROVINCE_DESK)
    rows = connection.execute(
        select(tables.desk.c.cert, tables.desk.c.cert_signature)
        .where(known, tables.desk.c.sign_public != _NO_KEY)  # else its empty certificate spoils those of the others
        .order_by(tables.desk.c.id)
    ).all()
    version = seal.sha256(b"".join(seal.sha256(row.cert) for row in rows))[:8].hex()
    return version, [SignedCert(body=b64(row.cert), signature=b64(row.cert_signature)) for row in rows]


def settle_enrolment(connection: Connection, desk: str) -> None:
    """The desk has its places' keys, as a signed request of its own shows: the copy that its code would open goes."""
    table = tables.enrol_code
    connection.execute(update(table).where(table.c.desk == desk).values(locker=b""))


def no_such(desk: str) -> Refusal:
    """What is said of an id that no desk has."""
    return Refusal(N_("There is no desk {desk}. Nothing was changed; see: desk list."), desk=desk)


def revocable(connection: Connection, desk: str, *, removes: bool = False) -> DeskState:
    """The desk, if it can be taken out of service. Raises Refusal for an unknown desk, and for one that was.

    With `removes` also one that is out of service and was not told to remove what it holds; none that no PC became.
    """
    state = find(connection, desk)
    if state is None or desk == PROVINCE_DESK:
        raise no_such(desk)
    may_remove = removes and state.removal_at is None and bool(state.sign_public)
    if state.status == REVOKED and not may_remove:
        raise Refusal(N_("Desk {desk} is revoked already."), desk=desk)
    if removes and not may_remove:
        raise Refusal(
            N_("No PC has used the code of desk {desk}, so none holds anything to remove. Revoke it without --remove."),
            desk=desk,
        )
    return state


def revoke(connection: Connection, province: Province, desk: str, *, removes: bool = False) -> DeskState:
    """Take the desk out of service; as it stood before. What it still pushes is kept in quarantine. Raises Refusal as
    `revocable`.

    With `removes` it then destroys its register, once all it wrote is here.
    """
    state = revocable(connection, desk, removes=removes)
    removal_at = province.now() if removes else None
    connection.execute(
        update(tables.desk).where(tables.desk.c.id == desk).values(status=REVOKED, removal_at=removal_at)
    )
    if state.sign_public:
        certify(connection, province, desk)
    audited(connection, province, "desk-remove" if removes else "desk-revoke", desk)
    return state


def note_contact(connection: Connection, desk: str, *, now: str, lease_until: str) -> None:
    """The desk was heard of: its lease runs on."""
    connection.execute(update(tables.desk).where(tables.desk.c.id == desk).values(seen_at=now, lease_until=lease_until))


def note_audit_cut(connection: Connection, province: Province, desk: str, row: int) -> None:
    """Write down, once, that a desk found its audit log other than the province remembered it."""
    table, subject = tables.audit, f"{desk} {row}"
    known = select(table.c.seq).where(table.c.action == AUDIT_CUT, table.c.subject == subject)
    if connection.scalar(known) is None:
        audited(connection, province, AUDIT_CUT, subject, actor=desk)


def audit_cuts(connection: Connection) -> dict[str, int]:
    """By desk, the first row of its audit log that was touched."""
    rows = connection.scalars(select(tables.audit.c.subject).where(tables.audit.c.action == AUDIT_CUT))
    return {desk: int(row) for desk, row in (subject.split(" ") for subject in rows)}


def freeze(connection: Connection, province: Province, desk: str) -> None:
    """Stop a desk whose history exists twice (a cloned PC, an old backup): it must enrol under a new id.

    One that was taken out of service meanwhile stays so: it may have been ordered to remove what it holds.
    """
    in_service = tables.desk.c.id == desk, tables.desk.c.status == ACTIVE
    if connection.execute(update(tables.desk).where(*in_service).values(status=FROZEN)).rowcount:
        audited(connection, province, "desk-frozen", desk, actor="server")
