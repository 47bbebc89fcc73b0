"""Syncs and what may befall them: a bad line, a full disk, a power cut, somebody who types between two statements."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import wait
from threading import current_thread, main_thread

from sqlalchemy import Table, select

from commune_desk.domain.words.errors import DeskError
from sync.client.errors import Unproven
from sync.client.session import SyncOutcome
from sync.protocol import Malformed
from sync.server.engine import tables
from tests.simulator import work
from tests.simulator.disk import Disk, PowerCut, Trouble
from tests.simulator.facts import rows
from tests.simulator.line import FAULT_NAMES
from tests.simulator.pc import Pc
from tests.simulator.world import World

_FAR = 60
"""About as many statements as a sync has."""


def told(result: SyncOutcome | DeskError | PowerCut) -> str:
    """An outcome as the trace has it: nothing of it depends on keys or on the hour.

    Whether a reply with a wrong byte can still be read hangs on the bytes beside it, which are of both.
    """
    if isinstance(result, SyncOutcome):
        return f"pushed {result.pushed} pulled {result.pulled} aside {result.quarantined} conflicts {result.conflicts}"
    return "spoilt" if isinstance(result, (Unproven, Malformed)) else type(result).__name__


def plain(world: World, pc: Pc) -> str:
    return told(world.sync(pc))


def on_a_bad_line(world: World, pc: Pc) -> str:
    pc.line.plan = [world.chance.choice(["", world.chance.choice(FAULT_NAMES)]) for _ in range(6)]
    plan = [fault for fault in pc.line.plan if fault]
    result = world.sync(pc)
    pc.line.plan = []
    return f"{plan}: {told(result)}"


def with_a_failing_disk(world: World, pc: Pc) -> str:
    disk = _some_disk(world, pc)
    disk.arm(world.chance.randrange(1, _FAR), world.chance.choice([Trouble.FULL, Trouble.BUSY, Trouble.REFUSED]))
    return _watched(world, pc, disk)


def with_a_power_cut(world: World, pc: Pc) -> str:
    disk = _some_disk(world, pc)
    disk.arm(world.chance.randrange(1, _FAR), world.chance.choice([Trouble.CUT, Trouble.CUT_AFTER]))
    return _watched(world, pc, disk)


def while_somebody_types(world: World, pc: Pc) -> str:
    """Forms are opened and saved between any two statements of the sync."""
    saved: list[str] = []
    for _ in range(3):
        pc.disk.at(world.chance.randrange(1, _FAR), _typing(world, pc, saved))
    return f"{told(world.sync(pc))}; typed {saved}"


def _typing(world: World, pc: Pc, saved: list[str]) -> Callable[[], None]:
    def type_something() -> None:
        with pc.disk.unseen(), world.server.disk.unseen():
            opened = work.form(world, pc)
        if opened is not None:
            save = pc.submit(opened)
            pc.disk.uncounted(save)
            if current_thread() is main_thread():  # what the sync reads next has it, or has it not: never by chance
                wait([save])
            saved.append(opened.name)

    return type_something


def _some_disk(world: World, pc: Pc) -> Disk:
    return world.chance.choice([pc.disk, world.server.disk])


def _watched(world: World, pc: Pc, disk: Disk) -> str:
    before = len(disk.log)
    result = world.sync(pc)
    where = "desk" if disk is pc.disk else "province"
    return f"{where} {disk.log[before:]}: {told(result)}"


def send_all_again(world: World, pc: Pc) -> str:
    """The province has it all; sent again, none of its rows may change."""
    world.meanwhile, others = None, world.meanwhile
    try:
        return _again(world, pc)
    finally:
        world.meanwhile = others


def _again(world: World, pc: Pc) -> str:
    if not isinstance(world.sync(pc), SyncOutcome):
        return "no line"
    if _is_any_unsent(pc) and not isinstance(world.sync(pc), SyncOutcome):  # it wrote upon what it heard
        return "no line"
    before = _everything(world)
    pc.write(lambda tx: tx.connection.execute(_RESEND, (tx.ledger.desk,)))
    result = world.sync(pc)
    assert not isinstance(result, SyncOutcome) or _everything(world) == before, "sending again changed something"
    return told(result)


def _is_any_unsent(pc: Pc) -> bool:
    ((unsent,),) = pc.register.reader.execute("SELECT count(*) FROM change WHERE state='waiting'").fetchall()
    return bool(unsent)


_RESEND = "UPDATE change SET state='waiting', code=NULL WHERE desk=? AND state IN ('accepted', 'quarantined')"
_UNTOUCHED: tuple[Table, ...] = (
    *(tables.change, tables.feed, tables.scope, tables.outcome, tables.conflict, tables.quarantine),
    *tables.RECORDS.values(),
)


def _everything(world: World) -> list[list[tuple[object, ...]]]:
    with world.server.disk.unseen():
        return [sorted(map(tuple, rows(world.server.province, select(table))), key=repr) for table in _UNTOUCHED]
