"""What a training register cannot show: two enrolled desks that disagree, and the province that knows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication

from commune_desk.app import Program
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.dialogs.enrol import EnrolDialog
from commune_desk.ui.shots import SCALED, grab_own_size
from commune_desk.usecases.registers.profile import Profile
from commune_desk.usecases.registers.training_register import fill_commune
from tests.story import hands
from tests.story.filled_registers import LOGIN, PASSPHRASE
from tests.story.pictures import both_sizes, go_to
from tests.story.province import Province
from tests.story.stage import desk_of, pump, until, window_of

CHILDREN = 40
PHONES = ("0987 111 223", "0366 404 505")


class SharedDesks:
    """Two desks of one commune and their province, with one carer's phone changed on both."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        self._app = app
        self._province = Province(folder)
        self._profiles = [Profile(folder / "first"), Profile(folder / "second")]
        self._child = ""

    def set_up(self) -> None:
        """Found the province, enrol both desks, and let them change the same phone while it does not answer."""
        self._province.found()
        self._province.start()
        for number, (profile, name) in enumerate(zip(self._profiles, ("Cán bộ Một", "Cán bộ Hai"), strict=True), 1):
            self._enrol(profile, f"Máy {number}", name)
        self._province.stop()
        for profile, phone in zip(self._profiles, PHONES, strict=True):
            program = self._unlocked(profile)
            hands.edit_carer_phone(program, self._child, phone)
            program.put_away()
        self._province.start()
        for profile in reversed(self._profiles):
            program = self._unlocked(profile)
            hands.sync_now(program)
            program.put_away()

    def _enrol(self, profile: Profile, label: str, name: str) -> None:
        profile.folder.mkdir(parents=True)
        code = self._province.enrol_code("C:06838", label, "Xã Bình Liêu")
        program = self._shown(profile)
        place = {"address": self._province.address, "code": code, "label": label}
        hands.enrol(program, place, {"display_name": name, "login": LOGIN, "passphrase": PASSPHRASE})
        if not self._child:
            fill_commune(desk_of(program).desk.register, CHILDREN)
            self._child = _first_child(program)
        hands.sync_now(program)
        program.put_away()

    def shoot(self, out: Path, language: str) -> list[str]:
        """The pages that need a province, in the language of the screen."""
        program = self._shown(self._profiles[0])
        hands.recovery_request(program, LOGIN)
        assert program.opening is not None
        names = both_sizes(program.opening, out, f"shared-{language}-recovery")
        program.opening.show_first()
        hands.unlock(program, LOGIN, PASSPHRASE)
        until("the province's answer", lambda: desk_of(program).tasks.is_idle)
        window, desk = window_of(program), desk_of(program)
        child = hands.person_named(program, self._child)
        for name, route in (
            ("today", Route("today")),
            ("decision", Route("sync")),
            ("decision-child", Route("child", child)),
            ("settings", Route("settings")),
        ):
            go_to(window, route)
            names += both_sizes(window.shell, out, f"shared-{language}-{name}")
        dialog = EnrolDialog(desk.desk, desk.tasks, window.shell)
        asked = dialog.parting_question()
        for name, one in (("enrol-anew", dialog), ("enrol-anew-question", asked)):
            for scale, suffix in ((1.0, ""), (SCALED, "-125")):
                path = out / f"shared-{language}-{name}{suffix}.png"
                names.append(grab_own_size(one, path, scale=scale).name)
        asked.reject()
        dialog.reject()
        program.put_away()
        return names

    def _unlocked(self, profile: Profile) -> Program:
        program = self._shown(profile)
        hands.unlock(program, LOGIN, PASSPHRASE)
        return program

    def _shown(self, profile: Profile) -> Program:
        program = Program(self._app, profile)
        program.take_profile()
        program.show_opening()
        pump(0.3)
        return program

    def end(self) -> None:
        """Stop the province."""
        self._province.stop()


def _first_child(program: Program) -> str:
    row = desk_of(program).workplace.read(
        lambda db: db.execute(
            "SELECT p.full_name FROM person p JOIN child_file f ON f.person=p.id"
            " JOIN relation r ON r.person=p.id AND r.is_caregiver=1 GROUP BY p.full_name HAVING count(*)=1"
            " ORDER BY p.full_name LIMIT 1"
        ).fetchone()
    )
    return str(row[0])


@contextmanager
def shared_desks(app: QApplication, folder: Path) -> Iterator[SharedDesks]:
    """Both desks, set up; the province is stopped when the block is left."""
    desks = SharedDesks(app, folder)
    try:
        desks.set_up()
        yield desks
    finally:
        desks.end()
