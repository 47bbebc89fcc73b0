"""A child is handed over by mistake and handed back while its page stands open: the page is the child's again."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from commune_desk.presenters.frame.routes import Route
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.notice import EmptyState
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, save_all


def leave(tx: Tx, person: str, file: str) -> None:
    """As a sync that takes the child away."""
    for kind, record in (("person", person), ("child_file", file)):
        tx.forget(kind, record)
        tx.connection.execute(f"DELETE FROM {kind} WHERE id=?", (record,))
    tx.topic("departures")


def told(page: ChildPage) -> list[str]:
    """That nothing is here."""
    return [
        one.accessibleName() for one in page.findChildren(EmptyState) if one.parent() is not None and one.isVisible()
    ]


def test_the_page_shows_the_child_again(qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route]) -> None:
    person, file = make_child("Chìu Văn Sáng")
    workplace.write(save_all(person, file))
    page = ChildPage(workplace, tasks, routes.append, person.id)
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    tasks.announce(workplace.write(lambda tx: leave(tx, person.id, file.id))[1])
    qtbot.waitUntil(lambda: told(page) == ["Trẻ này không còn hồ sơ trong sổ."])
    assert not page.columns.isVisible()
    tasks.announce(workplace.write(save_all(person, file))[1])
    qtbot.waitUntil(lambda: page.columns.isVisible() and told(page) == [])
    assert (told(page), page.tabs.isVisible(), page.header.name.text()) == ([], True, "Chìu Văn Sáng")
    assert page.timeline.isVisible()
