"""The program's look, put on once: to dress all anew would reach widgets of earlier tests that are on their way out."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from commune_desk.ui import theme
from commune_desk.ui.theme import Scheme


def dress(app: QApplication) -> None:
    """In the light scheme, unless it is so already."""
    if theme.scheme() is not Scheme.LIGHT or app.styleSheet() == "":
        theme.apply(app)
