"""What couriers bring and take: a desk's bundle goes the way of its pushes and pulls, and is answered by another."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

import msgspec
from sqlalchemy import Connection, delete, insert, select

from commune_desk.domain.errors import Refusal
from commune_desk.domain.labels import N_
from sync import bundle, seal
from sync.bundle import Bundle, Item, PartKind
from sync.protocol import (
    PROVINCE_DESK,
    Malformed,
    PullHeader,
    PullRequest,
    PullTrailer,
    Receipt,
    b64,
    decode,
    encode,
)
from sync.server.answers.pull import page
from sync.server.door import parking
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE, Reach, reach_of
from sync.server.identity import desks
from sync.server.identity.province import Province, audited, epoch_of
from sync.server.intake.admission import Admission
from sync.server.intake.push import take_in
from sync.server.problems import Refused


@dataclass
class Answer:
    """What a desk is to be told: what became of its bundles in this round."""

    desk: str
    answers: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    """Receipts and refusals, signed."""
    taken: int = 0
    """Changes of these bundles that the province now has."""
    quarantined: int = 0
    refused: list[str] = field(default_factory=list)
    """The codes of refusals, each once."""

    def receive(self, province: Province, receipt: Receipt) -> None:
        """Note that a push was taken in."""
        body = encode(receipt)
        signature = province.keys.authority.sign(seal.RECEIPT, body)
        self.items.append(bundle.part(PartKind.RECEIPT, body, signature=signature))
        self.taken += len(receipt.results)
        self.quarantined += sum(result.status == "quarantined" for result in receipt.results)

    def refuse(self, province: Province, refused: Refused) -> None:
        """Note that a push was refused."""
        if refused.code not in self.refused:
            self.refused.append(refused.code)
            self.items.append(_refusal(province, refused.to(self.desk)))


def open_arrived(province: Province, data: bytes) -> Bundle:
    """The bundle in a file, once its desk's signature holds. Raises BundleFault or Refusal."""
    arrived = bundle.open_bundle(data, province.keys.courier, PROVINCE_DESK)
    desk, epoch = province.database.read(
        lambda connection: (desks.find(connection, arrived.header.sender), epoch_of(connection)), NO_SCOPE
    )
    if desk is None or desk.status == desks.EXPECTED or not arrived.signed_by(desk.sign_public):
        raise Refusal(
            N_("No desk enrolled here made this bundle. Nothing of it was taken in; find out who brought it.")
        )
    if arrived.header.epoch != epoch:
        raise Refusal(
            N_(
                "Desk {desk} made this bundle at another time of this register: it was restored in between. "
                "Nothing of it was taken in; the desk must sync or be enrolled anew."
            ),
            desk=desk.id,
        )
    return arrived


def take_in_bundle(province: Province, arrived: Bundle, answer: Answer, *, door: Admission, label: str) -> None:
    """Take in what a proven bundle holds, push by push, and note what is to be answered. `label`: its fingerprint.

    A push that lacks earlier ones is parked. Raises Refusal when too much is parked already.
    """
    answer.answers.append(arrived.header.id)
    _note(province, "bundle-in", f"{answer.desk} {label}")
    for _, body in arrived.parts(PartKind.PUSH):
        if not _push(province, answer, body, door):
            _park(province, answer.desk, body)
    _take_parked(province, answer, door)
    for _, body in arrived.parts(PartKind.PULL):
        keep_question(province, answer.desk, decode(body, PullRequest))


def _note(province: Province, action: str, subject: str) -> None:
    province.database.write(lambda connection: audited(connection, province, action, subject), NO_SCOPE)


def _park(province: Province, desk: str, body: bytes) -> None:
    def work(connection: Connection) -> None:
        parking.park(connection, province, desk, body)

    province.database.write(work, _own(desk))


def _own(desk: str) -> Reach:
    """What couriers brought of this desk; no scope's rows."""
    return reach_of(desk, ())


def _push(province: Province, answer: Answer, body: bytes, door: Admission) -> bool:
    """Whether the push came to an end, good or bad; False when earlier ones must come first."""
    caller = province.database.read(lambda connection: _existing(connection, answer.desk), NO_SCOPE)
    try:
        receipt = take_in(province, caller, body, door)
    except Refused as refused:
        if refused.code == "gap":
            return False
        answer.refuse(province, refused)
    except Malformed:
        answer.refuse(province, Refused(400, "malformed"))
    else:
        answer.receive(province, receipt)
    return True


def _take_parked(province: Province, answer: Answer, door: Admission) -> None:
    """Take in what waited for the pushes that have come now."""
    while waiting := _next_parked(province, answer.desk):
        digest, body = waiting
        if not _push(province, answer, body, door):
            return
        _drop(province, answer.desk, digest)


def _next_parked(province: Province, desk: str) -> tuple[bytes, bytes] | None:
    def work(connection: Connection) -> tuple[bytes, bytes] | None:
        return parking.next_of(connection, desk, _existing(connection, desk).last_n)

    return province.database.read(work, _own(desk))


def _drop(province: Province, desk: str, digest: bytes) -> None:
    province.database.write(lambda connection: parking.drop(connection, desk, digest), _own(desk))


def _existing(connection: Connection, desk: str) -> desks.DeskState:
    """Raises Refusal for an id that no enrolled desk has."""
    state = desks.find(connection, desk)
    if state is None or state.status == desks.EXPECTED or desk == PROVINCE_DESK:
        raise Refusal(N_("There is no desk {desk}. Nothing was changed; see: desk list."), desk=desk)
    return state


def keep_question(province: Province, desk: str, request: PullRequest) -> None:
    """Remember where the desk's reading stood at furthest: bundles arrive in any order."""

    def work(connection: Connection) -> None:
        former = _question(connection, desk)
        if sum(request.cursors.values()) < sum(former.cursors.values()):
            return
        table = tables.courier_question
        connection.execute(delete(table).where(table.c.desk == desk))
        connection.execute(insert(table).values(desk=desk, request=encode(request), asked_at=province.now()))

    province.database.write(work, _own(desk))


def _question(connection: Connection, desk: str) -> PullRequest:
    """What the desk asked last by courier; everything, when it never did or asked at another time of the register."""
    table, epoch = tables.courier_question, epoch_of(connection)
    kept = connection.scalar(select(table.c.request).where(table.c.desk == desk))
    if kept is not None:
        request = decode(kept, PullRequest)
        if request.epoch == epoch:
            return request
    return PullRequest(epoch=epoch, cursors={})


@dataclass(frozen=True, slots=True)
class _Addressee:
    """Whom a reply is for: where the desk stands, its sealing key, what it asked last, what of it is parked."""

    epoch: str
    state: desks.DeskState
    box: bytes
    question: PullRequest
    parked: list[tuple[int, int]]


def reply(province: Province, answer: Answer, *, room: int = bundle.MAX_INSIDE) -> Iterator[bytes]:
    """The files for a desk: receipts and refusals of this round, and all of its feeds that it lacks.

    `room`: how many bytes go into one file; pages are read one file's worth at a time. Raises Refusal for a desk that
    is not enrolled.
    """
    to = province.database.read(lambda connection: _addressee(connection, answer.desk), _own(answer.desk))
    for group in bundle.packed(chain(answer.items, _pages(province, to.state, to.question)), room=room):
        contents = [content for _, content in group]
        header = bundle.Header(
            id=secrets.token_hex(16),
            sender=PROVINCE_DESK,
            to=answer.desk,
            key=b64(to.box),
            epoch=to.epoch,
            at=province.now(),
            digest=bundle.digest_of(contents),
            parts=[part for part, _ in group],
            answers=answer.answers,
            held_n=to.state.last_n,
            held_head=b64(to.state.head),
            parked=to.parked,
        )
        data = bundle.write_bundle(header, contents, province.keys.authority, to.box)
        _note(province, "bundle-out", f"{answer.desk} {bundle.fingerprint(data)}")
        yield data


def _addressee(connection: Connection, desk: str) -> _Addressee:
    state = _existing(connection, desk)
    box = connection.scalar(select(tables.desk.c.box_public).where(tables.desk.c.id == desk)) or b""
    question, parked = _question(connection, desk), parking.ranges(connection, desk)
    return _Addressee(epoch_of(connection), state, box, question, parked)


def standing(province: Province, desk: str) -> tuple[int, list[tuple[int, int]]]:
    """Up to which of the desk's changes the province has them all, and the ranges that are parked above."""

    def work(connection: Connection) -> tuple[int, list[tuple[int, int]]]:
        return _existing(connection, desk).last_n, parking.ranges(connection, desk)

    return province.database.read(work, _own(desk))


def _pages(province: Province, caller: desks.DeskState, request: PullRequest) -> Iterator[Item]:
    """The pages that pulls would bring one after the other, or the province's no."""
    more = True
    while more:
        try:
            body = page(province, caller, request)
        except Refused as refused:
            yield _refusal(province, refused.to(caller.id))
            return
        yield bundle.part(PartKind.PAGE, body, signature=province.keys.authority.sign(seal.FEED, body))
        head, _, rest = body.partition(b"\n")
        header, trailer = decode(head, PullHeader), decode(rest.rpartition(b"\n")[2], PullTrailer)
        request = msgspec.structs.replace(
            request,
            cursors={scope: place.seq for scope, place in trailer.cursors.items()},
            certs=header.certs_version,
            directory=header.directory_version,
        )
        more = trailer.more


def _refusal(province: Province, refused: Refused) -> Item:
    body = encode(refused.problem)
    signature = province.keys.authority.sign(seal.HELLO, body)
    return bundle.part(PartKind.REFUSAL, body, signature=signature, status=refused.status)
