"""The shelter's pages and forms on the screen: shown, reached by keyboard, saved, and nothing typed is lost."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.shelter.resident_page import ResidentPage as State
from commune_desk.store.pages.placements import bed_board, stay_ids, stay_record, stay_row
from commune_desk.store.writing.drafts import load_draft
from commune_desk.ui.forms.beds_form import BedsFormPage
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.forms.shelter_forms import shelter_form
from commune_desk.ui.pages.resident import ResidentPage
from commune_desk.ui.pages.shelter import ShelterPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.options import MultiChoice, RadioRow
from commune_desk.ui.widgets.text import RichLine
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers import shelter_house
from tests.helpers.builders import save_all
from tests.helpers.keys import press
from tests.helpers.pages import show
from tests.helpers.typing_vietnamese import commit_text
from tests.helpers.workplaces import OFFICER

Routes = list[Route]


@pytest.fixture
def went() -> Routes:
    return []


def ready(qtbot: QtBot, page: QWidget) -> None:
    """Shown, and the keyboard is at its first field."""
    show(qtbot, page)
    page.setFocus()


def form_of(qtbot: QtBot, house: Workplace, tasks: Tasks, route: Route, went: Routes) -> EntryPage:
    form = shelter_form(route, house, tasks, went.append)
    assert form is not None
    ready(qtbot, form)
    return form


def shown_texts(page: QWidget) -> str:
    return "\n".join(line.plain for line in page.findChildren(RichLine))


def settle(qtbot: QtBot, tasks: Tasks) -> None:
    qtbot.waitUntil(lambda: tasks.is_idle)


def test_the_first_use_offers_to_set_up_the_beds(qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes) -> None:
    page = ShelterPage(house, tasks, went.append)
    ready(qtbot, page)
    page.board.empty.acted.emit()
    assert went == [Route("shelter", "", "beds")]
    form_of(qtbot, house, tasks, went[0], went)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: went[-1] == Route("shelter"))
    qtbot.waitUntil(lambda: len(page.board.tiles) == 12)


def test_the_board_shows_the_house_and_the_keyboard_opens_a_bed(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes
) -> None:
    stays = shelter_house.fill(house)
    page = ShelterPage(house, tasks, went.append)
    ready(qtbot, page)
    tiles = {tile.accessibleName().partition(",")[0]: tile for tile in page.board.tiles.values()}
    for label in ("A1", "A3"):
        tiles[label].setFocus()
        QTest.keyClick(tiles[label], Qt.Key.Key_Return)
    beds = {row.bed.label: row.bed.id for row in house.read(bed_board)}
    assert went == [Route("resident", stays["Hoa Sen"]), Route("shelter", beds["A3"], "admit")]
    for key in ("board", "residents", "log"):
        page.tabs.choose(key)
        assert "Mẫu Thị" not in shown_texts(page)


def test_who_is_back_is_back_with_one_press(qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes) -> None:
    stays = shelter_house.fill(house)
    page = ShelterPage(house, tasks, went.append)
    ready(qtbot, page)
    before = page.board.tiles
    page.board._back(stays["Hoa Huệ"])
    qtbot.waitUntil(lambda: page.board.tiles is not before)
    row = house.read(lambda c: stay_row(c, stays["Hoa Huệ"]))
    assert row is not None
    assert row.status == "staying"


@pytest.mark.parametrize("who_comes_back", ["another", "who is in it"])
def test_the_focus_stays_on_its_bed_when_the_board_is_read_again(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes, who_comes_back: str
) -> None:
    """Also where the bed says something else by then, as each minute of one who is late."""
    stays = shelter_house.fill(house)
    page = ShelterPage(house, tasks, went.append)
    ready(qtbot, page)
    in_it = stays["Hoa Sen" if who_comes_back == "another" else "Hoa Huệ"]
    key = next(key for key in page.board.tiles if key.endswith(in_it))
    page.board.tiles[key].setFocus()
    page.board._back(stays["Hoa Huệ"])
    before = page.board.tiles[key]
    qtbot.waitUntil(lambda: page.board.tiles[key] is not before)
    qtbot.wait(50)
    assert page.board.tiles[key].hasFocus()


def test_the_list_opens_a_stay_and_shows_those_that_ended(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes
) -> None:
    shelter_house.fill(house)
    page = ShelterPage(house, tasks, went.append)
    ready(qtbot, page)
    page.tabs.choose("residents")
    page.table.select_id(page.model.id_at(0))
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert went == [Route("resident", house.read(lambda c: stay_ids(c, "here"))[0])]
    page.which.set_value("ended")
    assert page.model.rowCount() == 0
    assert page.nobody.isVisible()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_girl_is_admitted_with_vietnamese_typed_as_an_input_method_types_it(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes
) -> None:
    beds = shelter_house.set_up(house)
    form = form_of(qtbot, house, tasks, Route("shelter", beds["A1"].id, "admit"), went)
    form.submit()
    assert form.form.row("reason").error
    reason = form.fields["reason"]
    assert isinstance(reason, Choice)
    reason.set_value("domestic_violence")
    commit_text(form.fields["brought_by"], "Bộ đội Biên phòng")
    commit_text(form.fields["condition"], "Mệt, không sốt")
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(went))
    assert went[0].page == "resident"
    record = house.read(lambda c: stay_record(c, went[0].record))
    assert record is not None
    stay = record.placement
    assert (stay.brought_by, stay.condition) == ("Bộ đội Biên phòng", "Mệt, không sốt")


def test_every_field_is_reached_by_tab_in_the_order_shown(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes
) -> None:
    form = form_of(qtbot, house, tasks, Route("shelter", "", "admit"), went)
    reached: list[QWidget] = []
    at: QWidget | None = form.fields["bed"]
    while at is not None and at not in reached:
        reached.append(at)
        at = at.nextInFocusChain()
    fields = [form.fields[name] for name in ("bed", "alias", "admitted_at", "reason", "brought_by", "full_name")]
    assert [one for one in reached if one in fields] == fields


def test_a_former_resident_is_asked_about_once_the_name_is_typed(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes
) -> None:
    shelter_house.fill(house)
    form = form_of(qtbot, house, tasks, Route("shelter", "", "admit"), went)
    assert not form.form.row("same_person").isVisible()
    commit_text(form.fields["full_name"], "Mẫu Thị Sen")
    assert form.form.row("same_person").isVisible()
    again = form.fields["same_person"]
    assert isinstance(again, RadioRow)
    again.buttons["other"].click()
    assert form.presenter.payload()["same_person"] == "other"


def test_what_was_typed_comes_back_after_a_crash(qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes) -> None:
    stays = shelter_house.fill(house)
    route = Route("resident", stays["Hoa Sen"], "care_log")
    form = form_of(qtbot, house, tasks, route, went)
    commit_text(form.fields["note"], "Cháu ngủ yên")
    form.keeper.save()
    settle(qtbot, tasks)
    assert house.read(lambda c: load_draft(c, "care_log", OFFICER, stays["Hoa Sen"])) is not None
    again = form_of(qtbot, house, tasks, route, went)
    assert again.fields["note"].value() == "Cháu ngủ yên"
    again.submit()
    qtbot.waitUntil(lambda: bool(went))
    assert house.read(lambda c: load_draft(c, "care_log", OFFICER, stays["Hoa Sen"])) is None


def test_escape_leaves_an_untouched_form_without_asking(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes
) -> None:
    stays = shelter_house.fill(house)
    form_of(qtbot, house, tasks, Route("resident", stays["Hoa Sen"], "discharge"), went)
    press(Qt.Key.Key_Escape)
    assert went == [Route("resident", stays["Hoa Sen"])]


def test_the_page_of_a_resident_offers_what_the_state_allows(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes
) -> None:
    stays = shelter_house.fill(house)
    page = ResidentPage(house, tasks, went.append, stays["Hoa Huệ"])
    ready(qtbot, page)
    assert (page.out.isVisible(), page.back.isVisible()) == (False, True)
    QTest.mouseClick(page.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.out.isVisible())
    assert "Mẫu Thị Huệ" in shown_texts(page)
    assert "Bầm ở tay trái" not in shown_texts(page)
    for button in (page.log, page.out, page.bed, page.complete, page.end):
        button.click()
    assert [route.form for route in went] == ["care_log", "outing", "bed", "complete", "discharge"]


def test_a_paper_that_came_is_ticked_and_kept(qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes) -> None:
    stays = shelter_house.fill(house)
    page = ResidentPage(house, tasks, went.append, stays["Hoa Sen"])
    ready(qtbot, page)
    before = page.papers
    assert isinstance(before, MultiChoice)
    before.buttons["decision"].click()
    qtbot.waitUntil(lambda: page.papers is not before)
    row = house.read(lambda c: stay_row(c, stays["Hoa Sen"]))
    assert row is not None
    assert set(row.papers) == {"declaration", "decision"}


def test_a_paper_that_this_program_does_not_know_stays(house: Workplace) -> None:
    stay = shelter_house.fill(house)["Hoa Sen"]
    record = house.read(lambda c: stay_record(c, stay))
    assert record is not None
    house.write(save_all(msgspec.structs.replace(record.placement, papers=("declaration", "new_in_2027"))))
    page = State(house, stay)
    assert page.view() is not None
    house.write(page.keep_papers(("declaration", "decision")))
    row = house.read(lambda c: stay_row(c, stay))
    assert row is not None
    assert set(row.papers) == {"declaration", "decision", "new_in_2027"}


def test_whoever_opens_the_change_of_bed_and_chooses_nothing_takes_no_bed_away(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes
) -> None:
    stay = shelter_house.fill(house)["Hoa Sen"]
    before = house.read(lambda c: stay_row(c, stay))
    form = shelter_form(Route("resident", stay, "bed"), house, tasks, went.append)
    assert form is not None
    ready(qtbot, form)
    with qtbot.waitSignal(form.saved):
        form.submit()
    after = house.read(lambda c: stay_row(c, stay))
    assert before is not None
    assert after is not None
    assert after.bed == before.bed != ""


def test_a_stay_that_is_gone_says_so(qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes) -> None:
    page = ResidentPage(house, tasks, went.append, "0" * 32)
    ready(qtbot, page)
    assert not page.log.isVisible()


def test_a_bed_is_closed_with_its_reason_and_used_again(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes
) -> None:
    shelter_house.set_up(house)
    form = BedsFormPage(house, tasks, went.append)
    ready(qtbot, form)
    commit_text(form.why, "Đang sửa")
    form._act(form._beds.beds()[0])
    settle(qtbot, tasks)
    line = form._beds.beds()[0]
    assert (line.second, line.action) == ("Đang sửa", "reopen")
    form._act(line)
    settle(qtbot, tasks)
    assert form._beds.beds()[0].action == "close"


def test_the_reason_for_closing_a_bed_stays_under_the_hands_while_a_sync_brings_stays(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes
) -> None:
    shelter_house.set_up(house)
    form = BedsFormPage(house, tasks, went.append)
    ready(qtbot, form)
    form.why.setFocus()
    commit_text(form.why, "Đang ")
    tasks.register_changed.emit(ChangeSet.of({"placement": ["0" * 32]}))
    assert form.why.hasFocus()
    commit_text(form.why, "sửa")
    assert form.why.value() == "Đang sửa"
    form._act(form._beds.beds()[0])
    settle(qtbot, tasks)
    assert form.why.value() == ""


def test_no_route_but_its_own_opens_a_form_here(house: Workplace, tasks: Tasks, went: Routes) -> None:
    assert shelter_form(Route("register", "", "child"), house, tasks, went.append) is None
