"""What couriers bring: a desk's bundle goes the way of its pushes and pulls. The reply is `courier_reply`'s."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from sync import bundle
from sync.bundle import Bundle, PartKind
from sync.protocol import PROVINCE_DESK, Malformed, PullRequest, decode, encode
from sync.purge_wire import PurgeRequest
from sync.server.edge import parking
from sync.server.edge.courier_answer import Answer
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE, Reach, reach_of
from sync.server.identity import desks
from sync.server.identity.province import Province, audited, epoch_of
from sync.server.intake.admission import Admission
from sync.server.intake.desk_health import keep_carried
from sync.server.intake.purge_statements import keep_purges
from sync.server.intake.push import take_in
from sync.server.problems import Refused
from sync.snapshot import Begin


def open_arrived(province: Province, data: bytes) -> Bundle:
    """The bundle in a file, once its desk's signature holds. Raises BundleFault or Refusal."""
    arrived = bundle.open_bundle(data, province.keys.courier, PROVINCE_DESK)
    desk = province.database.read(lambda connection: desks.find(connection, arrived.header.sender), NO_SCOPE)
    if desk is None or not desk.sign_public:
        raise Refusal(
            N_(
                "No desk enrolled here made this bundle. Nothing of it was taken in; find out who brought it. Where a "
                "backup was put back it can be of a PC that was enrolled after that backup: such a PC needs a new "
                "code, see docs/province.md, section 8."
            )
        )
    if not arrived.signed_by(desk.sign_public):
        raise Refusal(
            N_("No desk enrolled here made this bundle. Nothing of it was taken in; find out who brought it.")
        )
    return arrived


def take_in_bundle(province: Province, arrived: Bundle, answer: Answer, *, admission: Admission, label: str) -> None:
    """Take in what a proven bundle holds, push by push, and note what is to be answered. `label`: its fingerprint.

    A push that lacks earlier ones is parked. Of a bundle of a former epoch no change is taken in: which of them are
    lacking now, the desk learns from the answer, and its next bundle brings those. Raises Refusal when too much is
    parked already.
    """
    answer.answers.append(arrived.header.id)
    note(province, "bundle-in", f"{answer.desk} {label}")
    for _, body in arrived.parts(PartKind.PURGES):
        _keep_report(province, answer, body, arrived.header.at)
    if arrived.header.epoch == _epoch(province):
        for _, body in arrived.parts(PartKind.PUSH):
            if not _push(province, answer, body, admission):
                _park(province, answer.desk, body)
        _take_parked(province, answer, admission)
    if arrived.header.epoch != _epoch(province):  # also when a receipt in it showed that the register was put back
        answer.is_of_another_time = True
        return
    begins = (decode(body, Begin) for _, body in arrived.parts(PartKind.BEGIN))
    for _, body in arrived.parts(PartKind.PULL):
        question = decode(body, PullRequest)
        keep_question(province, answer.desk, question)
        answer.ask(question, next(begins, None), arrived.header.at)


def _epoch(province: Province) -> str:
    return province.database.read(epoch_of, NO_SCOPE)


def note(province: Province, action: str, subject: str) -> None:
    """Write into the province's log what came or went."""
    province.database.write(lambda connection: audited(connection, province, action, subject), NO_SCOPE)


def _park(province: Province, desk: str, body: bytes) -> None:
    def work(connection: Connection) -> None:
        parking.park(connection, province, desk, body)

    province.database.write(work, own_rows(desk))


def own_rows(desk: str) -> Reach:
    """What couriers brought of this desk; no scope's rows."""
    return reach_of(desk, ())


def _push(province: Province, answer: Answer, body: bytes, admission: Admission) -> bool:
    """Whether the push came to an end, good or bad; False when earlier ones must come first."""
    caller = province.database.read(lambda connection: existing(connection, answer.desk), NO_SCOPE)
    try:
        receipt = take_in(province, caller, body, admission)
    except Refused as refused:
        if refused.code == "gap":
            return False
        if refused.code != "epoch":  # the answer tells the present one
            answer.refuse(province, refused)
    except Malformed:
        answer.refuse(province, Refused(400, "malformed"))
    else:
        answer.receive(province, receipt)
    return True


def _keep_report(province: Province, answer: Answer, body: bytes, written_at: str) -> None:
    """Keep the desk's signed words for what it removed, and how it stands, in whatever epoch they were brought."""
    caller = province.database.read(lambda connection: existing(connection, answer.desk), NO_SCOPE)
    try:
        request = decode(body, PurgeRequest)
        if request.purges:
            answer.keep(province, keep_purges(province, caller, request))
        keep_carried(province, caller, request, written_at)
    except Refused as refused:
        answer.refuse(province, refused)
    except Malformed:
        answer.refuse(province, Refused(400, "malformed"))


def _take_parked(province: Province, answer: Answer, admission: Admission) -> None:
    """Take in what waited for the pushes that have come now."""
    while waiting := _next_parked(province, answer.desk):
        digest, body = waiting
        if not _push(province, answer, body, admission):
            return
        _drop(province, answer.desk, digest)


def _next_parked(province: Province, desk: str) -> tuple[bytes, bytes] | None:
    def work(connection: Connection) -> tuple[bytes, bytes] | None:
        return parking.next_of(connection, desk, existing(connection, desk).last_n)

    return province.database.read(work, own_rows(desk))


def _drop(province: Province, desk: str, digest: bytes) -> None:
    province.database.write(lambda connection: parking.drop(connection, desk, digest), own_rows(desk))


def existing(connection: Connection, desk: str) -> desks.DeskState:
    """Raises Refusal for an id that no enrolled desk has."""
    state = desks.find(connection, desk)
    if state is None or desk == PROVINCE_DESK:
        raise desks.no_such(desk)
    if not state.sign_public:
        raise Refusal(N_("No PC has used the code of desk {desk}. Nothing was changed."), desk=desk)
    return state


def keep_question(province: Province, desk: str, request: PullRequest) -> None:
    """Remember where the desk's reading stood at furthest: bundles arrive in any order."""

    def work(connection: Connection) -> None:
        former = question_of(connection, desk)
        if sum(request.cursors.values()) < sum(former.cursors.values()):
            return
        table = tables.courier_question
        connection.execute(delete(table).where(table.c.desk == desk))
        connection.execute(insert(table).values(desk=desk, request=encode(request), asked_at=province.now()))

    province.database.write(work, own_rows(desk))


def question_of(connection: Connection, desk: str) -> PullRequest:
    """What the desk asked last by courier; everything, when it never did or asked at another time of the register."""
    table, epoch = tables.courier_question, epoch_of(connection)
    kept = connection.scalar(select(table.c.request).where(table.c.desk == desk))
    if kept is not None:
        request = decode(kept, PullRequest)
        if request.epoch == epoch:
            return request
    return PullRequest(epoch=epoch, cursors={})


def standing(province: Province, desk: str) -> tuple[int, list[tuple[int, int]]]:
    """Up to which of the desk's changes the province has them all, and the ranges that are parked above."""

    def work(connection: Connection) -> tuple[int, list[tuple[int, int]]]:
        return existing(connection, desk).last_n, parking.ranges(connection, desk)

    return province.database.read(work, own_rows(desk))
