"""What an officer sees of a lease that runs out, and of a register that the province ordered removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.limits.lease import Lease
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.time.skew import ClockSkew
from commune_desk.store.desk.lease import LEASE
from commune_desk.store.engine import settings
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.opening.first_run import FirstRunPage
from commune_desk.ui.opening.removed import RemovedPage
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.pages.today import TodayPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.registers.profile import Profile
from commune_desk.usecases.registers.removal import finish_removal
from commune_desk.usecases.sync import desk_sync
from commune_desk.working_desk import WorkingDesk
from sync.server.identity import desks
from tests.helpers.builders import make_person, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.workplaces import MORNING, HandClock, clock_of
from tests.story.cut_texts import cut_texts
from tests.sync.actors.real_province import real_province


def lend(workplace: Workplace, days: int) -> None:
    """The province told a lease of so many days."""
    lease = Lease(until=to_iso(MORNING + timedelta(days=days)), told_at=to_iso(MORNING), counted_at=to_iso(MORNING))

    def keep(tx: Tx) -> None:
        settings.put(tx.connection, LEASE, lease)
        tx.topic(LEASE)

    workplace.write(keep)


def test_today_warns_a_week_before_and_says_what_is_closed_after(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    lend(workplace, 30)
    page = TodayPage(workplace, tasks, lambda _route: None)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    assert "lease" not in page.sections
    for days in (25, 10):
        clock_of(workplace).pass_by(days=days)
        page.tick()
        assert "lease" in page.sections
        assert cut_texts(page) == []
    (row,) = page.sections["lease"].rows
    assert isinstance(row, ListRow)
    assert "23/11/2026" in row.accessibleName()
    assert "visits" in page.sections


def test_today_says_that_the_clock_is_wrong_and_nothing_is_cut(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    found = ClockSkew(to_iso(MORNING), -20_783 * 86_400)
    workplace.write(lambda tx: settings.put(tx.connection, settings.CLOCK_SKEW, found))
    page = TodayPage(workplace, tasks, lambda _route: None)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    page.tick()
    (row,) = page.sections["pc_clock"].rows
    assert isinstance(row, ListRow)
    assert "20.783" in row.accessibleName()
    assert cut_texts(page) == []


def test_the_sync_page_says_so_too(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    lend(workplace, 30)
    clock_of(workplace).pass_by(days=40)
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    assert any("23/11/2026" in text.text() for text in page.findChildren(Text))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[EnrolledDesk]:
    with real_province(tmp_path / "province") as real:
        yield enrolled_desk(real, tmp_path / "pc")


def test_ordered_removed_the_desk_locks_itself_and_the_next_start_says_what_happened(
    qtbot: QtBot, qapp: QApplication, desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        desk_sync.DeskSync.__init__,
        "__kwdefaults__",
        {"connect": lambda pins: desk.province.transport(pins.address, pins.ca_pem)},
    )
    province = desk.province.province
    desk.open.register.write(save_all(make_person("Chưa gửi"))).result()
    desk.province.write(lambda connection: desks.revoke(connection, province, desk.id, removes=True))
    working = WorkingDesk(qapp, desk.open)
    assert working.agent is not None
    with qtbot.waitSignal(working.lock_asked, timeout=60_000):
        working.agent.start()
    working.put_away()
    profile = desk.open.profile
    assert profile.is_removed
    assert finish_removal(profile) is not None
    window = OpeningWindow(profile, HandClock())
    qtbot.addWidget(window)
    window.show()
    page = window.page
    assert isinstance(page, RemovedPage)
    assert any(desk.id in text.text() for text in page.findChildren(Text))
    assert cut_texts(page) == []
    page.button.click()
    assert isinstance(window.page, FirstRunPage)


def test_a_mark_that_cannot_be_read_still_says_whom_to_ask(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "removed.json").write_bytes(b"{")
    window = OpeningWindow(Profile(tmp_path), HandClock())
    qtbot.addWidget(window)
    assert isinstance(window.page, RemovedPage)
    assert window.page.findChildren(Text)
