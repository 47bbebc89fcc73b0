"""What a person is told of a record that was erased by law: when, by whose order, on what ground."""

from __future__ import annotations

from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import from_iso
from commune_desk.i18n import _, format_instant, format_number
from commune_desk.store.writing.erased import Order


def whose_order(order: Order) -> str:
    """One sentence: who ordered it and on what ground, as far as the order says."""
    if not order.who:
        return _("By order of the province.")
    return _("By order of: {who}. Ground: {why}.").format(who=order.who, why=order.why)


def what_went(order: Order) -> str:
    """The kinds of the records that it took, each with how many."""
    kinds = [(KINDS[kind].label, count) for kind, count in order.kinds.items() if kind in KINDS]
    return ", ".join(f"{_(label)}: {format_number(count)}" for label, count in kinds)


def gone_text(order: Order | None, otherwise: str) -> tuple[str, str]:
    """A sentence and a quieter one for a page whose record is not here; `otherwise` where no order says why."""
    if order is None:
        return otherwise, ""
    said = _("What this page showed was erased by law on {when}.").format(when=format_instant(from_iso(order.at)))
    return said, " ".join((whose_order(order), _("Nothing of it is kept here.")))
