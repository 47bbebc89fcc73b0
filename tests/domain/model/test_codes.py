"""The code lists: whole, in two languages, and never matched to what they do not mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vietnam_provinces import ProvinceCode, Ward

from commune_desk.domain.model.codes import (
    AT_RISK,
    LISTS,
    SPECIAL,
    CodeBook,
    code_label,
    is_at_risk_group,
    is_special_group,
)
from commune_desk.domain.records.children import RISK_LEVELS
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.vietnamese.text import fold, nfc

CODES = Path(__file__).parents[3] / "resources" / "codes"
TODAY = date(2026, 11, 24)


def read(name: str) -> str:
    return (CODES / name).read_text(encoding="utf-8")


BOOK = CodeBook.parse(read)


def test_every_list_that_a_record_names_exists() -> None:
    named = {field.codes for kind in KINDS.values() for field in kind.fields.values() if field.codes}
    assert named <= set(LISTS)
    assert {path.stem for path in CODES.glob("*.csv")} == set(LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_every_entry_has_a_code_that_may_be_stored_and_both_names(name: str) -> None:
    entries = BOOK.entries(name)
    assert len({entry.code for entry in entries}) == len(entries) > 0
    for entry in entries:
        assert entry.code.isascii()
        assert 0 < len(entry.code) <= 40
        assert entry.name_vi
        assert entry.name_en
        assert "#" not in entry.code
        assert nfc(entry.name_vi) == entry.name_vi
        assert all(nfc(alias) == alias for alias in entry.aliases)


@pytest.mark.parametrize("name", [name for name in LISTS if name != "communes"])
def test_no_spelling_means_two_entries(name: str) -> None:
    for entry in BOOK.entries(name):
        for spelling in (entry.code, entry.name_vi, entry.name_vi.upper(), *entry.aliases):
            assert BOOK.find(name, spelling) is entry, spelling


def test_the_54_communes_are_those_of_the_official_list() -> None:
    official = {f"{ward.code:05}": ward.name for ward in Ward.iter_by_province(ProvinceCode.P_22)}
    ours = {commune.code: commune.name_vi for commune in BOOK.communes}
    assert len(ours) == 54
    assert {code: fold(name) for code, name in ours.items()} == {code: fold(name) for code, name in official.items()}
    kinds = [commune.kind for commune in BOOK.communes]
    assert [kinds.count(kind) for kind in ("ward", "commune", "special_zone")] == [30, 22, 2]


def test_both_codes_of_ba_che_lead_to_one_commune() -> None:
    found = BOOK.commune("06970", TODAY)
    assert found is not None
    assert found.short_name == "Ba Chẽ"
    assert BOOK.commune("06978", TODAY) is found
    assert BOOK.commune("6970", TODAY) is found


def test_a_code_means_nothing_before_its_first_day() -> None:
    assert BOOK.commune("06652", date(2025, 6, 30)) is None
    assert BOOK.commune("06652", date(2025, 7, 1)) is not None
    unchanged = BOOK.commune("06967", date(2020, 1, 1))
    assert unchanged is not None
    assert unchanged.short_name == "Cái Chiên"


def test_ethnic_groups_have_the_numbers_of_the_statistics_office() -> None:
    codes = [group.code for group in BOOK.ethnic_groups]
    assert codes == [f"{number:02}" for number in range(1, 56)] + ["99"]
    assert [group.name_vi for group in BOOK.ethnic_picker()[:6]] == ["Kinh", "Dao", "Tày", "Sán Dìu", "Sán Chay", "Hoa"]
    assert len(BOOK.ethnic_picker()) == 56


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9", "09"),
        ("Dao Thanh Y", "09"),
        ("dân tộc Tày", "02"),
        ("người Hoa", "04"),
        ("HMông", "08"),
        ("H'mông", "08"),
        ("SÁN CHỈ", "15"),
        ("Cao Lan - Sán Chỉ", "15"),
        ("khơ me", "05"),
        ("Người nước ngoài", "55"),
        ("56", "99"),
        ("Klingon", None),
        ("", None),
    ],
)
def test_ethnic_group(text: str, code: str | None) -> None:
    found = BOOK.ethnic_group(text)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Bố", "father"),
        ("me", "mother"),
        ("bà nội", "paternal_grandmother"),
        ("BÀ NGOẠI", "maternal_grandmother"),
        ("ông, bà nội", "paternal_grandparents"),
        ("dì", "maternal_aunt"),
        ("cô", "paternal_aunt"),
        ("bà", None),
        ("ba", None),
        ("ông", None),
    ],
)
def test_relation_keeps_both_sides_apart(text: str, code: str | None) -> None:
    found = BOOK.relation(text)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("HCDB04", "HCDB04"),
        ("hcdb11.2", "HCDB11.2"),
        ("Trẻ em khuyết tật", "HCDB04"),
        ("trẻ khuyết tật", "HCDB04"),
        ("bi bo roi", "HCDB02"),
        ("mồ côi cả cha lẫn mẹ", "HCDB01"),
        ("mồ côi mẹ", "NGCO03"),
        ("hộ cận nghèo", "NGCO02"),
        ("mồ côi", None),
    ],
)
def test_child_group(text: str, code: str | None) -> None:
    found = BOOK.child_group(text)
    assert (found.code if found else None) == code


def test_the_groups_follow_the_law() -> None:
    special = [group for group in BOOK.child_groups if group.kind == SPECIAL and not group.parent]
    assert [group.law_letter for group in special] == list("abcdđeghiklmno")
    assert [group.decree_article for group in special] == [str(article) for article in range(3, 17)]
    assert len([group for group in BOOK.child_groups if group.kind == AT_RISK]) == 14
    codes = {group.code for group in BOOK.child_groups}
    assert all(group.parent in codes for group in BOOK.child_groups if group.parent)
    assert all(group.is_restricted for group in BOOK.child_groups if "HIV" in group.name_vi)


def test_risk_levels_are_those_of_the_records() -> None:
    assert tuple(entry.code for entry in BOOK.entries("risk_levels")) == RISK_LEVELS


def test_labels_come_in_the_readers_language() -> None:
    assert BOOK.label("sexes", "female") == "Nữ"
    assert BOOK.label("sexes", "female", "en_GB") == "Female"
    assert BOOK.label("sexes", "something newer", "vi") == "something newer"
    assert code_label(BOOK.communes[0], "vi") == BOOK.communes[0].name_vi


@given(st.text(max_size=30))
def test_lookups_take_any_text(text: str) -> None:
    lookups: list[Callable[[str], object]] = [BOOK.ethnic_group, BOOK.relation, BOOK.child_group]
    for lookup in lookups:
        lookup(text)
    BOOK.commune(text, TODAY)


def test_a_damaged_list_names_its_file_and_line() -> None:
    def damaged(name: str) -> str:
        return read(name).replace("2025-07-01", "soon", 1) if name == "communes.csv" else read(name)

    with pytest.raises(ValueError, match=r"communes\.csv line 2"):
        CodeBook.parse(damaged)


def test_the_code_of_a_group_tells_its_kind() -> None:
    told = [(SPECIAL if is_special_group(one.code) else AT_RISK, one.kind) for one in BOOK.child_groups]
    assert {kind for _told, kind in told} == {SPECIAL, AT_RISK}
    assert [pair for pair in told if pair[0] != pair[1]] == []
    assert all(is_special_group(one.code) is not is_at_risk_group(one.code) for one in BOOK.child_groups)
