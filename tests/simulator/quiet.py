"""What must hold once every desk has synced on a good line until there is nothing left."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.changes.ledger import verify_audit
from commune_desk.store.desk.register import AUDIT_PURPOSE
from commune_desk.store.desk.versions import to_begin_anew
from commune_desk.store.engine.schema import from_column
from commune_desk.store.exchange.sync_history import rounds
from commune_desk.store.intake.conflicts import open_conflicts
from commune_desk.store.pages.sync_status import sync_facts
from commune_desk.vault.keys import subkey
from sync.client.errors import Forked
from sync.client.session import SyncOutcome
from sync.server.engine import tables
from tests.simulator import lives
from tests.simulator.facts import rows
from tests.simulator.invariants import ALWAYS, heads_of
from tests.simulator.office import SHELTER_DESK
from tests.simulator.oracle import Subject
from tests.simulator.pc import Pc
from tests.simulator.work import VALUES, settle_conflict
from tests.simulator.world import World
from tests.sync.actors.convergence_model import LATEST, RULE_OF, STATE, STEPS, Edit
from tests.sync.actors.real_desks import KEY

_ROUNDS = 4


def settle(world: World) -> None:
    """Everybody syncs, in turn, until nothing is left; no sync may fail, and nothing more may come of another one."""
    world.meanwhile = None
    world.true.pass_by(3600)
    for _ in range(_ROUNDS + 2 * len(world.doubled)):
        moved = [_sync(world, pc) for pc in world.pcs]
        if not any(moved):
            break
    assert not any(moved), "the desks do not come to rest"
    for check in (*ALWAYS, *WHEN_QUIET):
        check(world)


def _sync(world: World, pc: Pc) -> bool:
    """Whether anything was sent or came; what came is counted as it is (I23).

    A place that is begun anew, because an old page came twice in place of a new one, counts what it begins with.
    """
    before, begins, noted = world.cursor(pc), to_begin_anew(pc.register.reader), len(rounds(pc.register.reader))
    result = world.sync(pc)
    if isinstance(result, Forked) and pc.desk in world.doubled:
        lives.enrols_anew(world, pc)
        return True
    assert isinstance(result, SyncOutcome), f"desk {pc.number}: {result!r}"
    pulled = sum(one.pulled for one in rounds(pc.register.reader)[noted:])
    assert begins or pulled == world.cursor(pc) - before, f"desk {pc.number} miscounts"
    return bool(result.pushed or result.pulled)


def every_change_ended_once(world: World) -> None:
    """I1: as ok, noop, conflict or set aside; here nobody sends what has to be set aside."""
    held = rows(world.server.province, select(tables.change.c.id, tables.change.c.status))
    assert {row.status for row in held} <= {"ok", "noop", "conflict"}
    assert rows(world.server.province, select(tables.quarantine)) == []
    for pc in world.pcs:
        assert world.typed(pc).keys() <= {row.id for row in held}, f"desk {pc.number} has typed what never arrived"


def synced_means_synced(world: World) -> None:
    """I8, I23: nothing waits, nothing is behind, and the numbers on the page say so."""
    heads = heads_of(world)
    for pc in world.pcs:
        facts = sync_facts(pc.register.reader)
        assert (facts.waiting_changes, facts.behind, facts.set_aside, facts.frozen) == (0, 0, 0, "")
        assert world.cursor(pc) == heads[pc.scope]
        assert pc.register.reader.execute("SELECT count(*) FROM shadow").fetchone() == (0,)


def desks_hold_what_they_may(world: World) -> None:
    """I10: each desk has the records of its scopes as the province has them, its own words elsewhere, and no other."""
    for pc in world.pcs:
        own = {one.change.record for one in world.typed(pc).values()}
        for name, kind in KINDS.items():
            table = tables.RECORDS[name]
            held = {row["id"]: row for row in map(_mapping, rows(world.server.province, select(table)))}
            expected = {one for one, row in held.items() if row["scope"] == pc.scope or one in own}
            found = pc.register.reader.execute(f"SELECT id, scope, writers, {', '.join(kind.fields)} FROM {name}")
            there = {row[0]: row for row in found.fetchall()}
            assert there.keys() == expected, f"desk {pc.number}: {name}"
            for one in there:
                _same(pc, name, there[one], held[one])


def _mapping(row: Any) -> dict[str, Any]:
    return dict(row._mapping)


def _same(pc: Pc, kind: str, row: tuple[Any, ...], held: dict[str, Any]) -> None:
    for (name, declared), stored in zip(KINDS[kind].fields.items(), row[3:], strict=True):
        if not declared.data.is_sealed:
            here, there = (from_column(declared, value) for value in (stored, held[name]))
            assert (here or None) == (there or None), f"desk {pc.number}: {kind}.{name}"


def nothing_written_is_lost(world: World) -> None:
    """I3: every value ever written stands, or whoever wrote another saw it, or people were or are asked about it."""
    for subject in world.oracle.subjects.values():
        edits = list(subject.model.edits.values())
        seen = {base for edit in edits for base in (edit.base, subject.model.saw(edit.base))}
        asked_about = _asked_about(world, subject)
        for edit in edits:
            stands = subject.model.truth.writer.get(edit.field) == edit.id
            assert stands or edit.id in seen or edit.id in asked_about or _may_pass(edit, subject), edit


def _asked_about(world: World, subject: Subject) -> set[str | None]:
    """Both sides of every conflict that ever was."""
    table = tables.conflict
    found = rows(world.server.province, select(table).where(table.c.record.in_(list(world.oracle.subjects))))
    return {side for row in found for side in (row.theirs, row.ours, row.base)}


def _may_pass(edit: Edit, subject: Subject) -> bool:
    """A value equal to what stood, trivia, members that are added up, and a state from which a step led on."""
    if edit.id in subject.model.agreed or RULE_OF[edit.field] in (LATEST, "members"):
        return True
    later = [
        e for e in subject.model.edits.values() if e.field == edit.field and e.value in STEPS.get(edit.value or "", ())
    ]
    return RULE_OF[edit.field] == STATE and bool(later)


def chains_hold(world: World) -> None:
    """I28: the feed's chain and each desk's, reckoned again from the first change with nothing but SHA-256."""
    heads = {row.id: row.head for row in rows(world.server.province, select(tables.desk))}
    for order in world.oracle.order.values():
        chain = bytes(32)
        for fed in order:
            chain = hashlib.sha256(chain + fed.seq.to_bytes(8) + fed.digest).digest()
            assert chain == fed.chain
    for pc in world.pcs:
        head = bytes(32)
        raws = pc.register.reader.execute("SELECT raw FROM change WHERE desk=? ORDER BY n", (pc.desk,)).fetchall()
        for (raw,) in raws:
            head = hashlib.sha256(head + hashlib.sha256(raw).digest()).digest()
        assert heads[pc.desk] == head, f"desk {pc.number}"
        _audit_log_holds(world, pc)


def _audit_log_holds(world: World, pc: Pc) -> None:
    """Of a PC that was set back, or that goes on beside another, the province remembers rows that it has not."""
    assert pc.register.read_slowly(lambda it: verify_audit(it, subkey(KEY, AUDIT_PURPOSE))).result() is None
    lives_twice = {pc.desk, *pc.register.identity.former} & world.doubled
    assert lives_twice or pc.register.audit_fault() is None, f"desk {pc.number}"


def every_conflict_reaches_its_desks(world: World) -> None:
    """I30: what is open at the province is shown at each desk of its scope."""
    found = _open(world)
    for pc in world.pcs:
        shown = {one for conflict in open_conflicts(pc.register.reader) for one in conflict.ids}
        assert shown == {row.id for row in found if row.scope == pc.scope}


WHEN_QUIET: tuple[Callable[[World], None], ...] = (
    every_change_ended_once,
    synced_means_synced,
    desks_hold_what_they_may,
    nothing_written_is_lost,
    chains_hold,
    every_conflict_reaches_its_desks,
)


def decide_all(world: World) -> None:
    """I30: two desks decide all at once; what they disagree about is one conflict, which the third decides.

    The shelter's desk decides its own: an officer with two forms open on one field meets themselves.
    """
    for round_, deciding in enumerate(((0, 1, SHELTER_DESK), (2, SHELTER_DESK), (0, SHELTER_DESK))):
        if not _open(world):
            return
        for number in deciding:
            for one in open_conflicts(world.pcs[number].register.reader):
                settle_conflict(world, world.pcs[number], one, VALUES[one.field][(number + round_) % 3])
        world.tell_oracle()
        settle(world)
    assert _open(world) == [], "conflicts do not come to an end"


def _open(world: World) -> list[Any]:
    return rows(world.server.province, select(tables.conflict).where(tables.conflict.c.closed_by.is_(None)))
