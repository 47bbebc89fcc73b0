"""What a locked window says of what was sealed at lock: that it goes by itself only while it does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.ui.opening.unlock import Doorbell
from commune_desk.usecases.locked.push import Delivery
from sync.client.transport import Transport
from sync.server.lifecycle.restoring import begin
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.locked_desks import delivery, lock, write
from tests.sync.actors.real_province import real_province

BY_ITSELF, AT_UNLOCKING = "có mạng là tự gửi", "mở khóa là tự gửi"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[EnrolledDesk]:
    """Locked, with something sealed."""
    with real_province(tmp_path) as province:
        made = enrolled_desk(province, tmp_path / "desk")
        made.sync()
        write(made)
        lock(made)
        yield made
        made.close()


def told_after_a_try(qtbot: QtBot, desk: EnrolledDesk, carrier: Delivery) -> str:
    bell = Doorbell(desk.open.profile, desk.open.register.clock)
    qtbot.addWidget(bell)
    bell._delivery = carrier
    said: list[str] = []
    bell.carried.connect(said.append)
    bell.listen()
    qtbot.waitUntil(lambda: not bell._carrying.is_busy and not bell._work.is_busy)
    bell.rest()
    assert BY_ITSELF in said[0], "nothing was tried yet"
    return said[-1]


def test_what_the_province_refused_is_said_to_go_once_somebody_unlocks(qtbot: QtBot, desk: EnrolledDesk) -> None:
    begin(desk.province.province)  # put back over night: it takes no push of the time before
    said = told_after_a_try(qtbot, desk, delivery(desk))
    assert desk.open.profile.sealed.exists()
    assert (AT_UNLOCKING in said, BY_ITSELF in said) == (True, False)


def test_what_only_lacks_a_line_goes_by_itself(qtbot: QtBot, desk: EnrolledDesk) -> None:
    """The twin."""
    nowhere = Delivery(desk.open.profile, lambda card: Transport("127.0.0.1:9", ca_pem=card.ca_pem))
    said = told_after_a_try(qtbot, desk, nowhere)
    assert desk.open.profile.sealed.exists()
    assert (AT_UNLOCKING in said, BY_ITSELF in said) == (False, True)
