"""The card of the places that hold a child's record too: sharing it, and taking it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.child.share import SharedRow, SharingView
from commune_desk.ui.widgets.buttons import LinkButton, SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.text import Text


def sharing_card(view: SharingView, share: Callable[[], object], take_back: Callable[[str], object]) -> Card:
    """Who holds the record too, a row each, and the button that lets one more place hold it."""
    card = Card(_("Who else holds this child's record"), "users")
    for row in view.rows:
        card.add(ListRow(row.place, second=_second(row), trailing=_back(row, take_back)))
    if view.can_share:
        card.add_padded(_sharing(view, share))
    return card


def _second(row: SharedRow) -> str:
    return "\n".join(filter(None, (row.since, row.why_not)))


def _back(row: SharedRow, take_back: Callable[[str], object]) -> LinkButton | None:
    if not row.can_end:
        return None
    button = LinkButton(
        _("Take the record back…"), name=_("Take the record back from {place}…").format(place=row.place)
    )
    button.setEnabled(not row.why_not)
    button.setAccessibleDescription(row.why_not)
    button.clicked.connect(lambda _checked=False: take_back(row.scope))
    return button


def _sharing(view: SharingView, share: Callable[[], object]) -> QWidget:
    button = SecondaryButton(_("Share the record with…"))
    button.setEnabled(not view.why_not)
    button.setAccessibleDescription(view.why_not)
    button.clicked.connect(lambda _checked=False: share())
    said = view.why_not or _("A shelter can hold the child's name and details too; the file itself stays here alone.")
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    column.addWidget(Text(said, ink="quiet", wrap=True))
    column.addWidget(button)
    return holder
