"""What a child's page says of sealed values that came along and that nobody here can open."""

from __future__ import annotations

from commune_desk.domain.records.kinds import KINDS
from commune_desk.i18n import _
from commune_desk.presenters.wording import labels
from commune_desk.store.pages.closed_values import ClosedValue, closed_values
from commune_desk.usecases.desk.workplace import Workplace

_KEYS = {"attachment": "content_key"}
"""By kind a field that no officer knows by name: without it the file itself does not open."""


def closed_notice(workplace: Workplace, person: str) -> str:
    """Which values, and whom to ask; empty where everything opens."""
    found = [one for one in workplace.read(lambda c: closed_values(c, person)) if one.places]
    if not found:
        return ""
    places = dict.fromkeys(labels.place_name(workplace.codes, place) for one in found for place in one.places)
    return _(
        "Sealed for {communes}, so nobody here can open it: {details}. If a PC there still holds it, it opens here by "
        "itself once that PC has synced. If it stays closed, ask {communes} what it says."
    ).format(communes=", ".join(places), details=_details(found))


def _details(found: list[ClosedValue]) -> str:
    """`2 × Report (description, measures)`: each kind once, with its fields."""
    parts = []
    for kind in dict.fromkeys(one.kind for one in found):
        fields = dict.fromkeys(_field_name(one) for one in found if one.kind == kind)
        count = len({one.record for one in found if one.kind == kind})
        text = _("{count} × {kind} ({fields})") if count > 1 else _("{kind} ({fields})")
        parts.append(text.format(kind=_(KINDS[kind].label), count=count, fields=", ".join(fields)))
    return "; ".join(parts)


def _field_name(one: ClosedValue) -> str:
    return _("content") if _KEYS.get(one.kind) == one.field else labels.field_label(one.kind, one.field).lower()
