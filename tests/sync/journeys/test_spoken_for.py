"""A province was put back and a PC is gone for good: what a colleague still has of it is sent by the colleague."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.attachments import Attachment
from commune_desk.domain.records.families import Person
from commune_desk.store.files import file_queue
from commune_desk.store.intake import comparing, incoming, speaking_for
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from tests.helpers.builders import make_report, save_all
from tests.sync.actors.real_province import COMMUNE, OFFICE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, Traveller

pytestmark = pytest.mark.usefixtures("store_engine")

KINDS = ("person", "child_file", "home_visit", "report", "attachment")
ASIDE = "SELECT kind, code FROM change WHERE state='quarantined'"


class Lost:
    """The child of which the province and everybody but the colleague know nothing any more."""

    def __init__(self, office: TravelledOffice) -> None:
        third = office.join("third", OFFICE)
        office.back_up()
        self.child = office.child("Chìu Văn Sáng")
        office.visit("ours", self.child)
        office.ours.run(save_all(make_report(person=self.child, description="Bị đánh")))
        self.photo: Attachment = office.photo("ours", self.child)
        office.sync()
        third.go()
        office.colleague.run(lambda tx: file_queue.ask_for(tx, self.photo))
        office.sync()
        self.ids = {kind: office.homes(kind) for kind in KINDS}
        office.put_back()
        office.sync("colleague", "third", "colleague", "third")
        assert not any(map(office.homes, KINDS))


@pytest.fixture
def lost(office: TravelledOffice) -> Lost:
    return Lost(office)


def counts(desk: Traveller) -> tuple[int, int]:
    """Records that the last comparison found at this desk alone, and otherwise than at the province."""
    found = desk.register.write(lambda tx: comparing.last(tx.connection)).result()[0]
    return found.only_here, found.unlike


def ask_and_sync(office: TravelledOffice) -> None:
    office.colleague.run(speaking_for.ask)
    office.sync("colleague", "colleague", "colleague")


def test_the_colleague_is_told_and_asks_for_it_to_be_sent(office: TravelledOffice, lost: Lost) -> None:
    assert counts(office.colleague) == (len(KINDS), 0)
    ask_and_sync(office)
    assert {kind: office.homes(kind) for kind in KINDS} == lost.ids
    assert office.whole_files() == {lost.photo.sha256: COMMUNE}
    assert counts(office.colleague) == (0, 0)
    assert office.unrest("colleague") == {}
    ((said,),) = office.colleague.ask("SELECT count(*) FROM audit WHERE action='say_again'")
    assert said == len(KINDS)


def test_whoever_begins_later_has_all_of_it_and_can_open_it(office: TravelledOffice, lost: Lost) -> None:
    ask_and_sync(office)
    later = office.join("later", OFFICE)
    office.sync("later", "later")
    assert later.ask("SELECT description FROM report") == [("Bị đánh",)]
    assert later.ask("SELECT person FROM home_visit") == [(lost.child,)]
    assert office.unrest("later", "colleague") == {}


def test_nothing_is_sent_for_others_unless_a_person_asks(office: TravelledOffice, lost: Lost) -> None:
    office.colleague.run(comparing.ask)
    office.sync("colleague", "colleague")
    assert not any(map(office.homes, KINDS))
    assert counts(office.colleague) == (len(KINDS), 0)


def test_it_is_asked_for_once(office: TravelledOffice, lost: Lost) -> None:
    """What is found alone later is another matter, and for a person to say again."""
    ask_and_sync(office)
    assert not office.colleague.register.write(lambda tx: speaking_for.is_asked(tx.connection)).result()[0]


def test_where_the_pc_comes_back_after_all_nothing_is_there_twice(office: TravelledOffice, lost: Lost) -> None:
    ask_and_sync(office)
    office.sync("ours", "ours", "colleague", "ours")
    assert {kind: office.homes(kind) for kind in KINDS} == lost.ids
    assert office.ours.ask(ASIDE) == [], "what it sent is what stands"
    assert office.unrest("ours", "colleague") == {}
    asked = "SELECT kind, field FROM conflict WHERE state='open'"
    assert office.colleague.ask(asked) == [("report", "description")], "of sealed values people see whether they differ"


def test_what_was_set_aside_would_be_told_for_ever(
    office: TravelledOffice, lost: Lost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the desk does not look whether what stands says the same."""
    monkeypatch.setattr(incoming.Incoming, "_let_stand", lambda *_: None)
    ask_and_sync(office)
    office.sync("ours", "ours", "colleague", "ours")
    assert {kind for kind, _ in office.ours.ask(ASIDE)} == {"home_visit", "attachment"}


def test_what_says_something_else_stays_set_aside(office: TravelledOffice, lost: Lost) -> None:
    spoilt = "UPDATE home_visit SET observations='Cháu ốm.'"
    office.colleague.register.write(lambda tx: tx.connection.execute(spoilt)).result()
    ask_and_sync(office)
    office.sync("ours", "ours")
    assert office.ours.ask(ASIDE) == [("home_visit", "append_only")]


def test_what_may_not_be_written_stays_and_holds_nothing_else_back(office: TravelledOffice, lost: Lost) -> None:
    """A day that no save would take, in a register that was damaged."""
    office.colleague.register.write(lambda tx: tx.connection.execute("UPDATE person SET birth_date='x'")).result()
    ask_and_sync(office)
    assert {kind: office.homes(kind) for kind in KINDS} == lost.ids | {"person": {}}
    assert counts(office.colleague) == (1, 0)


def test_two_colleagues_may_both_send_it(office: TravelledOffice, lost: Lost) -> None:
    both = "colleague", "third"
    for name in both:
        office.desks[name].run(speaking_for.ask)
    office.sync(*both)
    waits = "SELECT count(*)>0 FROM change WHERE state='waiting'"
    assert [office.desks[name].ask(waits) for name in both] == [[(1,)], [(1,)]]
    office.sync(*both, *both)
    assert {kind: office.homes(kind) for kind in KINDS} == lost.ids
    assert [office.desks[name].ask(ASIDE) for name in both] == [[], []]
    assert office.unrest(*both) == {}


def test_so_is_what_it_lost_of_a_record_of_which_it_has_something(office: TravelledOffice) -> None:
    """The colleague had edited the child: her edit is sent again by itself, and makes half a record."""
    office.back_up()
    child = office.child("Chìu Văn Sáng")
    office.colleague.run(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Person, child), phone="0912000333")))
    office.sync()
    office.put_back()
    office.sync("colleague", "colleague")
    assert names(office) == {child: ""}
    assert counts(office.colleague) == (1, 1)
    ask_and_sync(office)
    assert names(office) == {child: "Chìu Văn Sáng"}
    assert office.unrest("colleague") == {}


def test_an_edit_that_it_lost_stays_in_sight_and_is_sent(office: TravelledOffice) -> None:
    """The province has what stood before: a child's risk would be shown lower than her officer had found it."""
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    edit = "SELECT full_name FROM person"
    office.ours.run(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Person, child), full_name="Chìu Văn Sang")))
    office.sync()
    office.put_back()
    office.sync("colleague", "colleague")
    assert names(office) == {child: "Chìu Văn Sáng"}
    assert office.colleague.ask(edit) == [("Chìu Văn Sang",)]
    assert counts(office.colleague) == (0, 1)
    ask_and_sync(office)
    assert names(office) == {child: "Chìu Văn Sang"}
    assert office.unrest("colleague") == {}
    office.sync("ours", "ours", "colleague")
    assert office.unrest("ours", "colleague") == {}
    assert office.ours.ask("SELECT count(*) FROM conflict") == [(0,)]


def test_an_edit_that_it_lost_comes_from_who_wrote_it(office: TravelledOffice) -> None:
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    office.ours.run(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Person, child), full_name="Chìu Văn Sang")))
    office.sync()
    office.put_back()
    office.sync("colleague", "colleague", "ours", "ours", "colleague")
    assert names(office) == {child: "Chìu Văn Sang"}
    assert office.unrest("ours", "colleague") == {}


def names(office: TravelledOffice) -> dict[str, str]:
    """Every person at the province."""
    person = tables.RECORDS["person"].c
    asked = select(person.id, person.full_name)
    return dict(office.real.province.database.read(lambda c: [tuple(row) for row in c.execute(asked)], WHOLE_PROVINCE))


def test_what_moved_here_and_is_elsewhere_again_stays_and_is_told(office: TravelledOffice) -> None:
    """The restored province holds the child where it was: nobody here may write it, and it is not forced."""
    child: RecordId = office.child("Chìu Thị Mây")
    office.back_up()
    office.move("ours", child, OTHER_COMMUNE)
    office.sync()
    office.put_back()
    office.sync("there", "there")
    office.there.run(speaking_for.ask)
    office.sync("there", "there")
    assert office.there.ask("SELECT id FROM person") == [(child,)]
    assert office.homes("person") == {child: COMMUNE}
    office.sync()
    assert office.homes("person") == {child: OTHER_COMMUNE}
    assert office.unrest() == {}


def test_content_that_waited_for_its_record_goes_up_when_who_wrote_it_sends_that(
    office: TravelledOffice, lost: Lost
) -> None:
    """Nobody asks for anything: the PC was only late."""
    office.sync("ours", "colleague", "ours", "colleague")
    assert office.whole_files() == {lost.photo.sha256: COMMUNE}
    assert office.unrest("ours", "colleague") == {}
