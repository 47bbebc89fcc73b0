"""A child's page as it stands, without a window."""

from __future__ import annotations

from commune_desk.presenters.child.page import ChildPage, ChildView
from commune_desk.usecases.desk.workplace import Workplace


def view(workplace: Workplace, child: str) -> ChildView:
    """What the page shows of a child that is in the register."""
    seen = ChildPage(workplace, child).view()
    assert seen is not None
    return seen
