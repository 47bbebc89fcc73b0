"""What the sync page says of a stick that is handed on to the province for a PC without a line."""

from __future__ import annotations

from collections.abc import Iterator

from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _, format_number, ngettext, translate_error
from commune_desk.presenters.sync.courier import fingerprints_line
from commune_desk.presenters.sync.status_line import StatusLine
from commune_desk.usecases.sync.handing_on import HandedOn, HandingOnStopped, ReplyNotWritten, may_go_later


def offer_line(count: int) -> StatusLine:
    """That bundles of another PC lie in the folder, and what this PC can do for them."""
    text = ngettext(
        "{count} bundle that another PC wrote for the province lies in the folder",
        "{count} bundles that another PC wrote for the province lie in the folder",
        count,
    )
    return StatusLine(
        text.format(count=format_number(count)),
        _("This PC can send it on and bring the reply; it can open neither."),
    )


def offer_label() -> str:
    return _("Hand this stick on to the province over the line")


def handed_on_lines(done: HandedOn) -> list[StatusLine]:
    """After handing on: what the province has, what it refused, and where the stick goes now."""
    return [*_taken(done), *_refused(done), *_stopped(done.stopped_by, is_begun=done.files > 0)]


def not_handed_on_lines(error: DeskError) -> list[StatusLine]:
    """Nothing was handed on, and why."""
    return list(_stopped(error))


def _taken(done: HandedOn) -> Iterator[StatusLine]:
    if not done.files:
        return
    text = ngettext("{count} bundle was handed on", "{count} bundles were handed on", done.files)
    taken = ngettext(
        "The province has {count} change of it now", "The province has {count} changes of it now", done.taken
    )
    yield StatusLine(
        text.format(count=format_number(done.files)), taken.format(count=format_number(done.taken)), tone="good"
    )
    yield StatusLine(
        _("The reply lies on the stick: carry the stick back to the PC that wrote it"),
        _("Have it read in there (Sync, Read from a stick). Until then that PC counts everything as not sent."),
        tone="good",
    )
    for first, last in done.missing:
        text = _("The province is missing changes {first} to {last} of that PC")
        yield StatusLine(
            text.format(first=format_number(first), last=format_number(last)),
            _("What came is kept. Once the reply is read in there, its next stick brings what is missing."),
            tone="warning",
        )
    if done.of_another_time:
        yield StatusLine(
            _("The stick was written before the province's register was restored, so nothing of it was taken in"),
            _("Nothing is lost. Carry the reply back all the same: that PC's next stick brings everything."),
            tone="warning",
        )
    yield fingerprints_line(done.replies)


def _refused(done: HandedOn) -> Iterator[StatusLine]:
    for sentence in dict.fromkeys(translate_error(fault) for fault in done.faults):
        yield StatusLine(sentence, tone="danger")


def _stopped(error: DeskError | None, *, is_begun: bool = False) -> Iterator[StatusLine]:
    if error is None:
        return
    if isinstance(error, HandingOnStopped | ReplyNotWritten):
        yield StatusLine(translate_error(error), tone="danger")
        return
    rest, whole = _("The rest was not handed on"), _("The stick was not handed on, and lies as it was")
    yield StatusLine(rest if is_begun else whole, translate_error(error), tone="danger")
    if may_go_later(error):
        yield StatusLine(
            _("What is kept here is this PC's own: the stick does not go by itself later"),
            _("Read the stick here again when the line is back and hand it on, or bring it to the province."),
        )
