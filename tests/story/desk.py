"""The desktop program with hands: one JSON command a line on stdin works the real widgets, one answer a line."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from commune_desk.app import Program
from commune_desk.i18n import set_language
from commune_desk.logs import start_log
from commune_desk.ui import theme
from commune_desk.usecases.registers.profile import Profile
from tests.story.failure import StoryFailed
from tests.story.hands import HANDS


class Ear(QObject):
    """Reads commands in a thread and hands them to the UI thread."""

    heard = Signal(object)

    def listen(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self.heard.emit(json.loads(line))
        self.heard.emit({"do": "leave"})


class Player(QObject):
    """Does what it is told with the program's own widgets, on the UI thread."""

    def __init__(self, app: QApplication, program: Program) -> None:
        super().__init__()
        self._app, self._program = app, program

    def obey(self, command: dict[str, Any]) -> None:
        hand = command.pop("do")
        if hand == "leave":
            self._program.put_away()
            _say({"done": True})
            self._app.quit()
            return
        try:
            _say(HANDS[hand](self._program, **command) or {"done": True})
        except StoryFailed as failure:
            _say({"failed": str(failure)})


def _confess(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A bug fails the step it happened in, with its trace: the story is a test."""
    _say({"failed": "".join(traceback.format_exception(kind, error, trace))})


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", type=Path, required=True)
    parser.add_argument("--lang", choices=("vi", "en"), default="vi")
    given = parser.parse_args()
    set_language(given.lang)
    sys.excepthook = _confess
    os.umask(0o077)
    app = theme.new_app()
    theme.apply(app)
    start_log(given.profile)
    program = Program(app, Profile(given.profile))
    if not program.take_profile():
        _say({"failed": "the profile is in use"})
        return 1
    player, ear = Player(app, program), Ear()
    ear.heard.connect(player.obey, Qt.ConnectionType.QueuedConnection)
    program.show_opening()
    _say({"ready": True})
    ear.listen()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
