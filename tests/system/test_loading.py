"""What the program loads, and what it leaves: seen in processes of their own, where nothing is loaded yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.system.at_work import PASSPHRASE, made

PREPARE = "from commune_desk.__main__ import prepare; prepare()"
COUNT_KEPT = "import linecache; print(len(linecache.cache))"
BEFORE_PREPARE = 5
"""Sources that PySide6 reads while it is itself being loaded, at the most."""


SHOW_TODAY = f"""
{PREPARE}
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from commune_desk.app import Program
from commune_desk.usecases.registers.profile import Profile
app = QApplication([])
program = Program(app, Profile(Path({{folder!r}})))
program.take_profile()
program.show_opening()
while not program.opening.page.login.value():
    app.processEvents()
from commune_desk.usecases.registers.opening import unlock
program.open_desk(unlock(program.profile, "hoa", {PASSPHRASE!r}, clock=program.clock))
while not program.desk.tasks.is_idle:
    app.processEvents()
print(program.desk.window.shell.current_page, *sys.modules)
program.put_away()
"""
BESIDE_A_SYNC = "import gc" + SHOW_TODAY.replace(
    "*sys.modules", "sys.getswitchinterval(), gc.get_freeze_count(), len(gc.get_objects())"
)
"""Of the desk at work: how long a thread keeps the others waiting; what is left out when garbage is looked for; what is
not."""
SHOW_UNLOCK = f"""
{PREPARE}
import sys
from pathlib import Path
from commune_desk.app import Program
from commune_desk.ui import theme
from commune_desk.usecases.registers.profile import Profile
app = theme.new_app()
theme.apply(app)
program = Program(app, Profile(Path({{folder!r}})))
program.take_profile()
program.show_opening(announce=True)
from PySide6 import QtCore
print(*sys.modules, "Qt" if "Qt" in vars(QtCore) else "")
while not program.opening.page.login.value():
    app.processEvents()
print(*sys.modules)
"""
AFTER_THE_FIRST_PICTURE = {
    "cryptography": "commune_desk.vault.vault",
    "msgspec": "commune_desk.vault.vault",
    "commune_desk.domain.model.record": "commune_desk.domain.records.children",
    "concurrent.futures": "concurrent.futures",
    "socket": "logging.handlers",
    "commune_desk.presenters.window.opening": "commune_desk.ui.opening.first_run",
    "commune_desk.ui.dialogs.message": "commune_desk.ui.dialogs.message",
    "commune_desk.ui.widgets.options": "commune_desk.ui.widgets.options",
    "commune_desk.ui.widgets.type_ahead": "commune_desk.ui.widgets.type_ahead",
    "commune_desk.working_desk": "commune_desk.working_desk",
}
"""What costs time before anything is to be seen, and with what it comes."""
FOR_LATER = {
    "requests": "sync.client.session",
    "http.client": "sync.client.session",
    "ssl": "sync.client.session",
    "typing_extensions": "sync.client.session",
    "commune_desk.store.exchange.replica": "commune_desk.usecases.sync.desk_sync",
    "commune_desk.store.intake.incoming": "commune_desk.usecases.sync.desk_sync",
    "hashlib": "hmac",
    "PySide6.QtNetwork": "commune_desk.ui.platform.line",
    "rapidfuzz": "rapidfuzz",
    "sqlite3": "sqlite_utils",
    "commune_desk.ui.pages.register": "commune_desk.ui.pages.register",
    "commune_desk.ui.pages.reports": "commune_desk.ui.pages.reports",
    "commune_desk.ui.pages.sync": "commune_desk.ui.pages.sync",
    "commune_desk.ui.pages.settings": "commune_desk.ui.pages.settings",
    "commune_desk.ui.pages.import_page": "commune_desk.ui.pages.import_page",
}
"""What costs memory, and with what it comes once that is needed."""


def said(*code: str) -> str:
    ran = subprocess.run([sys.executable, "-c", "; ".join(code)], cwd=ROOT, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_the_sources_of_what_is_loaded_are_not_kept() -> None:
    assert int(said(PREPARE, "import commune_desk.working_desk", COUNT_KEPT)) <= BEFORE_PREPARE


def test_without_plain_import_they_would_be() -> None:
    """Once this fails, `ui.plain_import` is needed no more."""
    assert int(said("import PySide6.QtCore, commune_desk.working_desk", COUNT_KEPT)) > 100


def test_the_today_page_waits_for_nothing_that_is_needed_later(tmp_path: Path) -> None:
    made(tmp_path).register.close()
    shown, *loaded = said(SHOW_TODAY.format(folder=str(tmp_path))).split()
    assert shown == "today"
    assert {"sqlcipher3", "commune_desk.ui.pages.today"} <= set(loaded)
    assert FOR_LATER.keys() & set(loaded) == set()


def test_the_unlock_page_is_on_the_screen_before_anything_else_is_loaded(tmp_path: Path) -> None:
    made(tmp_path).register.close()
    shown, at_first, with_logins = said(SHOW_UNLOCK.format(folder=str(tmp_path))).splitlines()
    assert shown == "shown"
    assert "commune_desk.ui.opening.unlock" in at_first.split()
    assert AFTER_THE_FIRST_PICTURE.keys() & set(at_first.split()) == set()
    assert "Qt" not in at_first.split(), "its names are made with the first that is used"
    assert "commune_desk.vault.vault" in with_logins.split()


def test_names_of_qt_that_were_made_can_be_told() -> None:
    """The twin: of a program that uses one, the test above would notice."""
    asked = "print('Qt' in vars(QtCore))"
    assert said("from PySide6 import QtCore", asked, "QtCore.Qt", asked).split() == ["False", "True"]


@pytest.mark.parametrize("later", [FOR_LATER, AFTER_THE_FIRST_PICTURE], ids=["at-work", "first-picture"])
def test_each_of_it_comes_with_what_needs_it(later: dict[str, str]) -> None:
    """Once this fails, the list names what nothing needs any more."""
    loaded = said(f"import sys, {', '.join(later.values())}", "print(*sys.modules)").split()
    assert later.keys() <= set(loaded)


def test_an_enrolled_desk_loads_the_way_to_the_province_with_its_first_round() -> None:
    asked = "print('requests' in sys.modules)"
    loads = ("import commune_desk.usecases.sync.desk_sync", asked, "import sync.client.session", asked)
    assert said("import sys", *loads).split() == ["False", "True"]


def test_beside_a_sync_the_window_waits_for_short_turns_and_not_while_all_of_it_is_looked_through(
    tmp_path: Path,
) -> None:
    """Amid a page of thousands of lines Python looks for garbage, which stops every thread."""
    made(tmp_path).register.close()
    _today, turn, left_out, looked_through = said(BESIDE_A_SYNC.format(folder=str(tmp_path))).split()
    assert float(turn) <= 0.001
    assert int(left_out) > 10 * int(looked_through)
