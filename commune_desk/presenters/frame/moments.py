"""Moments of a timeline, and how an edit reads in one: by the child's page, a stay's and a report's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.codes import CodeBook
from commune_desk.domain.model.record import Value
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Fact
from commune_desk.store.engine.database import Connection
from commune_desk.store.pages.history import Edit, Entry, record_history
from commune_desk.store.pages.subjects import name_of
from commune_desk.usecases.desk.workplace import Workplace

NOT_SENT = N_("not sent yet")
_KEPT = N_("{line} (kept here, does not stand)")


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the timeline. `order` sorts; `tone` is a name of `ui.theme.Tone`; `link` opens `route`.

    A moment with a link has a `key`.
    """

    order: str
    heading: str
    meta: str = ""
    body: str = ""
    chip: str = ""
    chip_tone: str = "note"
    chip_icon: str = ""
    proof: str = ""
    """When the province signed for it; what waits, or came from elsewhere, has none."""
    tone: str = "quiet"
    key: str = ""
    link: str = ""
    is_link_beside: bool = False
    route: Route | None = None


def with_mark(moment: Moment, words: str, icon: str, tone: str) -> Moment:
    """The moment with a further chip that says how what it tells stands with the province."""
    return replace(moment, chip=labels.joined(moment.chip, words), chip_icon=icon, chip_tone=tone, tone=tone)


def in_conflict(moment: Moment) -> Moment:
    """Marked as one of whose values a person must decide."""
    return with_mark(moment, _("in conflict, to be decided"), "alert-circle", "warning")


def where_another_stands(moment: Moment) -> Moment:
    """Marked as one of whose values another desk's stands instead."""
    return replace(moment, chip=_("another value stands"), chip_tone="warning")


def edit_line(codes: CodeBook, entry: Entry, edit: Edit, name: Callable[[str], str] | None = None) -> str:
    """`Phone: 0912 → 0913`. Empty where the field names another record, unless there is a `name` for records."""
    is_named = KINDS[entry.kind].fields[edit.field].shape is Shape.REFERENCE
    if is_named and name is None:
        return ""

    def text(value: Value) -> str:
        if is_named and name is not None and isinstance(value, str):
            return name(value) or _("(no longer in this register)")
        return labels.value_text(codes, entry.kind, edit.field, value) or _("(empty)")

    label = labels.field_label(entry.kind, edit.field)
    if edit.is_sealed:
        line = _("{label}: sealed").format(label=label)
    elif edit.has_before:
        line = f"{label}: {text(edit.before)} → {text(edit.after)}"
    else:
        line = f"{label}: {text(edit.after)}"
    return _(_KEPT).format(line=line) if edit.is_lost else line


def kept_values(workplace: Workplace, record: str, heading: str, *, opens: bool = False) -> tuple[Moment, ...]:
    """What lost against another desk's value and is kept, with who wrote it and when; the latest first.

    What is sealed is told as sealed, or `opens` where it can be read here.
    """
    return tuple(workplace.read(lambda c: list(_kept(c, workplace, record, heading, opens=opens))))


def kept_sealed(workplace: Workplace, record: str) -> tuple[Fact, ...]:
    """What is sealed, lost against another desk's value and can be read here; the oldest first."""

    def read(connection: Connection) -> Iterator[Fact]:
        for entry in record_history(connection, record, opens=True):
            rules = KINDS[entry.kind].fields
            for edit in entry.edits:
                if edit.is_lost and not edit.is_sealed and rules[edit.field].data.is_sealed:
                    text = labels.value_text(workplace.codes, entry.kind, edit.field, edit.after) or _("(empty)")
                    yield Fact(labels.field_label(entry.kind, edit.field), _(_KEPT).format(line=text))

    return tuple(workplace.read(lambda c: list(read(c))))


def _kept(connection: Connection, workplace: Workplace, record: str, heading: str, *, opens: bool) -> Iterator[Moment]:
    def name(other: str) -> str:
        return name_of(connection, other)

    for entry in sorted(record_history(connection, record, opens=opens), key=lambda one: one.at, reverse=True):
        lines = [edit_line(workplace.codes, entry, edit, name) for edit in entry.edits if edit.is_lost]
        if any(lines):
            when = labels.near_instant_text(entry.at, workplace.today())
            moment = Moment(
                key=entry.change,
                order=entry.at,
                heading=heading,
                meta=labels.joined(when, entry.officer, entry.desk),
                body="\n".join(filter(None, lines)),
            )
            yield in_conflict(moment) if entry.is_in_conflict else where_another_stands(moment)
