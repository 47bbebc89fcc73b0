"""A bundle that a desk with a line hands on for one without: the way of a stick, without the way to the province.

It is taken in and answered by the code of the command `bundle in`; what may refuse it there refuses it here, with a
code that whoever hands it on can be told.
"""

from __future__ import annotations

from commune_desk.domain.words.errors import Refusal
from sync import bundle
from sync.bundle import Bundle, PartKind
from sync.carried_wire import Carried, digest_of, with_reply
from sync.server.edge import courier, courier_reply
from sync.server.edge.courier_answer import Answer
from sync.server.edge.limits import Limits
from sync.server.identity.desks import DeskState
from sync.server.identity.province import Province
from sync.server.intake.admission import Admission
from sync.server.problems import Refused

_CODES: dict[type[bundle.BundleFault], str] = {
    bundle.NoBundle: "bundle_none",
    bundle.BundleNewer: "bundle_newer",
    bundle.BundleCut: "bundle_cut",
    bundle.BundleDamaged: "bundle_damaged",
    bundle.ForAnother: "bundle_for_another",
}


def hand_on(province: Province, caller: DeskState, data: bytes, *, admission: Admission, limits: Limits) -> bytes:
    """Take in the bundle that `caller` brings, whoever's it is, and answer its sender; the body of the reply.

    The first file of the answer: what does not fit it, the sender's next bundle asks for. What is pushed counts for
    who brings it. Raises Refused, StoreFault.
    """
    arrived = _opened(province, data)
    limits.weigh(caller.id, sum(len(body) for _, body in arrived.parts(PartKind.PUSH)))
    answer = Answer(arrived.header.sender)
    label = f"{bundle.fingerprint(data)} by {caller.id}"
    try:
        courier.take_in_bundle(province, arrived, answer, admission=admission, label=label)
    except Refusal:  # too much of that desk waits for earlier changes; what was taken in is kept
        raise Refused(409, "bundle_waits") from None
    file = next(courier_reply.reply(province, answer))
    held_n, parked = courier.standing(province, answer.desk)
    said = Carried(
        digest=digest_of(data),
        taken=answer.taken,
        missing=bundle.missing(held_n, parked),
        another_time=answer.tells_only_the_epoch,
    )
    return with_reply(said, file)


def _opened(province: Province, data: bytes) -> Bundle:
    try:
        return courier.open_arrived(province, data)
    except bundle.BundleFault as fault:
        raise Refused(400, _CODES[type(fault)]) from None
    except Refusal:
        raise Refused(400, "bundle_unknown") from None
