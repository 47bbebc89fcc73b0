"""What the province had set aside under a former name, and forgot when it was put back: it is offered again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from commune_desk.domain.records.families import Person
from commune_desk.store.exchange import staged
from commune_desk.store.exchange.set_aside import entries_set_aside
from commune_desk.store.exchange.staged import mark_restored
from commune_desk.usecases.registers.profile import Profile
from sync.server.engine import tables
from sync.server.identity import desks
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice

NUMBER = "0912000003"
Ends = Callable[[TravelledOffice], None]


def revoked(office: TravelledOffice, *, removes: bool = False) -> None:
    own = office.there.register.identity.desk
    office.real.write(lambda connection: desks.revoke(connection, office.real.province, own, removes=removes))


def is_withdrawn(office: TravelledOffice) -> None:
    revoked(office)
    assert office.there.stopped() == "DeskRevoked"


def is_removed_for_good(office: TravelledOffice) -> None:
    revoked(office, removes=True)
    for _ in range(3):
        if not Profile(office.folder).is_removed:
            office.there.stopped()
    assert Profile(office.folder).is_removed


def set_aside_there(office: TravelledOffice) -> bytes:
    return b"".join(office.real.scalars(select(tables.quarantine.c.raw)))


def comes_out_of_a_backup(office: TravelledOffice) -> None:
    office.there.run(mark_restored)


def aside(office: TravelledOffice) -> tuple[tuple[str, int], ...]:
    told: tuple[tuple[str, int], ...] = office.there.register.write(
        lambda tx: entries_set_aside(tx.connection)
    ).result()[0]
    return told


def phones(office: TravelledOffice) -> list[str | None]:
    return list(office.real.scalars(select(tables.RECORDS["person"].c.phone)))


@pytest.fixture
def lost(office: TravelledOffice) -> TravelledOffice:
    """A child's new commune wrote a number; the province was put back to before the child came there, and set it aside
    until the child would come; then it was put back again, without a word, to before that."""
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    office.there.edit(Person, child, phone=NUMBER)
    office.sync()
    office.put_back()
    office.copy_silently()
    office.sync("there")
    assert aside(office) == (("moved", 1),)
    office.put_back_silently()
    return office


def rounds(office: TravelledOffice) -> None:
    for _ in range(3):
        office.sync("there", "colleague", "ours")


@pytest.mark.parametrize("ends", [is_withdrawn, comes_out_of_a_backup])
def test_what_waited_for_its_child_is_offered_under_the_new_name(lost: TravelledOffice, ends: Ends) -> None:
    ends(lost)
    lost.there.enrol_anew()
    rounds(lost)
    assert phones(lost) == [NUMBER]
    assert aside(lost) == ()
    assert lost.unrest() == {}


def test_of_a_province_that_said_so_too(office: TravelledOffice) -> None:
    """Put back twice to before it knew the PC."""
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    office.there.enrol_anew()
    office.there.go()
    office.there.edit(Person, child, phone=NUMBER)
    office.sync()
    for _ in range(2):
        office.put_back()
        assert office.there.stopped() == "NotRecognised"
        office.there.enrol_anew()
        office.there.go()
    rounds(office)
    assert phones(office) == [NUMBER]
    assert office.unrest() == {}


def test_what_still_lies_there_under_the_former_name_is_merged_once(office: TravelledOffice) -> None:
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    office.there.edit(Person, child, phone=NUMBER)
    office.sync()
    office.put_back()
    office.sync("there")
    assert aside(office) == (("moved", 1),)
    office.back_up("later")
    office.put_back("later")
    office.there.run(mark_restored)
    office.there.enrol_anew()
    office.there.go()
    assert len(list(office.real.scalars(select(tables.quarantine.c.raw)))) == 2
    rounds(office)
    assert phones(office) == [NUMBER]
    assert aside(office) == ()
    assert office.unrest() == {}


def test_a_pc_that_is_removed_before_it_hears_anything_leaves_it_too(lost: TravelledOffice) -> None:
    is_withdrawn(lost)
    lost.there.enrol_anew()
    is_removed_for_good(lost)
    assert NUMBER.encode() in set_aside_there(lost)


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "twin"])
def test_a_pc_that_is_removed_leaves_it_at_the_province(
    lost: TravelledOffice, monkeypatch: pytest.MonkeyPatch, is_kept: bool
) -> None:
    """The twin: as what the province had set aside counted for good, the only copy went with the register."""
    if not is_kept:
        monkeypatch.setattr(staged, "_SET_ASIDE", "0")
    is_withdrawn(lost)
    lost.there.enrol_anew()
    lost.there.go()
    is_removed_for_good(lost)
    assert (NUMBER.encode() in set_aside_there(lost)) is is_kept
