"""The province's disk is an older one and nobody knows; a PC is withdrawn and enrolled anew before that is found."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.desk import versions
from commune_desk.store.exchange import following, staged
from sync.server.identity import desks
from tests.sync.actors import travelled_office
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


@pytest.fixture
def visit(office: TravelledOffice) -> RecordId:
    """Signed for, heard again, and lost."""
    child = office.child("Chìu Văn Sáng")
    office.copy_silently()
    made = office.visit("ours", child)
    office.sync("ours", "ours")
    office.put_back_silently()
    return made


def sent_late(office: TravelledOffice, visits: int = 1) -> list[RecordId]:
    """Of a child who had left, and after the copy was made: they stand in the feed of the other commune alone."""
    child = office.child("Chìu Văn Sáng")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "there")
    office.copy_silently()
    made = [office.visit("ours", child) for _ in range(visits)]
    office.sync("ours", "ours")
    return made


@pytest.fixture
def late(office: TravelledOffice) -> RecordId:
    """Signed for and lost."""
    (made,) = sent_late(office)
    office.put_back_silently()
    return made


@pytest.fixture
def shows_no_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    """As at a province of an earlier program, which asks for none."""
    monkeypatch.setattr(travelled_office, "with_last_receipt", lambda _register, keys: keys)


def trusted_again(office: TravelledOffice) -> None:
    """Withdrawn by mistake, and given another code."""
    withdrawn(office)
    office.ours.enrol_anew()


def withdrawn(office: TravelledOffice) -> None:
    desk = office.ours.register.identity.desk
    office.real.write(lambda connection: desks.revoke(connection, office.real.province, desk))
    assert office.ours.stopped() == "DeskRevoked"


def at_rest(office: TravelledOffice) -> dict[str, object]:
    office.sync()
    office.sync()
    return office.unrest()


def test_what_it_lost_is_found_and_sent(office: TravelledOffice, visit: RecordId) -> None:
    trusted_again(office)
    assert at_rest(office) == {}
    assert office.homes("home_visit") == {visit: COMMUNE}
    assert office.colleague.ask("SELECT id FROM home_visit") == [(visit,)]


def test_also_where_a_colleague_finds_it_first(office: TravelledOffice, visit: RecordId) -> None:
    """The province is in another epoch by then."""
    trusted_again(office)
    ((child,),) = office.ours.ask("SELECT person FROM home_visit")
    another = office.visit("colleague", child)
    office.sync("colleague")
    assert at_rest(office) == {}
    assert office.homes("home_visit") == {visit: COMMUNE, another: COMMUNE}


def test_what_it_lost_of_another_feed_is_found_too(office: TravelledOffice, late: RecordId) -> None:
    """The place's own feed shows nothing of it, and no number of the new name asks for it: the receipt does."""
    trusted_again(office)
    assert at_rest(office) == {}
    assert office.homes("home_visit") == {late: OTHER_COMMUNE}
    assert office.there.ask("SELECT id FROM home_visit") == [(late,)]


@pytest.mark.parametrize("rounds", [0, 2], ids="after {} rounds".format)
def test_also_where_the_name_before_had_nothing_to_send(office: TravelledOffice, rounds: int) -> None:
    """It got no receipt of its own: the one before that still says what the province signed for."""
    (late,) = sent_late(office)
    trusted_again(office)
    for _ in range(rounds):
        office.sync("ours")
    assert office.ours.ask("SELECT count(*) FROM receipt") == [(0,)]
    withdrawn(office)
    office.put_back_silently()
    office.ours.enrol_anew()
    assert at_rest(office) == {}
    assert office.homes("home_visit") == {late: OTHER_COMMUNE}


def test_also_where_the_receipt_is_long(office: TravelledOffice) -> None:
    """What became of late visits is named for each of them."""
    made = sent_late(office, visits=80)
    assert office.ours.ask("SELECT max(length(body))>4096 FROM receipt") == [(1,)]
    office.put_back_silently()
    trusted_again(office)
    assert at_rest(office) == {}
    assert office.homes("home_visit").keys() == set(made)


@pytest.mark.usefixtures("shows_no_receipt")
def test_without_the_receipt_it_would_stay_lost_there(office: TravelledOffice, late: RecordId) -> None:
    """The twin."""
    trusted_again(office)
    at_rest(office)
    assert late not in office.homes("home_visit")


@pytest.mark.usefixtures("shows_no_receipt")
def test_without_the_receipt_the_feed_of_its_place_tells_what_it_lost(office: TravelledOffice, visit: RecordId) -> None:
    trusted_again(office)
    assert at_rest(office) == {}
    assert office.homes("home_visit") == {visit: COMMUNE}


@pytest.mark.usefixtures("shows_no_receipt")
def test_begun_from_what_stands_it_would_stay_lost(
    office: TravelledOffice, visit: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: no number of its present name asks for what it wrote under a former one."""
    trusted_again(office)
    for module in (staged, following):
        monkeypatch.setattr(module, "follow_other_feeds", versions.begin_all_anew)
    at_rest(office)
    assert office.homes("home_visit") == {}
