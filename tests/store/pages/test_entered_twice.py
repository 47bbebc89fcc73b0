"""The same group and the same relative, entered twice: shown once, by rules that every desk follows alike."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.children import GroupMembership
from commune_desk.store.pages.children import Kin
from commune_desk.store.pages.entered_twice import groups_once, kin_once, same_kin
from tests.helpers.builders import make_group, make_person, make_relation

CHILD = RecordId("0198c0de" * 4)


def times(*groups: GroupMembership) -> list[tuple[str, str | None, str | None]]:
    return [(one.group_code, one.from_on, one.to_on) for one in groups_once(groups)]


def group(from_on: str | None, to_on: str | None = None, code: str = "HCDB01", **more: Any) -> GroupMembership:
    return make_group(CHILD, code, from_on=from_on, to_on=to_on, **more)


def test_memberships_of_one_group_whose_times_touch_are_one_and_all_others_are_not() -> None:
    assert times(group("2024-03-02"), group("2025-05-05")) == [("HCDB01", "2024-03-02", None)]
    assert times(group("2024-03-02", "2025-01-01"), group("2024-06-01", "2025-06-01")) == [
        ("HCDB01", "2024-03-02", "2025-06-01")
    ]
    again = (group("2024-03-02", "2024-12-31"), group("2026-01-01"))
    assert len(times(*again)) == 2, "left, and come back"
    assert len(times(group("2024-03-02"), group("2024-03-02", code="HCDB02"))) == 2
    assert times(group(None, "2025-01-01"), group("2024-03-02")) == [("HCDB01", "2024-03-02", None)]


def test_the_order_in_which_they_came_makes_no_difference() -> None:
    three = (
        group("2024-03-02", "2024-12-31", basis="QĐ 1"),
        group("2024-06-01", basis="QĐ 2"),
        group("2024-06-01", basis="QĐ 1"),
    )
    shown = {tuple(groups_once(order)) for order in permutations(three)}
    assert len(shown) == 1
    ((one,),) = shown
    assert (one.id, one.from_on, one.to_on) == (three[0].id, "2024-03-02", None)
    assert one.basis == "QĐ 1; QĐ 2"


def kin(name: str = "Chìu Thị Mây", relation: str = "mother", *, has_file: bool = False, **person: Any) -> Kin:
    defaults: dict[str, Any] = {"birth_date": None, "village": None}
    somebody = make_person(name, **defaults | person)
    return Kin(make_relation(CHILD, somebody.id, relation), somebody, has_file)


def test_a_mother_entered_twice_is_one_with_what_either_record_says() -> None:
    first, second = kin(phone="0912000111"), kin("Chìu thị  Mây", birth_date="1990", phone="0912000222")
    (shown,) = kin_once([first, second])
    assert (shown.kin.person.id, shown.kin.person.birth_date) == (first.person.id, "1990")
    assert [one.person.phone for one in shown.records] == ["0912000111", "0912000222"], "no number is left out"
    assert same_kin([first, second], second.relation.id) == (first, second)
    assert same_kin([first], "another") == ()


def test_a_carer_by_either_record_is_the_carer() -> None:
    first, second = kin(), kin()
    cares = msgspec.structs.replace(second.relation, is_caregiver=True)
    (shown,) = kin_once([first, Kin(cares, second.person, has_file=False)])
    assert shown.kin.relation.is_caregiver


@pytest.mark.parametrize(
    "other",
    [
        kin("Chìu Thị May"),
        kin(relation="aunt"),
        kin(birth_date="1970"),
        kin(id_number="022190000002"),
        kin(sex="male"),
        kin(has_file=True),
    ],
    ids=["name", "relation", "birth", "number", "sex", "a child of the register"],
)
def test_who_may_be_another_is_shown_beside(other: Kin) -> None:
    first = kin(birth_date="1990-02-03", id_number="022190000001")
    assert len(kin_once([first, other])) == 2


def test_the_same_person_named_twice_is_one_also_with_a_file() -> None:
    brother = kin("Chìu Văn Tám", "older_brother", has_file=True)
    twice = Kin(make_relation(CHILD, brother.person.id, "older_brother"), brother.person, has_file=True)
    assert len(kin_once([brother, twice])) == 1


def test_who_was_taken_away_stays_beside_who_is_there() -> None:
    first, second = kin(), kin()
    ended = Kin(msgspec.structs.replace(first.relation, ended_on="2026-01-01"), first.person, has_file=False)
    assert len(kin_once([second, ended])) == 2


def test_one_who_fits_two_that_differ_joins_the_first_of_them_alone() -> None:
    old, young, unknown = kin(birth_date="1960"), kin(birth_date="1990"), kin()
    assert [len(one.records) for one in kin_once([old, young, unknown])] == [2, 1]
