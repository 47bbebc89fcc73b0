"""What the sync page says of a courier's stick: what was written or read, what is missing, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _, format_number, format_size, ngettext, translate_error
from commune_desk.presenters.sync.status_line import StatusLine
from commune_desk.store.pages.sync_status import StaysHere
from commune_desk.usecases.sync.courier import WroteOut
from commune_desk.usecases.sync.stick_bundles import ReadIn

_SHOWN_FINGERPRINTS = 4


def written_lines(wrote: WroteOut) -> list[StatusLine]:
    """After writing: what is on the stick, the fingerprints to compare, and the way on."""
    what = _bundles(len(wrote.fingerprints)) + " · " + format_size(wrote.bytes)
    if wrote.changes:
        text = ngettext(
            "{count} change was written to the stick: {first} to {last}",
            "{count} changes were written to the stick: {first} to {last}",
            wrote.changes,
        ).format(
            count=format_number(wrote.changes), first=format_number(wrote.first_n), last=format_number(wrote.last_n)
        )
    elif wrote.stays:
        text = _("The bundle asks the province for what is new")
    else:
        text = _("Nothing waits to be sent; the bundle asks the province for what is new")
    return [
        StatusLine(text, what, tone="good"),
        *_stays(wrote.stays),
        fingerprints_line(wrote.fingerprints),
        StatusLine(
            _("Bring the stick to the province; its reply comes back on it"),
            _("Until the reply is read in here, everything counts as not sent and goes by any other way too."),
        ),
    ]


def _stays(stays: StaysHere) -> Iterator[StatusLine]:
    """What waits and did not go onto the stick."""
    if stays.held:
        text = ngettext(
            "{count} change is not on the stick: it waits for the province's update",
            "{count} changes are not on the stick: they wait for the province's update",
            stays.held,
        )
        yield StatusLine(text.format(count=format_number(stays.held)), tone="warning")
    if stays.later:
        text = ngettext(
            "{count} change is not on the stick yet", "{count} changes are not on the stick yet", stays.later
        )
        yield StatusLine(
            text.format(count=format_number(stays.later)),
            _("Read the reply in here, then write to a stick again: they go with that one."),
            tone="warning",
        )
    if stays.listed:
        text = ngettext(
            "{count} change of a list is not on the stick: the list is not in the register yet",
            "{count} changes of a list are not on the stick: the list is not in the register yet",
            stays.listed,
        )
        yield StatusLine(
            text.format(count=format_number(stays.listed)),
            _("Bring the list in to its end, then write to a stick again."),
            tone="warning",
        )
    if stays.files:
        text = ngettext(
            "{count} photo or scan waits for a line; it does not go by stick",
            "{count} photos and scans wait for a line; they do not go by stick",
            stays.files,
        )
        yield StatusLine(text.format(count=format_number(stays.files)), tone="warning")


def read_lines(read: ReadIn) -> list[StatusLine]:
    """After reading: what came, what is proven, and what is still missing."""
    prints = [fingerprints_line(read.fingerprints)] if read.fingerprints else []
    return [*_came(read), *_open(read), *_refused(read), *_leaving(read), *prints]


def _came(read: ReadIn) -> Iterator[StatusLine]:
    others = ngettext(
        "{count} other bundle in the folder was left alone",
        "{count} other bundles in the folder were left alone",
        read.others,
    ).format(count=format_number(read.others))
    if read.to_hand_on and not read.files:
        yield StatusLine(_("No bundle in the folder is for this PC"), tone="warning")
    elif read.files:
        text = ngettext("{count} bundle was read in", "{count} bundles were read in", read.files)
        yield StatusLine(text.format(count=format_number(read.files)), others if read.others else "", tone="good")
    if read.signed_for:
        text = _("The province has signed for all changes up to {number}")
        yield StatusLine(text.format(number=format_number(read.signed_for)), tone="good")
    if read.events:
        text = ngettext("{count} entry came from the province", "{count} entries came from the province", read.events)
        yield StatusLine(text.format(count=format_number(read.events)), tone="good")
    elif read.files:
        yield StatusLine(_("Nothing came that was not here already"))
    for place in read.begun:
        yield StatusLine(_("{place} was begun anew from what stands at the province").format(place=place), tone="good")
    if read.conflicts:
        text = ngettext(
            "{count} decision is open because of it", "{count} decisions are open because of it", read.conflicts
        )
        yield StatusLine(
            text.format(count=format_number(read.conflicts)),
            _("What is to be decided stands at the top of the page."),
            tone="warning",
        )


def _open(read: ReadIn) -> Iterator[StatusLine]:
    yield from _followed(read)
    yield from _to_begin(read)
    if read.is_cut:
        yield StatusLine(
            _("More bundles lie in the folder, which were not read"),
            _("Take what is finished off the stick and read again, or have the reply written into an empty folder."),
            tone="warning",
        )
    for first, last in read.missing:
        text = _("The province is missing changes {first} to {last}")
        yield StatusLine(
            text.format(first=format_number(first), last=format_number(last)),
            _("Write to a stick again and have it brought: all that is missing is on it."),
            tone="warning",
        )
    for place, (first, last) in read.lacking.items():
        text = _("Entries {first} to {last} of {place} must be read in first")
        yield StatusLine(
            text.format(first=format_number(first), last=format_number(last), place=place),
            _("Read the other bundles of the same reply, or ask the province for a new one."),
            tone="warning",
        )
    if read.more:
        yield StatusLine(
            _("The province has more than was brought"),
            _("Read the other bundles of the reply, or write to a stick: the next reply goes on from here."),
            tone="warning",
        )
    if read.quarantined:
        yield StatusLine(
            _("The province set some changes aside"),
            _("It is kept on both sides; the province's IT officer can see why."),
            tone="warning",
        )
    if read.unremembered:
        yield StatusLine(
            _("A reply answers a bundle that this PC does not remember, so its receipts do not count"),
            _("Nothing is lost. Write to a stick again and have that one answered."),
            tone="warning",
        )


def _followed(read: ReadIn) -> Iterator[StatusLine]:
    if read.has_followed:
        yield StatusLine(
            _("The province was restored from a backup, and this PC goes on with it"),
            _("Nothing is lost. Write to a stick again: what the province lacks goes with it."),
            tone="warning",
        )


def _to_begin(read: ReadIn) -> Iterator[StatusLine]:
    for place, (have, size) in read.half.items():
        text = _("Of what stands at the province for {place}, {have} of {size} came")
        yield StatusLine(
            text.format(place=place, have=format_size(have), size=format_size(size)),
            _("What came is kept. Read the other bundles of the same reply as well."),
            tone="warning",
        )
    if read.has_followed:
        return
    for place in read.to_begin:
        yield StatusLine(
            _("{place} is to be begun anew from what stands at the province").format(place=place),
            _("Nothing here is removed for it. Write to a stick again: the reply brings it."),
            tone="warning",
        )


def _refused(read: ReadIn) -> Iterator[StatusLine]:
    if read.refusal is not None:
        yield failure_line(read.refusal)
    for sentence in dict.fromkeys(translate_error(fault) for fault in read.faults):
        yield StatusLine(sentence, tone="danger")


def _leaving(read: ReadIn) -> Iterator[StatusLine]:
    """What is still to be done until a register that the province ordered removed may go."""
    if read.removal is None or read.removal.is_decided:
        return
    if read.removal.files:
        text = ngettext(
            "{count} photo or scan can only go over a line, so the register stays until then",
            "{count} photos and scans can only go over a line, so the register stays until then",
            read.removal.files,
        )
        yield StatusLine(
            text.format(count=format_number(read.removal.files)),
            _("Ask the province's IT officer, or bring this PC to a place with a line."),
            tone="warning",
        )
        return
    yield StatusLine(
        _("The register is removed once all that is here and this PC's signed word for it are at the province"),
        _("Write to a stick again and have it brought; when the reply is read in here, the register goes."),
        tone="warning",
    )


def failure_line(error: DeskError) -> StatusLine:
    return StatusLine(translate_error(error), tone="danger")


def wipe_label(count: int) -> str:
    """The offer to take what is finished off the stick."""
    return ngettext(
        "Take {count} finished bundle off the stick", "Take {count} finished bundles off the stick", count
    ).format(count=format_number(count))


def wiped_line(count: int) -> StatusLine:
    return StatusLine(
        ngettext("{count} bundle was taken off the stick", "{count} bundles were taken off the stick", count).format(
            count=format_number(count)
        ),
        tone="good",
    )


def _bundles(count: int) -> str:
    return ngettext("{count} bundle", "{count} bundles", count).format(count=format_number(count))


def fingerprints_line(prints: Sequence[str]) -> StatusLine:
    """What both ends compare."""
    shown = ", ".join(prints[:_SHOWN_FINGERPRINTS])
    if len(prints) > _SHOWN_FINGERPRINTS:
        shown = _("{shown} and {count} more").format(shown=shown, count=len(prints) - _SHOWN_FINGERPRINTS)
    return StatusLine(
        _("Fingerprint {fingerprint}").format(fingerprint=shown),
        _("The other end shows the same; compare them by telephone if in doubt."),
    )
