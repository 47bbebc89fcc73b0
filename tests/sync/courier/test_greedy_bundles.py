"""A bundle of an enrolled desk that asks for more than any honest one fills no stick."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from commune_desk.domain.time.clock import SystemClock
from sync.bundle import PartKind, part
from sync.protocol import PullRequest
from sync.server.edge import courier, courier_reply
from sync.server.edge.courier import existing
from sync.server.edge.courier_answer import Answer
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import epoch_of
from sync.server.intake.admission import Admission
from sync.snapshot import Begin
from tests.helpers.builders import make_person, save_all
from tests.sync.actors.couriers import Office, couriers
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def office() -> Iterator[Office]:
    with couriers() as made:
        yield made


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


def test_numbers_that_no_register_counts_to_are_no_push(office: Office) -> None:
    """Parked, they would have to wait in a column that cannot hold them, or in an answer that no desk can read."""
    for first in (1 << 53, 1 << 63, 10**30):
        assert _brought_ahead(office, first) == ["malformed"], first
    assert _parked(office) == []
    assert _brought_ahead(office, 10**6) == [], "the twin: a number that a register may come to waits"
    assert _parked(office) == [(10**6, 10**6)]


def _brought_ahead(office: Office, first: int) -> list[str]:
    """What is refused of a bundle with a push of one change that says it is that far ahead."""
    office.visit(0)
    (data,) = office.write_out(0)
    arrived = courier.open_arrived(office.province, data)
    ((_, body),) = arrived.parts(PartKind.PUSH)
    header, *lines = body.split(b"\n")
    said = msgspec.json.decode(header) | {"first_n": first, "last_n": first}
    ahead = b"\n".join([msgspec.json.encode(said), lines[-1]])
    answer = Answer(office.id_of(0))
    pushed = replace(arrived, header=structs.replace(arrived.header, parts=[part(PartKind.PUSH, ahead)[0]]))
    courier.take_in_bundle(office.province, replace(pushed, contents=[ahead]), answer, admission=Admission(), label="")
    return answer.refused


def _parked(office: Office) -> list[tuple[int, int]]:
    return courier.standing(office.province, office.id_of(0))[1]
