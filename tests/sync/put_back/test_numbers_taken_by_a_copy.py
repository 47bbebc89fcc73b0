"""A copy of a PC's disk went on at a province that was put back, under numbers that the PC had given otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.store.changes import journal
from sync.client import exchange
from sync.protocol import Receipt
from sync.server.identity import signed_for
from tests.helpers.builders import make_visit, save_all
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, travelled_office


@dataclass(frozen=True)
class Taken:
    """An office in which ours was stopped as one of two that bear one name.

    `lost` stood in another commune's feed alone, and at the province one `of_the_copy` stands under its number.
    """

    office: TravelledOffice
    lost: RecordId
    of_the_copy: set[RecordId]

    def goes_on(self) -> None:
        self.office.ours.enrol_anew()
        for _ in range(3):
            self.office.sync("ours", "colleague", "there")


@pytest.fixture(params=[1, 3], ids="{} of the copy's".format)
def taken(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Taken]:
    """What the copy has sent reaches just the number of ours, or goes beyond it."""
    with travelled_office(tmp_path) as office:
        child, gone = office.child("Chìu Văn Sáng"), office.child("Bàn Văn Hai")
        office.move("colleague", gone, OTHER_COMMUNE)
        office.sync("colleague", "there")
        twin = office.doubled("ours", "twin")
        office.copy_silently()
        late = office.visit("ours", gone)
        office.sync("ours", "ours")
        office.put_back_silently()
        of_the_copy = [make_visit(child, observations="Bản sao.", scope=Scope(COMMUNE)) for _ in range(request.param)]
        twin.run(save_all(*of_the_copy))
        twin.go()
        assert office.ours.stopped() == "Forked"
        yield Taken(office, late, {visit.id for visit in of_the_copy})


@pytest.fixture
def names_no_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the receipts of an earlier province."""
    given = signed_for.given

    def without(*told: Any, **by_name: Any) -> Receipt | None:
        receipt = given(*told, **by_name)
        return receipt and replace(receipt, head="")

    monkeypatch.setattr(signed_for, "given", without)


def test_it_goes_on_under_its_new_name(taken: Taken) -> None:
    taken.goes_on()
    goes_on_at_rest(taken)


@pytest.mark.usefixtures("names_no_head")
def test_so_it_does_where_no_loss_is_known(taken: Taken) -> None:
    taken.goes_on()
    goes_on_at_rest(taken)


def goes_on_at_rest(taken: Taken) -> None:
    office = taken.office
    assert taken.of_the_copy == {visit for (visit,) in office.ours.ask("SELECT id FROM home_visit")}
    assert office.unrest("ours", "colleague", "there") == {}


def test_what_the_province_had_lost_of_it_comes_again(taken: Taken) -> None:
    taken.goes_on()
    office = taken.office
    assert office.homes("home_visit") == dict.fromkeys(taken.of_the_copy, COMMUNE) | {taken.lost: OTHER_COMMUNE}
    assert office.there.ask("SELECT id FROM home_visit") == [(taken.lost,)]


@pytest.mark.usefixtures("names_no_head")
def test_a_receipt_of_how_many_alone_tells_of_no_loss(taken: Taken) -> None:
    """The twin: as many stand there, or more."""
    taken.goes_on()
    assert taken.lost not in taken.office.homes("home_visit")


@pytest.mark.usefixtures("names_no_head")
def test_bound_to_the_numbers_of_its_former_name_it_would_never_sync_again(
    taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(journal, "free_numbers", lambda *_: None)
    taken.office.ours.enrol_anew()
    assert taken.office.ours.stopped() == "Malformed"


@pytest.fixture
def unheard(tmp_path: Path) -> Iterator[Taken]:
    """What the copy sent is late, too: no feed of ours tells of it, and ours has nothing to send."""
    with travelled_office(tmp_path) as office:
        gone = office.child("Bàn Văn Hai")
        office.move("colleague", gone, OTHER_COMMUNE)
        office.sync("colleague", "there")
        twin = office.doubled("ours", "twin")
        office.copy_silently()
        late = office.visit("ours", gone)
        office.sync("ours", "ours")
        office.put_back_silently()
        of_the_copy = make_visit(gone, observations="Bản sao.", scope=Scope(COMMUNE))
        twin.run(save_all(of_the_copy))
        twin.go()
        yield Taken(office, late, {of_the_copy.id})


def test_a_page_says_which_chain_the_province_follows(unheard: Taken) -> None:
    assert unheard.office.ours.stopped() == "Forked"
    unheard.goes_on()
    assert {unheard.lost} | unheard.of_the_copy <= unheard.office.homes("home_visit").keys()
    assert unheard.office.unrest("ours", "colleague", "there") == {}


def test_that_does_not_say_so_it_would_look_as_if_all_were_there(
    unheard: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(exchange, "_refuse_to_be_one_of_two", lambda *_: None)
    assert unheard.office.ours.go().file_fault is None
    assert unheard.office.ours.counted() == (0, 0, 0, 0, 0)
    assert unheard.lost not in unheard.office.homes("home_visit")
