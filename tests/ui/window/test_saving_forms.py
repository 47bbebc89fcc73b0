"""While a form is being saved or left nothing can be typed that would be lost, and a refused save keeps all of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.pages.placements import stay_ids
from commune_desk.store.writing.drafts import load_draft
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.forms.field_editors import raw_value, show_value
from commune_desk.ui.forms.shelter_forms import shelter_form
from commune_desk.ui.site import commune_form
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.text_edit import TextEdit
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter import placements
from tests.helpers import shelter_house
from tests.helpers.dialogs import answer
from tests.helpers.pages import show
from tests.helpers.typing_vietnamese import commit_text, compose
from tests.helpers.workplaces import OFFICER

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@contextmanager
def writer_at_work(tasks: Tasks) -> Iterator[None]:
    """Something else is being written, as while a page of a sync is applied: what is handed in waits for it."""
    gate = threading.Event()
    tasks.run(lambda: gate.wait(10))
    yield
    gate.set()


def type_here(text: str) -> None:
    """A word of an input method, wherever the keyboard is."""
    focused = QApplication.focusWidget()
    if focused is not None:
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(focused, event)


def ready(qtbot: QtBot, page: EntryPage | None) -> EntryPage:
    assert page is not None
    show(qtbot, page)
    page.setFocus()
    return page


@pytest.fixture
def visit(qtbot: QtBot, workplace: Workplace, tasks: Tasks, hoa: RecordId, routes: list[Route]) -> EntryPage:
    page = ready(qtbot, commune_form(Route("child", hoa, "visit"), workplace, tasks, routes.append))
    show_value(page.fields["risk_level"], "low")
    commit_text(page.fields["observations"], "Cháu khỏe.")
    return page


def observed(workplace: Workplace) -> list[str]:
    rows = workplace.write(
        lambda tx: tx.connection.execute("SELECT observations FROM home_visit ORDER BY visited_on").fetchall()
    )[0]
    return [text for (text,) in rows]


def test_what_stands_in_a_form_that_was_saved_is_what_was_saved(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, visit: EntryPage, routes: list[Route]
) -> None:
    with writer_at_work(tasks):
        visit.submit()
        type_here(" Cần khám mắt.")
        QTest.keyClick(visit, Qt.Key.Key_X)
        seen = raw_value(visit.fields["observations"])
    qtbot.waitUntil(lambda: bool(routes))
    assert observed(workplace)[-1] == seen == "Cháu khỏe."


def test_nobody_leaves_or_throws_away_a_form_that_is_being_saved(
    qtbot: QtBot, tasks: Tasks, hoa: RecordId, visit: EntryPage, routes: list[Route]
) -> None:
    with writer_at_work(tasks):
        visit.submit()
        QTest.keyClick(QApplication.focusWidget() or visit, Qt.Key.Key_Escape)
        assert not visit.cancel.isEnabled()
        assert not visit.discard.isEnabled()
        assert routes == []
    qtbot.waitUntil(lambda: bool(routes))
    assert routes == [Route("child", hoa)]


def test_a_form_that_was_not_saved_is_typed_in_again_where_one_was(
    qtbot: QtBot, house: Workplace, tasks: Tasks, routes: list[Route]
) -> None:
    form = ready(qtbot, admission_to_a_bed_that_is_taken(house, tasks, routes))
    form.fields["condition"].setFocus()
    answer("accept")
    form.submit()
    qtbot.waitUntil(form.save.isEnabled)
    form.activateWindow()
    qtbot.waitUntil(lambda: form.fields["condition"].hasFocus())
    type_here(" Không sốt.")
    assert raw_value(form.fields["condition"]) == "Mệt. Không sốt."
    assert routes == []


def test_a_bed_that_was_taken_meanwhile_is_offered_no_more(
    qtbot: QtBot, house: Workplace, tasks: Tasks, routes: list[Route]
) -> None:
    """Else one would meet the same refusal again, or that of the next bed."""
    form = ready(qtbot, admission_to_a_bed_that_is_taken(house, tasks, routes))
    bed = form.fields["bed"]
    assert isinstance(bed, Choice)
    taken = bed.value()
    answer("accept")
    form.submit()
    qtbot.waitUntil(form.save.isEnabled)
    assert (bed.value(), bed.findData(taken)) == ("", -1)
    assert form.presenter.payload()["bed"] == ""
    bed.setCurrentIndex(1)
    form.submit()
    qtbot.waitUntil(lambda: bool(routes))
    assert len(house.read(lambda c: stay_ids(c, "here"))) == 2


def test_a_disk_that_refuses_draft_after_draft_is_told_once(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, visit: EntryPage
) -> None:
    workplace.register._writer.execute("PRAGMA query_only=ON")
    for letter in "ngủ yên":
        commit_text(visit.fields["observations"], letter)
        with qtbot.waitSignal(visit.keeper.not_kept):
            visit.keeper.save()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(visit.findChildren(NoticeBar)) == 1
    assert visit.notice is not None
    assert visit.notice.isVisible()
    workplace.register._writer.execute("PRAGMA query_only=OFF")
    with qtbot.waitSignal(visit.keeper.kept):
        visit.keeper.save()
    assert not visit.notice.isVisible(), "it is kept by now"


def admission_to_a_bed_that_is_taken(house: Workplace, tasks: Tasks, routes: list[Route]) -> EntryPage:
    """A form whose bed a colleague gave to somebody else since."""
    bed = shelter_house.set_up(house)["A1"].id
    form = shelter_form(Route("shelter", bed, "admit"), house, tasks, routes.append)
    assert form is not None
    show_value(form.fields["reason"], "domestic_violence")
    form._edited("reason")
    commit_text(form.fields["condition"], "Mệt.")
    colleague = shelter_house.admission(house, bed, "Hoa Bưởi", full_name="Mẫu Thị Bưởi")
    house.write(lambda tx: placements.admit_to_shelter(tx, colleague))
    return form


def test_a_save_refused_after_the_form_was_left_keeps_all_that_was_typed(
    qtbot: QtBot, house: Workplace, tasks: Tasks, routes: list[Route]
) -> None:
    form, window = admission_to_a_bed_that_is_taken(house, tasks, routes), QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(form)
    window.show()
    with qtbot.waitSignal(tasks.failed), writer_at_work(tasks):
        form.submit()
        form.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert not isValid(form)
    assert len(house.read(lambda c: stay_ids(c, "here"))) == 1
    draft = house.read(lambda c: load_draft(c, "admit", OFFICER, ""))
    assert draft is not None
    assert draft.payload["condition"] == "Mệt."


def test_a_word_still_being_composed_is_saved_too(
    qtbot: QtBot, workplace: Workplace, visit: EntryPage, routes: list[Route]
) -> None:
    compose(visit.fields["observations"], " Ngủ ngon")
    visit.submit()
    qtbot.waitUntil(lambda: bool(routes))
    assert observed(workplace)[-1] == "Cháu khỏe. Ngủ ngon"


@pytest.mark.parametrize("field", ["observations", "next_step"])
def test_a_word_still_being_composed_is_in_the_draft_of_whoever_leaves(
    qtbot: QtBot, workplace: Workplace, hoa: RecordId, visit: EntryPage, field: str, routes: list[Route]
) -> None:
    commit_text(visit.fields[field], "Hẹn")
    compose(visit.fields[field], " gặp")
    visit.leave()
    qtbot.waitUntil(lambda: bool(routes))
    draft = workplace.read(lambda c: load_draft(c, "visit", OFFICER, hoa))
    assert draft is not None
    assert draft.payload[field].endswith("Hẹn gặp")


def test_a_word_being_composed_is_left_alone_by_the_drafts_of_every_two_seconds(
    qtbot: QtBot, tasks: Tasks, visit: EntryPage
) -> None:
    compose(visit.fields["observations"], " Ngu")
    visit.keeper.save()
    qtbot.waitUntil(lambda: tasks.is_idle)
    observations = visit.fields["observations"]
    assert isinstance(observations, TextEdit)
    assert observations.is_composing
