"""What an officer is told whose register was removed by the province's order."""

from __future__ import annotations

from commune_desk.domain.time.clock import from_iso
from commune_desk.i18n import _, format_instant, format_number, ngettext
from commune_desk.usecases.registers.removal import Removed


def removed_lines(said: Removed | None) -> tuple[str, ...]:
    """Sentences from top to bottom: what happened, what was kept where, what was not, whom to ask."""
    if said is None:
        return (_whom_to_ask(),)
    happened = _("On {when} the register of this PC (desk {desk}) was removed by order of the province.").format(
        when=format_instant(from_iso(said.at)), desk=said.desk
    )
    kept = ngettext(
        "{count} record was in it. Every record saved had been sent before; the province {province} keeps it.",
        "{count} records were in it. Every record saved had been sent before; the province {province} keeps them.",
        said.records,
    ).format(count=format_number(said.records), province=said.province)
    return tuple(filter(None, (happened, kept, _lost(said), _of_backups(), _whom_to_ask())))


def _lost(said: Removed) -> str:
    drafts = ngettext(
        "{count} entry that was typed and not saved is gone.",
        "{count} entries that were typed and not saved are gone.",
        said.drafts,
    ).format(count=format_number(said.drafts))
    files = ngettext(
        "{count} photo or scan that the province did not take is gone.",
        "{count} photos or scans that the province did not take are gone.",
        said.files,
    ).format(count=format_number(said.files))
    return " ".join(text for text, count in ((drafts, said.drafts), (files, said.files)) if count)


def _of_backups() -> str:
    return _("Backups on USB sticks were not touched: hand them to the province, for they still open.")


def _whom_to_ask() -> str:
    return _("If you do not know why, call the province's IT officer. To go on here, ask for a new enrolment code.")
