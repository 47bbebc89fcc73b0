"""The bundles for a desk: what became of its own, and what its places' feeds have that it lacks."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import msgspec
from sqlalchemy import Connection, select

from commune_desk.domain.records.kinds import SCHEMA_VERSION
from sync import bundle
from sync.bundle import Item, PartKind
from sync.protocol import PROVINCE_DESK, PullRequest, PullTrailer, b64, decode, encode
from sync.server.answers.pull import page, refuse_stopped
from sync.server.answers.snapshots import Snapshots, read_part
from sync.server.edge import parking
from sync.server.edge.courier import existing, note, own_rows, question_of
from sync.server.edge.courier_answer import Answer, refusal
from sync.server.engine import tables
from sync.server.identity import desks
from sync.server.identity.province import Province, epoch_of
from sync.server.problems import Refused
from sync.snapshot import Begin, SnapshotOffer, SnapshotRequest


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

    To a desk that is still in a former epoch they tell the present one, by their header, and bring no pages. `room`:
    how many bytes go into one file; pages are read one file's worth at a time. Raises Refusal for a desk that is not
    enrolled.
    """
    to = province.database.read(lambda connection: _addressee(connection, answer.desk), own_rows(answer.desk))
    question = answer.question or to.question
    feeds = () if answer.tells_only_the_epoch else _feeds(province, to.state, question, answer.begin)
    for group in bundle.packed(chain(answer.items, feeds), room=room):
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
            schema=SCHEMA_VERSION,
        )
        data = bundle.write_bundle(header, contents, province.keys.authority, to.box)
        note(province, "bundle-out", f"{answer.desk} {bundle.fingerprint(data)}")
        yield data


def _addressee(connection: Connection, desk: str) -> _Addressee:
    state = existing(connection, desk)
    box = connection.scalar(select(tables.desk.c.box_public).where(tables.desk.c.id == desk)) or b""
    question, parked = question_of(connection, desk), parking.ranges(connection, desk)
    return _Addressee(epoch_of(connection), state, box, question, parked)


def _feeds(province: Province, caller: desks.DeskState, request: PullRequest, begin: Begin | None) -> Iterator[Item]:
    """What snapshots and pulls would bring one after the other, or the province's no."""
    request = msgspec.structs.replace(request, snapshots=begin is not None)
    try:
        anew = begin.scopes if begin is not None else ()
        own = [one for one in dict.fromkeys(anew) if one in caller.grants]  # each place once, however often it is named
        request = yield from _begun(province, caller, request, own)
        more = True
        while more:
            body = page(province, caller, request)
            yield bundle.answer(PartKind.PAGE, body, province.keys.authority)
            trailer = decode(body.rpartition(b"\n")[2], PullTrailer)
            # Each page and each snapshot tells what the desk does not know: another one may be read before it.
            cursors = {scope: place.seq for scope, place in trailer.cursors.items()}
            request = msgspec.structs.replace(request, cursors=cursors)
            request = yield from _begun(province, caller, request, trailer.snapshots)
            more = trailer.more or bool(trailer.snapshots)
    except Refused as refused:
        yield refusal(province, refused.to(caller.id))


def _begun(
    province: Province, caller: desks.DeskState, request: PullRequest, scopes: Iterable[str]
) -> Generator[Item, None, PullRequest]:
    """The snapshots of these scopes; the request that goes on after them. Raises Refused, for a stopped desk too."""
    refuse_stopped(caller)
    cursors = dict(request.cursors)
    for scope in scopes:
        asked = SnapshotRequest(
            epoch=request.epoch, scope=scope, certs=request.certs, directory=request.directory, fresh=True
        )
        offer = Snapshots().offer(province, caller, asked)
        yield from _pieces(province, offer)
        cursors[scope] = offer.at.seq
    return msgspec.structs.replace(request, cursors=cursors)


def _pieces(province: Province, offer: SnapshotOffer) -> Iterator[Item]:
    """The snapshot's bytes, read piece by piece; each comes with the signed offer, for files arrive in any order."""
    said = encode(offer)
    signature = province.keys.authority.sign(bundle.SIGNED_UNDER[PartKind.SNAPSHOT], said)
    for start in range(0, offer.size, bundle.PIECE):
        data, _ = read_part(province.data, offer.token, start, bundle.PIECE)
        yield bundle.part(PartKind.SNAPSHOT, said + b"\n" + data, signature=signature, start=start)
