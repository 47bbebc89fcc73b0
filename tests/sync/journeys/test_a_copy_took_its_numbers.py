"""The province was put back and nobody said so, and a copy of a desk's disk has gone on there under its numbers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from commune_desk.domain.time.clock import SystemClock
from sync.client import pushing
from sync.server.identity.province import open_province
from tests.helpers.builders import make_person, save_all
from tests.sync.actors.travelled_office import TravelledOffice, Traveller


@pytest.fixture
def copy(office: TravelledOffice) -> Iterator[Traveller]:
    """It wrote as many changes since as the desk had sent to the province of before."""
    office.child("Bàn Thị Một")
    was, path = office.folder / "was", office.folder / "copy.db"
    office.ours.keep_copy()
    shutil.copyfile(path.with_name("ours.copy"), path)
    _off(office)
    shutil.copytree(office.real.province.data, was)
    _on(office)
    write(office.ours, "Bàn Thị Hai")
    _off(office)
    shutil.rmtree(office.real.province.data)
    shutil.move(was, office.real.province.data)
    _on(office)
    copy = Traveller(path, SystemClock(), office.real)
    write(copy, "Bàn Thị Ba")
    yield copy
    copy.register.close()


def _off(office: TravelledOffice) -> None:
    office.real.province.close()


def _on(office: TravelledOffice) -> None:
    office.real.province = open_province(office.real.province.data, office.folder / "key-file")
    office.real.restart()


def write(desk: Traveller, name: str) -> None:
    desk.run(save_all(make_person(name)))
    desk.go()


def names(desk: Traveller) -> list[str]:
    return [name for (name,) in desk.ask("SELECT full_name FROM person ORDER BY id")]


def test_the_desk_hears_that_it_exists_twice_and_goes_on_under_a_new_id(
    office: TravelledOffice, copy: Traveller
) -> None:
    office.ours.run(save_all(make_person("Bàn Thị Tư")))
    assert office.ours.stopped() == "Forked"
    office.ours.enrol_anew()
    office.sync()
    assert names(office.colleague) == ["Bàn Thị Một", "Bàn Thị Hai", "Bàn Thị Ba", "Bàn Thị Tư"]
    assert office.unrest() == {}


def test_asked_for_its_next_number_alone_it_would_be_refused_for_ever(
    office: TravelledOffice, copy: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(pushing, "_IS_ANOTHER", "")
    office.ours.run(save_all(make_person("Bàn Thị Tư")))
    assert [office.ours.stopped() for _ in range(3)] == ["Refused"] * 3
