"""A list is taken back while a house takes in a child of it by the case number: what the commune is told of the stay is
of a child whom it finds, whichever it heard first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Refusal
from commune_desk.store.pages.children import file_of
from tests.helpers.builders import make_notice, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.lists import undo
from tests.sync.actors.real_province import HOUSE, real_province
from tests.usecases.lists.test_undo_elsewhere import OTHER, VISITED, Office


class Told(Office):
    """With a house."""

    house: EnrolledDesk

    def admit(self) -> None:
        file = self.here.read(lambda c: file_of(c, self.child))
        assert file is not None
        assert file.case_number
        self.house.open.register.write(save_all(make_notice(file.case_number))).result()
        self.house.sync()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Told]:
    with real_province(tmp_path) as province:
        ours, theirs = (enrolled_desk(province, tmp_path / name) for name in ("ours", "theirs"))
        office = Told(ours, theirs, tmp_path)
        office.house = enrolled_desk(province, tmp_path / "house", grants=HOUSE)
        yield office
        for desk in (ours, theirs, office.house):
            desk.close()


def test_who_is_in_a_house_by_then_keeps_the_list(office: Told) -> None:
    office.admit()
    office.sync()
    with pytest.raises(Refusal):
        undo(office.here, office.import_id)


def test_who_was_in_a_house_when_it_was_taken_back_is_found_everywhere(office: Told) -> None:
    office.admit()
    undo(office.here, office.import_id)
    assert not office.found(office.here, VISITED)
    office.sync()
    for workplace in (office.here, office.there):
        assert office.found(workplace, VISITED) == [office.child]
        assert office.found(workplace, OTHER) == []
