"""Whatever answers in the province's place: the Sync page says it in Vietnamese, nothing is lost, it goes on later."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from commune_desk.domain.time.clock import SystemClock
from commune_desk.program_files import code_book
from commune_desk.store.pages.sync_status import count_waiting
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.sync.agent import SyncAgent, SyncStatus
from commune_desk.usecases.sync.schedule import Pace
from sync.client.session import Session
from sync.client.transport import Transport
from tests.helpers.builders import make_child, save_all
from tests.helpers.dressed import dress
from tests.sync.actors.in_process import InProcess, response_of
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import RealProvince, real_province

Reply = tuple[int, dict[str, str], bytes]
NEVER_BY_ITSELF = Pace(debounce=86_400, interval=86_400, start_jitter=86_400, hint_jitter=86_400)
HTML = {"Content-Type": "text/html"}


class Impostor(InProcess):
    """The line to the real province; while `reply` is set it answers `path` itself."""

    reply: Callable[[], Reply] | None = None
    path = "/v1/hello"

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if self.reply is not None and request.path_url == self.path:
            return response_of(*self.reply())
        return super().send(request, *args, **kwargs)


def no_line() -> Reply:
    raise requests.ConnectionError(OSError(errno.ENETUNREACH, "Network is unreachable"))


ANSWERS: dict[str, tuple[Callable[[], Reply], str]] = {
    "a sign-in page": (lambda: (200, HTML, b"<html>Wi-Fi"), "Mạng này hiện trang đăng nhập"),
    "500": (lambda: (500, HTML, b"<h1>500</h1>"), "Máy chủ của tỉnh đang gặp sự cố (mã 500)"),
    "garbage": (lambda: (200, {}, bytes(range(1, 200))), "không phải từ chương trình của tỉnh"),
    "half a page": (lambda: (200, {"Content-Length": "100"}, b"a"), "Mạng bị ngắt giữa chừng"),
    "nothing": (lambda: (200, {}, b""), "không có chữ ký hợp lệ"),
    "no line": (no_line, "không có mạng"),
}


class Desk:
    """An enrolled desk with its Sync page and its agent."""

    def __init__(self, desk: RealDesk, line: Impostor, province: RealProvince) -> None:
        self.desk, self.line, self._province = desk, line, province
        self.workplace = Workplace(desk.register, code_book())
        self._pools = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self.page = SyncPage(self.workplace, Tasks(*self._pools))
        self._news: list[SyncStatus] = []
        self._was_running = False
        self._heard = threading.Event()
        session = Session(desk.connect(), desk.replica())
        self.agent = SyncAgent(session, self._hear, self.waiting, clock=SystemClock(), pace=NEVER_BY_ITSELF)

    def province_begins_anew(self) -> None:
        """A new process: its tickets are gone, and the desk says hello again."""
        self._province.restart()
        self.line.app = self._province.line.app

    def waiting(self) -> int:
        return self.desk.register.write(lambda tx: count_waiting(tx.connection)).result()[0]

    def _hear(self, status: SyncStatus) -> None:
        self._news.append(status)  # before it is told that there is one
        if not status.is_running and self._was_running:
            self._heard.set()
        self._was_running = status.is_running

    def sync(self) -> SyncStatus:
        """Press the button and wait for the end; the page shows what the agent says."""
        self._heard.clear()
        self.agent.sync_now()
        assert self._heard.wait(30)
        self.page.show_status(self._news[-1])
        return self._news[-1]

    def shown(self) -> str:
        """Everything that the page's status lines say."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return "\n".join(row.accessibleName() for row in self.page.findChildren(ListRow))

    def close(self) -> None:
        self.agent.stop()
        self.page.deleteLater()
        for pool in self._pools:
            pool.shutdown()
        self.desk.register.close()


@pytest.fixture(scope="module")
def desk(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all: after each test the province has everything again."""
    dress(qapp)
    folder = tmp_path_factory.mktemp("desk")
    with real_province(folder) as province:
        made = _join(province, folder / "here.db")
        made.agent.pause()  # a failure would be followed by a sync of its own accord, at any time from at once on
        made.agent.start()
        yield made
        made.close()
        made.line.shut()


def _join(province: RealProvince, path: Path) -> Desk:
    make_register(path, province.enrol())
    line = Impostor(province.line.app)
    connect = partial(Transport, "province.test", ca_pem=None, adapter=line)
    return Desk(RealDesk(path, SystemClock(), connect), line, province)


@pytest.mark.parametrize("path", ["/v1/hello", "/v1/push", "/v1/pull"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_it_is_said_on_the_page_and_goes_on_when_the_province_is_back(desk: Desk, answer: str, path: str) -> None:
    reply, sentence = ANSWERS[answer]
    person, file = make_child()
    desk.desk.register.write(save_all(person, file)).result()
    waiting = desk.waiting()
    if path == "/v1/hello":
        desk.province_begins_anew()
    desk.line.reply, desk.line.path = reply, path
    status = desk.sync()
    assert status.failure is not None
    assert sentence in desk.shown()
    assert desk.waiting() == (0 if path == "/v1/pull" else waiting)
    desk.line.reply = None
    status = desk.sync()
    assert (status.failure, desk.waiting()) == (None, 0)
    assert sentence not in desk.shown()
