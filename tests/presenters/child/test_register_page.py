"""The register page without a window: filters, honest counts, hints, row texts, and the audit of searches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from commune_desk.i18n import set_language
from commune_desk.presenters.child.register_page import RegisterPage
from commune_desk.presenters.wording import labels
from commune_desk.program_files import code_book
from commune_desk.store.pages import search
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, make_group, make_person, make_relation, make_visit, save_all
from tests.helpers.workplaces import clock_of


@pytest.fixture
def page(workplace: Workplace) -> RegisterPage:
    person, file = make_child("Đặng Thị Hoà", risk_level="high", village="Thôn Khe Lạc")
    carer = make_person("Bàn Thị Mùi", phone="0912345678")
    relation = make_relation(person.id, carer.id, "maternal_grandmother", is_caregiver=True)
    visit = make_visit(person.id, "2026-11-20", next_visit_on="2026-11-21")
    groups = (make_group(person.id, "HCDB01.3"), make_group(person.id, "HCDB11"))
    workplace.write(save_all(person, file, carer, relation, visit, *groups))
    workplace.write(save_all(*make_child("Lý A Tài", birth_date="2011-01-15", village="bản Sông Moóc")))
    workplace.write(save_all(*make_child("Trần Văn Đức", birth_date="~2019", village=None)))
    return RegisterPage(workplace)


def shown(page: RegisterPage) -> list[str]:
    view = page.view()
    rows = {row.id: row.name for row in page.rows(view.ids)}
    return [rows[one] for one in view.ids]


def test_the_list_shows_everybody_in_the_register(page: RegisterPage) -> None:
    assert shown(page) == ["Trần Văn Đức", "Đặng Thị Hoà", "Lý A Tài"]
    assert page.view().count_text == "3 children"
    assert not page.is_narrowed


def test_an_empty_register_says_what_to_do(workplace: Workplace) -> None:
    view = RegisterPage(workplace).view()
    assert view.is_empty_register
    assert view.hint == ""


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("special", ["Đặng Thị Hoà"]),
        ("at_risk", []),
        ("overdue", ["Đặng Thị Hoà"]),
        ("near_16", ["Lý A Tài"]),
        ("left", []),
    ],
)
def test_who_is_shown(page: RegisterPage, who: str, expected: list[str]) -> None:
    page.who = who
    assert shown(page) == expected
    assert page.view().hint == ("" if expected else "No child fits these filters.")


def test_filters_and_search_work_together(page: RegisterPage) -> None:
    page.risk, page.age = "high", "11-15"
    assert shown(page) == ["Đặng Thị Hoà"]
    page.typed = "duc"
    assert shown(page) == []
    page.clear()
    assert len(shown(page)) == 3


def test_every_option_offered_can_be_chosen(page: RegisterPage) -> None:
    for field in ("who", "risk", "age", "village", "order"):
        for code, _name in getattr(page, f"{field}_options")():
            setattr(page, field, code)
            page.view()
        setattr(page, field, "name" if field == "order" else "")
    assert [name for _code, name in page.village_options()] == ["Every village", "bản Sông Moóc", "thôn Khe Lạc"]


def test_a_row_reads_as_a_person_would_say_it(page: RegisterPage) -> None:
    page.typed = "hoa"
    (row,) = page.rows(page.view().ids)
    assert (row.age, row.birth, row.village) == ("aged 14", "03/02/2012", "thôn Khe Lạc")
    assert (row.carer, row.reached) == ("Bàn Thị Mùi", "0912 345 678")
    assert row.groups == ("Lost both parents", "Restricted information")
    assert row.risk == labels.ChipText("High", "danger", "alert-triangle")
    assert (row.last_visit, row.next_visit, row.overdue) == ("20/11", "21/11", "2 days overdue")


def test_a_guessed_birth_is_told_as_a_guess(page: RegisterPage) -> None:
    page.typed = "duc"
    (row,) = page.rows(page.view().ids)
    assert (row.age, row.birth) == ("aged 5–8", "about 2019")


def test_a_search_without_hits_asks_for_guesses(page: RegisterPage) -> None:
    page.typed = "dabg thi hoa"
    view = page.view()
    assert view.needs_guesses
    assert "dabg thi hoa" in view.hint
    assert page.guesses() == ["Đặng Thị Hoà"]


def test_a_filter_that_hides_who_is_searched_for_is_told(page: RegisterPage) -> None:
    page.typed, page.who = "duc", "left"
    view = page.view()
    assert (view.ids, view.is_filtered_away, view.needs_guesses) == ((), True, False)
    assert view.hint == "Nobody found for “duc” with these filters; without them 1 child is found."
    page.clear_filters()
    assert len(page.view().ids) == 1
    page.typed, page.who = "dabg thi hoa", "left"
    assert not page.view().is_filtered_away, "the twin: nobody is hidden"


def test_another_spelling_is_told_as_such(page: RegisterPage) -> None:
    page.typed = "lí tài"
    assert page.view().hint.startswith("Nothing is written exactly so.")
    assert shown(page) == ["Lý A Tài"]


def test_more_hits_than_are_shown_are_not_counted_as_if_all(
    page: RegisterPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_FOUND", 1)
    page.typed = "t"
    assert page.view().count_text == "more than 1 children; type another word"


def audit(workplace: Workplace) -> list[tuple[str, str]]:
    workplace.register.write(lambda tx: None).result()
    sql = "SELECT action, detail FROM audit WHERE action='search'"
    return workplace.read(lambda c: c.execute(sql).fetchall())


def test_a_search_is_written_down_as_a_digest_only(page: RegisterPage, workplace: Workplace) -> None:
    page.note_search(0)
    assert audit(workplace) == []
    page.typed = "Đặng Thị Hoà"
    page.note_search(1)
    ((action, detail),) = audit(workplace)
    assert action == "search"
    assert '"found":1' in detail
    assert "hoa" not in detail.lower().replace("hoà", "hoa")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_group_has_a_short_name_and_the_restricted_ones_none(language: str) -> None:
    set_language("vi" if language == "vi" else "en")
    codes = code_book()
    for group in codes.child_groups:
        text = labels.group_short(codes, group.code)
        assert 2 < len(text) <= 26
        assert "HIV" not in text
        assert text[0].isupper()


def test_chips_are_cut_to_a_limit_and_say_how_many_more() -> None:
    set_language("en")
    chips = labels.group_chips(code_book(), ["HCDB01.3", "HCDB04.1", "NGCO01", "NGCO05"], limit=2)
    assert [chip.text for chip in chips][-1] == "+2"
    assert len(chips) == 3


@pytest.mark.parametrize(
    ("stored", "age"),
    [
        ("2026-11-01", "aged under 1"),
        ("2025-11-23", "aged 1"),
        ("2012", "aged 13–14"),
        (None, ""),
        ("not a date", ""),
    ],
)
def test_ages(workplace: Workplace, stored: str | None, age: str) -> None:
    assert labels.age_text(stored, workplace.today()) == age


def test_on_29_february_nobody_is_a_day_older(workplace: Workplace) -> None:
    clock_of(workplace).at = datetime(2028, 2, 29, 3, 0, tzinfo=UTC)
    for born in ("2022-02-28", "2022-03-01"):
        workplace.write(save_all(*make_child(birth_date=born)))
    page = RegisterPage(workplace)
    page.age = "6-10"
    assert [row.birth for row in page.rows(page.view().ids)] == ["28/02/2022"]
    page.age = "0-5"
    assert [row.birth for row in page.rows(page.view().ids)] == ["01/03/2022"]
