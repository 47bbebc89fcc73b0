"""A commune desk and a shelter desk at one province: each holds its own, and a notice is all that crosses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.records.placements import notice_id
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.intake import comparing
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.lifecycle.erasing import Ordered, erase
from tests.helpers.builders import make_log_entry, make_notice, make_person, make_placement, save_all
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import HOUSE, OFFICE, RealProvince, real_province
from tests.sync.actors.two_communes import words_in

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def province(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


@pytest.fixture
def desks(province: RealProvince, tmp_path: Path) -> Iterator[tuple[RealDesk, RealDesk, RealDesk]]:
    """Two commune desks and a shelter desk."""
    opened = []
    for number, grants in enumerate((OFFICE, OFFICE, HOUSE)):
        path = tmp_path / f"desk{number}.db"
        make_register(path, province.enrol(grants))
        opened.append(RealDesk(path, SystemClock(), province.transport))
    yield opened[0], opened[1], opened[2]
    for desk in opened:
        desk.register.close()


def test_a_stay_reaches_the_commune_as_a_notice_and_nothing_more(desks: tuple[RealDesk, RealDesk, RealDesk]) -> None:
    here, there, house = desks
    resident = make_person("Đặng Thị Hoà", scope="S:AD01")
    stay = make_placement(resident.id, condition="Sợ người lạ.", destination="Nhà bà ngoại")
    notice = make_notice()
    house.register.write(save_all(resident, stay, make_log_entry(stay.id), make_log_entry(stay.id), notice)).result()
    house.sync()
    child = make_person("Bàn Văn Tài")
    here.register.write(save_all(child)).result()
    here.sync()
    there.sync()
    for commune in (here, there):
        assert commune.ask("SELECT id FROM placement_notice") == [(notice.id,)]
        assert commune.ask("SELECT id FROM person") == [(child.id,)]
        assert commune.ask("SELECT count(*) FROM placement") == [(0,)]
        assert commune.ask("SELECT DISTINCT scope FROM change") == [("C:06838",)]
    assert there.ask("SELECT full_name FROM person") == [("Bàn Văn Tài",)]
    house.sync()
    assert house.ask("SELECT count(*) FROM person WHERE id=?", child.id) == [(0,)]
    assert house.ask("SELECT condition, destination FROM placement") == [("Sợ người lạ.", "Nhà bà ngoại")]
    for desk in desks:
        assert desk.ask("SELECT count(*) FROM change WHERE state IN ('waiting', 'quarantined')") == [(0,)]
        desk.register.write(comparing.ask).result()
        desk.sync()
        found = desk.register.write(lambda tx: comparing.last(tx.connection)).result()[0]
        assert (found.at != "", found.put_right, found.only_here, found.unlike) == (True, 0, 0, 0)


def test_who_is_erased_is_gone_from_the_house_and_the_notice_from_the_commune(
    province: RealProvince, desks: tuple[RealDesk, RealDesk, RealDesk]
) -> None:
    here, there, house = desks
    resident = make_person("Đặng Thị Hoà", scope="S:AD01")
    stay = make_placement(resident.id, condition="Sợ người lạ.")
    notice = make_notice(id=notice_id(stay.id, "06838"))
    house.register.write(save_all(resident, stay, make_log_entry(stay.id), notice)).result()
    for desk in (house, here, there):
        desk.sync()
    assert here.ask("SELECT id FROM placement_notice") == [(notice.id,)]
    at, order = province.province, Ordered("Sở Y tế", "QĐ 12/2026")
    at.database.write(lambda c: erase(c, at, "person", resident.id, order), WHOLE_PROVINCE)
    for desk in desks:
        desk.sync()
    for table in ("person", "placement", "care_log_entry"):
        assert house.ask(f"SELECT count(*) FROM {table}") == [(0,)]
    for desk in (here, there, house):
        assert desk.ask("SELECT count(*) FROM placement_notice") == [(0,)]
        assert desk.ask("SELECT is_sent FROM purge_receipt") == [(1,)]
    assert "Đặng Thị Hoà" not in words_in(house)
