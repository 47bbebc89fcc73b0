"""A mother who was held in a commune for an erased child's sake, and a province that is put back to before that."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from sync.server.lifecycle import left_behind
from tests.helpers.builders import make_person, make_relation, save_all
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def mother_of_two(office: TravelledOffice) -> tuple[RecordId, RecordId]:
    """The child who moved, and the mother, who stayed with a brother."""
    child, mother, brother = office.child("Chìu Văn Sáng"), make_person("Chìu Thị Mây"), make_person("Lò Văn Minh")
    ties = [make_relation(one, mother.id) for one in (child, brother.id)]
    office.ours.run(save_all(mother, brother, *ties))
    office.sync()
    office.move("ours", child, OTHER_COMMUNE)
    office.sync()
    assert office.there.shown(mother.id, "full_name") == "Chìu Thị Mây"
    return child, mother.id


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize("has_heard", [True, False])
def test_she_is_led_out_again(office: TravelledOffice, is_told: bool, has_heard: bool) -> None:
    child, mother = mother_of_two(office)
    office.back_up()
    office.copy_silently()
    office.erase(child)
    if has_heard:
        office.sync()
    office.put_back() if is_told else office.put_back_silently()
    if not is_told:
        office.erase(child)
    office.sync()
    assert office.there.shown(mother, "full_name") is None
    assert office.ours.shown(mother, "full_name") == "Chìu Thị Mây"
    office.sync()
    assert office.unrest() == {}


def test_nobody_led_out_she_would_come_back_for_good(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    child, mother = mother_of_two(office)
    office.back_up()
    office.erase(child)
    office.sync()
    assert office.there.shown(mother, "full_name") is None
    monkeypatch.setattr(left_behind, "stays_for_nobody", lambda *_: False)
    office.put_back()
    office.sync()
    assert office.there.shown(mother, "full_name") == "Chìu Thị Mây"
