"""Words about in and out that a desk begun anew, or a province put back, has known before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commune_desk.i18n import set_language
from commune_desk.presenters.frame.entry_form import EntryForm
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.discharge_form import DischargeForm
from commune_desk.presenters.shelter.outing_form import OutingForm
from commune_desk.presenters.shelter.resident_page import ResidentPage
from commune_desk.program_files import code_book
from commune_desk.store.desk.versions import begin_all_anew
from commune_desk.usecases.desk.workplace import Workplace
from tests.sync.actors.real_province import HOUSE
from tests.sync.actors.sheltered_office import ShelteredOffice, sheltered_office


class Three:
    """PCs of one house that know one resident."""

    def __init__(self, office: ShelteredOffice) -> None:
        self.office = office
        self.office.join("third", HOUSE)
        self.names = ("house", "shift", "third")
        form = AdmitForm(self.at("house"))
        form.edit("reason", "isolation")
        self.stay = str(self.save("house", form))
        self.office.sync()

    def at(self, name: str) -> Workplace:
        return Workplace(self.office.desks[name].register, code_book())

    def save(self, name: str, form: EntryForm[Any]) -> object:
        operation = form.submit()
        assert operation is not None
        return self.at(name).write(operation)[0]

    def out(self, name: str) -> None:
        form = OutingForm(self.at(name), self.stay)
        form.edit("note", "Đi khám")
        self.save(name, form)

    def back(self, name: str) -> None:
        self.at(name).write(ResidentPage(self.at(name), self.stay).came_back())

    def ends(self, name: str) -> None:
        form = DischargeForm(self.at(name), self.stay)
        form.edit("reason", "left")
        self.save(name, form)

    def begins(self, name: str) -> None:
        self.office.desks[name].run(begin_all_anew)

    def shown(self) -> list[str]:
        of_house = [name for name in self.office.desks if name in self.names or name.startswith("new")]
        views = [ResidentPage(self.at(name), self.stay).view() for name in of_house]
        return [view.status if view else "" for view in views]

    def asked(self) -> list[int]:
        return [self.office.desks[n].ask("SELECT count(*) FROM conflict WHERE state='open'")[0][0] for n in self.names]


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    set_language("en")
    with sheltered_office(tmp_path) as office:
        yield Three(office)


def said_again(three: Three) -> None:
    """The first PC has said its `out` again for the others; a third, without a line, wrote later that she is back."""
    three.out("house")
    three.office.sync()
    three.back("shift")
    three.back("house")
    three.out("house")
    three.back("third")
    three.office.sync("house", "shift", "house", "house")  # out, back, and out said again
    assert three.office.desks["house"].ask("SELECT status FROM placement") == [("out",)]


def test_what_was_written_last_stands(three: Three) -> None:
    said_again(three)
    three.office.sync("third")
    three.office.sync()
    assert three.shown() == ["staying"] * 3


def test_a_pc_enrolled_meanwhile_does_not_turn_it_back(three: Three) -> None:
    said_again(three)
    three.office.join("new", HOUSE)
    three.office.sync("new")
    three.office.sync("third")
    three.office.sync("new")
    three.office.sync()
    three.office.sync()
    assert three.shown() == ["staying"] * 4


def test_nor_does_one_that_began_anew(three: Three) -> None:
    said_again(three)
    three.begins("shift")
    three.office.sync("shift")
    three.office.sync("third")
    three.office.sync("shift")
    three.office.sync()
    three.office.sync()
    assert three.shown() == ["staying"] * 3


def test_nor_does_a_province_that_was_put_back_to_between(three: Three) -> None:
    said_again(three)
    three.office.back_up()
    three.office.put_back()
    three.office.sync("house", "shift", "house", "shift")
    three.office.sync("third")
    three.office.sync("house")
    three.office.sync()
    three.office.sync()
    assert three.shown() == ["staying"] * 3


@pytest.mark.parametrize("begins", [False, True])
def test_who_was_seen_after_the_end_is_asked_about_at_a_province_put_back(three: Three, *, begins: bool) -> None:
    three.office.back_up()
    three.ends("house")
    three.office.sync("house")
    three.out("shift")
    three.office.put_back()
    three.office.sync("shift", "house")
    if begins:
        three.begins("shift")
    three.office.sync()
    three.office.sync()
    assert three.shown() == ["ended"] * 3
    assert three.asked() == [1] * 3
