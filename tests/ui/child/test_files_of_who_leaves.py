"""A sync takes the child away while a photo is being described: what became of it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.i18n import translate_error
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.intake import erasing
from commune_desk.ui.dialogs.add_file import AddFileDialog
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.attached import add_child
from tests.helpers.dialogs import when_asked
from tests.helpers.erased import order
from tests.helpers.photos import phone_photo
from tests.helpers.workplaces import work_for_real


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    workplace.write(work_for_real)
    return add_child(workplace.register)


@pytest.fixture
def page(qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route], child: RecordId) -> ChildPage:
    made = ChildPage(workplace, tasks, routes.append, child)
    qtbot.addWidget(made)
    made.resize(1120, 640)
    with qtbot.waitExposed(made):
        made.show()
    made.tabs.choose("files")
    return made


def leave(workplace: Workplace, tasks: Tasks, child: RecordId) -> None:
    """As a sync does, whatever stands open."""
    gone = [(kind, row[0]) for kind in ("person", "child_file", "attachment") for row in _ids(workplace, kind)]
    tasks.announce(workplace.write(lambda tx: erasing.carry_out(tx, order("person", child), gone))[1])


def _ids(workplace: Workplace, kind: str) -> list[tuple[str]]:
    return workplace.read(lambda c: c.execute(f"SELECT id FROM {kind}").fetchall())


def test_who_describes_a_photo_is_told_that_it_was_not_added(
    qtbot: QtBot, page: ChildPage, workplace: Workplace, tasks: Tasks, child: RecordId, tmp_path: Path
) -> None:
    photo = tmp_path / "IMG_0001.jpg"
    photo.write_bytes(phone_photo())
    told: list[str] = []
    tasks.failed.connect(lambda error: told.append(translate_error(error)))

    def describe(dialog: AddFileDialog) -> None:
        dialog.document.set_value("photo")
        leave(workplace, tasks, child)
        qtbot.waitUntil(lambda: not page.columns.isVisible())
        dialog.submit()

    when_asked(AddFileDialog, describe)
    page.files.take_in(photo)
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["Trẻ này không có trong sổ. Chưa thêm gì."]
