"""One dressed application for all widget tests, and what most pages are given: an empty commune register, its tasks."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.i18n import set_language
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.usecases.registers.profile import Profile
from commune_desk.vault.keys import RegisterKey
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.dressed import dress
from tests.helpers.pages import until_let_go
from tests.helpers.quick_passphrases import quick_passphrases
from tests.helpers.workplaces import make_workplace


@pytest.fixture(scope="module", autouse=True)
def _quick_passphrases() -> Iterator[None]:
    with quick_passphrases():
        yield


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """The program's look in Vietnamese, whatever the test before it chose."""
    set_language("vi")
    dress(qapp)
    yield qapp
    dress(qapp)


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    yield from until_let_go(make_workplace(tmp_path))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Workplace]:
    """An empty register of a shelter; a test takes this or `workplace`."""
    yield from until_let_go(make_workplace(tmp_path, scope="S:AD01", role="shelter_worker"))


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[Tasks]:
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        yield Tasks(writer, slow)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # pages go before what they would still ask of


@pytest.fixture
def routes() -> list[Route]:
    return []


@pytest.fixture
def hoa(workplace: Workplace) -> RecordId:
    person, file = make_child("Đặng Thị Hoà", risk_level="low")
    other, other_file = make_child("Trần Văn Đức")
    workplace.write(save_all(person, file, other, other_file, make_visit(person.id, "2026-11-14", risk_level="low")))
    return person.id


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, workplace: Workplace, hoa: RecordId) -> Iterator[DeskWindow]:
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        tasks = Tasks(writer, slow)
        desk = OpenDesk(Profile(tmp_path), workplace.register, RegisterKey.generate(), "desk.1")
        made = DeskWindow(desk, workplace, tasks)
        with qtbot.waitActive(made.shell):
            made.show(QSize(1366, 768))
            made.shell.activateWindow()
        yield made
        qtbot.waitUntil(lambda: tasks.is_idle)
        made.put_away()
