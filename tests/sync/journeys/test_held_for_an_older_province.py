"""What a newer desk holds back from an older province, while the record moves, goes by law, or its desk does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commune_desk.domain.records.kinds import KINDS, SCHEMA_VERSION, SINCE
from commune_desk.store.changes import journal
from commune_desk.store.desk import versions
from commune_desk.store.exchange.staged import mark_restored
from commune_desk.store.pages.sync_status import Held, StaysHere, sync_facts
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.sync.courier import Courier
from sync.server.identity import desks
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, Traveller
from tests.sync.journeys.test_set_back_on_the_way import by_stick

OLD, NEW = SCHEMA_VERSION - 1, SCHEMA_VERSION
ADMITTED = "sync.server.intake.admission.KINDS"
TOLD = ("sync.server.edge.app.SCHEMA_VERSION", "sync.server.edge.courier_reply.SCHEMA_VERSION")

Upgrade = Callable[[], None]


@pytest.fixture
def upgrade(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> Upgrade:
    """The province knows nothing of files until it is upgraded."""
    monkeypatch.setitem(SINCE, "attachment", NEW)
    _runs(office, monkeypatch, OLD)
    return lambda: _runs(office, monkeypatch, NEW)


def _runs(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    """The province's program from now on."""
    known = {name: kind for name, kind in KINDS.items() if version == NEW or name != "attachment"}
    monkeypatch.setattr(ADMITTED, known)
    for place in TOLD:
        monkeypatch.setattr(place, version)
    office.real.restart()


def held(desk: Traveller) -> list[str]:
    """The states of what was written about files."""
    return [state for (state,) in desk.ask("SELECT DISTINCT state FROM change WHERE kind='attachment' ORDER BY 1")]


def test_it_follows_a_child_who_moved_meanwhile(office: TravelledOffice, upgrade: Upgrade) -> None:
    child = office.child("Chìu Văn Sáng")
    photo = office.photo("ours", child)
    office.sync()
    assert held(office.ours) == ["staged"]
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    assert (held(office.ours), office.ours.ask("SELECT count(*) FROM person")) == (["staged"], [(1,)])
    upgrade()
    office.sync()
    office.sync()
    assert office.homes("attachment") == {photo.id: OTHER_COMMUNE}
    assert office.whole_files() == {photo.sha256: OTHER_COMMUNE}
    assert office.there.ask("SELECT id FROM attachment") == [(photo.id,)]
    assert office.ours.ask("SELECT count(*) FROM person") == [(0,)]
    assert office.unrest() == {}


def test_a_stick_says_that_it_does_not_take_along_what_is_held_back(office: TravelledOffice, upgrade: Upgrade) -> None:
    """Nor the photo itself, which waits behind it for a line."""
    office.photo("ours", office.child("Chìu Văn Sáng"))
    office.sync()
    office.sync()
    (office.folder / "usb").mkdir()
    courier = Courier(office.ours.register, lambda _changes: None)
    wrote = courier.write_out(office.folder / "usb")
    assert (wrote.changes, wrote.stays) == (0, StaysHere(held=2, files=1))
    upgrade()
    office.sync()
    office.sync()
    assert courier.write_out(office.folder / "usb").stays == StaysHere(), "the twin"


def test_the_sync_page_says_what_is_held_back_and_for_how_long(office: TravelledOffice, upgrade: Upgrade) -> None:
    child = office.child("Chìu Văn Sáng")
    office.photo("ours", child)
    office.sync()
    facts = office.ours.register.write(lambda tx: sync_facts(tx.connection)).result()[0]
    assert (facts.held.records, facts.waiting_records, facts.packed_bytes) == (1, 1, 0)
    office.visit("ours", child)
    facts = office.ours.register.write(lambda tx: sync_facts(tx.connection)).result()[0]
    assert (facts.held.records, facts.waiting_records) == (1, 2)
    assert facts.packed_bytes > 0
    upgrade()
    office.sync()
    facts = office.ours.register.write(lambda tx: sync_facts(tx.connection)).result()[0]
    assert (facts.held, facts.waiting_records) == (Held(), 0)


def test_of_a_child_whom_the_law_erased_it_goes(office: TravelledOffice, upgrade: Upgrade) -> None:
    child = office.child("Chìu Văn Sáng")
    office.photo("ours", child)
    office.sync("ours")
    office.erase(child)
    office.sync()
    assert held(office.ours) == []
    upgrade()
    office.sync()
    assert office.unrest() == {}
    assert "Chìu" not in office.ours.words()
    assert office.ours.ask("SELECT count(*) FROM file_piece") == [(0,)]


def test_a_desk_enrolled_anew_holds_it_on(office: TravelledOffice, upgrade: Upgrade) -> None:
    child = office.child("Chìu Văn Sáng")
    photo = office.photo("ours", child)
    office.sync()
    office.ours.run(mark_restored)
    office.ours.enrol_anew()
    office.sync("ours", "ours")
    assert held(office.ours) == ["staged"]
    upgrade()
    office.sync()
    assert office.homes("attachment") == {photo.id: COMMUNE}
    assert office.whole_files() == {photo.sha256: COMMUNE}
    assert office.unrest() == {}


def test_what_a_newer_province_had_is_held_from_the_older_one_that_is_put_back(
    office: TravelledOffice, upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backup and the program are of before; the desk is not in it and enrols anew."""
    child = office.child("Chìu Văn Sáng")
    enrolled_later(office)
    with monkeypatch.context() as then:
        _runs(office, then, NEW)
        photo = office.photo("ours", child)
        office.sync("ours", "ours")
        assert held(office.ours) == ["accepted"]
    office.put_back()
    assert office.ours.stopped() == "NotRecognised"
    office.ours.enrol_anew()
    office.sync("ours", "ours")
    assert held(office.ours) == ["staged"]
    upgrade()
    office.sync()
    assert office.homes("attachment") == {photo.id: COMMUNE}
    assert office.whole_files() == {photo.sha256: COMMUNE}


def test_numbered_without_asking_it_would_be_set_aside_for_good(
    office: TravelledOffice, upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(Tx, "_hold_back", lambda self, change: False)
    with pytest.raises(AssertionError):
        test_what_a_newer_province_had_is_held_from_the_older_one_that_is_put_back(office, upgrade, monkeypatch)
    assert held(office.ours) == ["quarantined"]


def enrolled_later(office: TravelledOffice) -> None:
    office.back_up()
    office.ours.enrol_anew()
    office.sync("ours")


def test_by_stick_alone_it_hears_of_the_upgrade(office: TravelledOffice, upgrade: Upgrade) -> None:
    child = office.child("Chìu Văn Sáng")
    photo = office.photo("ours", child)
    office.sync("ours")
    upgrade()
    by_stick(office)
    by_stick(office)
    assert office.homes("attachment") == {photo.id: COMMUNE}
    office.sync()
    assert office.unrest() == {}


def test_an_answer_of_before_the_upgrade_holds_nothing_back_again(office: TravelledOffice, upgrade: Upgrade) -> None:
    child = office.child("Chìu Văn Sáng")
    former = bring(office.real.province, *office.ours.stick_out())
    upgrade()
    office.sync("ours")
    office.ours.stick_in(former)
    photo = office.photo("ours", child)
    office.sync("ours")
    assert office.homes("attachment") == {photo.id: COMMUNE}


def test_without_what_the_answer_says_it_would_wait_for_a_line(
    office: TravelledOffice, upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(versions, "heard_schema", lambda tx, schema, at_least=False: 0)
    with pytest.raises(AssertionError):
        test_by_stick_alone_it_hears_of_the_upgrade(office, upgrade)
    assert held(office.ours) == ["staged"]


def withdrawn(office: TravelledOffice) -> None:
    """The PC is to be emptied."""
    province, desk = office.real.province, office.ours.register.identity.desk
    office.real.write(lambda connection: desks.revoke(connection, province, desk, removes=True))


def test_a_desk_that_is_withdrawn_leaves_it_with_the_province(office: TravelledOffice, upgrade: Upgrade) -> None:
    child = office.child("Chìu Văn Sáng")
    office.photo("ours", child)
    office.sync("ours")
    withdrawn(office)
    for _ in range(2):
        assert office.ours.stopped() == "DeskRemoved"
    assert held(office.ours) == ["quarantined"]
    assert removal_is_signed(office.ours)


def test_held_to_the_end_it_would_be_removed_unsent(
    office: TravelledOffice, upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(journal, "TAKEN_OVER", journal.MAY_GO)
    with pytest.raises(AssertionError):
        test_a_desk_that_is_withdrawn_leaves_it_with_the_province(office, upgrade)
    assert removal_is_signed(office.ours)
    assert held(office.ours) == ["staged"]


def removal_is_signed(desk: Traveller) -> bool:
    return desk.ask("SELECT count(*) FROM purge_receipt WHERE change='revoked'") == [(1,)]
