"""What the measures start as processes of their own: `python -m bench.child bare | today … | synced … | post`.

`today` and `synced` are told the folder of a profile and its passphrase. Nothing is imported before it is needed: the
time from the start of the process is what is measured.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from commune_desk.app import Program

_SETTLE_SECONDS = 1.5
_LIMIT_SECONDS = 60.0


def bare() -> None:
    """A window with nothing in it; says `shown` once it was painted, then its memory."""
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication([])
    window = QMainWindow()
    window.resize(1366, 768)
    window.show()
    app.processEvents()
    print("shown", flush=True)
    end = time.monotonic() + _SETTLE_SECONDS
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.02)
    print(_memory(), flush=True)


def today(folder: str, passphrase: str, *, syncs: bool = False) -> None:
    """The program itself: unlock, wait for the Today page, and say as JSON the milliseconds and the memory after.

    With `syncs` the memory is that after a sync with the province.

    It begins as `python -m commune_desk` does, and loads nothing that the program does not.
    """
    import json

    program, took = _opened(folder, passphrase)
    if syncs:
        _sync(program)
    settled = time.monotonic() + _SETTLE_SECONDS
    run_until(lambda: time.monotonic() > settled)
    memory = _memory()
    assert _is_usable(program), "what was measured is the program at work"
    print(json.dumps({"ms": took, "memory": memory}), flush=True)


def opened(folder: str, passphrase: str) -> Program:
    """The program at work in its window."""
    return _opened(folder, passphrase)[0]


def _opened(folder: str, passphrase: str) -> tuple[Program, float]:
    """The same, and the milliseconds from the passphrase on."""
    from pathlib import Path

    from commune_desk.__main__ import prepare

    prepare()

    from commune_desk.app import Program
    from commune_desk.i18n import set_language
    from commune_desk.ui import theme
    from commune_desk.ui.opening.unlock import UnlockPage
    from commune_desk.usecases.registers.profile import Profile

    set_language("vi")
    app = theme.new_app()
    theme.apply(app)
    program = Program(app, Profile(Path(folder)))
    program.take_profile()
    program.show_opening()
    run_until(lambda: isinstance(page := _page(program), UnlockPage) and bool(page.login.value()))
    page = _page(program)
    assert isinstance(page, UnlockPage)
    page.passphrase.setText(passphrase)
    begun = time.perf_counter()
    page.unlock()
    run_until(lambda: _is_usable(program))
    return program, (time.perf_counter() - begun) * 1000


def _sync(program: Program) -> None:
    """One whole round, as when a person asks for it."""
    agent = program.desk.agent if program.desk is not None else None
    assert agent is not None, "an enrolled desk"
    agent.sync_now()
    run_until(lambda: agent.status.last_outcome is not None and not agent.status.is_running)


def _page(program: Program) -> object:
    return program.opening.page if program.opening is not None else None


def _is_usable(program: Program) -> bool:
    """The window is painted with everything it asked for."""
    desk = program.desk
    if desk is None or not desk.window.shell.isVisible() or not desk.tasks.is_idle:
        return False
    program.app.processEvents()  # paints what came home
    return desk.tasks.is_idle


def run_until(is_done: Callable[[], bool], *, seconds: float = _LIMIT_SECONDS) -> None:
    """Run a loop of its own, looking every two milliseconds: leaving the application's would close its windows."""
    from PySide6.QtCore import QEventLoop, QTimer

    limit = time.monotonic() + seconds
    loop = QEventLoop()

    def look() -> None:
        if is_done() or time.monotonic() > limit:
            loop.quit()

    timer = QTimer(interval=2)
    timer.timeout.connect(look)
    timer.start()
    loop.exec()
    timer.stop()
    if time.monotonic() > limit:
        sys.exit("the page did not come")


def post() -> None:
    """A bare HTTP server: takes a body, answers with as many bytes as the header `Reply` asks for. Says its port."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            reply = bytes(int(self.headers["Reply"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the other end counts."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


def _memory() -> float:
    """MiB of this process in memory."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bare"]:
            bare()
        case ["today", folder, passphrase]:
            today(folder, passphrase)
        case ["synced", folder, passphrase]:
            today(folder, passphrase, syncs=True)
        case ["post"]:
            post()
