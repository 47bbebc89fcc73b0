"""Pages on the screen, and what stands on them."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.usecases.desk.workplace import Workplace


def show(qtbot: QtBot, page: QWidget, *, height: int = 700) -> None:
    """The page as a window of its own that has the keyboard."""
    qtbot.addWidget(page)
    page.resize(1100, height)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()


def bars(page: QWidget) -> list[str]:
    """What the notices say that stand on the page."""
    return [bar.accessibleName() for bar in page.findChildren(NoticeBar) if bar.isVisible()]


def until_let_go(workplace: Workplace) -> Iterator[Workplace]:
    """For a fixture: pages go before the register that they would still ask."""
    yield workplace
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    workplace.register.close()
