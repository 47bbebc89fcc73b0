"""A child has left, and the province is put back to before all of what was written about it had come."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.files import file_queue
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, Traveller

pytestmark = pytest.mark.usefixtures("store_engine")


def pieces(desk: Traveller) -> int:
    return int(desk.ask("SELECT count(*) FROM file_piece")[0][0])


@pytest.fixture
def photo(office: TravelledOffice) -> RecordId:
    """Its words came before the child moved, its content after the backup; then it was let go of here."""
    child = office.child("Chìu Văn Sáng")
    made = office.photo("ours", child)
    office.real.line.down_at = "/v1/files/offset"
    office.sync("ours")
    office.real.line.down_at = ""
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "there")
    office.back_up()
    office.sync("ours", "ours")
    assert office.whole_files() == {made.sha256: OTHER_COMMUNE}
    assert office.ours.ask("SELECT count(*) FROM person") == [(0,)]
    assert pieces(office.ours) > 0
    return RecordId(made.sha256)


def test_a_photo_that_the_backup_lacks_is_sent_again(office: TravelledOffice, photo: RecordId) -> None:
    office.put_back()
    assert office.whole_files() == {}
    office.sync("ours", "ours")
    assert office.whole_files() == {photo: OTHER_COMMUNE}
    assert office.ours.counted() == (0, 0, 0, 0, 0)


def test_not_offered_it_would_be_lost(
    office: TravelledOffice, photo: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(file_queue, "_left_to_send", lambda db: [])
    office.put_back()
    office.sync("ours", "ours")
    assert office.whole_files() == {}


def test_it_counts_until_it_is(office: TravelledOffice, photo: RecordId) -> None:
    office.put_back()
    office.real.line.down_at = "/v1/files/put"
    office.sync("ours")
    assert office.ours.counted() == (1, office.ours.ask("SELECT size FROM file_queue")[0][0], 0, 1, 1)
    office.real.line.down_at = ""
    office.sync("ours")
    assert office.ours.counted() == (0, 0, 0, 0, 0)


def test_it_stays_here_until_a_later_backup_has_it(office: TravelledOffice, photo: RecordId) -> None:
    """Also where this desk's changes until then were in a backup that lacks it."""
    office.put_back()
    office.real.line.down_at = "/v1/files/put"
    office.child("Bàn Thị Một")
    office.back_up("between")
    office.real.line.down_at = ""
    office.child("Bàn Thị Hai")
    office.sync("ours")
    assert pieces(office.ours) > 0
    office.child("Bàn Thị Tư")
    office.back_up("with it")
    office.child("Bàn Thị Ba")
    assert pieces(office.ours) == 0


def test_under_a_new_name_it_is_sent_too_and_let_go_in_the_end(office: TravelledOffice, photo: RecordId) -> None:
    office.ours.enrol_anew()
    office.put_back()
    assert office.ours.stopped() == "NotRecognised"
    office.ours.enrol_anew()
    office.sync("ours", "ours")
    assert office.whole_files() == {photo: OTHER_COMMUNE}
    office.child("Bàn Thị Một")
    office.back_up("with it")
    office.child("Bàn Thị Hai")
    assert pieces(office.ours) == 0
    assert "Chìu" not in office.ours.words()


def refused_for_good(office: TravelledOffice) -> None:
    office.put_back()
    office.sync("there")
    (child,) = office.there.ask("SELECT id FROM person")[0]
    office.move("there", child, "C:06862")
    office.sync("there")
    office.ours.ask("UPDATE file_queue SET scope='C:06862'")
    office.sync("ours", "ours")
    assert office.ours.ask("SELECT state, code FROM file_queue") == [("refused", "not_found")]


def test_one_that_the_province_does_not_take_is_asked_for_no_more(office: TravelledOffice, photo: RecordId) -> None:
    refused_for_good(office)
    assert office.ours.counted() == (0, 0, 0, 0, 0)


def test_it_stays_here_until_a_backup_is_later_than_the_refusal(office: TravelledOffice, photo: RecordId) -> None:
    """A province that is put back once more may take it; whom it was of left long ago."""
    refused_for_good(office)
    office.child("Bàn Thị Một")
    assert pieces(office.ours) > 0
    office.back_up("later")
    office.child("Bàn Thị Hai")
    assert pieces(office.ours) == 0
    assert office.ours.ask("SELECT count(*) FROM file_queue") == [(0,)]


def test_kept_until_it_was_taken_it_would_never_go(
    office: TravelledOffice, photo: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(file_queue, "_SETTLED", ("done",))
    with pytest.raises(AssertionError):
        test_it_stays_here_until_a_backup_is_later_than_the_refusal(office, photo)
    assert pieces(office.ours) > 0


def visits_of(office: TravelledOffice, child: RecordId, how_many: int) -> None:
    for number in range(how_many):
        office.visit("ours", child, f"Lần {number}")
    office.sync()


def test_what_is_written_under_a_new_name_is_not_taken_for_it(office: TravelledOffice) -> None:
    """What is to be sent again is known by its id: its number is another's by then."""
    stays = office.child("Bàn Thị Một")
    visits_of(office, stays, 8)
    gone = office.child("Chìu Văn Sáng")
    visits_of(office, gone, 1)
    office.move("colleague", gone, OTHER_COMMUNE)
    office.sync()
    (first,) = office.ours.ask("SELECT min(n) FROM change WHERE state='left'")[0]
    office.ours.replica().resend_from(first)
    office.ours.replica().freeze("fork")
    office.ours.enrol_anew()
    visits_of(office, stays, 20)
    office.back_up()
    visits_of(office, stays, 1)
    shown = "record IN (SELECT id FROM home_visit UNION SELECT id FROM person)"
    assert office.ours.ask(f"SELECT count(*) FROM change WHERE {shown} AND (state='left' OR length(raw)=0)") == [(0,)]
    assert "Chìu" not in office.ours.words()
