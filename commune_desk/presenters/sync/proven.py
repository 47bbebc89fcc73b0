"""The sync page: what the province has signed for, what a comparison with it found, what was erased by its order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from commune_desk.i18n import _, format_number, ngettext
from commune_desk.presenters.sync.status_line import StatusLine, when
from commune_desk.presenters.wording.set_aside_texts import reasons_text
from commune_desk.store.pages.sync_status import SyncFacts


def proven(facts: SyncFacts, aside: Sequence[StatusLine] = ()) -> tuple[StatusLine, ...]:
    """The last receipt, what is set aside and of whom (`aside`), compared and erased; green only with a receipt."""
    lines = [_receipt(facts)]
    if facts.set_aside:
        text = ngettext(
            "{count} change was set aside by the province",
            "{count} changes were set aside by the province",
            facts.set_aside,
        ).format(count=format_number(facts.set_aside))
        kept = _("It is kept on both sides; ask the province's IT officer what is to be done.")
        why = reasons_text(code for code, _count in facts.set_aside_codes)
        lines.append(StatusLine(text, " ".join(filter(None, (why, kept))), tone="warning", icon="alert-triangle"))
    return (*lines, *aside, *_compared(facts), *_erased(facts))


def _erased(facts: SyncFacts) -> Iterator[StatusLine]:
    """What this register was told to erase, and what of it was still unsent; nothing is left that could be shown."""
    if facts.erased.records:
        text = ngettext("{count} record was erased by law", "{count} records were erased by law", facts.erased.records)
        yield StatusLine(
            text.format(count=format_number(facts.erased.records)),
            _("By order of the province, last on {when}. Nothing of it is kept here.").format(
                when=when(facts.erased.at)
            ),
        )
    if facts.erased.unsent:
        text = ngettext(
            "{count} change made here was about a record erased by law",
            "{count} changes made here were about a record erased by law",
            facts.erased.unsent,
        )
        yield StatusLine(
            text.format(count=format_number(facts.erased.unsent)),
            _("It was not taken in, and no word of it is kept here or at the province. It need not be entered again."),
        )


def _compared(facts: SyncFacts) -> Iterator[StatusLine]:
    """What the last comparison found; good only where both sides hold the same, and nothing was left out of it."""
    found = facts.compared
    if facts.contradicted_at:
        yield _contradicted(facts)
    if not found.at:
        return
    if not (found.put_right or found.only_here or found.unlike):
        yield _same(facts)
    if found.put_right:
        text = ngettext("{count} record was put right", "{count} records were put right", found.put_right)
        yield StatusLine(
            text.format(count=format_number(found.put_right)),
            _("Compared {when}: it was damaged here and shows again what the province holds.").format(
                when=when(found.at)
            ),
            tone="warning",
            icon="alert-triangle",
        )
    if found.only_here:
        text = ngettext("{count} record is only here", "{count} records are only here", found.only_here)
        yield StatusLine(
            text.format(count=format_number(found.only_here)),
            _(
                "The province does not have it and nothing of it waits; it stays here. If the PC that wrote it still "
                "works, sync there first; otherwise choose “Send what only this PC has”. If it is still here alone "
                "after that, tell the province's IT officer."
            ),
            tone="warning",
            icon="alert-triangle",
        )
    if found.unlike:
        text = ngettext("{count} record still differs", "{count} records still differ", found.unlike)
        detail = _(
            "What stands here is kept. If the PC that wrote it still works, sync there first; otherwise choose “Send "
            "what only this PC has”. If it still differs after that, tell the province's IT officer."
        )
        text = text.format(count=format_number(found.unlike))
        yield StatusLine(text, detail, tone="warning", icon="alert-triangle")


def _contradicted(facts: SyncFacts) -> StatusLine:
    """Two statements that cannot both be true, and whether both may be shown to others."""
    kept = (
        _("Found {when}. Both signed statements are kept here as proof.")
        if facts.has_proof
        else _(
            "Found {when}. Both signed statements are kept here as proof; one of them tells of children, so it "
            "stays on this PC. “Sync now” asks the province for one that names nobody."
        )
    )
    what = _("The province contradicted what it had signed")
    return StatusLine(what, kept.format(when=when(facts.contradicted_at)), tone="danger", icon="alert-triangle")


def _same(facts: SyncFacts) -> StatusLine:
    """What waits and what was set aside is not compared: beside it nothing is green."""
    compared = _("compared {when}").format(when=when(facts.compared.at))
    if facts.waiting_changes or facts.set_aside:
        return StatusLine(_("All else was the same on both sides at the last comparison"), compared)
    return StatusLine(_("The same on both sides"), compared, tone="good", icon="check")


def _receipt(facts: SyncFacts) -> StatusLine:
    if not facts.proven_at:
        return StatusLine(_("No receipt of the province yet"), icon="clock")
    text = _("The province has signed for every change up to number {number}")
    number = format_number(facts.proven_changes)
    signed = _("receipt of {when}, by the province's clock").format(when=when(facts.proven_at))
    return StatusLine(text.format(number=number), signed, tone="good", icon="check")
