"""A bundle of an enrolled desk that asks for more than any honest one fills no stick."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from commune_desk.domain.time.clock import SystemClock
from sync.bundle import PartKind
from sync.protocol import PullRequest
from sync.server.door import courier_reply
from sync.server.door.courier import existing
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import epoch_of
from sync.snapshot import Begin
from tests.helpers.builders import make_person, save_all
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")


def _snapshots(real: RealProvince, desk: str, scopes: list[str]) -> int:
    """Pieces of snapshots in the answer to a bundle that asks to begin these places anew."""
    database = real.province.database
    caller = database.read(lambda connection: existing(connection, desk), WHOLE_PROVINCE)
    request = PullRequest(epoch=database.read(epoch_of, WHOLE_PROVINCE), cursors={})
    items = courier_reply._feeds(real.province, caller, request, Begin(scopes=scopes))
    return sum(part.kind == PartKind.SNAPSHOT for part, _ in items)


def test_a_place_named_a_thousand_times_is_brought_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with real_province(tmp_path) as real:
        enrolment = real.enrol()
        make_register(tmp_path / "desk.db", enrolment)
        desk = RealDesk(tmp_path / "desk.db", SystemClock(), real.transport)
        desk.register.write(save_all(make_person())).result()
        desk.sync()
        desk.register.close()
        assert _snapshots(real, enrolment.desk, [COMMUNE, OTHER_COMMUNE] * 1000) == 1
        monkeypatch.setattr(courier_reply, "dict", _Kept, raising=False)  # the twin: as often as it is named
        assert _snapshots(real, enrolment.desk, [COMMUNE] * 20) == 20


class _Kept(dict[str, int]):
    """Stands for `dict` where each place is kept as often as it is named."""

    @classmethod
    def fromkeys(cls, named: Iterable[str]) -> list[str]:  # type: ignore[override]
        return list(named)
