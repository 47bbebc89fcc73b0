"""Choosing among a few codes that are all in sight: radio buttons and check boxes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from commune_desk.i18n import _
from commune_desk.ui.widgets.choice import Option
from commune_desk.ui.widgets.flow import FlowLayout
from commune_desk.ui.widgets.toggles import Dot, Tick

_TAKE_BACK = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_ARROWS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}


class _Buttons(QWidget):
    """Buttons in a flow, one for each option."""

    def __init__(self, name: str, kind: type[Dot] | type[Tick]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._name, self._kind = name, kind
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._flow = FlowLayout(self, gap=4)
        self.buttons: dict[str, QAbstractButton] = {}

    def _fill(self, options: Sequence[Option]) -> None:
        """Make the buttons anew, in the place that the former ones have in the order of Tab."""
        former = list(self.buttons.values())
        self.buttons = {code: self._button(label) for code, label in options}
        for before, after in pairwise([*former[-1:], *self.buttons.values()]):
            QWidget.setTabOrder(before, after)
        for button in former:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        if self.buttons:
            self.setFocusProxy(next(iter(self.buttons.values())))

    def _button(self, label: str) -> QAbstractButton:
        button = self._kind(label, self)
        button.setAccessibleName(f"{self._name}: {label}" if self._name else label)
        self._flow.addWidget(button)
        button.show()
        return button


class RadioRow(_Buttons):
    """One of a few codes, all in sight. Tab stops at the chosen one; arrow keys choose, first what has the focus.

    With `is_optional` Delete takes the choice back: a slip of the hand must not become an answer.
    """

    chosen = Signal(str)

    def __init__(self, name: str, options: Sequence[Option], *, is_optional: bool = False) -> None:
        super().__init__(name, Dot)
        self._is_optional = is_optional
        if is_optional:
            hint = _("Delete takes the answer back")
            self.setToolTip(hint)
            self.setAccessibleDescription(hint)
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(self._on_toggled)
        self._options: list[Option] = []
        self.set_options(options)

    def set_options(self, options: Sequence[Option]) -> bool:
        """Offer `options`, none of them chosen; False when they are offered already."""
        if list(options) == self._options:
            return False
        self._options = list(options)
        for button in self.buttons.values():
            self._group.removeButton(button)
        self._fill(options)
        for button in self.buttons.values():
            self._group.addButton(button)
            button.installEventFilter(self)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = _ARROWS.get(Qt.Key(event.key()), 0)
            if step and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
                self._step(watched, step)
                return True
            if self._is_optional and event.key() in _TAKE_BACK and self.value():
                self.set_value("")
                self.chosen.emit("")
                return True
        return super().eventFilter(watched, event)

    def _step(self, focused: QObject, step: int) -> None:
        buttons = list(self.buttons.values())
        here = next((place for place, button in enumerate(buttons) if button is focused), 0)
        target = buttons[min(max(here + step, 0), len(buttons) - 1) if self.value() else here]
        target.setFocus(Qt.FocusReason.TabFocusReason)
        target.click()

    def value(self) -> str:
        """The chosen code, or an empty text."""
        return next((code for code, button in self.buttons.items() if button.isChecked()), "")

    def set_value(self, code: str) -> None:
        self._group.setExclusive(False)
        for key, button in self.buttons.items():
            button.setChecked(key == code)
        self._group.setExclusive(True)
        self._stop_at_chosen()

    def _stop_at_chosen(self) -> None:
        """As Qt does it once one of them has the focus."""
        chosen = self.buttons.get(self.value())
        for button in self.buttons.values():
            is_stop = chosen is None or button is chosen
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_stop else Qt.FocusPolicy.ClickFocus)
        if chosen is not None:
            self.setFocusProxy(chosen)

    def _on_toggled(self, _button: QAbstractButton, is_checked: bool) -> None:
        if is_checked:
            self._stop_at_chosen()
            self.chosen.emit(self.value())


class MultiChoice(_Buttons):
    """Any number of codes."""

    changed = Signal(tuple)

    def __init__(self, name: str, options: Sequence[Option]) -> None:
        super().__init__(name, Tick)
        self._fill(options)
        for button in self.buttons.values():
            button.toggled.connect(lambda _checked: self.changed.emit(self.value()))

    def value(self) -> tuple[str, ...]:
        """The chosen codes in the order offered."""
        return tuple(code for code, button in self.buttons.items() if button.isChecked())

    def set_value(self, codes: Sequence[str]) -> None:
        for code, button in self.buttons.items():
            button.setChecked(code in codes)
