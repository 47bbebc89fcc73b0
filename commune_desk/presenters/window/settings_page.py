"""The forms of the settings page: a colleague's slot, one's own passphrase, and what this desk is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from commune_desk.domain.model.access import ROLE_LABELS, Role
from commune_desk.domain.words.errors import Invalid
from commune_desk.i18n import _, translate_error, translate_fields
from commune_desk.usecases.registers.officers import add_officer, change_passphrase
from commune_desk.usecases.registers.opening import OpenDesk, require_names
from commune_desk.usecases.registers.profile import NewOfficer
from commune_desk.vault.passphrases import check_passphrase, require_login


@dataclass
class _SecretForm:
    desk: OpenDesk
    values: dict[str, str] = field(default_factory=dict)

    def edit(self, name: str, value: str) -> None:
        self.values[name] = value

    def _errors(self, names: tuple[str, ...], login: str) -> dict[str, str]:
        empty = {name: _("Please fill this in.") for name in names if not self.values.get(name)}
        if empty:
            return empty
        weakness = check_passphrase(self.values["passphrase"], login)
        if weakness is not None:
            return {"passphrase": translate_error(weakness)}
        if self.values["passphrase"] != self.values["again"]:
            return {"again": _("The two passphrases differ.")}
        return {}


class OfficerForm(_SecretForm):
    """A slot for a colleague."""

    def labels(self) -> list[tuple[str, str, str]]:
        """(name, label, hint) of each field, in order."""
        return [
            ("display_name", _("Full name"), ""),
            (
                "login",
                _("Login"),
                _("2 to 20 characters without marks: a letter first, then letters, digits, dots or dashes."),
            ),
            (
                "passphrase",
                _("Passphrase"),
                _("The colleague types it, nobody else: at least 12 characters or 4 words."),
            ),
            ("again", _("Passphrase once more"), ""),
        ]

    def errors(self) -> dict[str, str]:
        found = self._errors(("display_name", "login", "passphrase", "again"), self.values.get("login", ""))
        for name, require in (("login", require_login), ("display_name", require_names)):
            if name in found:
                continue
            try:
                require(self.values[name])
            except Invalid as error:
                found[name] = translate_fields(error)[name]
        return found

    def submit(self) -> Callable[[], object]:
        officer = NewOfficer(self.values["login"], self.values["display_name"], self.values["passphrase"])
        return lambda: add_officer(self.desk, officer)


class PassphraseForm(_SecretForm):
    """A new passphrase for oneself."""

    def labels(self) -> list[tuple[str, str]]:
        return [
            ("old", _("Present passphrase")),
            ("passphrase", _("New passphrase")),
            ("again", _("Passphrase once more")),
        ]

    def errors(self) -> dict[str, str]:
        return self._errors(("old", "passphrase", "again"), self.desk.login)

    def submit(self) -> Callable[[], object]:
        old, new = self.values["old"], self.values["passphrase"]
        return lambda: change_passphrase(self.desk, old, new, clock=self.desk.register.clock)


def about_lines(desk: OpenDesk, version: str) -> list[tuple[str, str]]:
    """(label, value) of what this desk is; no secret among them."""
    own = desk.register.identity
    return [
        (_("Version"), version),
        (_("Desk"), _("training") if own.is_training else own.desk or _("waits for a new enrolment")),
        (_("Role"), _(ROLE_LABELS[Role(own.role)])),
        (_("Province's server"), own.pins.address if own.pins else _("none")),
    ]


def can_follow(desk: OpenDesk) -> bool:
    """Whether there is a province whose address may change; a register out of a backup is told it with its code."""
    own = desk.register.identity
    return own.pins is not None and own.desk != ""
