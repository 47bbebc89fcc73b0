"""The order of Tab, where widgets were not made in the order in which they stand."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def stops(within: QWidget) -> list[QWidget]:
    """What takes the keyboard in a widget, in the order of Tab."""
    found: list[QWidget] = []
    one = within.nextInFocusChain()
    while one is not None and one is not within:
        if within.isAncestorOf(one) and one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.focusProxy() is None:
            found.append(one)
        one = one.nextInFocusChain()
    return found


def follow(first: QWidget, *others: QWidget) -> None:
    """Have Tab go from `first` on to the others."""
    for before, after in pairwise((first, *others)):
        QWidget.setTabOrder(before, after)
