"""One dressed application for all widget tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from commune_desk.i18n import set_language
from commune_desk.ui import theme
from commune_desk.ui.theme import Scheme


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """The program's look in Vietnamese, whatever the test before it chose."""
    set_language("vi")
    if theme.scheme() is not Scheme.LIGHT or qapp.styleSheet() == "":
        theme.apply(qapp)
    yield qapp
    if theme.scheme() is not Scheme.LIGHT:
        theme.apply(qapp)
