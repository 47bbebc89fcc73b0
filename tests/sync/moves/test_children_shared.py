"""Real desks: a child's identity is shared with the house and taken back, and nothing of what was written is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Refusal
from commune_desk.store.desk.versions import begin_all_anew
from commune_desk.store.intake import departures
from commune_desk.store.pages.shares import Share, sharing_of
from commune_desk.store.writing.relocating import houses, relocate
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.children import ChildEntry, KinEntry, register_child
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.records.shares import hand_back, share_child, take_back
from commune_desk.usecases.shelter.placements import Leaving, discharge
from sync.change import Verb
from sync.client.session import Session
from sync.server.engine import tables
from tests.helpers.builders import make_file, make_person, make_visit, save_all
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.commune_and_house import Both
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import COMMUNE, HOUSE, OFFICE, OTHER_COMMUNE, SHELTER
from tests.sync.actors.sheltered_office import THERE, admit, correct, note

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def child(both: Both) -> RecordId:
    """A child with a mother and a visit, known to the province."""
    entry = ChildEntry(
        person=make_person("Chìu Văn Sáng", birth_date="2014"),
        file=make_file(RecordId("")),
        kin=(KinEntry(person=make_person("Chìu Thị Mây"), relation="mother"),),
    )
    person: RecordId = both.office.register.write(lambda tx: register_child(tx, entry)).result()[0]
    both.office.run(save_all(make_visit(person)))
    both.sync()
    return person


def share(both: Both, child: RecordId) -> None:
    both.office.run(lambda tx: share_child(tx, child, THERE, "protection"))
    both.sync()


def end(house: RealDesk, stay: RecordId) -> None:
    house.run(lambda tx: discharge(tx, Leaving(stay=stay, at=to_iso(tx.ledger.now()), reason="left")))


def held(desk: RealDesk, child: RecordId) -> list[Share]:
    found: list[Share] = desk.register.write(
        lambda tx: list(sharing_of(tx.connection, child).shares.values())
    ).result()[0]
    return found


NAMES = "SELECT full_name FROM person ORDER BY full_name"


def test_every_desk_hears_which_houses_there_are_and_nobody_moves_to_one(both: Both, child: RecordId) -> None:
    assert both.office.register.write(lambda tx: houses(tx.connection)).result()[0] == [SHELTER]
    with pytest.raises(Refusal, match="another commune"):
        both.office.run(lambda tx: move_child(tx, child, THERE))


def test_the_house_has_the_person_alone_and_each_side_hears_of_the_others_corrections(
    both: Both, child: RecordId
) -> None:
    share(both, child)
    assert both.house.ask(NAMES) == [("Chìu Văn Sáng",)]
    for kind in ("child_file", "home_visit", "relation", "household", "report"):
        assert both.house.ask(f"SELECT count(*) FROM {kind}") == [(0,)]
    assert both.house.ask("SELECT record, come_from, is_seen FROM arrival") == [(child, COMMUNE, 0)]
    stay = admit(both.house, child)
    note(both.house, stay, "Ngủ ngon.")
    correct(both.house, child, birth_date="2014-03-02")
    correct(both.office, child, phone="0912000111")
    both.sync()
    both.sync()
    for desk in (both.office, both.house):
        assert desk.ask("SELECT birth_date, phone FROM person WHERE id=?", child) == [("2014-03-02", "0912000111")]
    assert both.office.ask("SELECT count(*) FROM placement") == [(0,)]
    assert both.office.ask("SELECT count(*) FROM care_log_entry") == [(0,)]
    assert both.house.ask("SELECT note FROM care_log_entry") == [("Ngủ ngon.",)]
    (stands,) = held(both.office, child)
    assert (stands.to, stands.home, stands.is_asked, stands.is_ending) == (SHELTER, COMMUNE, False, False)
    assert [one.home for one in held(both.house, child)] == [COMMUNE]
    assert sums_here(both.house, SHELTER) == sums_there(both.real, SHELTER)
    assert sums_here(both.office, COMMUNE) == sums_there(both.real, COMMUNE)


def test_different_values_of_the_two_holders_wait_for_a_person(both: Both, child: RecordId) -> None:
    correct(both.office, child, phone="0912000000")
    share(both, child)
    correct(both.office, child, phone="0912000111")
    correct(both.house, child, phone="0912000222")
    both.sync()
    both.sync()
    for desk in (both.office, both.house):
        assert desk.ask("SELECT record, field, state FROM conflict") == [(child, "phone", "open")]


def test_taken_back_the_house_sends_its_own_first_then_removes_and_signs(both: Both, child: RecordId) -> None:
    """The correction is typed between push and pull of the very sync that brings the word that it leaves."""
    share(both, child)
    both.office.run(lambda tx: take_back(tx, child, THERE))
    both.office.sync()
    replica = both.house.replica()
    replica.meantime = lambda: correct(both.house, child, village="Khe Bốc")
    both.house.sync(replica)
    assert both.house.ask(NAMES) == [("Chìu Văn Sáng",)]
    with pytest.raises(Refusal, match="handed back"):
        correct(both.house, child, village="Nà Ếch")
    both.sync()
    assert both.house.ask(NAMES) == []
    assert both.house.ask("SELECT is_sent FROM purge_receipt") == [(1,)]
    assert both.real.scalars(select(tables.purge.c.desk)) == [both.house.register.identity.desk]
    assert both.office.ask("SELECT field, state FROM conflict") == [("village", "open")]
    assert held(both.office, child) == held(both.house, child) == []


def test_purged_before_it_was_sent_the_correction_would_be_lost(
    both: Both, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: without the rule the number waits for good behind a record that is gone."""
    monkeypatch.setattr(Session, "_refuse_forgetful", lambda *_: None)  # the next round would find it out
    monkeypatch.setattr(departures, "_is_unsent", lambda db, record: False)
    share(both, child)
    both.office.run(lambda tx: take_back(tx, child, THERE))
    both.office.sync()
    replica = both.house.replica()
    replica.meantime = lambda: correct(both.house, child, village="Khe Bốc")
    both.house.sync(replica)
    both.sync()
    assert both.office.ask("SELECT field, state FROM conflict") == []


def test_the_house_keeps_its_own_log_when_it_hands_back(both: Both, child: RecordId) -> None:
    share(both, child)
    stay = admit(both.house, child)
    note(both.house, stay, "Ngủ ngon.")
    with pytest.raises(Refusal, match="after the stay"):
        both.house.run(lambda tx: hand_back(tx, child))
    end(both.house, stay)
    both.house.run(lambda tx: hand_back(tx, child))
    with pytest.raises(Refusal, match="handed back"):
        correct(both.house, child, village="Nà Ếch")
    both.sync()
    assert both.house.ask(NAMES) == []
    assert both.house.ask("SELECT alias, person FROM placement") == [("Hoa Sen", child)]
    assert both.house.ask("SELECT note FROM care_log_entry") == [("Ngủ ngon.",)]
    assert held(both.office, child) == []
    assert both.office.ask("SELECT full_name FROM person WHERE id=?", child) == [("Chìu Văn Sáng",)]
    assert sums_here(both.house, SHELTER) == sums_there(both.real, SHELTER)


def test_shared_again_the_house_has_the_child_again(both: Both, child: RecordId) -> None:
    share(both, child)
    both.office.run(lambda tx: take_back(tx, child, THERE))
    both.sync()
    share(both, child)
    assert both.house.ask(NAMES) == [("Chìu Văn Sáng",)]
    assert [one.to for one in held(both.office, child)] == [SHELTER]


def test_shared_and_taken_back_without_a_line_nothing_stays_there(both: Both, child: RecordId) -> None:
    both.office.run(lambda tx: share_child(tx, child, THERE, "agreed"))
    assert [one.is_asked for one in held(both.office, child)] == [True]
    both.office.run(lambda tx: take_back(tx, child, THERE))
    assert [one.is_ending for one in held(both.office, child)] == [True]
    both.sync()
    assert both.house.ask(NAMES) == []
    assert held(both.office, child) == []


@pytest.mark.parametrize("begins", ["with a snapshot", "from the feed"])
def test_a_desk_that_begins_later_knows_who_holds_the_record(
    both: Both, child: RecordId, begins: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(both, child)
    if begins == "with a snapshot":
        monkeypatch.setattr("sync.server.answers.pull.WORTH", 3)
    colleague, shift = both.join("colleague", OFFICE), both.join("shift", HOUSE)
    for desk in (colleague, shift):
        desk.sync()
        assert [(one.to, one.home) for one in held(desk, child)] == [(SHELTER, COMMUNE)]
    assert shift.ask(NAMES) == [("Chìu Văn Sáng",)]
    assert shift.ask("SELECT record FROM arrival") == [(child,)]
    colleague.run(lambda tx: take_back(tx, child, THERE))
    both.sync()
    assert shift.ask(NAMES) == []


def test_the_commune_that_takes_the_child_over_knows_of_the_house_and_may_take_back(
    both: Both, child: RecordId
) -> None:
    share(both, child)
    new = both.join("new", {OTHER_COMMUNE: Role.COMMUNE_OFFICER})
    both.office.sync()  # hears of the place that has joined
    both.office.run(lambda tx: move_child(tx, child, Scope(OTHER_COMMUNE)))
    both.sync()
    assert [(one.to, one.home) for one in held(both.house, child)] == [(SHELTER, OTHER_COMMUNE)]
    assert [(one.to, one.home) for one in held(new, child)] == [(SHELTER, COMMUNE)]
    new.run(lambda tx: take_back(tx, child, THERE))
    both.sync()
    assert both.house.ask(NAMES) == []
    assert held(new, child) == []


def test_who_holds_a_record_beside_its_home_takes_it_from_nobody_else(both: Both, child: RecordId) -> None:
    """The province asks who writes it: a house may hand back its own hold alone."""
    share(both, child)
    other = both.join("other", {"S:AD02": Role.SHELTER_WORKER})
    both.office.sync()
    both.office.run(lambda tx: share_child(tx, child, Scope("S:AD02"), "decision"))
    both.sync()

    def take_from_the_first(tx: Tx) -> None:
        relocate(tx, tx.existing(Person, child), Verb.UNSHARE, THERE)

    other.run(take_from_the_first)
    both.sync()
    assert both.house.ask(NAMES) == [("Chìu Văn Sáng",)]
    assert other.ask("SELECT state, code FROM change WHERE state='quarantined'") == [("quarantined", "scope")]
    assert sorted(one.to for one in held(both.office, child)) == [SHELTER, "S:AD02"]


def test_without_that_question_any_house_could_take_the_record_from_another(
    both: Both, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr("sync.server.intake.relocating.may_end", lambda change, route: True)
    share(both, child)
    other = both.join("other", {"S:AD02": Role.SHELTER_WORKER})
    both.office.sync()
    both.office.run(lambda tx: share_child(tx, child, Scope("S:AD02"), "decision"))
    both.sync()
    other.run(lambda tx: relocate(tx, tx.existing(Person, child), Verb.UNSHARE, THERE))
    both.sync()
    assert both.house.ask(NAMES) == []


def test_a_desk_that_begins_anew_forgets_a_share_that_ended_meanwhile_and_keeps_the_other(
    both: Both, child: RecordId
) -> None:
    """Its feed brings the end no more: what the snapshot does not name stands no longer."""
    share(both, child)
    both.join("other", {"S:AD02": Role.SHELTER_WORKER})
    both.office.sync()
    both.office.run(lambda tx: share_child(tx, child, Scope("S:AD02"), "decision"))
    colleague = both.join("colleague", OFFICE)
    both.sync()
    assert [one.to for one in held(colleague, child)] == [SHELTER, "S:AD02"]
    both.office.run(lambda tx: take_back(tx, child, THERE))
    both.office.sync()
    colleague.ask("UPDATE cursor SET chain=?", bytes(32))
    colleague.sync()
    assert [one.to for one in held(colleague, child)] == ["S:AD02"]
    assert sums_here(colleague, COMMUNE) == sums_there(both.real, COMMUNE)


@pytest.mark.parametrize("is_corrected", [False, True])
def test_a_house_that_begins_anew_hears_that_a_share_ended(
    both: Both, child: RecordId, monkeypatch: pytest.MonkeyPatch, is_corrected: bool
) -> None:
    """Absence removes nothing, so the end has to be in the snapshot by itself, with what goes by it."""
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 1)
    share(both, child)
    if is_corrected:
        correct(both.house, child, village="Khe Bốc")
    both.sync()
    both.office.run(lambda tx: take_back(tx, child, THERE))
    both.office.sync()
    both.house.run(begin_all_anew)
    both.sync()
    assert both.house.ask(NAMES) == []
    assert both.house.ask("SELECT is_sent FROM purge_receipt") == [(1,)]
    assert sums_here(both.house, SHELTER) == sums_there(both.real, SHELTER)
