"""A pause that an officer asked for stands until somebody resumes: over a lock, a restart and a new enrolment."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.time.clock import SystemClock
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.opening.unlock import Doorbell
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.usecases.locked.doorbell import take_card
from commune_desk.usecases.registers.moved_province import follow
from commune_desk.usecases.registers.opening import unlock
from commune_desk.usecases.sync.agent import SyncAgent
from commune_desk.working_desk import WorkingDesk
from sync.client.doorbell import ring
from sync.seal import SigningKey
from tests.helpers.builders import make_child, save_all
from tests.helpers.enrolled_desks import LOGIN, PASSPHRASE, EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import real_province

pytestmark = pytest.mark.usefixtures("own_hooks")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[EnrolledDesk]:
    """In touch once: it has the province's courier key. The agents below find no line."""
    with real_province(tmp_path) as province:
        desk = enrolled_desk(province, tmp_path / "desk")
        desk.sync()
        yield desk


def at_work(qapp: QApplication, desk: EnrolledDesk) -> WorkingDesk:
    working = WorkingDesk(qapp, desk.open)
    working.start(QSize(1366, 768))
    return working


def agent_of(desk: WorkingDesk) -> SyncAgent:
    assert desk.agent is not None
    return desk.agent


def sync_page_of(desk: WorkingDesk) -> SyncPage:
    desk.window.navigate(Route("sync"))
    page = desk.window.shell.page("sync")
    assert isinstance(page, SyncPage)
    return page


def save_a_child(desk: EnrolledDesk) -> None:
    desk.open.register.write(save_all(*make_child())).result()


def lock(qtbot: QtBot, working: WorkingDesk) -> None:
    qtbot.waitUntil(lambda: working.tasks.is_idle)
    working.put_away()


def unlocked(desk: EnrolledDesk) -> None:
    desk.open = unlock(desk.open.profile, LOGIN, PASSPHRASE, clock=SystemClock())


def test_it_stands_after_a_lock_until_somebody_resumes(qtbot: QtBot, qapp: QApplication, made: EnrolledDesk) -> None:
    working = at_work(qapp, made)
    sync_page_of(working).pause.click()
    qtbot.waitUntil(lambda: agent_of(working).status.is_paused)
    save_a_child(made)
    lock(qtbot, working)
    assert not made.open.profile.sealed.exists(), "nothing goes while it is locked"
    unlocked(made)
    again = at_work(qapp, made)
    qtbot.waitUntil(lambda: agent_of(again).status.is_paused)
    assert agent_of(again).status.next_try_at is None
    page = sync_page_of(again)
    qtbot.waitUntil(lambda: page.pause.text() == "Tiếp tục")
    qtbot.waitUntil(lambda: "tạm dừng" in again.window.shell.top.sync.accessibleName())
    page.pause.click()
    qtbot.waitUntil(lambda: not agent_of(again).status.is_paused)
    lock(qtbot, again)
    assert made.open.profile.sealed.exists(), "the twin: after resuming it goes"
    unlocked(made)
    once_more = at_work(qapp, made)
    qtbot.waitUntil(lambda: agent_of(once_more).status.waiting > 0)
    assert not agent_of(once_more).status.is_paused
    lock(qtbot, once_more)


def test_a_lock_at_once_keeps_it_all_the_same(qtbot: QtBot, qapp: QApplication, made: EnrolledDesk) -> None:
    working = at_work(qapp, made)
    save_a_child(made)
    working.window.pause_asked.emit(True)
    working.put_away()
    assert not made.open.profile.sealed.exists()


def test_a_new_enrolment_does_not_end_it(qtbot: QtBot, qapp: QApplication, made: EnrolledDesk) -> None:
    working = at_work(qapp, made)
    working.window.pause_asked.emit(True)
    qtbot.waitUntil(lambda: agent_of(working).status.is_paused)
    former = agent_of(working)
    working._sync_as_the_new_desk()
    qtbot.waitUntil(lambda: agent_of(working) is not former and agent_of(working).status.is_paused)
    qtbot.wait(500)
    assert agent_of(working).status.failure is None, "nothing was tried: there is no line"
    lock(qtbot, working)


def test_the_locked_desk_says_so_and_still_asks_for_reports(
    qtbot: QtBot, qapp: QApplication, made: EnrolledDesk
) -> None:
    working = at_work(qapp, made)
    working.window.pause_asked.emit(True)
    save_a_child(made)
    lock(qtbot, working)
    card = take_card(made.open.profile)
    assert card is not None
    key = SigningKey.from_bytes(card.key)
    answer = ring(made.province.transport(), desk=card.desk, doorbell_key=key, authority_public=card.authority_public)
    assert answer.waiting == 0, "the province still tells how many urgent reports wait"
    assert card.waits_paused
    bell = Doorbell(made.open.profile, SystemClock())
    qtbot.addWidget(bell)
    with qtbot.waitSignal(bell.carried) as said:
        bell.listen()
    assert "tạm dừng" in said.args[0]
    assert bell._work.is_busy, "and it asks by itself"
    bell.rest()
    qtbot.waitUntil(lambda: not bell._work.is_busy)


def test_asked_for_amid_a_sync_it_is_seen_at_once_and_can_be_taken_back(
    qtbot: QtBot, qapp: QApplication, made: EnrolledDesk
) -> None:
    """Photos on a poor line take a quarter of an hour: a button that does nothing is pressed again."""
    pins = made.open.register.identity.pins
    assert pins is not None
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = msgspec.structs.replace(pins, address=f"https://127.0.0.1:{silent.getsockname()[1]}")
        made.open.register.write(lambda tx: follow(tx, there)).result()
        working = at_work(qapp, made)
        page = sync_page_of(working)
        page.now.click()
        qtbot.waitUntil(lambda: agent_of(working).status.is_running)
        page.pause.click()
        qtbot.waitUntil(lambda: page.pause.text() == "Tiếp tục", timeout=2000)
        assert "tạm dừng" in working.window.shell.top.sync.accessibleName()
        assert agent_of(working).status.is_running, "the twin: it still goes on"
        page.pause.click()
        qtbot.waitUntil(lambda: page.pause.text() == "Tạm dừng", timeout=2000)
        assert "tạm dừng" not in working.window.shell.top.sync.accessibleName()
        lock(qtbot, working)
