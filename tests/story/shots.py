"""Pictures of every page, Vietnamese and English, 1366x768 and 125 %: `desk.py shots [--out DIR]`."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication

from commune_desk.app import Program
from commune_desk.domain.time.clock import SystemClock
from commune_desk.i18n import Language, set_language
from commune_desk.presenters.window.opening import ENROL, RESTORE, TRAINING
from commune_desk.ui import site, theme
from commune_desk.ui.opening.first_run import FirstRunPage
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.ui.widgets.tab_order import stops
from commune_desk.usecases.registers.profile import Profile
from tests.story import hands
from tests.story.filled_registers import LOGIN, PASSPHRASE, make_commune, make_shelter
from tests.story.import_pictures import take_import_pictures
from tests.story.join_pictures import shoot_joins
from tests.story.lifecycle_pictures import take_lifecycle_pictures
from tests.story.more_pictures import take_more_pictures
from tests.story.move_pictures import shoot_moves
from tests.story.pictures import CUT, both_sizes, take_pictures
from tests.story.seldom_pictures import shoot_seldom
from tests.story.share_pictures import shoot_shares
from tests.story.shared_desks import shared_desks
from tests.story.stage import pump, until, write_into
from tests.story.sync_pictures import take_sync_pictures

README_PICTURE = "commune-vi-today.png"


def shoot_desk(app: QApplication, profile: Profile, out: Path, prefix: str) -> list[str]:
    """Every page of a desk, after the unlock page."""
    program = Program(app, profile)
    program.take_profile()
    program.show_opening()
    pump(0.5)
    assert program.opening is not None
    names = both_sizes(program.opening, out, f"{prefix}-unlock")
    program.opening.tell_crash()
    names += both_sizes(program.opening, out, f"{prefix}-unlock-crashed")
    hands.unlock(program, LOGIN, PASSPHRASE)
    names += take_pictures(program, out, prefix)
    names += take_more_pictures(program, out, prefix)
    if program.desk is not None and site.has_register(program.desk.workplace):
        names += take_import_pictures(program, out, prefix)
    program.put_away()
    return names


def shoot_first_start(folder: Path, out: Path, prefix: str) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    window = OpeningWindow(Profile(folder), SystemClock())
    page = window.page
    assert isinstance(page, FirstRunPage)
    names = []
    for way, suffix in ((ENROL, ""), (TRAINING, "-training"), (RESTORE, "-restore")):
        page.ways.set_value(way)
        page.choose(way)
        assert page.fields is not None
        stops(page.fields)[0].setFocus()
        names += both_sizes(window, out, f"{prefix}-first-start{suffix}")
    page.ways.set_value(ENROL)
    page.choose(ENROL)
    page.submit()
    names += both_sizes(window, out, f"{prefix}-first-start-empty")
    _mistype(page)
    names += both_sizes(window, out, f"{prefix}-first-start-mistyped")
    window.deleteLater()
    return names


def _mistype(page: FirstRunPage) -> None:
    """An address that is none and a code with letters missing, beside an officer's own words."""
    assert page.fields is not None
    fields = page.fields
    typed = {"address": "máy chủ tỉnh", "code": "7KQ2-M9", "label": "Máy văn phòng", "display_name": "Đặng Thị Hoà"}
    for name, text in {**typed, "login": "hoa", "passphrase": PASSPHRASE, "again": PASSPHRASE}.items():
        write_into(fields.row(name).editor, text)
    page.submit()
    until("what is mistyped to be said", lambda: fields.row("address").error)


def main() -> int:
    parser = argparse.ArgumentParser(prog="desk.py shots", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("shots"), help="folder for the pictures")
    parser.add_argument("--readme", action="store_true", help="also renew the picture of README.md")
    given = parser.parse_args()
    app = theme.new_app()
    theme.apply(app)
    languages: tuple[Language, ...] = ("vi", "en")
    with tempfile.TemporaryDirectory() as folder:
        commune, shelter = make_commune(Path(folder) / "commune"), make_shelter(Path(folder) / "shelter")
        with shared_desks(app, Path(folder) / "shared") as desks:
            for language in languages:
                set_language(language)
                names = shoot_first_start(Path(folder) / "new", given.out, language)
                names += shoot_desk(app, commune, given.out, f"commune-{language}")
                names += shoot_desk(app, shelter, given.out, f"shelter-{language}")
                names += desks.shoot(given.out, language)
                names += take_sync_pictures(Path(folder) / f"status-{language}", given.out, language)
                names += take_lifecycle_pictures(Path(folder) / f"lifecycle-{language}", given.out, language)
                names += shoot_moves(app, Path(folder) / f"moves-{language}", given.out, language)
                names += shoot_shares(Path(folder) / f"shares-{language}", given.out, language)
                names += shoot_seldom(Path(folder) / f"seldom-{language}", given.out, language)
                names += shoot_joins(app, Path(folder) / f"joins-{language}", given.out, language)
                print(f"{language}: {len(names)} pictures", flush=True)
    if given.readme:
        shutil.copyfile(given.out / README_PICTURE, "docs/pictures/today.png")
    print(f"Everything lies in {given.out}.")
    for name, cut in CUT.items():
        print(f"{name}: cut: {'; '.join(cut)}")
    return int(bool(CUT))


if __name__ == "__main__":
    sys.exit(main())
