"""What every form has in common: its fields, what is typed in them, what is wrong with it, and how it is saved."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from commune_desk.domain.entered.times import parse_moment
from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.ids import is_id
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import VIETNAM, to_iso
from commune_desk.domain.vietnamese.text import nfc, tidy
from commune_desk.domain.words.errors import Invalid
from commune_desk.i18n import _, format_number, translate_error
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Option
from commune_desk.presenters.wording.saved_notice import saved_notice
from commune_desk.store.writing.opened import Opened, opened_from, without_sealed
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import drop_draft

AS_OPENED = "as_opened"
"""In a draft: the records that it is an edit of, as they stood."""


class Editor(StrEnum):
    """How a field is entered. A day is typed in full; `DAY_AHEAD` may lie in the future, `BIRTH` may be a guess."""

    LINE = "line"
    LINES = "lines"
    CHOICE = "choice"
    RADIO = "radio"
    MULTI = "multi"
    TICK = "tick"
    DAY = "day"
    DAY_AHEAD = "day_ahead"
    BIRTH = "birth"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of a form. `heading` begins a group before it; `placeholder` stands in an empty field or beside a tick;
    `lines` is the height of several lines."""

    name: str
    label: str
    editor: Editor = Editor.LINE
    required: bool = False
    hint: str = ""
    wide: bool = False
    heading: str = ""
    placeholder: str = ""
    lines: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """`errors` stop the save, `hints` do not; both are sentences by field. `hidden` fields need no answer.

    `save_text` is for a button that says more than "Save".
    """

    title: str
    values: Mapping[str, Any]
    subtitle: str = ""
    save_text: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    note: str = ""
    """A sentence above the buttons: what else the save does."""


State = TypeVar("State", bound=FormState)


class EntryForm(ABC, Generic[State]):
    """A form without its window. `form` and `record` name its draft, `values` are what stands in it by field.

    Days and hours stand as they were typed; a choice is its code, several are a tuple of codes, a tick is a bool.
    A form that edits stored records says in `opened` how they stood; what it saves is put on what stands by then.
    """

    form = ""
    kind = ""
    """The kind of record whose fields these are by name; it says how long their texts may be."""
    opened = Opened()

    def __init__(self, workplace: Workplace, record: str, values: dict[str, Any]) -> None:
        self._workplace, self.record = workplace, record
        self._values = values
        self._shown_errors: set[str] = set()

    @abstractmethod
    def fields(self) -> Sequence[FieldSpec]:
        """The fields in the order of the keyboard; always the same ones."""

    @abstractmethod
    def state(self) -> State:
        """What to show now."""

    @abstractmethod
    def way_back(self) -> Route:
        """Where leaving the form leads."""

    @abstractmethod
    def check(self) -> dict[str, str]:
        """What keeps the form from being saved, by field, in the language of the screen."""

    @abstractmethod
    def operation(self) -> Callable[[Tx], str]:
        """What saves the form as it stands; gives the id of the record saved."""

    def options(self, name: str) -> list[Option]:
        """What a choice offers: codes and their names."""
        return []

    def offered(self, name: str) -> list[Option]:
        """The `options`, and what stands in the field and is none of them: a code that this program does not know yet,
        or one that holds no more. It stays until something else is chosen."""
        found, value = self.options(name), self._values[name]
        known = {code for code, _name in found}
        held = value if isinstance(value, tuple) else (value,)
        return [*found, *((code, self._held_name(name, code)) for code in held if _is_unoffered(code, known))]

    def _held_name(self, name: str, code: str) -> str:
        declared = KINDS[self.kind].fields.get(name) if self.kind else None
        return labels.code_text(self._workplace.codes, declared.codes, code) if declared and declared.codes else code

    def suggestions(self, name: str) -> list[str]:
        """What a line offers for what is typed in it now."""
        return []

    def first_field(self) -> str:
        """Where the keyboard begins."""
        return self.fields()[0].name

    def after(self, _saved: str) -> Route:
        """Where a save leads."""
        return self.way_back()

    def edit(self, name: str, value: Any) -> State:
        """A field was changed by hand; its error shows only once the field is left. Raises KeyError."""
        self.take(name, value)
        return self.state()

    def take(self, name: str, value: Any) -> None:
        """Know what stands in a field. Raises KeyError."""
        value = tuple(value) if isinstance(self._values[name], tuple) else value
        if value != self._values[name]:
            self._values[name] = value
            self._shown_errors.discard(name)
            self.follow(name)

    def follow(self, _name: str) -> None:
        """What else changes with a field that was just edited."""
        return None

    def leave(self, name: str) -> State:
        """A field was left: show what is wrong with what stands in it."""
        if self._values[name]:
            self._shown_errors.add(name)
        return self.state()

    def submit(self) -> Callable[[Tx], str] | None:
        """The operation that saves, or None when `state` shows what is in the way."""
        errors = self.faults()
        self._shown_errors = set(errors)
        if errors:
            return None
        save = self.operation()

        def operation(tx: Tx) -> str:
            saved = save(tx)
            drop_draft(tx, self.form, self.record)
            return saved

        return operation

    def notice(self) -> str:
        """What to tell after the save."""
        return saved_notice(self._workplace)

    def payload(self) -> dict[str, Any]:
        """What a draft keeps."""
        kept = {name: list(value) if isinstance(value, tuple) else value for name, value in self._values.items()}
        return kept | ({AS_OPENED: self.opened.payload()} if self.opened.records else {})

    def restore(self, payload: Mapping[str, Any]) -> State:
        """Show a draft, as an edit of what it was based on; what this version does not know is left out.

        Where the lease has run out since, what is sealed and stood in the form is left out too; an officer's own words
        come back, and build on nothing that is seen.
        """
        if AS_OPENED in payload and self._workplace.register.is_closed:
            payload = _closed(payload)
        if AS_OPENED in payload:
            self.open_as(opened_from(payload[AS_OPENED]))
        for name in self._values.keys() & payload.keys():
            value = payload[name]
            self._values[name] = tuple(value) if isinstance(value, list) else value
        return self.state()

    def open_as(self, opened: Opened) -> None:
        """Be an edit of the records as they stood then."""
        self.opened = opened

    def shown_errors(self) -> dict[str, str]:
        return {name: text for name, text in self.faults().items() if name in self._shown_errors}

    def faults(self) -> dict[str, str]:
        """What `check` finds, and what is longer than its record takes."""
        errors = self.check()
        if self.kind:
            declared = [one for name, one in KINDS[self.kind].fields.items() if isinstance(self._values.get(name), str)]
            refuse_long(errors, self._values, {one.name: one.max_chars for one in declared if one.shape is Shape.TEXT})
        return errors

    def line(self, name: str) -> str | None:
        return tidy(self._values[name]) or None

    def text(self, name: str) -> str | None:
        return nfc(self._values[name]).strip() or None

    def moment(self, name: str, errors: dict[str, str]) -> str:
        """The ISO instant typed, or an empty text; what is wrong goes to `errors`."""
        try:
            found = parse_moment(self._values[name], self._workplace.latest())
        except Invalid as invalid:
            errors[name] = translate_error(invalid)
            return ""
        return to_iso(found) if found else ""

    def now_text(self) -> str:
        """The present hour as it is typed."""
        return moment_typed(self._workplace.present())

    def code_options(self, list_name: str) -> list[Option]:
        codes = self._workplace.codes
        return [(entry.code, labels.code_text(codes, list_name, entry.code)) for entry in codes.entries(list_name)]


def _is_unoffered(code: str, known: Collection[str]) -> bool:
    """Of a record that is offered no more, as a bed that was taken meanwhile, another one is to be chosen."""
    return bool(code) and code not in known and not is_id(code)


def _closed(payload: Mapping[str, Any]) -> dict[str, Any]:
    left, sealed = without_sealed(payload[AS_OPENED])
    stood = {name for name, value in sealed.items() if payload.get(name) == value}
    return dict(payload) | {AS_OPENED: left} | dict.fromkeys(stood, "")


def moment_typed(instant: datetime) -> str:
    """An instant as it is typed: `23/11/2026 08:30`."""
    return instant.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


def require_filled(errors: dict[str, str], values: Mapping[str, Any], *names: str) -> None:
    """Add what is empty of `names` to `errors`."""
    errors |= {name: _("Please fill this in.") for name in names if not values[name] and name not in errors}


def refuse_long(errors: dict[str, str], values: Mapping[str, Any], most: Mapping[str, int]) -> None:
    """Add the texts that are longer than their records take to `errors`."""
    counts = {name: len(nfc(values[name]).strip()) for name in most}
    errors |= {name: too_long(counts[name], limit) for name, limit in most.items() if counts[name] > limit}


def too_long(count: int, most: int) -> str:
    """Says how much too long a text is."""
    return _("The text has {count} characters; at most {most} fit here.").format(
        count=format_number(count), most=format_number(most)
    )
