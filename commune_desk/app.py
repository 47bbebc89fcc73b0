"""The process: it takes a profile, shows the opening window and then a desk at work, until the lock ends it all."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject
from PySide6.QtWidgets import QApplication

from commune_desk.crashes import CrashWatch
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _, language, language_of, set_language, translate_error
from commune_desk.logs import start_log
from commune_desk.paths import CRASH_FILE, profile_dir
from commune_desk.ui import theme
from commune_desk.ui.garbage import GarbageRounds
from commune_desk.ui.hooks import BugHook
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.ui.theme import Tone
from commune_desk.usecases.registers.profile import FolderNotWritten, Profile

if TYPE_CHECKING:
    from commune_desk.usecases.registers.opening import OpenDesk
    from commune_desk.working_desk import WorkingDesk

log = logging.getLogger(__name__)

SHOWN = b"shown\n"
"""What a relaunched process says once its unlock page stands on the screen."""
SHOWN_SECONDS = 30.0
OUTPUT = 1
"""Standard output as the system numbers it: a program without a console has no `sys.stdout`."""


def run(*, profile: Path | None = None, announce: bool = False, keeps_language: bool = False) -> int:
    """Start the program in the account's own profile or in `profile`; returns its exit code.

    `announce` writes one line to standard output once the first page is shown: the locking process waits for it.
    With `keeps_language` the screen speaks as it last did on this profile.
    """
    os.umask(0o077)  # whatever is written beside the register is for this account alone
    leave_no_core()
    app = QApplication.instance() or theme.new_app()
    assert isinstance(app, QApplication)  # noqa: S101 - there is no other kind here
    theme.apply(app)
    hook = BugHook()
    hook.install()
    try:
        folder = profile_dir(profile)
        start_log(folder)
    except OSError:
        return _refuse(_("The folder for the register cannot be made or written."), Tone.DANGER)
    program = Program(app, Profile(folder))
    hook.met.connect(program.heed)
    if keeps_language:
        set_language(language_of(program.profile.kept_language()))
        theme.speak()
    try:
        is_ours = program.take_profile()
    except DeskError as error:
        return _refuse(translate_error(error), Tone.DANGER)
    if not is_ours:
        return _refuse(_("The register is open in another window already."), Tone.WARNING)
    has_crashed = program.crashes.begin()
    program.show_opening(announce=announce)
    if has_crashed and program.opening is not None:
        program.opening.tell_crash()
    code = app.exec()
    program.see_out()
    return code


def leave_no_core() -> None:
    """Have the system keep no picture of the memory when the process crashes: names and the register's key are in it.

    Whatever this process starts is held to it too. On Windows reports of crashes are the system's own matter.
    """
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _refuse(sentence: str, tone: Tone) -> int:
    from commune_desk.ui.dialogs.message import Message, inform  # nothing of it is needed for a start that goes well

    inform(None, Message(sentence, tone=tone))
    return 1


class Program(QObject):
    """One run of the program: from the opening window to the lock, which ends the process."""

    def __init__(self, app: QApplication, profile: Profile) -> None:
        super().__init__()
        self.app, self.profile, self.clock = app, profile, SystemClock()
        self.lock_file = QLockFile(str(profile.lock_file))
        self.lock_file.setStaleLockTime(0)
        self.crashes = CrashWatch(profile.folder / CRASH_FILE)
        self.opening: OpeningWindow | None = None
        self.desk: WorkingDesk | None = None

    def take_profile(self) -> bool:
        """Whether this is the only process on the profile; then what a crash left half made is settled.

        A lock file that a power cut left empty, or another name of this PC, is in nobody's hands: the system's own
        lock on it decides. Raises FolderNotWritten.
        """
        if not self.lock_file.tryLock(200) and not (self.lock_file.removeStaleLockFile() and self.lock_file.tryLock(0)):
            if self.lock_file.error() is not QLockFile.LockError.LockFailedError:
                raise FolderNotWritten
            return False
        self.profile.settle()
        if self.profile.is_removed:
            from commune_desk.usecases.registers.removal import finish_removal

            finish_removal(self.profile)
        return True

    def show_opening(self, *, announce: bool = False) -> None:
        self.opening = OpeningWindow(self.profile, self.clock)
        self.opening.opened.connect(self.open_desk)
        self.opening.show()
        if announce:
            self.app.processEvents()
            with suppress(OSError):  # who waited for it may have given up, and ended
                os.write(OUTPUT, SHOWN)
        self._rounds = GarbageRounds(self)

    def open_desk(self, desk: OpenDesk) -> None:
        """Show the window of an unlocked register in place of the opening window, which says so where it cannot be."""
        try:
            self._put_to_work(desk)
        except DeskError as error:
            if self.opening is None:
                raise
            log.warning("the register opens but cannot be worked with", exc_info=error)
            self.heed(error)
            self.opening.tell(error)
            self.opening.show()
            return
        if self.opening is not None:
            self.opening.close()
            self.opening.deleteLater()
            self.opening = None
        gc.freeze()  # of what stands now nothing is garbage: looked through amid a sync, it would hold up the keyboard

    def _put_to_work(self, desk: OpenDesk) -> None:
        # Loaded now and not with the module: the unlock page is on the screen before any of it is needed.
        from commune_desk.working_desk import WorkingDesk

        with ExitStack() as undo:  # whatever is met leaves no register open that nothing can lock
            undo.callback(desk.register.close)
            working = WorkingDesk(self.app, desk)
            undo.pop_all()
            undo.callback(working.put_away)
            working.lock_asked.connect(self.lock)
            working.quit_asked.connect(self.quit)
            working.error_met.connect(self.heed)
            working.start(self.opening.size() if self.opening is not None else theme.USUAL_WINDOW)
            undo.pop_all()
        self.desk = working

    def heed(self, error: DeskError) -> None:
        """Remember a damage that was met, so that the unlock page offers a backup."""
        from commune_desk.usecases.registers.opening import is_damage

        if is_damage(error):
            self.profile.note_damage()

    def lock(self) -> None:
        """Save what is typed, close the register, start a fresh process that shows the unlock page, and end.

        Once begun it ends so, whatever bug is met on the way.
        """
        if self.desk is not None:
            try:
                self.put_away()
            finally:
                self._end_with_a_fresh_one()

    def _end_with_a_fresh_one(self) -> None:
        self.crashes.end()  # the fresh one watches in the same file
        try:
            relaunch(self.profile)
        finally:
            self.app.quit()

    def quit(self) -> None:
        """End the program; what is typed is kept as drafts."""
        try:
            self.put_away()
        finally:
            self.app.quit()

    def see_out(self) -> None:
        """Keep the profile until what was begun in the opening window is over: the next start would clear it away."""
        if self.opening is not None:
            self.opening.see_out()
        self.crashes.end()

    def put_away(self) -> bool:
        """Close the register if it is open; whether it was."""
        if self.desk is None:
            return False
        desk, self.desk = self.desk, None
        try:
            desk.put_away()
        finally:
            self.lock_file.unlock()
        return True


def relaunch(profile: Profile) -> None:
    """Start a fresh process on the profile and wait until its unlock page stands on the screen."""
    import subprocess

    command = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "commune_desk"]
    command += ["--profile", str(profile.folder), "--lang", language(), "--announce"]
    # Unbuffered: a thread that ends with the process must not hold the lock of a buffer.
    fresh = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, bufsize=0)  # noqa: S603 - ourselves
    assert fresh.stdout is not None  # noqa: S101 - asked for above
    if not says_shown(fresh.stdout, SHOWN_SECONDS):
        log.warning("the relaunched process did not say that it is shown")


def says_shown(stream: IO[bytes], seconds: float) -> bool:
    """Whether it is said in time. Whoever waits for it in vain is not kept from ending, with the key in memory."""
    said: list[bytes] = []
    waiting = threading.Thread(target=lambda: said.append(stream.readline()), name="shown", daemon=True)
    waiting.start()
    waiting.join(seconds)
    return said == [SHOWN]
