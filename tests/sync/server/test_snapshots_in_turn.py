"""While a snapshot of a place is made, one that is there already waits for nothing, and no desk waits for long."""

from __future__ import annotations

import pytest

from sync.client.errors import Busy
from sync.server.answers import snapshots
from sync.server.edge.app import Service
from tests.helpers.builders import make_visit, save_all
from tests.sync.client.test_snapshots import Office, a_history, office, picture

__all__ = ["office"]
pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def service(office: Office, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The one that serves the office from now on; its patience with desks that wait is short."""
    monkeypatch.setattr(snapshots, "_PATIENCE", 0.05)
    serving = Service(office.real.province)
    office.real.line.app = serving.app()
    return serving


def test_what_is_there_already_waits_for_nobody(office: Office, service: Service) -> None:
    first = office.desk()
    a_history(first, office.desk())
    office.desk().sync()
    newcomer = office.desk()
    with service.snapshots._making:
        newcomer.sync()
    assert picture(newcomer) == picture(first)


def test_looked_for_in_turn_alone_it_would(office: Office, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: as if none were there."""
    a_history(office.desk(), office.desk())
    office.desk().sync()
    newcomer = office.desk()
    monkeypatch.setattr(snapshots, "_newest", lambda *_: None)
    with service.snapshots._making, pytest.raises(Busy):
        newcomer.sync()


def test_a_desk_whose_turn_does_not_come_is_told_to_come_again(office: Office, service: Service) -> None:
    first = office.desk()
    people = a_history(first, office.desk())
    first.register.write(save_all(make_visit(people[0]))).result()
    first.sync()
    first.replica().begin_all_anew()  # so that it needs one of now
    with service.snapshots._making, pytest.raises(Busy) as told:
        first.sync()
    assert told.value.retry_after > 0
    before = picture(first)
    first.sync()
    assert picture(first) == before
