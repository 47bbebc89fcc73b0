"""What a withdrawn PC sent after that is taken in on a person's word, and stands as if it had been in service."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId, uuid7
from commune_desk.domain.words.errors import Refusal
from sync.client.errors import DeskRemoved, DeskRevoked
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.intake.admission import Admission
from sync.server.lifecycle import admitting
from sync.server.lifecycle.admitting import Admitted, admit, waiting
from tests.helpers.attached import add_child, add_file, ask_for, content_at, scan
from tests.helpers.builders import make_visit, save_all
from tests.helpers.enrolled_desks import enrolled_desk
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import COMMUNE, real_province
from tests.sync.actors.server_fixtures import OTHER, province_in
from tests.sync.actors.travelled_office import TravelledOffice
from tests.sync.actors.two_communes import Two, move, visit
from tests.sync.client.test_withdrawn_for_good import try_sync
from tests.sync.client.test_withdrawn_for_good import withdraw as withdraw_pc
from tests.sync.erasure.test_erased_at_desks import erased

pytestmark = pytest.mark.usefixtures("store_engine")

NAME = {"full_name": "Đặng Thị Hoà"}


def id_of(desk: RealDesk) -> str:
    return desk.register.identity.desk


def withdraw(two: Two, desk: RealDesk) -> None:
    """Out of service; what it has goes up, and is set aside."""
    province = two.real.province
    two.real.write(lambda connection: desks.revoke(connection, province, id_of(desk)))
    with pytest.raises(DeskRevoked):
        desk.sync()


def taken_in(two: Two, desk: RealDesk, *, after_n: int = 0) -> Admitted:
    province, named = two.real.province, id_of(desk)
    return province.database.write(lambda c: admit(c, province, named, after_n=after_n), WHOLE_PROVINCE)


def aside(two: Two) -> list[str]:
    return two.real.scalars(select(tables.quarantine.c.code))


def visits(desk: RealDesk) -> set[str]:
    return {one for (one,) in desk.ask("SELECT id FROM home_visit")}


def test_its_visits_come_to_its_colleague(two: Two, child: RecordId) -> None:
    typed = {visit(two.late, child) for _ in range(3)}
    withdraw(two, two.late)
    assert aside(two) == ["revoked"] * 3
    shown = two.real.province.database.read(lambda c: waiting(c, id_of(two.late)), WHOLE_PROVINCE)
    assert (shown.kinds, shown.changes) == ({"home_visit": 3}, 3)
    assert taken_in(two, two.late).merged == 3
    two.old.sync()
    assert (visits(two.old), aside(two)) == (typed, [])
    assert sums_here(two.old, COMMUNE).whole == sums_there(two.real, COMMUNE).whole
    assert taken_in(two, two.late) == Admitted()


def test_in_parts_it_comes_whole(two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admitting, "AT_ONCE", 2)
    typed = {visit(two.late, child) for _ in range(3)}
    withdraw(two, two.late)
    first = taken_in(two, two.late)
    assert (first.merged, aside(two)) == (2, ["revoked"])
    assert taken_in(two, two.late, after_n=first.after_n).merged == 1
    two.old.sync()
    assert visits(two.old) == typed


def test_a_visit_follows_the_child_who_was_handed_over_meanwhile(two: Two, child: RecordId) -> None:
    one = visit(two.late, child)
    move(two.old, child)
    two.old.sync()
    withdraw(two, two.late)
    assert taken_in(two, two.late).merged == 1
    two.new.sync()
    assert visits(two.new) == {one}


def test_of_an_erased_child_there_is_nothing_to_take_in(two: Two, child: RecordId) -> None:
    visit(two.late, child)
    withdraw(two, two.late)
    erased(two, child)
    with pytest.raises(Refusal):
        two.real.province.database.read(lambda c: waiting(c, id_of(two.late)), WHOLE_PROVINCE)
    assert taken_in(two, two.late) == Admitted()


def test_of_a_pc_in_service_nothing_is_kept_for_that(two: Two, child: RecordId) -> None:
    for desk in (id_of(two.late), "ZZZZZZ"):
        with pytest.raises(Refusal):
            two.real.province.database.read(partial(waiting, desk=desk), WHOLE_PROVINCE)
    assert taken_in(two, two.late) == Admitted()


def strayed(tmp_path: Path) -> tuple[int, int]:
    """How many changes were merged and left aside of a PC that wrote, withdrawn, for another's place as well."""
    with province_in(tmp_path) as world:
        desk = world.desk()
        world.write(lambda connection: desks.revoke(connection, world.province, desk.id))
        own, strange = (desk.change("person", uuid7(), NAME, scope=scope) for scope in (COMMUNE, OTHER))
        assert desk.results(own, strange) == [("quarantined", "revoked")] * 2
        done = world.write(lambda connection: admit(connection, world.province, desk.id))
        assert world.count("quarantine") == done.left_aside
        return done.merged, done.left_aside


def test_it_writes_nowhere_where_it_never_might(tmp_path: Path) -> None:
    assert strayed(tmp_path) == (1, 1)


def test_asked_for_no_rights_it_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(Admission, "fault", lambda *_args, **_named: None)
    assert strayed(tmp_path) == (2, 0)


def withdrawn_and_admitted(office: TravelledOffice) -> None:
    """Ours was taken out of service with what it had, and then all of that was taken in."""
    province, named = office.real.province, id_of(office.ours)
    office.real.write(lambda connection: desks.revoke(connection, province, named))
    assert office.ours.stopped() == "DeskRevoked"
    assert office.real.write(lambda connection: admit(connection, province, named)).left_aside == 0


def test_of_a_pc_that_was_removed_the_last_visit_comes_and_its_photo_opens(tmp_path: Path) -> None:
    """Its register is gone by then."""
    with real_province(tmp_path) as real:
        pc, colleague = (enrolled_desk(real, tmp_path / name) for name in ("pc", "colleague"))
        child = add_child(pc.open.register)
        for desk in (pc, colleague):
            desk.sync()
        photo, last = add_file(pc.open.register, child, scan(300_000)), make_visit(child)
        pc.open.register.write(save_all(last)).result()
        named = pc.open.register.identity.desk
        withdraw_pc(pc)
        while not pc.open.profile.is_removed:
            assert try_sync(pc) is DeskRemoved
        assert real.write(lambda connection: admit(connection, real.province, named)).left_aside == 0
        register = colleague.open.register
        colleague.sync()
        ask_for(register, photo.id)
        colleague.sync()
        assert content_at(register, photo.id) == scan(300_000)
        assert register.read(lambda db: db.execute("SELECT id FROM home_visit").fetchall()) == [(last.id,)]
        colleague.close()


def test_the_pc_that_is_enrolled_anew_after_it_has_nothing_twice(office: TravelledOffice) -> None:
    child = office.child("Chìu Văn Sáng")
    one = office.visit("ours", child)
    withdrawn_and_admitted(office)
    office.ours.enrol_anew()
    two_more = {one, office.visit("ours", child)}
    for _ in range(3):
        office.sync("ours", "colleague")
    assert visits(office.ours) == visits(office.colleague) == two_more
    assert office.unrest("ours", "colleague") == {}
