"""The lease runs out while a child's photos stand open: what is sealed in them goes from the screen."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from commune_desk.domain.records.attachments import JPEG
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.dialogs.picture import PictureDialog
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.child_files import THUMBNAIL
from commune_desk.ui.pictures import shrunk
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.attachments import Prepared, attach
from tests.helpers.attached import FACTS, add_child
from tests.helpers.dialogs import when_asked
from tests.helpers.photos import phone_photo
from tests.helpers.workplaces import let_the_lease_run_out, work_for_real


def images(page: ChildPage) -> int:
    """How many little images stand in the list."""
    labels = [one for one in page.files.findChildren(QLabel) if one.isVisible() and not one.pixmap().isNull()]
    return sum(one.width() == THUMBNAIL for one in labels)


@pytest.fixture
def page(qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route]) -> ChildPage:
    workplace.write(work_for_real)
    child = add_child(workplace.register)
    workplace.write(lambda tx: attach(tx, child, Prepared(JPEG, shrunk(phone_photo(), "jpeg")), FACTS))
    made = ChildPage(workplace, tasks, routes.append, child)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.tabs.choose("files")
    qtbot.waitUntil(lambda: images(made) == 1)
    return made


def test_little_images_go(qtbot: QtBot, workplace: Workplace, page: ChildPage) -> None:
    page.read_again()
    qtbot.waitUntil(lambda: images(page) == 1)
    let_the_lease_run_out(workplace)
    page.look_at_the_clock()
    qtbot.wait(200)
    assert images(page) == 0


def test_the_picture_that_is_looked_at_goes(qtbot: QtBot, workplace: Workplace, page: ChildPage) -> None:
    closed: list[bool] = []

    def look(dialog: PictureDialog) -> None:
        let_the_lease_run_out(workplace)
        page.look_at_the_clock()
        closed.append(not dialog.isVisible())

    when_asked(PictureDialog, look)
    page.files.look_at(page.files.state.view()[0].id)
    qtbot.waitUntil(lambda: bool(closed))
    assert closed == [True]
