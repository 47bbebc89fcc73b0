"""The sync page: what waits, what is proven, why the last try failed, and what a person must decide."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.skew import ClockSkew
from commune_desk.domain.words.errors import DeskError
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, format_number, format_size, format_time, ngettext, translate_error
from commune_desk.presenters.sync.proven import proven
from commune_desk.presenters.sync.status_line import StatusLine, when
from commune_desk.presenters.wording.deadline_texts import moment_text
from commune_desk.presenters.wording.labels import joined
from commune_desk.store.pages.sync_status import SyncFacts
from commune_desk.usecases.sync.agent import SyncStatus

_FEW_SECONDS = 10.0
_MINUTE = 60.0
_SPLIT = "split"
"""Sync stopped because the province contradicted itself: enrolling anew would be no way on."""
SIGNED_FOR = N_("Signed for by the province")
"""The card that tells what is proven, and what is set aside."""


@dataclass(frozen=True)
class SyncPageState:
    """Everything the page shows about sync; conflicts come beside it."""

    subtitle: str
    waiting: tuple[StatusLine, ...]
    proven: tuple[StatusLine, ...]
    line: tuple[StatusLine, ...]
    can_sync: bool
    is_running: bool
    is_paused: bool
    can_enrol: bool
    has_history: bool
    has_more: bool = False
    """Something stands here that the province lacks, and no word of ours waits that would bring it."""
    has_proof: bool = False
    """The province contradicted itself, and what proves so can be saved for others: it names nobody."""


def sync_page(facts: SyncFacts, status: SyncStatus, aside: Sequence[StatusLine] = ()) -> SyncPageState:
    """The page's state from the register's own numbers, the agent's last word, and of whom something is set aside."""
    if facts.is_training:
        return _for_practice()
    return SyncPageState(
        subtitle=_subtitle(facts, status),
        waiting=_waiting(facts, has_line=not status.has_no_line),
        proven=proven(facts, aside),
        line=_line(facts, status),
        can_sync=facts.is_enrolled and facts.frozen in ("", _SPLIT),
        is_running=status.is_running,
        is_paused=status.is_paused,
        can_enrol=facts.frozen not in ("", _SPLIT) or status.may_need_enrolment,
        has_history=True,
        has_more=facts.differing > 0,
        has_proof=facts.has_proof,
    )


def _for_practice() -> SyncPageState:
    """A training register sends nothing: each card says what it tells in a register of the province."""
    return SyncPageState(
        subtitle=_("This is a training register. Nothing in it is ever sent."),
        waiting=(
            StatusLine(
                _("What is saved and not yet sent"),
                _("In a real register: how many records and how much data, and how long this line needs for them."),
                icon="clock",
            ),
        ),
        proven=(
            StatusLine(
                _("What the province has signed for"),
                _("In a real register: green only with a receipt of the province."),
                icon="shield",
            ),
        ),
        line=(
            StatusLine(
                _("Last contact"),
                _("In a real register: when it was, why sending failed, and when it is tried again."),
                icon="refresh",
            ),
        ),
        can_sync=False,
        is_running=False,
        is_paused=False,
        can_enrol=False,
        has_history=False,
    )


def sync_chip(facts: SyncFacts, status: SyncStatus, now: datetime) -> tuple[str, str]:
    """(text, tone) of the chip in the top bar: green only where all that the register and the province have is proven
    to be the same, and nothing keeps it from staying so."""
    if facts.is_training:
        return _("Training register"), "note"
    if facts.frozen == _SPLIT:
        return _("Sync stopped: tell the province"), "danger"
    if facts.frozen:
        return _("Sync stopped: enrol anew"), "danger"
    short = _what_is_short(facts, status, now)
    if short:
        return short, "warning"
    return _("The province has everything · {time}").format(time=moment_text(facts.heard_at, now)), "good"


def _what_is_short(facts: SyncFacts, status: SyncStatus, now: datetime) -> str:
    """The first thing that keeps the chip from being green; empty where nothing does."""
    last = moment_text(facts.last_contact, now)
    if status.is_paused:
        return _what_is_paused(facts, last)
    if facts.waiting_changes and status.is_held and status.failure is None:
        return _("Metered line · to send: {count}").format(count=_entries(facts.waiting_records))
    if facts.waiting_changes:
        text = _("To send: {count} · last {time}") if last else _("To send: {count}")
        return text.format(count=_entries(facts.waiting_records), time=last)
    if not last or not facts.knows_heads or not facts.heard_at:
        return _("Not synced yet")
    if facts.behind:
        return _("To receive: {count}").format(count=format_number(facts.behind))
    if facts.set_aside:
        return _("Set aside by the province: {count}").format(count=format_number(facts.set_aside))
    return _what_stands_still(facts, status, now) or _what_lacks_proof(facts)


def _what_is_paused(facts: SyncFacts, last: str) -> str:
    """It outlives locks and restarts, so it may be forgotten: it comes before all that it keeps from moving."""
    if facts.waiting_changes:
        return _("Sync is paused · to send: {count}").format(count=_entries(facts.waiting_records))
    return _("Sync is paused · last {time}").format(time=last) if last else _("Sync is paused")


def _what_lacks_proof(facts: SyncFacts) -> str:
    if facts.waiting_files:
        return _("Files not through: {count}").format(count=format_number(facts.waiting_files))
    if facts.differing:
        return _("Other than at the province: {count}").format(count=_entries(facts.differing))
    return "" if facts.is_proven_whole else _("Not proven yet: sync again")


def _what_stands_still(facts: SyncFacts, status: SyncStatus, now: datetime) -> str:
    last = moment_text(facts.last_contact, now)
    if status.failure is not None:
        text = _("Sync did not go through · last {time}") if status.failed_here else _("No contact since {time}")
        return text.format(time=last)
    if status.is_held:
        return _("Metered line: sync by hand")
    if not facts.is_heard:
        return _("Sent; nothing fetched since {time}").format(time=moment_text(facts.heard_at, now))
    return ""


def _subtitle(facts: SyncFacts, status: SyncStatus) -> str:
    if facts.frozen == "restored":
        return _("This register came out of a backup. Enrol it with a new code; nothing in it is lost.")
    if facts.frozen == _SPLIT:
        return _("Sync stopped until the province has explained itself. Everything is kept here.")
    if facts.frozen == "removed":
        return _("The province ordered this register removed. All that was saved here is sent first.")
    if facts.frozen:
        return _(
            "Sync stopped. Everything is kept here; with a new code from the province this PC goes on, "
            "and what the province lacks is sent again."
        )
    if status.is_paused:
        return _("Paused. All that was saved is kept on this PC.")
    if status.is_held:
        return _("A metered line: nothing goes by itself. All that was saved is kept on this PC.")
    if facts.set_aside:
        return _("Sends when there is a line. What was set aside is told under “{card}”.").format(card=_(SIGNED_FOR))
    return _("Sends when there is a line. Nothing is left out.")


def _waiting(facts: SyncFacts, *, has_line: bool) -> tuple[StatusLine, ...]:
    if not facts.waiting and facts.files_to_send:
        where = _("How many and how much stands under “Photos and scans”.")
        return (StatusLine(_("Only photos and scans wait to be sent"), where, tone="warning", icon="clock"),)
    if not facts.waiting:
        return (StatusLine(_("Nothing waits to be sent"), tone="good", icon="check"),)
    total = StatusLine(
        _entries(facts.waiting_records), _how_much(facts, has_line=has_line), tone="warning", icon="clock"
    )
    kinds = tuple(
        StatusLine(_(KINDS[one.kind].label), count=format_number(one.records))
        for one in facts.waiting
        if one.kind in KINDS
    )
    return total, *kinds, *_held(facts)


def _held(facts: SyncFacts) -> Iterator[StatusLine]:
    """What does not go though there is a line: the province's program is older than this one, or a list was broken
    off. It is in the total."""
    if facts.held.records:
        text = _("Of these, {count} waiting for the province's update").format(count=_entries(facts.held.records))
        why = _("The province's program does not know them yet. They are kept here and go by themselves once it does.")
        yield StatusLine(text, why, tone="warning", icon="refresh")
    if facts.listed:
        text = _("Of these, {count} of a list that is not in the register yet").format(count=_entries(facts.listed))
        why = _("They go once the list was brought in to its end. It can be discarded where lists are brought in, too.")
        yield StatusLine(text, why, tone="warning", icon="file-spreadsheet")


def _how_much(facts: SyncFacts, *, has_line: bool) -> str:
    changes = ngettext("{count} change", "{count} changes", facts.waiting_changes)
    parts = [changes.format(count=format_number(facts.waiting_changes))]
    if facts.packed_bytes:
        parts.append(_("about {size} on the line").format(size=format_size(facts.packed_bytes)))
    if facts.packed_bytes and has_line:
        parts.append(_how_long(facts.seconds_to_send))
    if facts.oldest_waiting:
        parts.append(_("oldest {when}").format(when=when(facts.oldest_waiting)))
    return " · ".join(parts)


def _how_long(seconds: float | None) -> str:
    """In the roundest words that are true; a line that was not measured promises nothing."""
    if seconds is None:
        return _("how long is not known: this line was not measured yet")
    if seconds < _FEW_SECONDS:
        return _("a few seconds on this line")
    if seconds < _MINUTE:
        return _("about {count} seconds on this line").format(count=format_number(_up(seconds, 10)))
    if seconds < 90 * _MINUTE:
        minutes = _up(seconds / _MINUTE, 1)
        text = ngettext("about {count} minute on this line", "about {count} minutes on this line", minutes)
        return text.format(count=format_number(minutes))
    hours = _up(seconds / 3600, 1)
    text = ngettext("about {count} hour on this line", "about {count} hours on this line", hours)
    return text.format(count=format_number(hours))


def _up(value: float, step: int) -> int:
    return step * math.ceil(value / step)


def _line(facts: SyncFacts, status: SyncStatus) -> tuple[StatusLine, ...]:
    """How it stands between this PC and the province: contact, trouble, and why nothing goes by itself."""
    lines = [_trouble(status)] if status.failure is not None else []
    if status.file_fault is not None and facts.waiting_files:
        lines.append(_files_broken_off(status, status.file_fault))
    if status.is_paused:
        lines.append(
            StatusLine(
                _("Sync is paused"),
                _(
                    "Nothing is sent or fetched by itself until you resume, nor after a lock or a restart; "
                    "“Sync now” does both at once. "
                    "While it is locked, this PC still asks how many reports wait at the province."
                ),
                tone="warning",
                icon="clock",
            )
        )
    elif status.is_held:
        why = _(
            "This line is paid by volume, so nothing is sent or fetched by itself, a new report of hotline 111 neither."
            " “Sync now” does both at once; in Settings it can be allowed for good."
        )
        lines.append(StatusLine(_("Metered line"), why, tone="warning", icon="wallet"))
    if facts.last_contact:
        lines.append(StatusLine(_("Last contact"), joined(when(facts.last_contact), facts.province)))
    if facts.clock.is_off and facts.frozen != "restored":  # that was found on the PC that the backup is of
        lines.append(clock_line(facts.clock))
    if facts.behind:
        count = format_number(facts.behind)
        lines.append(StatusLine(_("To receive: {count}").format(count=count), tone="warning", icon="download"))
    return tuple(lines)


def _trouble(status: SyncStatus) -> StatusLine:
    """What happened in bold; below it what was kept, what helps, and when it is tried again.

    Where nothing goes by itself it is not said to be: the line below says why, and what to do.
    """
    assert status.failure is not None  # noqa: S101 - asked before
    what, _stop, kept = translate_error(status.failure).partition(". ")
    if (status.is_paused or status.is_held) and status.asks_only_to_wait:
        kept = _("Everything is kept here.")
    tone, icon = ("danger", "alert-triangle") if status.is_halted else ("warning", "wifi-off")
    return StatusLine(what, _with_next_try(kept, status), tone=tone, icon=icon)


def _files_broken_off(status: SyncStatus, fault: DeskError) -> StatusLine:
    """All that was written is through, and why a photo is not."""
    what = _("Records are through, photos or scans are not yet")
    why = translate_error(fault)
    if status.is_paused or status.is_held:
        why = f"{why.partition('. ')[0]}. {_('Everything is kept here.')}"
    return StatusLine(what, _with_next_try(why, status), tone="warning", icon="paperclip")


def _with_next_try(text: str, status: SyncStatus) -> str:
    again = _("Tries again by itself at {time}.").format(time=_at(status.next_try_at)) if status.next_try_at else ""
    return " ".join(filter(None, (text, again)))


def clock_line(clock: ClockSkew) -> StatusLine:
    """That this PC's clock is wrong, what it means for the hours that count, and what to do."""
    if clock.seconds_ahead > 0:
        what = _("This PC's clock is {time} ahead of the province's")
        so = _("Time limits, such as a report's 12 hours, show less time than is left.")
    else:
        what = _("This PC's clock is {time} behind the province's")
        so = _("Time limits, such as a report's 12 hours, show more time than is left.")
    if clock.is_of_no_use:
        so = _(
            "The pages go by the hour that the province told last. Without a line, time limits, such as a report's "
            "12 hours, may show more time than is left."
        )
    how = _("Set date, time and time zone of this PC, then choose “Sync now”.")
    text = what.format(time=_how_far(timedelta(seconds=abs(clock.seconds_ahead))))
    return StatusLine(text, f"{so} {how}", tone="warning", icon="clock")


def _how_far(off: timedelta) -> str:
    """In the largest unit of which there are two, as many as come nearest."""
    if off >= timedelta(days=2):
        days = round(off / timedelta(days=1))
        return ngettext("{count} day", "{count} days", days).format(count=format_number(days))
    if off >= timedelta(hours=2):
        hours = round(off / timedelta(hours=1))
        return ngettext("{count} hour", "{count} hours", hours).format(count=format_number(hours))
    minutes = off // timedelta(minutes=1)
    return ngettext("{count} minute", "{count} minutes", minutes).format(count=format_number(minutes))


def _entries(count: int) -> str:
    return ngettext("{count} record", "{count} records", count).format(count=format_number(count))


def _at(instant: datetime | None) -> str:
    return format_time(instant) if instant else ""
