"""No code and no id reaches the screen: whatever a record may hold has a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.records.placements import PAPERS
from commune_desk.presenters.child.page import ChildPage
from commune_desk.presenters.wording.labels import STEP_NAMES, value_text
from commune_desk.store.pages.subjects import name_of, subject_of
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_bed, make_child, make_person, make_placement, save_all
from tests.helpers.workplaces import make_workplace


def test_every_state_of_every_kind_has_a_name() -> None:
    states = {(kind.name, step) for kind in KINDS.values() for field in kind.fields.values() for step in field.steps}
    assert states == {(kind, step) for kind, names in STEP_NAMES.items() for step in names}


def test_codes_that_stand_in_no_list_are_named(workplace: Workplace) -> None:
    codes = workplace.codes
    assert value_text(codes, "report", "status", "acknowledged") == "being handled"
    assert value_text(codes, "officer", "role", Role.CHAIR.value) == "Commune chair"
    assert value_text(codes, "placement", "home_commune", "06838") == "Bình Liêu Commune"
    assert value_text(codes, "placement", "papers", ("+decision",)) == f"+ {PAPERS['decision']}"


@pytest.mark.parametrize("item", ["", "+", "-", "zz", "+zz"])
def test_a_code_that_is_none_shuts_no_page(workplace: Workplace, item: str) -> None:
    """An entry of a history shows what its author wrote, whatever that was."""
    assert value_text(workplace.codes, "home_visit", "needs", ("food", item)).startswith("Food")


@pytest.mark.parametrize("text", ["x", "2026-02-30", "0000-01-01", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize(("kind", "field"), [("child_file", "opened_on"), ("report", "received_at")])
def test_a_day_that_is_none_shuts_no_page_either(workplace: Workplace, kind: str, field: str, text: str) -> None:
    assert value_text(workplace.codes, kind, field, text) == text


def test_a_day_that_is_one_is_told_as_people_write_it(workplace: Workplace) -> None:
    """The twin."""
    assert value_text(workplace.codes, "child_file", "opened_on", "2026-11-23") == "23/11/2026"
    assert "23/11/2026" in value_text(workplace.codes, "report", "received_at", "2026-11-23T01:00:00Z")


def test_a_file_is_not_taken_back_with_its_list_by_hand(workplace: Workplace) -> None:
    person, file = make_child()
    workplace.write(save_all(person, file))
    view = ChildPage(workplace, person.id).view()
    assert view is not None
    assert [code for code, _name in view.closings] == ["moved_away", "came_of_age", "died", "closed"]


def test_who_is_in_the_house_is_called_by_the_name_of_the_house(tmp_path: Path) -> None:
    shelter = make_workplace(tmp_path, scope="S:AD01", role="shelter_worker")
    try:
        resident, bed = make_person("Đặng Thị Hoà", scope="S:AD01"), make_bed()
        stay = make_placement(resident.id, alias="Hoa Sen", bed=bed.id)
        shelter.write(save_all(resident, bed, stay))
        assert shelter.read(lambda c: subject_of(c, "placement", stay.id)).name == "Hoa Sen"
        assert shelter.read(lambda c: subject_of(c, "person", resident.id)).name == "Hoa Sen"
        assert shelter.read(lambda c: name_of(c, bed.id)) == bed.label
        assert shelter.read(lambda c: name_of(c, "0" * 32)) == ""
    finally:
        shelter.register.close()
