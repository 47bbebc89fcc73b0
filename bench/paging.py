"""Pages on the screen: frames while the long list scrolls, against a bare table view, and how soon a page opens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from random import Random
from typing import TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtWidgets import QApplication, QTableView, QWidget

from bench.measure import Samples
from bench.registers import Filled, workplace
from bench.workbench import Workbench
from commune_desk.i18n import set_language
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui import theme
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.register import RegisterPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.table import TWO_LINES
from commune_desk.usecases.desk.workplace import Workplace

W = TypeVar("W", bound=QWidget)
_FRAMES = 600
_WHEEL = 3 * TWO_LINES
_JUMPS = 150
_OPENINGS = 25
_NOWHERE = QModelIndex()


def register_scroll(bench: Workbench) -> Samples:
    """Milliseconds from a notch of the wheel (three rows) to a painted list; both lists in turn."""
    return _frames(bench, lambda frame, _end: frame * _WHEEL, _FRAMES)


def register_jump(bench: Workbench) -> Samples:
    """The same when the handle of the scroll bar is dragged to anywhere: nearly every frame reads rows."""
    anywhere = Random(7)
    return _frames(bench, lambda _frame, end: anywhere.randrange(end), _JUMPS)


def _frames(bench: Workbench, place: Callable[[int, int], int], count: int) -> Samples:
    values: list[float] = []
    floors: list[float] = []
    with _work(bench.province()) as (work, tasks):
        page = _shown(RegisterPage(work, tasks, _go_nowhere))
        bare = _shown(_bare_view(page.table))
        for frame in range(count):
            to = place(frame, bare.verticalScrollBar().maximum())
            floors.append(_milliseconds(partial(_scroll, bare, to)))
            values.append(_milliseconds(partial(_scroll, page.table, to)))
        page.close()
        bare.close()
    return Samples(values[10:], floors[10:])


def _scroll(view: QTableView, to: int) -> None:
    view.verticalScrollBar().setValue(to)
    view.viewport().repaint()


def child_page_opens(bench: Workbench) -> Samples:
    """Milliseconds from the wish to see a child to the painted screen, each time another child.

    What lies further down is made after that; it is not waited for here, as nobody waits for it.
    """
    with _work(bench.office()) as (work, tasks):
        rows = work.register.reader.execute("SELECT person FROM child_index ORDER BY random() LIMIT ?", (_OPENINGS,))
        people = [person for (person,) in rows.fetchall()]
        return Samples([_until_painted(partial(_open, ChildPage, work, tasks, _go_nowhere, p)) for p in people][1:])


def register_page_opens(bench: Workbench) -> Samples:
    """Milliseconds until 4,000 children are listed and painted."""
    with _work(bench.office()) as (work, tasks):
        opens = [_milliseconds(partial(_open, RegisterPage, work, tasks, _go_nowhere)) for _ in range(_OPENINGS)]
        return Samples(opens[1:])


def _open(page: Callable[..., QWidget], *surroundings: object) -> None:
    shown = _shown(page(*surroundings))
    shown.close()
    shown.deleteLater()


def _go_nowhere(_route: Route) -> None:
    """Nothing is pressed here."""


def _shown(widget: W) -> W:
    widget.resize(theme.USUAL_WINDOW)
    widget.show()
    QApplication.processEvents()
    return widget


@contextmanager
def _work(filled: Filled) -> Iterator[tuple[Workplace, Tasks]]:
    set_language("vi")
    app = QApplication.instance() or theme.new_app()
    assert isinstance(app, QApplication)
    theme.apply(app)
    desk = filled.open()
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        try:
            yield workplace(desk), Tasks(writer, slow)
        finally:
            app.processEvents()
            desk.register.close()


class _ListModel(QAbstractTableModel):
    """Rows of texts in a Python list."""

    def __init__(self, rows: list[tuple[str, ...]]) -> None:
        super().__init__()
        self._rows = rows

    def rowCount(self, _parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        return len(self._rows)

    def columnCount(self, _parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        return len(self._rows[0])

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        return self._rows[index.row()][index.column()] if role == Qt.ItemDataRole.DisplayRole else None


def _bare_view(beside: QTableView) -> QTableView:
    """Qt's own table view with as many rows and columns of the same size, each cell one line of text."""
    columns = beside.model().columnCount()
    view = QTableView()
    model = _ListModel(
        [tuple(f"Đặng Thị Hoà {n}.{c}" for c in range(columns)) for n in range(beside.model().rowCount())]
    )
    model.setParent(view)
    view.setModel(model)
    view.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(TWO_LINES)
    for column in range(columns):
        view.setColumnWidth(column, beside.columnWidth(column))
    return view


def _until_painted(show: Callable[[], object]) -> float:
    """Milliseconds until the event loop comes to what was asked for before: the window was painted by then."""
    painted: list[float] = []
    begun = time.perf_counter()
    QTimer.singleShot(0, lambda: painted.append(time.perf_counter()))
    show()
    return (painted[0] - begun) * 1000


def _milliseconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1000
