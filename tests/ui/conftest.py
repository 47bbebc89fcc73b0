"""One dressed application for all widget tests, and what most pages are given: an empty commune register, its tasks."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from commune_desk.i18n import set_language
from commune_desk.presenters.routes import Route
from commune_desk.ui import theme
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Scheme
from commune_desk.usecases.workplace import Workplace
from tests.helpers.workplaces import make_workplace


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """The program's look in Vietnamese, whatever the test before it chose."""
    set_language("vi")
    if theme.scheme() is not Scheme.LIGHT or qapp.styleSheet() == "":
        theme.apply(qapp)
    yield qapp
    if theme.scheme() is not Scheme.LIGHT:
        theme.apply(qapp)


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    made = make_workplace(tmp_path)
    yield made
    made.register.close()


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[Tasks]:
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        yield Tasks(writer, slow)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # pages go before what they would still ask of


@pytest.fixture
def routes() -> list[Route]:
    return []
