"""A PC is to be removed, and the province has lost what it had of it: put back from a copy, it gets that once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from sync.client.errors import DeskRemoved, DeskRevoked
from sync.client.session import Session
from sync.server.engine import tables
from sync.server.identity.province import open_province
from sync.server.lifecycle.restoring import begin
from tests.helpers.attached import add_child, add_file, scan
from tests.helpers.enrolled_desks import enrolled_desk
from tests.helpers.store_engine import engine
from tests.sync.actors.real_province import RealProvince, real_province
from tests.sync.client.test_withdrawn_for_good import held, made_here, receipts, save, try_sync, withdraw

pytestmark = pytest.mark.usefixtures("store_engine")


class Lost:
    """A PC, and a province that can be put back to where it stood before the PC's last work came."""

    def __init__(self, folder: Path, real: RealProvince) -> None:
        self.folder, self.real = folder, real
        self.pc = enrolled_desk(real, folder / "pc")
        self.child = add_child(self.pc.open.register)
        self.pc.sync()
        self._reopened(lambda data: engine.copy(data, folder / "copy"))

    def _reopened(self, meanwhile: Callable[[Path], None]) -> None:
        data = self.real.province.data
        self.real.province.close()
        meanwhile(data)
        self.real.province = open_province(data, self.folder / "key-file")
        self.real.restart()

    def work(self) -> None:
        save(self.pc, "Sau bản sao")
        add_file(self.pc.open.register, self.child, scan(300_000))

    def put_back(self, *, is_told: bool) -> None:
        self._reopened(lambda data: engine.put_back(self.folder / "copy", data))
        if is_told:
            begin(self.real.province)

    def photos(self) -> int:
        return len(self.real.scalars(select(tables.blob.c.sha256).where(tables.blob.c.done_at.is_not(None))))

    def goes(self) -> None:
        for _ in range(3):
            assert try_sync(self.pc) is DeskRemoved
            if self.pc.open.profile.is_removed:
                return
        raise AssertionError("it is never removed")


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[Lost]:
    with real_province(tmp_path) as real:
        made = Lost(tmp_path, real)
        yield made
        with suppress(RuntimeError):
            made.pc.close()


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_it_sends_again_what_the_province_lost(lost: Lost, *, is_withdrawn: bool, is_told: bool) -> None:
    """Whether that was merged or set aside, and whether people say so or the PC's own receipt does."""
    if is_withdrawn:
        withdraw(lost.pc, removes=False)
    lost.work()
    assert try_sync(lost.pc) is (DeskRevoked if is_withdrawn else None)
    made = made_here(lost.pc)
    lost.put_back(is_told=is_told)
    assert held(lost.pc) < made
    withdraw(lost.pc)
    lost.goes()
    assert (held(lost.pc), lost.photos(), len(receipts(lost.pc))) == (made, 1, 1)


def test_not_offered_again_it_would_go_with_the_register(lost: Lost, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(Session, "_offer_last", lambda _self, _channel: None)
    lost.work()
    lost.pc.sync()
    made = made_here(lost.pc)
    lost.put_back(is_told=True)
    withdraw(lost.pc)
    lost.goes()
    assert held(lost.pc) < made
    assert lost.photos() == 0


def test_a_province_that_lacks_nothing_is_sent_the_last_number_alone(lost: Lost) -> None:
    lost.work()
    lost.pc.sync()
    made = made_here(lost.pc)
    withdraw(lost.pc)
    lost.goes()
    assert (held(lost.pc), lost.photos()) == (made, 1)
