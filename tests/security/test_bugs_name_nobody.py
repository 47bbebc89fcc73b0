"""A bug full of names, wherever it happens: neither the log nor the saved report nor the console tells."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import Fault, Invalid
from commune_desk.logs import start_log, stop_log
from commune_desk.paths import LOG_FILE
from commune_desk.ui.dialogs.message import MessageDialog
from commune_desk.ui.hooks import BugHook
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.dressed import dress
from tests.helpers.workplaces import make_workplace
from tests.security.clear_text import found_in_clear

CANARIES = ("Đặng Thị Nghiễng", "022316004518", "0987111223", "Thôn Khuyếch, nhà số 7", "bốn con Mèo Quẫng đi biển")
ALL = " | ".join(CANARIES)
Site = Callable[[Workplace], None]


def in_a_slot(_workplace: Workplace) -> None:
    QTimer.singleShot(0, _fail)


def in_a_task(_workplace: Workplace) -> None:
    tasks = Tasks(_POOL, _POOL, QApplication.instance())
    tasks.run(_fail)


def in_a_thread(_workplace: Workplace) -> None:
    thread = threading.Thread(target=_fail)
    thread.start()
    thread.join()


def in_clearing_up(_workplace: Workplace) -> None:
    class Left:
        def __del__(self) -> None:
            _fail()

    Left()


def in_an_audit_row(workplace: Workplace) -> None:
    class Odd(dict[str, str]):
        def items(self) -> NoReturn:
            _fail()

    workplace.note(AuditAction.SEARCH, detail=Odd(key="value"))


def in_the_database(workplace: Workplace) -> None:
    question = f'SELECT 1 FROM "{ALL}"'
    QTimer.singleShot(0, lambda: workplace.write(lambda tx: tx.connection.execute(question)))


def in_reading_a_number(_workplace: Workplace) -> None:
    QTimer.singleShot(0, lambda: int(ALL))


def in_a_sentence_with_values(_workplace: Workplace) -> None:
    error = Invalid(ALL, fields={ALL: ALL}, name=ALL)
    error.add_note(ALL)
    QTimer.singleShot(0, lambda: _raise(ExceptionGroup(ALL, [error, Fault("x", name=ALL)])))


def in_a_library(_workplace: Workplace) -> None:
    warnings.warn(ALL, stacklevel=1)
    logging.getLogger("urllib3").error("could not reach %s", ALL)
    QTimer.singleShot(0, _fail)


SITES = (
    *(in_a_slot, in_a_task, in_a_thread, in_clearing_up, in_an_audit_row, in_the_database, in_reading_a_number),
    *(in_a_sentence_with_values, in_a_library),
)
TOLD_TO_NOBODY = (in_clearing_up, in_an_audit_row)
_POOL = ThreadPoolExecutor(1)


def _raise(error: BaseException) -> NoReturn:
    raise error


def _fail() -> NoReturn:
    name = ALL
    try:
        raise KeyError(name)
    except KeyError as cause:
        raise RuntimeError(name) from cause


@pytest.fixture
def profile(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the program's log, the program's hooks in force, and a person who saves every report there."""
    dress(qapp)
    folder = tmp_path / "profile"
    folder.mkdir()
    for owner, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    report = str(folder / "report.txt")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (report, ""))
    hook = BugHook()
    hook.install()
    start_log(folder)
    person = QTimer()
    person.timeout.connect(_save_the_report)
    person.start(5)
    yield folder
    stop_log()
    person.stop()


def _save_the_report() -> None:
    dialog = QApplication.activeModalWidget()
    if isinstance(dialog, MessageDialog):
        for button in dialog.findChildren(QPushButton)[:2]:
            button.click()


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    made = make_workplace(tmp_path)
    yield made
    made.register.close()


def happen(qtbot: QtBot, site: Site, workplace: Workplace, profile: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        site(workplace)
    if site not in TOLD_TO_NOBODY:
        qtbot.waitUntil((profile / "report.txt").exists, timeout=10_000)
    qtbot.waitUntil(lambda: (profile / LOG_FILE).stat().st_size > 0, timeout=10_000)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.__name__)
def test_a_bug_is_written_down_without_a_word_about_anybody(
    qtbot: QtBot, site: Site, workplace: Workplace, profile: Path, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    happen(qtbot, site, workplace, profile)
    caplog.clear()
    (profile / "console.txt").write_text("".join(capfd.readouterr()), encoding="utf-8")
    assert found_in_clear([profile], CANARIES) == []


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.__name__)
def test_pythons_own_way_would_tell(
    qtbot: QtBot, site: Site, workplace: Workplace, profile: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The twin: the usual formatter on the same file."""
    for handler in logging.getLogger().handlers:
        if getattr(handler, "baseFilename", ""):
            handler.setFormatter(logging.Formatter())
    happen(qtbot, site, workplace, profile)
    caplog.clear()
    assert found_in_clear([profile], CANARIES) != []
