"""A child moves while a desk is away with work about it; what was sent goes by stick and line, then a disk is set back.

At the end of each journey nothing is lost, nothing is there twice, nothing moves any more, and what is counted is so.
"""

from __future__ import annotations

import pytest

from commune_desk.domain.records.families import Person
from commune_desk.store.desk import versions
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def by_stick(office: TravelledOffice) -> None:
    office.ours.stick_in(bring(office.real.province, *office.ours.stick_out()))


def settled(office: TravelledOffice) -> None:
    office.sync()
    office.sync()
    assert office.unrest() == {}


def test_words_by_stick_a_photo_by_line_and_the_child_is_back_before_it(office: TravelledOffice) -> None:
    child = office.child("Chìu Văn Sáng")
    office.ours.keep_copy()
    office.ours.edit(Person, child, phone="0912000001")
    visit, photo = office.visit("ours", child), office.photo("ours", child)
    stick = office.ours.stick_out()
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "there")
    answer = bring(office.real.province, *stick)
    office.move("there", child, COMMUNE)
    office.sync("there", "colleague")
    office.ours.stick_in(answer)
    settled(office)
    assert office.whole_files() == {photo.sha256: COMMUNE}
    assert office.colleague.ask("SELECT field, state FROM conflict") == [("phone", "open")]

    office.ours.set_back()
    assert office.ours.stopped() == "Forked"
    again = office.visit("ours", child)
    office.ours.enrol_anew()
    settled(office)
    assert set(office.homes("home_visit")) == {visit, again}
    assert office.whole_files() == {photo.sha256: COMMUNE}
    for desk in (office.ours, office.colleague):
        assert {one for (one,) in desk.ask("SELECT id FROM home_visit")} == {visit, again}
        assert desk.ask("SELECT field, state FROM conflict WHERE state='open'") == [("phone", "open")]


def test_photos_of_a_disk_that_was_set_back_come_once_though_the_child_has_moved(office: TravelledOffice) -> None:
    child = office.child("Chìu Văn Sáng")
    first, visit = office.photo("ours", child), office.visit("ours", child)
    office.ours.keep_copy()
    office.real.line.down_at = "/v1/files/put"
    office.sync("ours")
    office.real.line.down_at = ""
    second = office.photo("ours", child, 200_000)
    office.sync("ours", "colleague")
    office.ours.set_back()
    third = office.photo("ours", child, 100_000)
    office.ours.edit(Person, child, phone="0912000002")
    assert office.ours.stopped() == "Forked"
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague")
    office.ours.enrol_anew()
    settled(office)
    assert office.whole_files() == {one.sha256: OTHER_COMMUNE for one in (first, second, third)}
    assert office.homes("home_visit") == {visit: OTHER_COMMUNE}
    assert office.there.ask("SELECT field, state FROM conflict") == [("phone", "open")]
    office.child("Bàn Thị Một")
    office.back_up()
    office.child("Bàn Thị Hai")
    assert "Chìu" not in office.ours.words()
    assert office.ours.ask("SELECT count(*) FROM file_piece") == [(0,)]


def test_a_photo_that_was_taken_before_the_move_was_heard_of_arrives(office: TravelledOffice) -> None:
    """Its record was never in the commune where it was taken."""
    child = office.child("Chìu Văn Sáng")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "there")
    photo = office.photo("ours", child)
    settled(office)
    assert office.whole_files() == {photo.sha256: OTHER_COMMUNE}
    assert office.ours.ask("SELECT count(*) FROM attachment") == [(0,)]


@pytest.mark.parametrize("is_back", [False, True])
def test_sticks_of_before_a_restore_bring_nobody_back_whom_the_law_erased(
    office: TravelledOffice, is_back: bool
) -> None:
    """And lose nothing of the other child, who has moved meanwhile and perhaps come back."""
    gone, moves = office.child("Chìu Văn Sáng"), office.child("Bàn Thị Một")
    office.back_up()
    office.visit("ours", gone)
    visit = office.visit("ours", moves)
    stick = office.ours.stick_out()
    office.move("colleague", moves, OTHER_COMMUNE)
    office.sync("colleague", "there")
    if is_back:
        office.move("there", moves, COMMUNE)
        office.sync("there", "colleague")
    office.erase(gone)
    office.sync("colleague")
    early = bring(office.real.province, *stick)
    office.put_back()
    late = bring(office.real.province, *stick)
    office.ours.stick_in(early)
    office.ours.stick_in(late)
    office.sync("colleague", "there")
    by_stick(office)
    settled(office)
    assert office.homes("home_visit") == {visit: COMMUNE if is_back else OTHER_COMMUNE}
    assert office.homes("person") == {moves: COMMUNE if is_back else OTHER_COMMUNE}
    for desk in office.desks.values():
        assert "Chìu" not in desk.words()


def test_what_a_snapshot_brings_of_ours_does_not_wait_any_more(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the disk that was set back it still waited: nothing of it stays hidden behind itself."""
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 1)
    child = office.child("Chìu Văn Sáng")
    office.ours.edit(Person, child, phone="0912000001")
    visit = office.visit("ours", child)
    office.ours.keep_copy()
    office.sync()
    office.visit("ours", child)
    office.sync()
    office.ours.set_back()
    again = office.visit("ours", child)
    assert office.ours.stopped() == "Forked"
    office.ours.enrol_anew()
    office.ours.run(versions.begin_all_anew)
    settled(office)
    assert {visit, again} < set(office.homes("home_visit"))
