"""What the forms of the shelter have in common: fields, what is typed in them, what is wrong, how they are saved."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from commune_desk.domain.errors import Invalid
from commune_desk.domain.text import nfc, tidy
from commune_desk.domain.typed_times import parse_moment
from commune_desk.i18n import _, format_instant, translate_error
from commune_desk.presenters import labels
from commune_desk.presenters.saved_notice import saved_notice
from commune_desk.store.transaction import Tx
from commune_desk.usecases.drafts import drop_draft
from commune_desk.usecases.workplace import Workplace

Option = tuple[str, str]


class Editor(StrEnum):
    """How a field is entered."""

    LINE = "line"
    LINES = "lines"
    CHOICE = "choice"
    RADIO = "radio"
    MULTI = "multi"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of a form. `heading` begins a group before it."""

    name: str
    label: str
    editor: Editor = Editor.LINE
    required: bool = False
    hint: str = ""
    wide: bool = False
    heading: str = ""
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class FormState:
    """`errors` stop the save, `hints` do not; both are sentences by field. `hidden` fields need no answer."""

    title: str
    subtitle: str
    save_text: str
    values: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    note: str = ""
    """A sentence above the buttons: what else the save does."""


class StayForm(ABC):
    """State of a form. `form` and `record` name its draft."""

    form = ""

    def __init__(self, workplace: Workplace, record: str, values: dict[str, Any]) -> None:
        self._workplace, self.record = workplace, record
        self._values = values
        self._shown_errors: set[str] = set()

    @abstractmethod
    def fields(self) -> Sequence[FieldSpec]:
        """The fields in the order of the keyboard."""

    @abstractmethod
    def state(self) -> FormState: ...

    @abstractmethod
    def check(self) -> dict[str, str]:
        """What keeps the form from being saved, by field, in the language of the screen."""

    @abstractmethod
    def operation(self) -> Callable[[Tx], str]:
        """What saves the form as it stands; gives the id of the stay."""

    def options(self, name: str) -> list[Option]:
        """What a choice offers: codes and their names."""
        return []

    def suggestions(self, name: str) -> list[str]:
        """What a line offers while it is typed."""
        return []

    def edit(self, name: str, value: Any) -> FormState:
        """A field was changed by hand; its error shows only once the field is left. Raises KeyError."""
        self._values[name] = tuple(value) if isinstance(self._values[name], tuple) else value
        self._shown_errors.discard(name)
        return self.state()

    def leave(self, name: str) -> FormState:
        """A field was left: show what is wrong with what stands in it."""
        if self._values[name]:
            self._shown_errors.add(name)
        return self.state()

    def submit(self) -> Callable[[Tx], str] | None:
        """The operation that saves, or None when `state` shows what is in the way."""
        errors = self.check()
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
        return {name: list(value) if isinstance(value, tuple) else value for name, value in self._values.items()}

    def restore(self, payload: Mapping[str, Any]) -> FormState:
        """Show a draft; what this version does not know is left out."""
        for name in self._values.keys() & payload.keys():
            value = payload[name]
            self._values[name] = tuple(value) if isinstance(value, list) else value
        return self.state()

    def shown_errors(self) -> dict[str, str]:
        return {name: text for name, text in self.check().items() if name in self._shown_errors}

    def line(self, name: str) -> str | None:
        return tidy(self._values[name]) or None

    def text(self, name: str) -> str | None:
        return nfc(self._values[name]).strip() or None

    def moment(self, name: str, errors: dict[str, str]) -> str:
        """The ISO instant typed, or an empty text; what is wrong goes to `errors`."""
        try:
            found = parse_moment(self._values[name], self._workplace.register.clock.now())
        except Invalid as invalid:
            errors[name] = translate_error(invalid)
            return ""
        return found.strftime("%Y-%m-%dT%H:%M:%SZ") if found else ""

    def now_text(self) -> str:
        """The present hour as it stands in a field: `23/11/2026 08:00`."""
        hour, day = format_instant(self._workplace.register.clock.now()).split(" ")
        return f"{day} {hour}"

    def code_options(self, list_name: str) -> list[Option]:
        codes = self._workplace.codes
        return [(entry.code, labels.code_text(codes, list_name, entry.code)) for entry in codes.entries(list_name)]


def required(errors: dict[str, str], values: Mapping[str, Any], *names: str) -> None:
    """Add what is empty of `names` to `errors`."""
    errors |= {name: _("Please fill this in.") for name in names if not values[name] and name not in errors}
