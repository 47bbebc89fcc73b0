"""An audit log that was cut past the program: the chain that is left holds, and the province remembers a longer one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.desk import audit_mark
from commune_desk.store.engine.database import connect
from sync.server.lifecycle.status import read_status
from tests.helpers.builders import make_person, save_all
from tests.sync.actors.real_desks import KEY, RealDesk, make_register
from tests.sync.actors.real_province import RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


def _desk(real: RealProvince, path: Path) -> RealDesk:
    return RealDesk(path, SystemClock(), real.transport)


def _save(desk: RealDesk) -> None:
    desk.register.write(save_all(make_person())).result()


def _read_about_children(desk: RealDesk, count: int) -> None:
    for _ in range(count):
        desk.register.write(lambda tx: tx.audit(AuditAction.OPEN)).result()


def _cut(real: RealProvince, folder: Path, keep: int) -> RealDesk:
    """A desk whose officer read about five children and took the last rows away; it has gone on working since."""
    path = folder / "desk.db"
    make_register(path, real.enrol())
    desk = _desk(real, path)
    _read_about_children(desk, 5)
    _save(desk)
    desk.sync()
    desk.register.close()
    connection = connect(path, KEY)
    connection.execute("DELETE FROM audit WHERE seq>?", (keep,))
    connection.close()
    desk = _desk(real, path)
    _read_about_children(desk, 9)
    _save(desk)
    return desk


def test_a_log_that_was_cut_is_found_by_what_the_province_remembers(real: RealProvince, tmp_path: Path) -> None:
    desk = _cut(real, tmp_path, keep=2)
    assert desk.register.audit_fault() is None, "the chain alone holds"
    desk.sync()
    assert desk.register.audit_fault() == 6
    for _ in range(2):
        _save(desk)
        desk.sync()
    assert list(read_status(real.province).audit_cuts.values()) == [6]
    assert desk.ask("SELECT count(*) FROM audit WHERE action='log_touched'") == [(1,)]
    desk.register.close()


def test_without_the_comparison_nobody_would_know(
    real: RealProvince, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(audit_mark, "compare", lambda *_: None)
    desk = _cut(real, tmp_path, keep=2)
    desk.sync()
    assert desk.register.audit_fault() is None
    assert read_status(real.province).audit_cuts == {}
    desk.register.close()


def test_a_log_that_only_grew_is_what_the_province_remembers(real: RealProvince, tmp_path: Path) -> None:
    desk = _cut(real, tmp_path, keep=99)
    for _ in range(3):
        desk.sync()
        desk.restart()
        _save(desk)
    assert desk.register.audit_fault() is None
    assert read_status(real.province).audit_cuts == {}
    desk.register.close()
