"""Who came from another commune, and what stays of those who left, as an officer reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import Refusal
from commune_desk.i18n import set_language
from commune_desk.presenters.child.page import ChildPage
from commune_desk.presenters.child.register_page import MOVED, RegisterPage
from commune_desk.presenters.day.today import TodayPage
from commune_desk.presenters.frame.cards import Section
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.engine import settings
from commune_desk.store.intake.departures import KEEPS_STUBS
from commune_desk.usecases.desk.workplace import Workplace
from sync.change import Verb
from tests.helpers.builders import make_child, make_person, save_all
from tests.helpers.moving import come_here, go_away
from tests.helpers.workplaces import make_workplace


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child("Chìu Văn Sáng")
    workplace.write(save_all(person, file))
    come_here(workplace, person.id)
    return person.id


def card(workplace: Workplace) -> Section | None:
    state = TodayPage(workplace).read()
    return next((one for one in (*state.main, *state.side) if one.key == "arrivals"), None)


def test_a_newcomer_is_named_with_where_from_and_since_when(workplace: Workplace, child: RecordId) -> None:
    shown = card(workplace)
    assert shown is not None
    (row,) = shown.rows
    assert (shown.title, row.title, row.detail) == ("Children who moved here", "Chìu Văn Sáng", "aged 14")
    assert row.second == "moved here from Hà Tu Ward · yesterday"
    assert (row.link, row.route, row.button) == ("Open the file", Route("child", child), "Seen")


def test_who_was_looked_at_is_new_no_more(workplace: Workplace, child: RecordId) -> None:
    page = TodayPage(workplace)
    workplace.write(page.operation("see_arrival", child))
    assert card(workplace) is None


def test_opening_the_page_is_looking(workplace: Workplace, child: RecordId) -> None:
    page = ChildPage(workplace, child)
    looked_at = page.looked_at()
    assert looked_at is not None
    _result, changes = workplace.write(looked_at)
    assert changes.touches("arrivals")
    assert (card(workplace), page.looked_at()) == (None, None)


def test_a_guest_is_told_in_other_words_and_has_no_file_to_open(workplace: Workplace) -> None:
    guest = make_person("Chìu Thị Mây", birth_date="1990")
    workplace.write(save_all(guest))
    come_here(workplace, guest.id, verb=Verb.SHARE)
    shown = card(workplace)
    assert shown is not None
    (row,) = shown.rows
    assert (shown.title, row.second) == ("New in this register", "shared with this place by Hà Tu Ward · yesterday")
    assert (row.link, row.route) == ("", None)


def test_a_house_is_told_of_guests_too(tmp_path: Path) -> None:
    set_language("en")
    house = make_workplace(tmp_path, scope="S:AD01", role="shelter_worker")
    guest = make_person("Chìu Thị Mây", scope="S:AD01")
    house.write(save_all(guest))
    come_here(house, guest.id, verb=Verb.SHARE)
    shown = card(house)
    assert shown is not None
    assert [(row.title, row.link, row.button) for row in shown.rows] == [("Chìu Thị Mây", "", "Seen")]
    main = [one.key for one in TodayPage(house).read().main]
    assert main.index("arrivals") == main.index("logs") - 1, "where a commune has it: before what is written down daily"
    house.register.close()


def test_a_chair_only_reads(tmp_path: Path, workplace: Workplace, child: RecordId) -> None:
    folder = tmp_path / "chair"
    folder.mkdir()
    chair = make_workplace(folder, role="chair")
    with pytest.raises(Refusal):
        chair.write(TodayPage(chair).operation("see_arrival", child))
    assert ChildPage(chair, child).looked_at() is None
    chair.register.close()


def test_more_than_a_screen_is_counted(workplace: Workplace) -> None:
    for place in range(10):
        person, file = make_child(f"Chìu Văn {'ABCDEFGHIJ'[place]}")
        workplace.write(save_all(person, file))
        come_here(workplace, person.id)
    shown = card(workplace)
    assert shown is not None
    assert (len(shown.rows), shown.aside) == (8, "2 more children")
    set_language("vi")
    in_vietnamese = card(workplace)
    assert in_vietnamese is not None
    assert in_vietnamese.aside == "còn 2 trẻ"


def test_of_a_child_that_left_only_the_case_code_is_told(workplace: Workplace) -> None:
    go_away(workplace, case_number="QN-06838-2026-TEST-0001", at="2026-11-20T20:00:00Z")
    go_away(workplace, case_number="QN-06838-2025-TEST-0007", at="2026-10-01T03:00:00Z")
    go_away(workplace, case_number="QN-06838-2026-TEST-0002", at="2026-11-22T03:00:00Z", is_gone=False)
    page = RegisterPage(workplace)
    assert (MOVED, "Moved away (2)") in page.who_options()
    page.who = MOVED
    seen = page.view()
    assert (seen.ids, seen.count_text) == ((), "2 children")
    assert [(one.case_code, one.to, one.on) for one in seen.moved] == [
        ("QN-06838-2026-TEST-0001", "Hà Tu Ward", "21/11/2026"),
        ("QN-06838-2025-TEST-0007", "Hà Tu Ward", "01/10/2026"),
    ]
    page.typed = "2025"
    assert [one.case_code for one in page.view().moved] == ["QN-06838-2025-TEST-0007"]
    page.typed = "xyz"
    assert page.view().hint == "No case code of a child who moved holds “xyz”."


def test_of_a_child_by_two_records_both_codes_are_told_and_either_finds_it(workplace: Workplace) -> None:
    go_away(workplace, case_number="QN-06838-2026-TEST-0001, QN-06838-2026-TEST-0002", at="2026-11-20T20:00:00Z")
    page = RegisterPage(workplace)
    page.who = MOVED
    for typed in ("", "TEST-0001", "TEST-0002"):
        page.typed = typed
        (stub,) = page.view().moved
        assert (stub.case_code, stub.other_codes) == ("QN-06838-2026-TEST-0001", "QN-06838-2026-TEST-0002")


def test_where_the_policy_drops_stubs_there_is_nothing_to_look_up(workplace: Workplace) -> None:
    go_away(workplace, case_number="QN-06838-2026-TEST-0001", at="2026-11-20T20:00:00Z")
    workplace.write(lambda tx: settings.put(tx.connection, KEEPS_STUBS, False))
    page = RegisterPage(workplace)
    assert MOVED not in dict(page.who_options())
    page.who = MOVED
    assert page.view().moved == ()
