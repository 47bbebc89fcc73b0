"""The card of the places that hold a child's record too: sharing it, and taking it back."""

from __future__ import annotations

from collections.abc import Callable

from commune_desk.i18n import _
from commune_desk.presenters.child.share import SharedRow, SharingView
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.offer import Offer
from commune_desk.ui.widgets.rows import ListRow


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


def _sharing(view: SharingView, share: Callable[[], object]) -> Offer:
    said = _("The Sunshine House can hold the child's name and details too; the file itself stays here alone.")
    return Offer(said, _("Share the record with…"), share, why_not=view.why_not)
