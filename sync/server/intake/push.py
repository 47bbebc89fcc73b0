"""Taking in a desk's changes: one transaction for a batch, numbers without gaps, nothing dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial

from msgspec.structs import replace
from sqlalchemy import Connection, select, update

from sync.change import BadLine, read_line
from sync.erased import read_erased
from sync.protocol import MAX_CHANGES, USUAL_CHANGES, Malformed, PushHeader, Receipt, Result, b64, decode
from sync.server.engine import tables
from sync.server.engine.appending import append, without_waiting
from sync.server.engine.asking import among
from sync.server.engine.database import NO_SCOPE, Reach, reach_of
from sync.server.identity import desks, signed_for
from sync.server.identity.policy import epoch_and_policy
from sync.server.identity.province import Province, begin_epoch
from sync.server.intake.admission import Admission
from sync.server.intake.erasures import ERASED
from sync.server.intake.incoming import Incoming
from sync.server.intake.ordering import store
from sync.server.intake.runs import Linked, proven
from sync.server.problems import Refused

_TAKEN = ("ok", "dup")
"""What became of a change that a brief receipt need not name."""


def take_in(province: Province, caller: desks.DeskState, body: bytes, admission: Admission) -> Receipt:
    """Take in a push (its inflated body). Raises Malformed or Refused; then nothing of it was kept."""
    header, incoming = read_push(body)
    if header.desk != caller.id:
        raise Refused(404, "not_found")
    _admit(incoming, caller, admission)

    def work(connection: Connection) -> Receipt:
        return _commit(connection, province, header, [item.anew() for item in incoming], caller, admission)

    try:
        return province.database.write(work, _reach(caller, incoming))
    except RolledBack:
        province.database.write(
            lambda connection: begin_epoch(connection, province, actor=caller.id, after=header.epoch), NO_SCOPE
        )
        raise Refused(409, "epoch") from None
    except Refused as refusal:
        if refusal.code == "fork" and caller.status == desks.ACTIVE:
            province.database.write(lambda connection: desks.freeze(connection, province, caller.id), NO_SCOPE)
        raise


def read_push(body: bytes) -> tuple[PushHeader, list[Incoming]]:
    """Header and lines. Raises Malformed, or Refused 413 for too many lines: each that moves or joins is long at work,
    and who waits for its places waits for all of them."""
    head, *lines = body.removesuffix(b"\n").split(b"\n")
    header = decode(head, PushHeader)
    if len(lines) > MAX_CHANGES:
        raise Refused(413, "too_large")
    if not lines or header.first_n < 1 or header.last_n - header.first_n + 1 != len(lines):
        raise Malformed
    incoming = [_read(header.first_n + place, line) for place, line in enumerate(lines)]
    if sum(item.is_alone for item in incoming) > USUAL_CHANGES:
        raise Refused(413, "too_large")
    return header, incoming


def _read(n: int, line: bytes) -> Incoming:
    try:
        return Incoming(n, line, read_line(line))
    except BadLine:
        told = read_erased(line)
    return Incoming(n, line.partition(b" ")[2], None) if told is None else Incoming(n, b"", None, ERASED, told)


def _admit(incoming: Sequence[Incoming], caller: desks.DeskState, admission: Admission) -> None:
    for item in incoming:
        item.code = _admission_code(item, caller, admission)


def _admission_code(item: Incoming, caller: desks.DeskState, admission: Admission) -> str | None:
    if item.line is None:
        return ERASED if item.told is not None else "unreadable"
    if caller.status == desks.REVOKED:
        return "revoked"
    return admission.fault(item.line, n=item.n, public=caller.sign_public, desk=caller.id, grants=caller.grants)


def _reach(caller: desks.DeskState, incoming: Sequence[Incoming]) -> Reach:
    """The desk's own scopes, and those where admission lets it write as a guest."""
    written = (item.line.change.scope for item in incoming if item.line and item.code is None)
    return reach_of(caller.id, {*caller.grants, *written})


def _commit(
    connection: Connection,
    province: Province,
    header: PushHeader,
    incoming: Sequence[Incoming],
    caller: desks.DeskState,
    admission: Admission,
) -> Receipt:
    state = desks.find_to_write(connection, header.desk)
    if state is None or state.status == desks.FROZEN:
        raise Refused(409, "fork")
    epoch, policy = epoch_and_policy(connection)
    _refuse_another_past(province, header, state, epoch)
    if (state.status, state.grants) != (caller.status, caller.grants):
        _admit(incoming, state, admission)  # revoked, or granted otherwise, since the request came in
        province.database.confine(connection, _reach(state, incoming))
    if state.seen_at is None:
        desks.settle_enrolment(connection, state.id)
    results = _repeated(connection, state, [item for item in incoming if item.n <= state.last_n])
    fresh = [item for item in incoming if item.n > state.last_n]
    _refuse_nowhere(connection, province, fresh, state)
    links = [Linked(item.n, item.digest, item.is_signed) for item in fresh]
    prove = cache(partial(proven, header, links, before=state.head, public=state.sign_public))
    results |= store(connection, province, state.id, fresh, _reach(state, incoming), prove)
    if header.audit_cut:
        desks.note_audit_cut(connection, province, state.id, header.audit_cut)
    lease_until = policy.lease_from(province.clock.now())
    at = province.now()
    head, _heads = chain = prove()
    _remember(connection, header, state, chain, seen_at=at, lease_until=lease_until)
    return Receipt(
        desk=state.id,
        accepted_n=max(state.last_n, header.last_n),
        durable_n=state.durable_n,
        at=at,
        results=_told(header, incoming, results),
        audit_head=state.audit_head,
        epoch=epoch,
        head=b64(head),
    )


def _told(header: PushHeader, incoming: Sequence[Incoming], results: Mapping[int, Result]) -> list[Result]:
    """What became of the changes, in their order. In brief: a poor line is not asked to carry all ids back."""
    if not header.brief:
        return [results[item.n] for item in incoming]
    named = (item.n for item in incoming if results[item.n].status not in _TAKEN)
    return [replace(results[n], n=n) for n in named]


def _remember(
    connection: Connection,
    header: PushHeader,
    state: desks.DeskState,
    chain: tuple[bytes, list[dict[str, object]]],
    *,
    seen_at: str,
    lease_until: str,
) -> None:
    """Where the desk stands after the push, and the signed heads that prove it."""
    head, heads = chain
    with without_waiting(connection):
        append(connection, tables.signed_head, heads)
        connection.execute(
            update(tables.desk)
            .where(tables.desk.c.id == state.id)
            .values(
                last_n=max(state.last_n, header.last_n),
                head=head,
                seen_at=seen_at,
                lease_until=lease_until,
                audit_head=header.audit_head[:200] or state.audit_head,
            )
        )


def _refuse_nowhere(
    connection: Connection, province: Province, fresh: Sequence[Incoming], state: desks.DeskState
) -> None:
    """Nothing is written for a place that the province does not have: no desk begins one by naming it.

    The desk's own places are there since it was enrolled.
    """
    admitted = [item for item in fresh if item.line and item.code is None]
    foreign = {place for item in admitted for place in _places_of(item)} - state.grants.keys()
    if not foreign:
        return
    asked = select(tables.scope.c.id).where(among(tables.scope.c.id, foreign))
    with province.database.unconfined(connection, _reach(state, fresh)):
        nowhere = foreign - set(connection.scalars(asked))
    for item in admitted:
        if not nowhere.isdisjoint(_places_of(item)):
            item.code = "scope"


def _places_of(item: Incoming) -> tuple[str, ...]:
    if item.line is None:
        return ()
    change = item.line.change
    return (change.scope, change.to) if change.to else (change.scope,)


class RolledBack(Exception):
    """A desk showed a receipt of this very database for changes that it does not hold: it was put back in time."""


def _refuse_another_past(province: Province, header: PushHeader, state: desks.DeskState, epoch: str) -> None:
    """Raise Refused, or RolledBack, unless desk and province agree on what has been until now."""
    if header.epoch != epoch:
        raise Refused(409, "epoch")
    if _signed_for_more(province, header, state, epoch):
        raise RolledBack
    if header.first_n > state.last_n + 1:
        raise _not_its_next("gap", state)


def _signed_for_more(province: Province, header: PushHeader, state: desks.DeskState, epoch: str) -> bool:
    """Whether the desk shows this province's own signature, of this epoch, for more than it remembers."""
    receipt = signed_for.shown(province, header.receipt, header.receipt_signature, epoch=epoch)
    return receipt is not None and receipt.desk == state.id and receipt.accepted_n > state.last_n


def _repeated(connection: Connection, state: desks.DeskState, again: Sequence[Incoming]) -> dict[int, Result]:
    """What is said of changes that were sent before: a desk whose receipt was lost must still learn what was set aside.

    Raises Refused unless every one is sent again byte for byte.
    """
    if not again:
        return {}
    numbers = [item.n for item in again]
    change, aside = tables.change_key, tables.quarantine
    merged = connection.execute(
        select(change.c.n, change.c.digest).where(change.c.desk == state.id, among(change.c.n, numbers))
    )
    held = {row.n: (row.digest, "dup", "") for row in merged}
    kept = connection.execute(
        select(aside.c.n, aside.c.digest, aside.c.code).where(aside.c.desk == state.id, among(aside.c.n, numbers))
    )
    held |= {row.n: (row.digest, "quarantined", row.code) for row in kept}
    if any(item.n not in held or held[item.n][0] != item.digest for item in again):
        raise _not_its_next("fork", state)
    return {item.n: Result(id=item.id, status=held[item.n][1], code=held[item.n][2]) for item in again}


def _not_its_next(code: str, state: desks.DeskState) -> Refused:
    """`gap` or `fork`. One out of service gets no new name, and no right to write: it is told what it may go on behind,
    and whatever it still has is set aside there."""
    is_out = state.status == desks.REVOKED
    expect_n = state.last_n + 1 if is_out or code == "gap" else 0
    return Refused(409, code, expect_n=expect_n, head=state.head if is_out else b"")
