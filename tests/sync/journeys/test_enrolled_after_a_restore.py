"""The province was put back to before a desk was enrolled, and the desk goes on under a new id: nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.engine import settings
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.exchange.set_aside import entries_set_aside
from commune_desk.store.files import file_queue
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice

pytestmark = pytest.mark.usefixtures("store_engine")

STATES = "SELECT state, count(*) FROM change WHERE state NOT IN ('accepted','received') GROUP BY 1"


def enrolled_since(office: TravelledOffice) -> None:
    """The backup does not know the desk by its present name."""
    office.back_up()
    office.ours.enrol_anew()
    office.sync("ours")


def put_back_and_enrol(office: TravelledOffice) -> None:
    office.put_back()
    assert office.ours.stopped() == "NotRecognised"
    office.ours.enrol_anew()
    office.sync("ours", "colleague", "there", "ours", "colleague", "there")


@pytest.mark.parametrize("worth", [1, 500])
def test_what_the_province_lost_is_sent_however_long_its_feed_is(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch, worth: int
) -> None:
    """A long feed is offered as a snapshot, which tells of nothing that it lacks."""
    monkeypatch.setattr("sync.server.answers.pull.WORTH", worth)
    child = office.child("Chìu Văn Sáng")
    enrolled_since(office)
    visit = office.visit("ours", child)
    office.sync("ours")
    put_back_and_enrol(office)
    assert office.homes("home_visit") == {visit: COMMUNE}
    assert office.colleague.ask("SELECT id FROM home_visit") == [(visit,)]
    assert office.ours.ask(STATES) == []


def test_a_photo_that_it_lost_is_sent_behind_its_words(office: TravelledOffice) -> None:
    child = office.child("Chìu Văn Sáng")
    enrolled_since(office)
    photo = office.photo("ours", child)
    office.sync("ours")
    put_back_and_enrol(office)
    assert office.homes("attachment") == {photo.id: COMMUNE}
    assert office.whole_files() == {photo.sha256: COMMUNE}
    assert office.ours.counted() == (0, 0, 0, 0, 0)


def test_until_its_words_are_there_the_province_is_not_asked_about_a_photo(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked, it would say that it knows of none, and the page would say so."""
    child = office.child("Chìu Văn Sáng")
    enrolled_since(office)
    office.photo("ours", child)
    office.sync("ours")
    answered = answers_of(office, monkeypatch)
    put_back_and_enrol(office)
    assert {status for path, status in answered if path.startswith("/v1/files/")} == {200}


def answers_of(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Path and status of what the province answers from now on."""
    answered: list[tuple[str, int]] = []
    send = office.real.line.send

    def listening(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = send(request, *args, **kwargs)
        answered.append((request.path_url, response.status_code))
        return response

    monkeypatch.setattr(office.real.line, "send", listening)
    return answered


def test_a_photo_of_which_it_has_the_words_is_sent_in_the_same_round(office: TravelledOffice) -> None:
    child = office.child("Chìu Văn Sáng")
    photo = office.photo("ours", child)
    office.real.line.down_at = "/v1/files/put"
    office.sync("ours")
    office.real.line.down_at = ""
    office.ours.enrol_anew()
    office.sync("ours")
    assert office.whole_files() == {photo.sha256: COMMUNE}


def test_sent_before_its_words_it_would_be_refused_for_good(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin, without what offers it again once its words are heard in a feed."""
    monkeypatch.setattr(file_queue, "_awaits_pull", lambda db: False)
    monkeypatch.setattr(file_queue, "offer_named", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_photo_that_it_lost_is_sent_behind_its_words(office)
    assert office.ours.ask("SELECT state, code FROM file_queue") == [("refused", "not_found")]


def test_by_stick_it_is_so_too(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 1)
    child = office.child("Chìu Văn Sáng")
    enrolled_since(office)
    visit = office.visit("ours", child)
    office.sync("ours")
    office.put_back()
    office.ours.enrol_anew()
    for _ in range(2):
        office.ours.stick_in(bring(office.real.province, *office.ours.stick_out()))
    assert office.homes("home_visit") == {visit: COMMUNE}
    office.sync()
    assert office.unrest() == {}


def test_begun_from_a_snapshot_it_would_lack_it_for_good(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(RegisterReplica, "takes_snapshots", lambda self: True)
    with pytest.raises(AssertionError):
        test_what_the_province_lost_is_sent_however_long_its_feed_is(office, monkeypatch, 1)
    assert office.homes("home_visit") == {}


def gone_with_a_visit(office: TravelledOffice) -> tuple[RecordId, RecordId]:
    child = office.child("Chìu Văn Sáng")
    enrolled_since(office)
    visit = office.visit("ours", child)
    office.sync("ours")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "ours", "there")
    assert office.ours.ask("SELECT count(*) FROM person") == [(0,)]
    return child, visit


def test_a_visit_of_a_child_who_had_moved_is_sent_again(office: TravelledOffice) -> None:
    child, visit = gone_with_a_visit(office)
    put_back_and_enrol(office)
    assert office.homes("home_visit") == {visit: OTHER_COMMUNE}
    assert office.homes("person") == {child: OTHER_COMMUNE}
    assert office.there.ask("SELECT id FROM home_visit") == [(visit,)]
    assert office.ours.ask("SELECT count(*) FROM person") == [(0,)]
    assert [state for state, _ in office.ours.ask(STATES)] == ["left"]


def test_what_the_province_has_of_it_is_no_entry_set_aside(office: TravelledOffice) -> None:
    """It is known there by its id; nothing of it waits for anybody."""
    gone_with_a_visit(office)
    office.back_up("later")
    office.ours.enrol_anew()
    office.sync("ours")
    office.put_back("later")
    assert office.ours.stopped() == "NotRecognised"
    office.ours.enrol_anew()
    office.sync("ours", "ours")
    assert office.ours.register.write(lambda tx: entries_set_aside(tx.connection)).result()[0] == ()
    assert [state for state, _ in office.ours.ask(STATES)] == ["left"]


def test_what_was_written_under_a_former_name_is_kept_until_a_backup_has_it(office: TravelledOffice) -> None:
    office.back_up("empty")
    child = office.child("Chìu Văn Sáng")
    office.ours.enrol_anew()
    office.sync("ours")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    assert office.ours.ask("SELECT count(*) FROM person") == [(0,)]
    office.put_back("empty")
    assert office.ours.stopped() == "NotRecognised"
    office.ours.enrol_anew()
    office.sync("ours", "colleague", "there", "ours", "there")
    assert office.homes("person") == {child: OTHER_COMMUNE}
    assert office.there.ask("SELECT full_name FROM person") == [("Chìu Văn Sáng",)]


def test_known_by_its_present_name_alone_it_would_be_lost(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(settings, "names", lambda connection: (settings.identity(connection).desk,))
    with pytest.raises(AssertionError):
        test_what_was_written_under_a_former_name_is_kept_until_a_backup_has_it(office)
    assert office.homes("person") == {}


def test_of_a_child_who_moved_no_word_stays_once_a_backup_has_it(office: TravelledOffice) -> None:
    """Of what the register wrote under its former name neither."""
    child = office.child("Chìu Văn Sáng")
    office.ours.keep_copy()
    office.visit("ours", child, "Bàn tay xước")
    office.sync()
    office.ours.set_back()
    assert office.ours.stopped() == "Forked"
    office.visit("ours", child, "Không gặp")
    office.ours.enrol_anew()
    office.sync("ours")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    assert office.ours.ask("SELECT count(*) FROM person") == [(0,)]
    office.back_up()
    office.child("Bàn Thị Một")
    assert "Chìu" not in office.ours.words()


def test_of_one_who_moved_before_it_was_enrolled_anew_neither(office: TravelledOffice) -> None:
    child = office.child("Chìu Văn Sáng")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    office.ours.keep_copy()
    office.child("Bàn Thị Một")
    office.ours.set_back()
    assert office.ours.stopped() == "Forked"
    assert "Chìu" in office.ours.words()
    office.ours.enrol_anew()
    office.child("Bàn Thị Hai")
    office.back_up()
    office.child("Bàn Thị Ba")
    assert "Chìu" not in office.ours.words()
