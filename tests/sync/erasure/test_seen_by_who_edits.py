"""An edit names a change of somebody who was erased as what its author had seen: one PC's mistake stops nobody."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import uuid7
from sync.checksums import RecordsRequest
from sync.protocol import encode
from sync.snapshot import SnapshotRequest
from tests.sync.actors.server_fixtures import COMMUNE, SHELTER, World
from tests.sync.erasure.test_server_erasure import erased
from tests.sync.moves.test_server_moves import Child, relocation

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def other(world: World) -> str:
    """Somebody with a phone that waits for a person: its author names what was written of the erased child."""
    gone, mistaken, other = Child(world.desk()), world.desk(), uuid7()
    erased(world, gone.person)
    gone.desk.send("person", other, {"full_name": "Bàn Thị Một", "phone": "0912000111"})
    line = mistaken.change("person", other, {"phone": "0912000222"}, base={"phone": gone.name})
    assert mistaken.results(line) == [("conflict", "")]
    return other


def answers(world: World, person: str) -> list[object]:
    """What becomes of a share, of a beginning and of a comparison there."""
    desk, epoch = world.desk(), world.epoch
    return [
        desk.push(relocation(desk, person, "share", SHELTER)).status,
        desk.post("/v1/snapshot", encode(SnapshotRequest(epoch=epoch, scope=COMMUNE, fresh=True))).status,
        desk.post("/v1/records", encode(RecordsRequest(epoch=epoch, scope=COMMUNE, ranges=list(range(256))))).status,
        desk.pull_from({COMMUNE: 0}).status,
    ]


def test_the_record_is_shared_and_the_place_begun_and_compared(world: World, other: str) -> None:
    assert answers(world, other) == [200] * 4
