"""What the province does of its own accord and no desk asks for: it erases a person by order; then and at a replay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, select

from commune_desk.domain.time.clock import stamp_instant
from sync.change import Change, Line, read_line, sign
from sync.erased import order_of
from sync.protocol import PROVINCE_DESK
from sync.seal import SigningKey
from sync.server.answers.snapshots import forget_snapshots
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import own_changes
from sync.server.identity.province import open_province
from sync.server.intake.standing import kept_line
from sync.server.lifecycle import erasing
from tests.sync.actors.server_fixtures import World, command
from tests.traces.trace import Order

WHO, WHY = "Giám đốc Sở Y tế", "QĐ 12/2026/QĐ-SYT"


def give(folder: Path, record: str, before: tuple[str, int]) -> Order:
    """Erase the record at the province in `folder`, whether it is served or not."""
    made = command(folder, "erase", record, "--who", WHO, "--why", WHY, "--yes", "--json")
    assert made.returncode == 0, made.stderr
    act = json.loads(made.stdout)["act"]
    province = open_province(folder / "data", folder / "key.json")
    try:
        told = province.database.read(_told, WHOLE_PROVINCE)
    finally:
        province.close()
    return Order(before, [line.encode() for line in told if line.change.group == act])


def _told(connection: Connection) -> list[Line]:
    change = tables.change
    own = select(change.c.raw, change.c.signature).where(change.c.desk == PROVINCE_DESK).order_by(change.c.n)
    return [kept_line(row.raw, row.signature) for row in connection.execute(own)]


def give_again(world: World, order: Order) -> None:
    """Today's program erases the record. The ids of then and its schema are given; all else it has to come to."""
    then = {line.change.scope: line.change for line in map(read_line, order.lines)}
    first, *_ = then.values()
    plan, ordered = erasing.planned, erasing.Ordered(*order_of(first))

    def signed(change: Change, key: SigningKey) -> Line:
        was = then[change.scope]
        return sign(msgspec.structs.replace(change, id=was.id, stamp=was.stamp, schema=was.schema), key)

    def planned(*where: Any) -> erasing.Act:
        return msgspec.structs.replace(plan(*where), id=first.group)

    world.clock.at = stamp_instant(first.stamp)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own_changes, "sign", signed)
        patch.setattr(erasing, "planned", planned)
        _act, emptied = world.write(
            lambda connection: erasing.erase(connection, world.province, first.kind, first.record, ordered)
        )
    forget_snapshots(world.province, emptied.snapshots)
