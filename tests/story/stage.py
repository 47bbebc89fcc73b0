"""What the hands have in common: waiting, filling fields, opening forms."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from commune_desk.app import Program
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.pages.sync_status import SyncFacts, sync_facts
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.fields import LineEdit, PasswordField
from commune_desk.ui.widgets.options import MultiChoice, RadioRow
from commune_desk.ui.widgets.text_edit import TextEdit
from commune_desk.working_desk import WorkingDesk
from tests.helpers.typing_vietnamese import commit_text
from tests.story.failure import StoryFailed

WAIT_SECONDS = 120.0
Told = dict[str, Any] | None


def pump(seconds: float = 0.0) -> None:
    """Let the program live for a moment."""
    end = time.monotonic() + seconds
    while True:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if time.monotonic() >= end:
            return
        time.sleep(0.005)


def until(what: str, condition: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
    """Wait until something holds. Raises StoryFailed naming it."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise StoryFailed(f"still waiting after {seconds:.0f} s for: {what}")
        pump(0.01)


def desk_of(program: Program) -> WorkingDesk:
    if program.desk is None:
        raise StoryFailed("no register is open")
    return program.desk


def window_of(program: Program) -> DeskWindow:
    return desk_of(program).window


def write_into(field: QWidget, value: Any) -> None:
    """Fill one field as a person would, Vietnamese through the input method."""
    if isinstance(field, Choice | RadioRow):
        field.set_value(value)
        field.chosen.emit(value)
    elif isinstance(field, MultiChoice):
        field.set_value(tuple(value))
        field.changed.emit(tuple(value))
    elif isinstance(field, PasswordField):
        field.setText(value)
        field.edited.emit(value)
    elif isinstance(field, LineEdit | TextEdit):
        field.setFocus()
        field.selectAll()
        commit_text(field, str(value))
    else:
        raise StoryFailed(f"no hand for a {type(field).__name__}")
    pump()


def fill(form: QWidget, values: Mapping[str, Any]) -> None:
    """Fill the named fields of a form."""
    fields: Mapping[str, QWidget] = form.fields  # type: ignore[attr-defined]
    for name, value in values.items():
        write_into(fields[name], value)


def open_form(program: Program, page: str, record: str, form: str) -> QWidget:
    """Go to a form and return it."""
    window = window_of(program)
    window.navigate(Route(page, record, form))
    pump(0.05)
    shown = window.shell.stack.currentWidget()
    if shown is None or not hasattr(shown, "fields"):
        raise StoryFailed(f"the form {form} did not open")
    return shown


def save(program: Program, form: QWidget) -> None:
    """Press the form's save and wait until it has closed."""
    window = window_of(program)
    form.submit()  # type: ignore[attr-defined]
    until(
        "the form to be saved",
        lambda: window.shell.stack.currentWidget() is not form and desk_of(program).tasks.is_idle,
    )


def facts(program: Program) -> SyncFacts:
    return desk_of(program).workplace.read(sync_facts)
