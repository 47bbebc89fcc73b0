"""What a page offers to do, in a sentence, and the button that does it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from commune_desk.ui.widgets.buttons import SecondaryButton
from commune_desk.ui.widgets.text import Text


class Offer(QWidget):
    """`said` above the button `text`, which calls `act`.

    With `why_not` the button cannot be pressed, and that reason stands in place of `said`.
    """

    def __init__(self, said: str, text: str, act: Callable[[], object], *, why_not: str = "") -> None:
        super().__init__()
        button = SecondaryButton(text)
        button.setEnabled(not why_not)
        button.setAccessibleDescription(why_not)
        button.clicked.connect(lambda _checked=False: act())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Text(why_not or said, ink="quiet", wrap=True))
        column.addWidget(button)
