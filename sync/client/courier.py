"""The way by courier: what waits goes into bundles, and what a bundle of the province brings goes into the register.

The same batches, pages, receipts and refusals as over a line, proven by the same code. Nothing here reads a file.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from commune_desk.domain.words.labels import N_
from sync import bundle, protocol, purge_wire, seal
from sync.bundle import Bundle, Item, PartKind
from sync.change import GENESIS, MAX_LINE
from sync.client import errors
from sync.client.brought import Brought
from sync.client.carried_snapshots import take_piece
from sync.client.channel import refusal_of
from sync.client.exchange import ROOM_FOR_HEADER, go_on_in, hand_over, prove, push_body
from sync.client.page import Page, read_page, rest_of
from sync.client.replica import DeskIdentity, Outbox, Replica
from sync.instant import is_instant
from sync.snapshot import Begin

_STOPS = (errors.DeskRevoked, errors.Forked)
"""Refusals that stop the desk. A province that was put back is sent again what it lacks, and followed."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One file for the province. `first_n` is 0 when it carries no changes and only asks for what is new."""

    id: str
    data: bytes
    before_n: int
    """The number up to which the province had signed when this was written."""
    first_n: int
    last_n: int
    changes: int


def outgoing(replica: Replica, courier_public: bytes, *, at: str, room: int = bundle.MAX_INSIDE) -> Iterator[Outgoing]:
    """Everything that waits, and the question what is new, as files with at most `room` bytes in each; at least one."""
    identity = replica.identity()
    asked = [*_standing(replica), *_question(replica, identity)]
    left = room - sum(part.size for part, _ in asked)
    before = _n_before_pending(replica)
    for group in bundle.packed(chain(_reports(replica), _pushes(replica, identity, left)), room=left):
        yield _sealed(identity, courier_public, [*group, *asked], before_n=before, at=at)


def _n_before_pending(replica: Outbox) -> int:
    """The number before the first change that waits: nothing up to it does.

    Not `signed_n()`: what a feed brings counts there as signed for, with older changes of this desk waiting before it.
    """
    first = replica.pending(0, 1, 1)
    return first[0].n - 1 if first else replica.last_n()


def _reports(replica: Outbox) -> Iterator[Item]:
    """This desk's signed words for what it removed, as far as the province is not known to keep them."""
    for request in purge_wire.requests_with(replica.unsent_purges()):
        yield bundle.part(PartKind.PURGES, protocol.encode(request))


def _standing(replica: Replica) -> Iterator[Item]:
    """How this desk stands, in every file: whichever of them arrive, the province hears it."""
    for request in purge_wire.requests_with((), replica.health_carried()):
        yield bundle.part(PartKind.PURGES, protocol.encode(request))


def _pushes(replica: Outbox, identity: DeskIdentity, room: int) -> Iterator[Item]:
    after, most = 0, min(protocol.MAX_INFLATED, room) - ROOM_FOR_HEADER
    receipted_n = _receipted_n(replica)
    while batch := replica.pending(after, protocol.USUAL_CHANGES, most):
        seems_forgotten = after == 0 and batch[0].n <= receipted_n
        after = batch[-1].n
        body = push_body(replica, identity, batch, shows_receipt=seems_forgotten)
        yield bundle.part(PartKind.PUSH, body, n=(batch[0].n, after))


def _receipted_n(replica: Outbox) -> int:
    """The number up to which the last receipt goes; 0 without one.

    Not `signed_n()`: what is sent again since waits, and counts there as not signed for.
    """
    receipt, _ = replica.last_receipt()
    return protocol.decode(receipt, protocol.Receipt).accepted_n if receipt else 0


def _question(replica: Replica, identity: DeskIdentity) -> list[Item]:
    """What is new, and whether snapshots may be brought; of scopes that are to be begun anew nothing but those."""
    anew = replica.to_begin_anew()
    request = protocol.PullRequest(
        epoch=identity.epoch,
        cursors={scope: seq for scope, seq in replica.cursors().items() if scope not in anew},
        certs=replica.certs_version(),
        directory=replica.directory_version(),
    )
    asked = [bundle.part(PartKind.PULL, protocol.encode(request))]
    if replica.takes_snapshots():
        asked.append(bundle.part(PartKind.BEGIN, protocol.encode(Begin(scopes=list(anew)))))
    return asked


def _sealed(identity: DeskIdentity, courier_public: bytes, items: list[Item], *, before_n: int, at: str) -> Outgoing:
    contents = [content for _, content in items]
    header = bundle.Header(
        id=secrets.token_hex(16),
        sender=identity.desk,
        to=protocol.PROVINCE_DESK,
        key=protocol.b64(courier_public),
        epoch=identity.epoch,
        at=at,
        digest=bundle.digest_of(contents),
        parts=[part for part, _ in items],
    )
    pushes = [part for part, _ in items if part.kind == PartKind.PUSH]
    return Outgoing(
        id=header.id,
        data=bundle.write_bundle(header, contents, identity.signing_key, courier_public),
        before_n=before_n,
        first_n=pushes[0].first_n if pushes else 0,
        last_n=pushes[-1].last_n if pushes else 0,
        changes=sum(part.last_n - part.first_n + 1 for part in pushes),
    )


class ReplyOfAnotherTime(errors.LineFault):
    """The bundle is from before the province's register was restored, or from after."""

    sentence = N_(
        "This bundle is from another time of the province's register: it was restored from a backup in between. "
        "Nothing of it was taken in; write a new bundle and have it answered."
    )


def take_in(replica: Replica, arrived: Bundle, answerable: Mapping[str, int]) -> Brought:
    """Prove the province's bundle and take in what of it is new; again and in any order, it changes nothing twice.

    `answerable`: by id the bundles that this desk remembers, with what the province had signed for before each.
    Raises a SyncFault or Malformed; what was receipted or applied before stays so.
    """
    identity = replica.identity()
    header = arrived.header
    if header.sender != protocol.PROVINCE_DESK or not arrived.signed_by(identity.authority_public):
        raise errors.Unproven
    if not is_instant(header.at):  # the header of a desk's own bundle says what its clock says, whatever that is
        raise protocol.Malformed
    known = [answerable[one] for one in header.answers if one in answerable]
    brought = Brought(is_answer=bool(known))
    try:
        if header.epoch != identity.epoch:
            _follow(replica, header, brought)
            _hear_kept(replica, identity, arrived, brought)
        else:
            _hear(replica, identity, arrived, brought, before=max(known, default=0))
    except errors.Forked as halt:
        replica.freeze(halt.code)
        raise
    if isinstance(brought.refusal, _STOPS):
        replica.freeze(brought.refusal.code)
    return brought


def _refuse_what_is_gone(replica: Outbox, n: int, brought: Brought) -> None:
    """Say so where the province lacks the change of that number and this register let go of it.

    Not to whom it has stopped: there no new code is the way on.
    """
    if isinstance(brought.refusal, _STOPS):
        return
    first = replica.pending(n - 1, 1, MAX_LINE)
    if not first or first[0].n != n:
        brought.refusal = errors.ChangesMissing()


def _hear(replica: Replica, identity: DeskIdentity, arrived: Bundle, brought: Brought, *, before: int) -> None:
    """A bundle of this desk's own epoch. `before`: what had been signed for when the answered bundles were written."""
    header = arrived.header
    if brought.is_answer:
        _hear_answer(replica, identity, arrived, brought)
    try:
        _take_feeds(replica, identity, arrived, brought)
    except errors.HistoryRewritten:
        if brought.is_answer:
            _mend(replica, identity)
        raise
    if brought.is_answer and header.held_n < before:
        # It had signed for these before the answered bundle was written, and lacks them: it was restored.
        replica.resend_from(header.held_n + 1)
        _refuse_what_is_gone(replica, header.held_n + 1, brought)
        brought.missing = [(header.held_n + 1, before), *brought.missing]
    if isinstance(brought.refusal, errors.HistoryRewritten):
        _mend(replica, identity)


def _follow(replica: Replica, header: bundle.Header, brought: Brought) -> None:
    """Go on with a province that was put back from a backup, and send again what it lacks.

    Only an answer to a bundle that this desk remembers says so; with the first that does they are all forgotten, so one
    that is read again decides nothing. Raises ReplyOfAnotherTime, Forked.
    """
    if not brought.is_answer:
        raise ReplyOfAnotherTime
    _require_own_past(replica, header)
    go_on_in(replica, header.epoch, from_n=header.held_n + 1)
    replica.freeze("")  # what it refused was in another time
    brought.has_followed = True
    if header.held_n < replica.last_n():
        _refuse_what_is_gone(replica, header.held_n + 1, brought)
        brought.missing = [(header.held_n + 1, replica.last_n())]


def _number_behind(replica: Outbox, identity: DeskIdentity, arrived: Bundle) -> None:
    """Out of service, and its numbers are taken: what waits goes behind them. Read again, it changes nothing."""
    for part, content in arrived.parts(PartKind.REFUSAL):
        _require(identity, part, content)
        said = refusal_of(protocol.decode(content, protocol.Problem), part.status, identity.desk)
        if isinstance(said, errors.NumbersTaken):
            replica.number_behind(said.n, said.head)


def _require_own_past(replica: Outbox, header: bundle.Header) -> None:
    """Raise Forked unless the province speaks of the changes that this register made."""
    own = replica.chain_head(header.held_n) if header.held_n else GENESIS
    if header.held_n > replica.last_n() or own not in (b"", protocol.unb64(header.held_head)):
        raise errors.Forked


def _hear_answer(replica: Replica, identity: DeskIdentity, arrived: Bundle, brought: Brought) -> None:
    """Receipts and refusals, once it is certain that the province speaks of the changes that this register made."""
    header = arrived.header
    _number_behind(replica, identity, arrived)
    _require_own_past(replica, header)
    replica.heard_schema(header.schema, at_least=True)
    for part, content in arrived.parts(PartKind.RECEIPT):
        _require(identity, part, content)
        _keep_receipt(replica, identity, content, protocol.unb64(part.signature), most=header.held_n, brought=brought)
    brought.missing = bundle.missing(header.held_n, header.parked)
    _hear_kept(replica, identity, arrived, brought)
    for part, content in arrived.parts(PartKind.REFUSAL):
        _require(identity, part, content)
        brought.refusal = refusal_of(protocol.decode(content, protocol.Problem), part.status, identity.desk)


def _hear_kept(replica: Replica, identity: DeskIdentity, arrived: Bundle, brought: Brought) -> None:
    """Which of this desk's signed words the province keeps; they go up no more."""
    for part, content in arrived.parts(PartKind.PURGES_KEPT):
        _require(identity, part, content)
        brought.words_kept += protocol.decode(content, purge_wire.PurgeReply).purges
    if brought.words_kept:
        replica.purges_kept(brought.words_kept)


def _keep_receipt(
    replica: Replica, identity: DeskIdentity, body: bytes, signature: bytes, *, most: int, brought: Brought
) -> None:
    """Keep a receipt that is proven, as far as it names changes: what it does not name may have been set aside.

    A push that was brought once more is signed for up to all that the province has, and names its own changes alone.
    Raises Unproven for one of more than the bundle speaks of, ReplyOfAnotherTime.
    """
    receipt = protocol.decode(body, protocol.Receipt)
    if receipt.desk != identity.desk or receipt.accepted_n > most:
        raise errors.Unproven
    up_to = min(replica.named_up_to(receipt), receipt.accepted_n)
    if not up_to:
        return
    kept = replica.acknowledge(receipt, up_to, body, signature)
    if not kept():
        raise ReplyOfAnotherTime
    brought.accepted_n = max(brought.accepted_n, up_to)
    brought.set_aside += [result.id for result in receipt.results if result.status == "quarantined"]


def _require(identity: DeskIdentity, part: bundle.Part, content: bytes) -> None:
    """Raise Unproven unless the province signed the answer as what it is brought as."""
    domain = bundle.SIGNED_UNDER[PartKind(part.kind)]
    if not seal.verify(identity.authority_public, domain, content, protocol.unb64(part.signature)):
        raise errors.Unproven


def _mend(replica: Replica, identity: DeskIdentity) -> None:
    """The feeds are not those that are known here, in the same epoch.

    The last change goes up once more, with the receipt for it: a province that forgot it finds so itself. Every scope
    is begun anew, unless a root of this epoch was kept here: whether its chain still stands is proven over a line.
    """
    replica.resend_from(replica.last_n())
    root = replica.known_root()
    if root is None or root.epoch != identity.epoch:
        replica.begin_all_anew()


def _take_feeds(replica: Replica, identity: DeskIdentity, arrived: Bundle, brought: Brought) -> None:
    for part, content in arrived.parts(PartKind.PAGE, PartKind.SNAPSHOT):
        if part.kind == PartKind.SNAPSHOT:
            take_piece(replica, identity, part, content, brought, held_n=arrived.header.held_n)
            continue
        _require(identity, part, content)
        page = read_page(content)
        if brought.is_answer:
            replica.answered(arrived.header.answers, page.header.at)
        _take_page(replica, identity, page, brought, at=arrived.header.at)


def _take_page(replica: Replica, identity: DeskIdentity, page: Page, brought: Brought, *, at: str) -> None:
    """Take in what of a page is new, if nothing that must come before it is lacking. Raises as `prove`."""
    positions = replica.positions()
    cursors = {scope: position.seq for scope, position in positions.items()}
    unbegun = page.trailer.cursors.keys() & set(replica.to_begin_anew())
    lacking = _before(page, cursors) if not unbegun else {}
    brought.more = page.trailer.more or bool(page.trailer.snapshots)
    brought.is_up_to_date = False
    if unbegun or lacking:
        brought.unbegun |= unbegun
        brought.lacking |= {scope: gap for scope, gap in lacking.items() if scope not in brought.lacking}
        return
    new = rest_of(page, cursors)
    reached = prove(replica, identity, new, positions)
    if not new.steps and _is_behind(page, cursors):
        return  # of the past: its certificates too count for nothing
    hand_over(replica, new, reached, at=at)
    brought.events += len(new.events)
    brought.conflicts += sum(len(event.opened) for event, _ in new.events)
    brought.is_up_to_date = not brought.more


def _before(page: Page, cursors: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """What lies between the register's position and the page's beginning."""
    starts = {scope: position.seq for scope, position in page.trailer.cursors.items()}
    for event, _ in reversed(page.steps):
        starts[event.scope] = event.seq - 1
    return {
        scope: (cursors.get(scope, 0) + 1, start) for scope, start in starts.items() if start > cursors.get(scope, 0)
    }


def _is_behind(page: Page, cursors: Mapping[str, int]) -> bool:
    return any(position.seq < cursors.get(scope, 0) for scope, position in page.trailer.cursors.items())
