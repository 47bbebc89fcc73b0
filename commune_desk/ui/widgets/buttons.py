"""Buttons: one primary per page, secondary ones, links, and icon buttons with a spoken name."""

from __future__ import annotations

from PySide6 import QtCore, QtGui
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from commune_desk.ui import theme
from commune_desk.ui.icons import icon as make_icon
from commune_desk.ui.widgets.tab_order import rest_focus
from commune_desk.ui.widgets.text import BOLD, NORMAL

_ICON_TOKENS = {"primary": "on_accent", "danger": "danger", "link": "link"}


class _Button(QPushButton):
    kind = "secondary"

    def __init__(
        self, text: str, icon: str = "", *, shortcut: str = "", name: str = "", parent: QWidget | None = None
    ) -> None:
        """`shortcut` is a key sequence as `Ctrl+S`, shown in the tip; `name` is spoken instead of the text."""
        super().__init__(text.replace("&", "&&"), parent)
        self._waits_on: QWidget | None = None
        self.setProperty("kind", self.kind)
        self.setFont(theme.font(weight=BOLD if self.kind in ("primary", "link") else NORMAL))
        self.setAccessibleName(name or text)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if icon:
            self.setIcon(make_icon(icon, _ICON_TOKENS.get(self.kind, "ink")))
            self.setIconSize(QSize(20 if text else 16, 16))
        if shortcut:
            self.setShortcut(QtGui.QKeySequence(shortcut))
            self.setToolTip(f"{name or text} ({shortcut})")

    def enterEvent(self, event: QEnterEvent) -> None:
        self.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)
        super().enterEvent(event)

    def setEnabled(self, is_enabled: bool) -> None:
        """The focus comes back to a button that could not be pressed for a while, unless it went elsewhere."""
        if not is_enabled and self.isEnabled():
            self._waits_on = rest_focus(self)
        super().setEnabled(is_enabled)
        if is_enabled and self._waits_on is not None:
            if self.window().focusWidget() is self._waits_on:
                self.setFocus(QtCore.Qt.FocusReason.OtherFocusReason)
            self._waits_on = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button as Space does; a key that is held down presses it once."""
        if event.key() not in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.click()

    def rename(self, text: str) -> None:
        """Another text, also where it is spoken and in the tip; Qt alone would drop the shortcut with the old one."""
        keys = self.shortcut()
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(text)
        if not keys.isEmpty():
            self.setShortcut(keys)
            self.setToolTip(f"{text} ({keys.toString()})")


class SecondaryButton(_Button):
    """An ordinary action."""


class PrimaryButton(_Button):
    """The one action a page is for."""

    kind = "primary"

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("on_accent"), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 3, -3, -3), 4, 4)


class DangerButton(_Button):
    """An action that cannot be undone; a dialog asks first."""

    kind = "danger"


class LinkButton(_Button):
    """A quiet way to another place."""

    kind = "link"


class IconButton(_Button):
    """A button that shows only an icon; its name is spoken and shown as a tip."""

    kind = "icon"

    def __init__(self, icon: str, name: str, *, shortcut: str = "", parent: QWidget | None = None) -> None:
        super().__init__("", icon, shortcut=shortcut, name=name, parent=parent)
        self.setToolTip(f"{name} ({shortcut})" if shortcut else name)
