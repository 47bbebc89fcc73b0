"""A report that stands open while the lease runs out closes, also one whose emergency clock has stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.domain.limits.lease import Lease
from commune_desk.domain.time.clock import to_iso
from commune_desk.store.desk.lease import LEASE
from commune_desk.store.engine import settings
from commune_desk.ui.pages.reports import ReportsPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_report, save_all
from tests.helpers.pages import show
from tests.helpers.workplaces import MORNING, clock_of

SAID = "Nghe tiếng khóc mỗi tối."


def words(page: ReportsPage) -> str:
    return "\n".join(one.text() for one in page.card.findChildren(Text) if one.isVisible())


@pytest.mark.parametrize("status", ["acknowledged", "acted", "closed"])
def test_what_is_sealed_in_it_goes_from_the_screen(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, status: str
) -> None:
    ends = MORNING + timedelta(minutes=5)
    lease = Lease(until=to_iso(ends), told_at=to_iso(MORNING), counted_at=to_iso(MORNING))
    workplace.write(lambda tx: settings.put(tx.connection, LEASE, lease))
    workplace.write(lambda tx: tx.topic(LEASE))
    acted = to_iso(MORNING) if status != "acknowledged" else None
    report = make_report(description=SAID, status=status, acted_at=acted, measures="Đã đến nhà.")
    workplace.write(save_all(report))
    page = ReportsPage(workplace, tasks, lambda _route: None)
    show(qtbot, page)
    page.show_report(report.id)
    qtbot.waitUntil(lambda: SAID in words(page))
    clock_of(workplace).pass_by(minutes=6)
    assert workplace.register.is_closed
    page.tick()
    assert SAID not in words(page)
    assert "Đã đến nhà." not in words(page)
