"""A PC that was enrolled anew is ordered removed before it heard its place: its last work leaves first all the same."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.exchange import last_word
from commune_desk.usecases.registers.profile import Profile
from sync.server.engine import tables
from sync.server.identity import desks
from tests.sync.actors.couriers import bring
from tests.sync.actors.travelled_office import TravelledOffice

pytestmark = pytest.mark.usefixtures("store_engine")


def revoke(office: TravelledOffice, *, removes: bool) -> None:
    province, desk = office.real.province, office.ours.register.identity.desk
    office.real.write(lambda connection: desks.revoke(connection, province, desk, removes=removes))


@pytest.fixture
def visit(office: TravelledOffice) -> RecordId:
    """Typed at a PC that was withdrawn, trusted again under a new code, and is lost before its first round."""
    child = office.child("Chìu Văn Sáng")
    made = office.visit("ours", child)
    revoke(office, removes=False)
    office.ours.enrol_anew()
    revoke(office, removes=True)
    return made


def set_aside(office: TravelledOffice) -> str:
    """All that the province keeps of withdrawn PCs, as it was signed."""
    kept = office.real.scalars(select(tables.quarantine.c.raw).where(tables.quarantine.c.code == desks.REVOKED))
    return "\n".join(raw.decode() for raw in kept)


def is_removed(office: TravelledOffice) -> bool:
    return Profile(office.folder).is_removed


def test_by_line_it_is_set_aside_and_the_register_goes(office: TravelledOffice, visit: RecordId) -> None:
    for _ in range(2):
        assert office.ours.stopped() == "DeskRemoved"
    assert is_removed(office)
    assert visit in set_aside(office)
    assert office.homes("home_visit") == {}


def test_by_stick_too(office: TravelledOffice, visit: RecordId) -> None:
    for _ in range(3):
        office.ours.stick_in(bring(office.real.province, *office.ours.stick_out()))
    assert is_removed(office)
    assert visit in set_aside(office)


@pytest.fixture
def lost(office: TravelledOffice) -> RecordId:
    """Signed for, lost by a province that was put back, and known to this PC alone."""
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    made = office.visit("ours", child)
    office.sync("ours")
    office.put_back()
    office.ours.enrol_anew()
    revoke(office, removes=True)
    return made


def go_until_it_is_removed(office: TravelledOffice) -> None:
    for _ in range(3):
        if not is_removed(office):
            assert office.ours.stopped() == "DeskRemoved"
    assert is_removed(office)


def test_what_a_province_put_back_has_lost_goes_too(office: TravelledOffice, lost: RecordId) -> None:
    go_until_it_is_removed(office)
    assert lost in set_aside(office)


@pytest.fixture
def lost_in_silence(office: TravelledOffice) -> RecordId:
    """Signed for, heard again, and lost by a province of which nobody knows that it was put back: withdrawn by mistake
    and trusted again, the PC is lost before its first round."""
    child = office.child("Chìu Văn Sáng")
    office.copy_silently()
    made = office.visit("ours", child)
    office.sync("ours", "ours")
    office.put_back_silently()
    revoke(office, removes=False)
    assert office.ours.stopped() == "DeskRevoked"
    office.ours.enrol_anew()
    revoke(office, removes=True)
    return made


def test_what_was_lost_without_a_word_goes_too(office: TravelledOffice, lost_in_silence: RecordId) -> None:
    go_until_it_is_removed(office)
    assert lost_in_silence in set_aside(office)


def test_what_was_lost_without_a_word_goes_by_stick_too(office: TravelledOffice, lost_in_silence: RecordId) -> None:
    for _ in range(3):
        office.ours.stick_in(bring(office.real.province, *office.ours.stick_out()))
    assert is_removed(office)
    assert lost_in_silence in set_aside(office)


def test_waiting_to_hear_it_would_never_go(
    office: TravelledOffice, visit: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the province tells a withdrawn desk nothing, so the wait has no end."""
    monkeypatch.setattr(last_word, "pulled_once", lambda _tx: None)
    for _ in range(5):
        assert office.ours.stopped() == "DeskRemoved"
    assert not is_removed(office)
    assert set_aside(office) == ""


def test_not_asked_for_what_is_lost_it_would_go_with_it(
    office: TravelledOffice, lost: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: nothing seems to wait, for a receipt of another time names it."""
    monkeypatch.setattr(last_word, "pulled_once", lambda _tx: None)
    go_until_it_is_removed(office)
    assert lost not in set_aside(office)
    assert office.homes("home_visit") == {}
