"""Pictures of every page, Vietnamese and English, 1366x768 and 125 %: `desk.py shots [--out DIR]`."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication

from commune_desk.app import Program
from commune_desk.domain.access import Role
from commune_desk.domain.clock import SystemClock
from commune_desk.domain.ids import Scope, commune_scope, shelter_scope
from commune_desk.i18n import Language, set_language
from commune_desk.ui import site, theme
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.usecases.opening import make_training_register
from commune_desk.usecases.practice import fill_commune, fill_shelter
from commune_desk.usecases.profile import NewOfficer, Profile
from tests.story import hands
from tests.story.import_pictures import take_import_pictures
from tests.story.pictures import both_sizes, take_pictures
from tests.story.stage import pump

PASSPHRASE = "bon con meo di bien"
CHILDREN = 120
README_PICTURE = "commune-vi-today.png"


def make_profile(folder: Path, scope: Scope, role: Role) -> Profile:
    """A practice register with people in it, closed."""
    folder.mkdir(parents=True)
    profile = Profile(folder)
    officer = NewOfficer("desk.1", "Cán bộ Một", PASSPHRASE)
    desk = make_training_register(profile, officer, scope=scope, role=role, clock=SystemClock())
    if role is Role.COMMUNE_OFFICER:
        fill_commune(desk.register, CHILDREN)
    else:
        fill_shelter(desk.register)
    desk.register.close()
    return profile


def shoot_desk(app: QApplication, profile: Profile, out: Path, prefix: str) -> list[str]:
    """Every page of a desk, after the unlock page."""
    program = Program(app, profile)
    program.take_profile()
    program.show_opening()
    pump(0.5)
    assert program.opening is not None
    names = both_sizes(program.opening, out, f"{prefix}-unlock")
    hands.unlock(program, "desk.1", PASSPHRASE)
    names += take_pictures(program, out, prefix)
    if program.desk is not None and site.has_register(program.desk.workplace):
        names += take_import_pictures(program, out, prefix)
    program.put_away()
    return names


def shoot_first_start(folder: Path, out: Path, prefix: str) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    window = OpeningWindow(Profile(folder), SystemClock())
    names = both_sizes(window, out, f"{prefix}-first-start")
    window.deleteLater()
    return names


def main() -> int:
    parser = argparse.ArgumentParser(prog="desk.py shots", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("shots"), help="folder for the pictures")
    parser.add_argument("--readme", action="store_true", help="also renew the picture of README.md")
    given = parser.parse_args()
    app = theme.new_app()
    theme.apply(app)
    languages: tuple[Language, ...] = ("vi", "en")
    with tempfile.TemporaryDirectory() as folder:
        commune = make_profile(Path(folder) / "commune", commune_scope("06838"), Role.COMMUNE_OFFICER)
        shelter = make_profile(Path(folder) / "shelter", shelter_scope("AD01"), Role.SHELTER_WORKER)
        for language in languages:
            set_language(language)
            names = shoot_first_start(Path(folder) / "new", given.out, language)
            names += shoot_desk(app, commune, given.out, f"commune-{language}")
            names += shoot_desk(app, shelter, given.out, f"shelter-{language}")
            print(f"{language}: {len(names)} pictures", flush=True)
    if given.readme:
        shutil.copyfile(given.out / README_PICTURE, "docs/pictures/today.png")
    print(f"Everything lies in {given.out}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
