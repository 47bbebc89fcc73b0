"""Two PCs of the house write without a line who went out and who came back: what was written last stands, and not what
is heard last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from commune_desk.i18n import set_language
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.discharge_form import DischargeForm
from commune_desk.presenters.shelter.outing_form import OutingForm
from commune_desk.presenters.shelter.resident_page import ResidentPage
from commune_desk.program_files import code_book
from commune_desk.store.engine import settings
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.sync import around_sync
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import HOUSE, real_province
from tests.sync.meeting.test_notices_meet import LEFT, save, sync_all


class House:
    """PCs of one house that know one resident."""

    def __init__(self, desks: Sequence[EnrolledDesk]) -> None:
        self.desks = list(desks)
        self.at = [Workplace(desk.open.register, code_book()) for desk in desks]
        form = AdmitForm(self.at[0])
        form.edit("reason", "isolation")
        self.stay = save(self.at[0], form)
        sync_all(self.desks)

    def out(self, desk: int) -> None:
        form = OutingForm(self.at[desk], self.stay)
        form.edit("note", "Đi khám")
        save(self.at[desk], form)

    def back(self, desk: int) -> None:
        self.at[desk].write(ResidentPage(self.at[desk], self.stay).came_back())

    def ends(self, desk: int) -> None:
        form = DischargeForm(self.at[desk], self.stay)
        for name, value in LEFT.items():
            form.edit(name, value)
        save(self.at[desk], form)

    def heard(self, *order: int) -> None:
        for one in order:
            self.desks[one].sync()
        sync_all(self.desks)

    def states(self) -> list[str]:
        return [desk.ask("SELECT status FROM placement")[0][0] for desk in self.desks]

    def asked(self) -> list[int]:
        """How many fields wait for people, by desk."""
        count = "SELECT count(DISTINCT record || field) FROM conflict WHERE state='open'"
        return [desk.ask(count)[0][0] for desk in self.desks]

    def changes(self) -> list[int]:
        return [desk.ask("SELECT count(*) FROM change WHERE kind='placement'")[0][0] for desk in self.desks]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    set_language("en")
    with real_province(tmp_path) as province, ExitStack() as stack:
        desks = [enrolled_desk(province, tmp_path / name, grants=HOUSE) for name in ("here", "there", "upstairs")]
        for desk in desks:
            stack.callback(desk.close)
        yield House(desks)


def forget_looking(tx: Tx) -> None:
    tx.connection.execute("DELETE FROM setting WHERE name=?", (settings.STATES_LOOKED_AT,))


ORDERS = [(0, 1), (1, 0)]


@pytest.mark.parametrize("order", ORDERS)
def test_who_went_out_again_is_out(house: House, order: tuple[int, int]) -> None:
    house.out(0)
    sync_all(house.desks)
    house.back(1)
    house.back(0)
    house.out(0)
    house.heard(*order)
    assert (house.states(), house.asked()) == (["out"] * 3, [0] * 3)


@pytest.mark.parametrize("order", ORDERS)
def test_who_is_back_from_it_is_in_the_house(house: House, order: tuple[int, int]) -> None:
    house.out(0)
    sync_all(house.desks)
    house.back(0)
    house.out(0)
    house.back(1)
    house.heard(*order)
    assert house.states() == ["staying"] * 3


@pytest.mark.parametrize("order", ORDERS)
def test_an_outing_that_both_wrote_down_is_over_once(house: House, order: tuple[int, int]) -> None:
    house.out(0)
    house.out(1)
    house.back(1)
    house.heard(*order)
    assert house.states() == ["staying"] * 3
    house.out(0)
    house.heard(0, 1, 2)
    assert house.states() == ["out"] * 3, "who knew of all that decides"


def test_what_a_third_wrote_later_stands_before_what_was_said_again(house: House) -> None:
    """The second says again of the first, before the third is heard, what it had written after that."""
    house.out(0)
    sync_all(house.desks)
    house.back(1)
    house.back(0)
    house.out(0)
    house.back(2)
    house.heard(0, 1, 2)
    assert house.states() == ["staying"] * 3


@pytest.mark.parametrize("order", ORDERS)
def test_people_are_asked_of_who_was_seen_after_the_end(house: House, order: tuple[int, int]) -> None:
    """Whichever is heard first."""
    house.ends(0)
    house.out(1)
    house.heard(*order)
    assert (house.states(), house.asked()) == (["ended"] * 3, [1] * 3)


def test_said_by_both_it_comes_to_rest(house: House) -> None:
    house.out(0)
    sync_all(house.desks)
    house.back(1)
    house.back(0)
    house.out(0)
    house.heard(0, 1)
    before = house.changes()
    sync_all(house.desks)
    assert house.changes() == before


def test_what_people_have_gone_by_since_is_not_turned_by_an_update(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program of before let it stand; the first sync of this one is about something else."""
    with monkeypatch.context() as before:
        before.setattr(around_sync, "let_last_words_stand", lambda tx, touched: None)
        for desk in house.desks:
            desk.open.register.write(
                lambda tx: tx.connection.execute("DELETE FROM setting WHERE name='states_looked_at'")
            )
        house.out(0)
        sync_all(house.desks)
        house.back(1)
        house.back(0)
        house.out(0)
        house.heard(0, 1)
    assert house.states() == ["staying"] * 3
    form = AdmitForm(house.at[2], stay=house.stay)
    form.edit("brought_by", "Công an xã")
    save(house.at[2], form)
    house.heard(2)
    assert house.states() == ["staying"] * 3
