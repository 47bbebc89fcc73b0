"""What an officer sees of a child whose record is erased by law while the page stands open."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import SecondaryButton
from commune_desk.ui.widgets.notice import EmptyState
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.erased import erase
from tests.helpers.workplaces import work_for_real
from tests.story.cut_texts import cut_texts


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child("Chìu Văn Sáng", case_number="QN-06838-2026-TEST-0001")
    workplace.write(save_all(person, file, make_visit(person.id)))
    return person.id


def test_the_open_page_forgets_the_child_and_says_why(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    routes: list[Route] = []
    page = ChildPage(workplace, tasks, routes.append, child)
    qtbot.addWidget(page)
    page.resize(1100, 640)
    page.show()
    assert page.header.name.text() == "Chìu Văn Sáng"
    erase(workplace, "person", child)
    for _again in range(2):
        page.read_again()
    (gone,) = page.findChildren(EmptyState)
    qtbot.waitUntil(gone.isVisible)
    assert gone.accessibleName() == ("Nội dung của trang này đã được xóa theo quy định pháp luật lúc 07:00 24/11/2026.")
    shown = [text.text() for text in page.findChildren(Text) if text.isVisible()]
    assert not [text for text in shown if "Chìu" in text]
    assert any("QĐ 12/2026" in text for text in shown)
    assert cut_texts(page) == []
    gone.findChildren(SecondaryButton)[0].click()
    assert routes == [Route("register")]


def test_of_a_visit_the_timeline_says_it_and_the_sync_page_what_was_unsent(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    workplace.write(work_for_real)
    ((visit,),) = workplace.read(lambda c: c.execute("SELECT id FROM home_visit").fetchall())
    erase(workplace, "home_visit", visit)
    page = ChildPage(workplace, tasks, lambda _route: None, child)
    sync = SyncPage(workplace, tasks)
    for one in (page, sync):
        qtbot.addWidget(one)
        one.resize(1100, 640)
        one.show()
        assert cut_texts(one) == []
    (told,) = [row.accessibleName() for row in page.timeline.rows if "QĐ 12/2026" in row.accessibleName()]
    assert told.startswith("Xóa theo quy định pháp luật")
    said = "\n".join(row.accessibleName() for row in sync.proven.findChildren(ListRow))
    assert "Đã xóa 1 bản ghi theo quy định pháp luật" in said
    assert "1 thay đổi ghi trên máy này thuộc bản ghi đã xóa theo quy định pháp luật" in said
