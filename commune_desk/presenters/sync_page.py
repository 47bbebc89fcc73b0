"""The sync page: what waits, what is proven, why the last try failed, and what a person must decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commune_desk.domain.clock import from_iso
from commune_desk.domain.kinds import KINDS
from commune_desk.i18n import _, format_instant, format_number, format_size, format_time, ngettext, translate_error
from commune_desk.store.sync_status import SyncFacts
from commune_desk.usecases.sync_agent import SyncStatus


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One line of the status: a bold part, a quiet part below, and a tone by name."""

    text: str
    detail: str = ""
    tone: str = "quiet"


@dataclass(frozen=True)
class SyncPageState:
    """Everything the page shows about sync; conflicts come beside it."""

    subtitle: str
    waiting: tuple[StatusLine, ...]
    proven: tuple[StatusLine, ...]
    trouble: StatusLine | None
    can_sync: bool
    is_running: bool
    is_paused: bool
    can_enrol: bool


def sync_page(facts: SyncFacts, status: SyncStatus) -> SyncPageState:
    """The page's state from the register's own numbers and the agent's last word."""
    return SyncPageState(
        subtitle=_subtitle(facts),
        waiting=_waiting(facts),
        proven=_proven(facts),
        trouble=_trouble(facts, status),
        can_sync=facts.is_enrolled and not facts.frozen,
        is_running=status.is_running,
        is_paused=status.is_paused,
        can_enrol=facts.frozen != "" or status.may_need_enrolment,
    )


def sync_chip(facts: SyncFacts, status: SyncStatus) -> tuple[str, str]:
    """(text, tone) of the chip in the top bar: green only with a receipt for everything."""
    if facts.is_training:
        return _("Training register"), "note"
    if facts.frozen:
        return _("Sync stopped: enrol anew"), "danger"
    last = _clock(facts.last_contact)
    if facts.waiting_changes:
        text = _("To send: {count} · last {time}") if last else _("To send: {count}")
        return text.format(count=_entries(facts.waiting_records), time=last), "warning"
    if not facts.last_contact:
        return _("Not synced yet"), "warning"
    if facts.behind:
        return _("To receive: {count}").format(count=format_number(facts.behind)), "warning"
    if status.failure is not None:
        return _("No contact since {time}").format(time=last), "warning"
    return _("The province has everything · {time}").format(time=last), "good"


def _subtitle(facts: SyncFacts) -> str:
    if facts.is_training:
        return _("This is a training register. Nothing in it is ever sent.")
    if facts.frozen == "restored":
        return _("This register came out of a backup. Enrol it with a new code; nothing in it is lost.")
    if facts.frozen == "removed":
        return _("The province ordered this register removed. All that was saved here is sent first.")
    if facts.frozen:
        return _(
            "Sync stopped. Everything is kept here; with a new code from the province this PC goes on, "
            "and what the province lacks is sent again."
        )
    return _("Sends when there is a line. Nothing is left out.")


def _waiting(facts: SyncFacts) -> tuple[StatusLine, ...]:
    if facts.is_training:
        return ()
    if not facts.waiting:
        return (StatusLine(_("Nothing waits to be sent"), tone="good"),)
    total = StatusLine(
        _entries(facts.waiting_records),
        _("{changes} changes · {size} · oldest {when}").format(
            changes=format_number(facts.waiting_changes),
            size=format_size(facts.waiting_bytes),
            when=_when(facts.oldest_waiting),
        ),
        "warning",
    )
    kinds = tuple(
        StatusLine(_(KINDS[one.kind].label), format_number(one.records)) for one in facts.waiting if one.kind in KINDS
    )
    return total, *kinds


def _proven(facts: SyncFacts) -> tuple[StatusLine, ...]:
    lines = []
    if facts.proven_at:
        text = _("The province has signed for {count} changes").format(count=format_number(facts.proven_changes))
        lines.append(StatusLine(text, _("last receipt {when}").format(when=_when(facts.proven_at)), "good"))
    else:
        lines.append(StatusLine(_("No receipt of the province yet")))
    if facts.last_contact:
        lines.append(StatusLine(_("Last contact {when}").format(when=_when(facts.last_contact)), facts.province))
    if facts.behind:
        lines.append(StatusLine(_("To receive: {count}").format(count=format_number(facts.behind)), tone="warning"))
    if facts.set_aside:
        text = ngettext(
            "{count} change was set aside by the province",
            "{count} changes were set aside by the province",
            facts.set_aside,
        ).format(count=format_number(facts.set_aside))
        lines.append(StatusLine(text, _("It is kept on both sides; the province's IT officer can see why."), "warning"))
    return tuple(lines)


def _trouble(facts: SyncFacts, status: SyncStatus) -> StatusLine | None:
    if status.failure is None or facts.is_training:
        return None
    when = _("Tries again by itself at {time}.").format(time=_at(status.next_try_at)) if status.next_try_at else ""
    return StatusLine(translate_error(status.failure), when, "danger" if status.is_halted else "warning")


def _entries(count: int) -> str:
    return ngettext("{count} record", "{count} records", count).format(count=format_number(count))


def _when(iso: str) -> str:
    return format_instant(from_iso(iso)) if iso else ""


def _clock(iso: str) -> str:
    return _at(from_iso(iso)) if iso else ""


def _at(instant: datetime | None) -> str:
    return format_time(instant) if instant else ""
