"""Snapshots are made before a desk has to wait for one, and an older one goes only to a desk that has nothing."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Fault
from sync.client.errors import Busy
from sync.server.answers.snapshots import FOLDER, Snapshots
from sync.server.edge.daily import snapshots_ahead
from sync.server.engine import tables
from sync.server.engine.database import StoreFault
from tests.helpers.builders import make_person, make_visit, save_all
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince
from tests.sync.actors.two_communes import Two, move
from tests.sync.client.test_snapshots import Office, a_history, office, picture
from tests.sync.moves.test_moves_and_snapshots import two

__all__ = ["office", "two"]
pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture(autouse=True)
def _few_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.server.answers.snapshots.WORTH", 20)


def made(real: RealProvince, scope: str = COMMUNE) -> list[str]:
    """Tokens of the snapshots of a scope, the first one made first."""
    table = tables.snapshot
    return real.scalars(select(table.c.token).where(table.c.scope == scope).order_by(table.c.seq))


def make_ahead(real: RealProvince, times: int = 1) -> None:
    for _ in range(times):
        Snapshots().make_ahead(real.province)


def test_a_desk_that_begins_takes_what_was_made_before_it_asked(office: Office) -> None:
    first, second = office.desk(), office.desk()
    a_history(first, second)
    make_ahead(office.real)
    (token,) = made(office.real)
    third = office.desk()
    third.sync()
    assert made(office.real) == [token]
    assert picture(third) == picture(first)


def test_what_came_since_reaches_the_desk_as_a_page(office: Office) -> None:
    first, second = office.desk(), office.desk()
    people = a_history(first, second)
    make_ahead(office.real)
    first.edit(Person, people[4], phone="0912000777")
    first.sync()
    third = office.desk()
    third.sync()
    first.sync()
    second.sync()
    assert len(made(office.real)) == 1
    assert picture(third) == picture(first) == picture(second)


def test_a_desk_that_wrote_something_is_given_one_of_now(office: Office) -> None:
    """An older one would set it back until the next page came."""
    first, second = office.desk(), office.desk()
    people = a_history(first, second)
    make_ahead(office.real)
    first.edit(Person, people[4], phone="0912000777")
    first.sync()
    third = office.desk()
    third.register.write(save_all(make_visit(people[0]))).result()
    third.sync()
    assert len(made(office.real)) == 2
    first.sync()
    third.sync()
    assert picture(third) == picture(first)


def test_nothing_is_made_twice_and_nothing_of_a_feed_that_pages_bring_quickly(office: Office) -> None:
    first = office.desk()
    first.sync()
    make_ahead(office.real)
    assert made(office.real) == []
    a_history(first, office.desk())
    make_ahead(office.real, times=2)
    assert len(made(office.real)) == 1


def test_the_scope_that_lacks_most_is_first(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 500)
    other = office.desk(OTHER_COMMUNE)
    a_history(office.desk(), office.desk())
    other.register.write(
        save_all(*(make_person("Tằng A Sáng", scope=Scope(OTHER_COMMUNE)) for _ in range(80)))
    ).result()
    other.sync()
    make_ahead(office.real)
    assert (len(made(office.real)), len(made(office.real, OTHER_COMMUNE))) == (0, 1)
    make_ahead(office.real)
    assert (len(made(office.real)), len(made(office.real, OTHER_COMMUNE))) == (1, 1)


def test_one_that_tells_of_a_child_who_left_goes_to_nobody(two: Two, child: RecordId, tmp_path: Path) -> None:
    _grown(two, child)
    make_ahead(two.real)
    before = made(two.real)[-1]
    move(two.old, child)
    two.old.sync()
    make_register(tmp_path / "later.db", two.real.enrol())
    later = RealDesk(tmp_path / "later.db", SystemClock(), two.real.transport)
    later.sync()
    assert later.ask("SELECT count(*) FROM person WHERE id=?", child) == [(0,)]
    assert later.ask("SELECT count(*) FROM change WHERE kind='home_visit'") == [(0,)]
    assert made(two.real)[-1] != before
    later.register.close()


def test_one_that_tells_of_a_child_who_left_is_replaced_though_the_feed_hardly_grew(two: Two, child: RecordId) -> None:
    _grown(two, child)
    make_ahead(two.real)
    before = made(two.real)
    move(two.old, child)
    two.old.sync()
    assert made(two.real) == before
    make_ahead(two.real, times=2)  # the other commune's, which has none yet, is the more urgent one
    assert len(made(two.real)) == len(before) + 1


def _grown(two: Two, child: RecordId) -> None:
    two.old.register.write(save_all(*(make_visit(child) for _ in range(30)))).result()
    two.sync()


def test_a_serving_process_makes_them_by_itself(office: Office) -> None:
    a_history(office.desk(), office.desk())
    with snapshots_ahead(office.real.province, Snapshots(), every=0.05):
        for _ in range(200):
            if made(office.real):
                break
            threading.Event().wait(0.05)
    assert len(list((office.real.province.data / FOLDER).iterdir())) == len(made(office.real)) == 1


def test_a_disk_too_full_for_a_snapshot_puts_a_desk_off_and_is_no_mistake(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    people = a_history(office.desk(), office.desk())
    third, before = office.desk(), made(office.real)
    third.register.write(save_all(make_visit(people[0]))).result()  # so that it needs one of now

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("sync.disk.os.fsync", full)
        with pytest.raises(Busy):
            third.sync()
    assert "cannot be written" in caplog.text
    caplog.clear()
    third.sync()
    assert len(made(office.real)) == len(before) + 1


def test_a_database_that_is_busy_or_a_full_disk_ends_no_process(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    a_history(office.desk(), office.desk())
    store: Any = type(office.real.province.database)
    honest, asked = store.read, threading.Event()
    faults = [StoreFault("busy"), OSError(28, "No space left on device"), Fault("The file cannot be written.")]

    def busy(*asking: Any) -> Any:
        if faults:
            raise faults.pop()
        asked.set()
        return honest(*asking)

    with monkeypatch.context() as trouble:
        trouble.setattr(store, "read", busy)
        with snapshots_ahead(office.real.province, Snapshots(), every=0.05):
            assert asked.wait(10)
    assert len(made(office.real)) == 1
    assert caplog.text.count("snapshots could not be made") == 3
    caplog.clear()
