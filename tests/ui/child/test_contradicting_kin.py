"""A child entered twice whose records contradict each other: the form asks by keyboard which of the two is kept."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from commune_desk.presenters.child.family import BOTH
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.forms.child_form import ChildFormPage
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.widgets.options import RadioRow
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.joined import SECOND, entered_twice
from tests.helpers.keys import focused, press, top_of

Key = Qt.Key
Control = Qt.KeyboardModifier.ControlModifier


def form_of(window: DeskWindow, child: str) -> ChildFormPage:
    window.navigate(Route("child", child, "child"))
    form = top_of(window)
    assert isinstance(form, ChildFormPage)
    return form


def asked_in(form: ChildFormPage) -> tuple[str, RadioRow]:
    """The field that asks, by name."""
    ((name, editor),) = [(name, one) for name, one in form.fields.items() if name.startswith("kept_")]
    assert isinstance(editor, RadioRow)
    return name, editor


def tab_to(editor: RadioRow) -> None:
    for _step in range(60):
        if editor.isAncestorOf(focused()):
            return
        press(Key.Key_Tab)
    raise AssertionError("Tab never came to the question")


def relations(workplace: Workplace) -> list[tuple[str, bool]]:
    """(birth year of the mother, whether she still is one)."""
    asked = "SELECT p.birth_date, r.ended_on IS NULL FROM relation r JOIN person p ON p.id=r.relative ORDER BY 1"
    return [(born, bool(stands)) for born, stands in workplace.read(lambda c: c.execute(asked).fetchall())]


def test_which_mother_is_kept_is_said_by_keyboard(qtbot: QtBot, window: DeskWindow, workplace: Workplace) -> None:
    child = entered_twice(workplace, {"birth_date": "1990"}, {"birth_date": "1970"})
    form = form_of(window, child)
    name, asked = asked_in(form)
    assert asked.value() == BOTH
    tab_to(asked)
    assert focused().accessibleName() == "Mẹ: Giữ cả hai"
    press(Key.Key_Down)
    press(Key.Key_Down)
    assert SECOND in focused().accessibleName()
    assert asked.value() == form.child.options(name)[2][0]
    press(Key.Key_S, Control)
    qtbot.waitUntil(lambda: isinstance(top_of(window), ChildPage))
    assert relations(workplace) == [("1970", True), ("1990", False)]


def test_untouched_both_stay(qtbot: QtBot, window: DeskWindow, workplace: Workplace) -> None:
    child = entered_twice(workplace, {"birth_date": "1990"}, {"birth_date": "1970"})
    form_of(window, child)
    press(Key.Key_S, Control)
    qtbot.waitUntil(lambda: isinstance(top_of(window), ChildPage))
    assert relations(workplace) == [("1970", True), ("1990", True)]
