"""The order of Tab where widgets were not made in the order in which they stand, and focus that loses its place."""

from __future__ import annotations

from itertools import pairwise

from PySide6 import QtCore
from PySide6.QtWidgets import QWidget


def stops(within: QWidget) -> list[QWidget]:
    """What takes the keyboard in a widget, in the order of Tab."""
    found: list[QWidget] = []
    one = within.nextInFocusChain()
    while one is not None and one is not within:
        if within.isAncestorOf(one) and one.focusPolicy() & QtCore.Qt.FocusPolicy.TabFocus and one.focusProxy() is None:
            found.append(one)
        one = one.nextInFocusChain()
    return found


def follow(first: QWidget, *others: QWidget) -> None:
    """Have Tab go from `first` on to the others."""
    for before, after in pairwise((first, *others)):
        QWidget.setTabOrder(before, after)


def rest_focus(leaving: QWidget) -> QWidget | None:
    """Before `leaving` is hidden or disabled: the focus it has waits on what surrounds it, where no key does anything.

    Qt would give it to the next button, whatever that does. Returns where it waits.
    """
    focused = leaving.window().focusWidget()
    if focused is None or not (focused is leaving or leaving.isAncestorOf(focused)):
        return None
    around = leaving.parentWidget()
    while around is not None and around.focusProxy() is not None:
        around = around.parentWidget()
    if around is not None:
        around.setFocus(QtCore.Qt.FocusReason.OtherFocusReason)
    return around


def rest_within(around: QWidget) -> None:
    """Before what stands in `around` is hidden or disabled, whatever of it has the focus: it waits on `around`."""
    focused = around.window().focusWidget()
    if focused is not None and around.isAncestorOf(focused):
        around.setFocus(QtCore.Qt.FocusReason.OtherFocusReason)
