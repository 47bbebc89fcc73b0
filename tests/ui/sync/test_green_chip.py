"""The chip in the top bar, with a real window and real rounds: green is what the province has proven, and no sooner."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from commune_desk.program_files import code_book
from commune_desk.store.pages.sync_status import sync_facts
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.sync.agent import SyncStatus
from sync.client.errors import SyncFault
from tests.helpers.builders import make_child, save_all
from tests.helpers.enrolled_desks import EnrolledDesk


@pytest.fixture
def window(qtbot: QtBot, desk: EnrolledDesk) -> Iterator[DeskWindow]:
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        tasks = Tasks(writer, slow)
        made = DeskWindow(desk.open, Workplace(desk.open.register, code_book()), tasks)
        made.show(QSize(1366, 768))
        yield made
        qtbot.waitUntil(lambda: tasks.is_idle)
        made.put_away()


def sync(desk: EnrolledDesk, window: DeskWindow) -> Tone:
    """One round, and the chip once the window has heard of it."""
    try:
        status = SyncStatus(last_outcome=desk.sync())
    except SyncFault as failure:
        status = SyncStatus(failure=failure)
    window.show_status(status)
    return window.shell.top.sync.tone


def test_green_comes_with_the_proof_and_goes_with_the_next_entry(desk: EnrolledDesk, window: DeskWindow) -> None:
    chip, line = window.shell.top.sync, desk.province.line
    assert chip.tone is not Tone.GOOD
    desk.open.register.write(save_all(*make_child())).result()
    line.lose_reply_of = "/v1/push"
    assert sync(desk, window) is Tone.WARNING, "the province has it, and nothing proves it here"
    line.lose_reply_of = ""
    line.down_at = "/v1/pull"
    assert sync(desk, window) is Tone.WARNING, "it is proven, and what others wrote was not heard"
    assert desk.open.register.reader.execute("SELECT count(*) FROM change WHERE state='waiting'").fetchone() == (0,)
    line.down_at = ""
    assert sync(desk, window) is Tone.GOOD
    facts = sync_facts(desk.open.register.reader)
    cursors = desk.open.register.reader.execute("SELECT seq, head_seq FROM cursor").fetchall()
    assert (facts.waiting_changes, facts.own_changes) == (0, facts.proven_changes)
    assert cursors
    assert all(seq == head for seq, head in cursors)
    assert chip.mark == "check", "not by colour alone"
    desk.open.register.write(save_all(*make_child())).result()
    window.show_status(SyncStatus())
    assert chip.tone is Tone.WARNING
    assert chip.mark != "check"
