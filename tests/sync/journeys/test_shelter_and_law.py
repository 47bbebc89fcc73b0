"""A child who stays in a house is joined, moves and is erased by law, while one desk is revoked and the house is away.

The house has no line from the beginning and comes back last, with a note and a correction that nobody has seen; the
desk that wrote the last visit is revoked with it unsent; the colleague's words travel on a stick.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.lifecycle.erasure_status import ErasureStatus, erasures
from tests.helpers.joined import join
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_province import OTHER_COMMUNE, SHELTER
from tests.sync.actors.sheltered_office import ShelteredOffice, admit, correct, note

SHARED, AGAIN, LAST, AWAY, ADDRESS = "Chìu Văn Sáng", "Lý Văn Sang", "Bàn tay xước", "Ngủ không yên", "số 9 Khe Bốc"
OTHERS = ("colleague", "there", "shift")


@pytest.fixture
def children(sheltered: ShelteredOffice) -> tuple[RecordId, RecordId]:
    """The record that the house holds, with a stay; and another of the same child, with a visit."""
    shared, again = sheltered.child(SHARED), sheltered.child(AGAIN)
    sheltered.share(shared)
    stay = admit(sheltered.house, shared)
    sheltered.visit("ours", again)
    sheltered.sync()
    note(sheltered.house, stay, f"{AWAY}: {ADDRESS}")
    correct(sheltered.house, shared, village="Nà Ếch")
    return shared, again


def by_stick(office: ShelteredOffice, name: str) -> None:
    desk = office.desks[name]
    for _ in range(2):
        desk.stick_in(bring(office.real.province, *desk.stick_out()))


def joined(office: ShelteredOffice, old: RecordId, kept: RecordId) -> None:
    office.colleague.register.write(lambda tx: join(tx, old, kept)).result()


def revoked_with_its_last_visit(office: ShelteredOffice, child: RecordId) -> None:
    office.visit("ours", child, LAST)
    office.revoke("ours")
    assert office.ours.stopped() == "DeskRevoked"


def told(office: ShelteredOffice) -> str:
    """Every value of every table of the province."""
    cells = []
    for table in tables.metadata.sorted_tables:
        rows = office.real.province.database.read(lambda c, t=table: c.execute(select(t)).all(), WHOLE_PROVINCE)  # type: ignore[misc]
        cells += [cell for row in rows for cell in row]
    return "\n".join(cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell) for cell in cells)


def status(office: ShelteredOffice) -> ErasureStatus:
    (one,) = office.real.province.database.read(erasures, WHOLE_PROVINCE)
    return one


def comes_back_last(office: ShelteredOffice) -> None:
    """The others first; the house with what it has kept to itself; then everybody."""
    office.sync(*OTHERS, *OTHERS)
    serving = [name for name in office.desks if name != "ours"]
    assert office.house.register.identity.desk in status(office).waiting
    office.sync("house", *serving, *serving)
    assert office.unrest(*serving) == {}
    assert status(office).waiting == []
    assert office.house.register.identity.desk in status(office).signed
    for name in serving:
        statements = office.desks[name].ask("SELECT count(*) FROM purge_receipt WHERE is_sent=0")
        assert statements == [(0,)]


def nowhere(office: ShelteredOffice, *words: str) -> None:
    """Neither at the province nor at a desk in service."""
    everywhere = {"province": told(office)}
    everywhere |= {name: desk.words() for name, desk in office.desks.items() if name != "ours"}
    assert {name: found for name, held in everywhere.items() if (found := [one for one in words if one in held])} == {}


@pytest.mark.parametrize("erased", [0, 1])
@pytest.mark.parametrize("moves", ["before", "after"])
def test_joined_and_then_erased_nothing_of_either_is_left_anywhere(
    sheltered: ShelteredOffice, children: tuple[RecordId, RecordId], moves: str, erased: int
) -> None:
    """`after`: the colleague moves the child without having heard of the erasure."""
    shared, again = children
    joined(sheltered, shared, again)
    sheltered.sync("colleague")
    revoked_with_its_last_visit(sheltered, again)
    sheltered.move("colleague", again, OTHER_COMMUNE)
    if moves == "before":
        by_stick(sheltered, "colleague")
        sheltered.sync("there")
        sheltered.visit("there", again, LAST)
    sheltered.erase(children[erased])
    by_stick(sheltered, "colleague")
    comes_back_last(sheltered)
    nowhere(sheltered, SHARED, AGAIN, LAST, AWAY, ADDRESS, "Nà Ếch")
    assert sheltered.homes("person") == sheltered.homes("home_visit") == sheltered.homes("placement") == {}


def test_erased_before_it_is_joined_the_other_record_stays_with_every_visit(
    sheltered: ShelteredOffice, children: tuple[RecordId, RecordId]
) -> None:
    """The colleague joins and moves what it takes for one child; the province knows of one that is left."""
    shared, again = children
    revoked_with_its_last_visit(sheltered, shared)
    sheltered.erase(shared)
    joined(sheltered, shared, again)
    visit = sheltered.visit("colleague", again)
    sheltered.move("colleague", again, OTHER_COMMUNE)
    by_stick(sheltered, "colleague")
    comes_back_last(sheltered)
    nowhere(sheltered, SHARED, LAST, AWAY, ADDRESS, "Nà Ếch")
    assert sheltered.homes("person") == {again: OTHER_COMMUNE}
    assert visit in sheltered.homes("home_visit")
    assert set(sheltered.homes("home_visit").values()) == {OTHER_COMMUNE}
    assert len(sheltered.there.ask("SELECT id FROM home_visit")) == 2


def test_of_what_a_revoked_desk_wrote_about_who_is_not_erased_every_byte_is_kept(
    sheltered: ShelteredOffice, children: tuple[RecordId, RecordId]
) -> None:
    shared, again = children
    revoked_with_its_last_visit(sheltered, again)
    sheltered.erase(shared)
    assert LAST in told(sheltered)
    comes_back_last(sheltered)
    nowhere(sheltered, SHARED, AWAY, ADDRESS)


def test_no_word_of_the_house_is_at_a_communes_desk_at_any_time(
    sheltered: ShelteredOffice, children: tuple[RecordId, RecordId]
) -> None:
    shared, again = children
    sheltered.move("ours", shared, OTHER_COMMUNE)
    sheltered.sync("ours", "there", "house", "there", "colleague")
    sheltered.take_back(shared, by="there")
    sheltered.sync("there")
    note(sheltered.house, RecordId(sheltered.house.ask("SELECT id FROM placement")[0][0]), f"Về {ADDRESS}")
    sheltered.sync()
    sheltered.sync()
    for name in ("ours", "colleague", "there"):
        assert [one for one in (ADDRESS, AWAY, "Hoa Sen") if one in sheltered.desks[name].words()] == []
    assert sheltered.there.ask("SELECT village FROM person WHERE id=?", shared) == [("Nà Ếch",)]
    assert set(sheltered.homes("care_log_entry").values()) == {SHELTER}
    assert again in sheltered.homes("person")
    assert sheltered.unrest() == {}
