"""The shelter's pages while something comes in: what is open stays open, the keyboard where it was."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.pages.placements import bed_board, stay_record, stay_row
from commune_desk.ui.forms.beds_form import BedsFormPage
from commune_desk.ui.pages.resident import ResidentPage
from commune_desk.ui.pages.shelter import ShelterPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import LinkButton, SecondaryButton
from commune_desk.ui.widgets.text import RichLine
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers import shelter_house
from tests.helpers.builders import save_all
from tests.helpers.keys import press
from tests.helpers.pages import show

Routes = list[Route]


@pytest.fixture
def went() -> Routes:
    return []


def ready(qtbot: QtBot, page: QWidget) -> None:
    """Shown, and the keyboard is at its first field."""
    show(qtbot, page)
    page.setFocus()


def shown_texts(page: QWidget) -> str:
    return "\n".join(line.plain for line in page.findChildren(RichLine))


def settle(qtbot: QtBot, tasks: Tasks) -> None:
    qtbot.waitUntil(lambda: tasks.is_idle)


def sealed_link(page: ResidentPage) -> list[LinkButton]:
    links = page.findChildren(LinkButton)
    return [link for link in links if link.accessibleName() == "Hiện phần niêm phong" and link.isVisible()]


def sealed_opened(house: Workplace) -> int:
    """How often it was written down that somebody looked at what is sealed."""
    counted = house.write(
        lambda tx: tx.connection.execute("SELECT count(*) FROM audit WHERE action='open_sealed'").fetchone()
    )[0]
    return int(counted[0])


def test_what_is_sealed_stays_open_whatever_a_sync_brings_and_was_opened_once(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes
) -> None:
    stay = shelter_house.fill(house)["Hoa Sen"]
    page = ResidentPage(house, tasks, went.append, stay)
    ready(qtbot, page)
    assert "Bầm ở tay trái" not in shown_texts(page)
    sealed_link(page)[0].click()
    record = house.read(lambda c: stay_record(c, stay))
    assert record is not None
    house.write(save_all(msgspec.structs.replace(record.placement, safety_plan="Không cho ai biết nơi ở.")))
    for _round in range(2):
        tasks.register_changed.emit(ChangeSet.of({"sync": ["0" * 32]}))
        qtbot.wait(300)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert "Bầm ở tay trái" in shown_texts(page)
        assert "Không cho ai biết nơi ở." in shown_texts(page)
    assert sealed_opened(house) == 1
    again = ResidentPage(house, tasks, went.append, stay)
    ready(qtbot, again)
    assert "Bầm ở tay trái" not in shown_texts(again)


@pytest.mark.parametrize("comes", ["press", "sync"])
def test_the_keyboard_is_on_no_other_bed_when_the_list_of_beds_is_made_anew(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes, comes: str
) -> None:
    shelter_house.set_up(house)
    form = BedsFormPage(house, tasks, went.append)
    ready(qtbot, form)
    button = next(one for one in form.list.findChildren(SecondaryButton) if one.accessibleName().endswith("A1"))
    name = button.accessibleName()
    button.setFocus()
    if comes == "press":
        press(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: any(bed.action == "reopen" for bed in form._beds.beds()))
        settle(qtbot, tasks)
    else:
        tasks.register_changed.emit(ChangeSet.of({"placement": ["0" * 32]}))
    QApplication.processEvents()
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused is not button
    if comes == "sync":
        assert focused.accessibleName() == name
    else:
        assert not isinstance(focused, QAbstractButton)


def test_the_keyboard_is_not_lost_with_the_bed_it_was_on(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes
) -> None:
    stays = shelter_house.fill(house)
    page = ShelterPage(house, tasks, went.append)
    ready(qtbot, page)
    key = next(key for key in page.board.tiles if key.endswith(stays["Hoa Sen"]))
    before = page.board.tiles[key]
    before.setFocus()
    free = next(row.bed.id for row in house.read(bed_board) if row.bed.status == "open" and not row.stays)
    record = house.read(lambda c: stay_record(c, stays["Hoa Sen"]))
    assert record is not None
    house.write(save_all(msgspec.structs.replace(record.placement, bed=free)))
    page.read_again()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused is page or page.isAncestorOf(focused)


@pytest.mark.parametrize("where", ["board", "resident"])
def test_who_presses_is_back_twice_is_told_nothing_of_a_stay_that_was_changed(
    qtbot: QtBot, house: Workplace, tasks: Tasks, went: Routes, where: str
) -> None:
    stay = shelter_house.fill(house)["Hoa Huệ"]
    page = ShelterPage(house, tasks, went.append) if where == "board" else ResidentPage(house, tasks, went.append, stay)
    ready(qtbot, page)
    refused: list[object] = []
    tasks.failed.connect(refused.append)
    for _press in range(2):
        if isinstance(page, ShelterPage):
            page.board._back(stay)
        else:
            page.back.click()
    settle(qtbot, tasks)
    row = house.read(lambda c: stay_row(c, stay))
    assert row is not None
    assert (row.status, refused) == ("staying", [])
