"""Before a register is open: what to fill in to enrol, to train or to come back from a backup."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import commune_scope, shelter_scope
from commune_desk.domain.time.clock import Clock
from commune_desk.domain.words.errors import Invalid
from commune_desk.i18n import _, translate_error
from commune_desk.usecases.registers.profile import NewOfficer, Profile

if TYPE_CHECKING:
    from commune_desk.usecases.registers.enrolment import EnrolTries
    from commune_desk.usecases.registers.officers import RecoveryAnswer
    from commune_desk.usecases.registers.opening import OpenDesk

ENROL, TRAINING, RESTORE = "enrol", "training", "restore"
TRAINING_SHELTER = "AD01"
DEFAULT_COMMUNE = "06838"
TRAINING_CHILDREN = 60

_FIELDS = {
    ENROL: ("address", "code", "label", "display_name", "login", "passphrase", "again"),
    TRAINING: ("place", "display_name", "login", "passphrase", "again"),
    RESTORE: ("backup", "login", "passphrase"),
}
SECRETS = ("passphrase", "again")
"""Fields whose text the form never keeps: it is handed over anew with each try."""


@dataclass
class FirstRun:
    """The form of the first start. `edit` what was typed, ask `errors`, then `submit` gives the work to do.

    Both take the `secrets` as they stand in their fields, so that `values` holds no passphrase for as long as the form
    lives, and a failed try is followed by another.
    """

    profile: Profile
    clock: Clock
    way: str = ENROL
    values: dict[str, str] = field(default_factory=lambda: {"place": "commune"})
    instead: bool = False
    """Restore in place of a register that is damaged; there is no other way to begin then."""
    after_training: bool = False
    """In place of a training register, which is put aside; every way to begin is open."""
    tries: EnrolTries | None = None

    @property
    def takes_a_place(self) -> bool:
        """Whether a register is here that will be put aside."""
        return self.instead or self.after_training

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the way chosen, in order."""
        return _FIELDS[self.way]

    def edit(self, name: str, value: str) -> None:
        """What was typed in a field that is no secret."""
        if name in SECRETS:
            raise ValueError(name)
        self.values[name] = value

    def errors(self, secrets: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by field, in the language of the screen."""
        values = {**self.values, **secrets}
        empty = {name: _("Please fill this in.") for name in self.fields if not values.get(name)}
        return empty or self._secret_errors(secrets)

    def _secret_errors(self, secrets: Mapping[str, str]) -> dict[str, str]:
        if self.way == RESTORE:
            return {}
        found: dict[str, str] = {}
        login, passphrase = self.values["login"], secrets["passphrase"]
        from commune_desk.vault.passphrases import check_passphrase, require_login

        try:
            require_login(login)
        except Invalid as error:
            found["login"] = translate_error(error)
        weakness = check_passphrase(passphrase, login)
        if weakness is not None:
            found["passphrase"] = translate_error(weakness)
        elif passphrase != secrets["again"]:
            found["again"] = _("The two passphrases differ.")
        return found

    def submit(self, secrets: Mapping[str, str]) -> Callable[[], OpenDesk]:
        """The work to run off the UI thread. Call only when `errors` is empty."""
        values, passphrase = dict(self.values), secrets["passphrase"]
        if self.way == RESTORE:
            return self._restore(values, passphrase)
        officer = NewOfficer(values["login"], values["display_name"], passphrase)
        return self._train(officer, values["place"]) if self.way == TRAINING else self._enrol(officer, values)

    def break_off(self) -> None:
        """Give up an enrolment that waits for the line; from any thread. No other one follows."""
        if self.tries is not None:
            self.tries.abort()

    def _restore(self, values: dict[str, str], passphrase: str) -> Callable[[], OpenDesk]:
        from commune_desk.usecases.registers.backups import restore

        source, login = Path(values["backup"]), values["login"]
        return lambda: restore(self.profile, source, login, passphrase, clock=self.clock, instead=self.takes_a_place)

    def lay_out(self) -> Callable[[], Profile]:
        """The work, off the UI thread, that makes the chosen backup ready to be opened with the province's answer."""
        from commune_desk.usecases.registers.backups import lay_out

        source = Path(self.values["backup"])
        return lambda: lay_out(self.profile, source, instead=self.takes_a_place)

    def restore_recovered(self, laid_out: Profile, answer: RecoveryAnswer) -> OpenDesk:
        """Restore what `lay_out` made ready."""
        from commune_desk.usecases.registers.backups import restore_recovered

        return restore_recovered(self.profile, laid_out, answer, clock=self.clock)

    def give_up(self) -> None:
        """Forget what `lay_out` made ready."""
        self.profile.settle()

    def _train(self, officer: NewOfficer, place: str) -> Callable[[], OpenDesk]:
        from commune_desk.usecases.registers.opening import make_training_register
        from commune_desk.usecases.registers.training_register import fill_commune, fill_shelter

        at_shelter = place == "shelter"
        scope = shelter_scope(TRAINING_SHELTER) if at_shelter else commune_scope(DEFAULT_COMMUNE)
        role = Role.SHELTER_WORKER if at_shelter else Role.COMMUNE_OFFICER

        def begin() -> OpenDesk:
            desk = make_training_register(
                self.profile, officer, scope=scope, role=role, clock=self.clock, after_training=self.after_training
            )
            with ExitStack() as undo:
                undo.callback(desk.register.close)
                fill_shelter(desk.register) if at_shelter else fill_commune(desk.register, TRAINING_CHILDREN)
                undo.pop_all()
            return desk

        return begin

    def _enrol(self, officer: NewOfficer, values: dict[str, str]) -> Callable[[], OpenDesk]:
        from commune_desk.usecases.registers.enrolment import EnrolTries, Invitation, enrol_new_register

        self.tries = tries = self.tries or EnrolTries()
        invitation = Invitation(values["address"], values["code"], values["label"])
        return lambda: enrol_new_register(
            self.profile, officer, invitation, clock=self.clock, tries=tries, after_training=self.after_training
        )


def spoken_groups(code: str) -> str:
    """A long code in lines of five groups, to be read out and written down."""
    groups = code.split("-")
    return "\n".join("   ".join(groups[start : start + 5]) for start in range(0, len(groups), 5))
