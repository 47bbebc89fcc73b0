"""A register put back from an older copy of the disk, past `restore`: it knows itself for one and loses nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3.dbapi2 import IntegrityError

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.exchange.staged import accept_new_desk, pulled_once, release_next
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of
from sync.client import errors, exchange
from tests.helpers.builders import make_person, save_all
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")


class OneDesk:
    """A desk whose file can be put back to where it was."""

    def __init__(self, folder: Path, real: RealProvince) -> None:
        self.real, self._path, self._copy = real, folder / "desk.db", folder / "copy.db"
        make_register(self._path, real.enrol())
        self.desk = self._open()

    def _open(self) -> RealDesk:
        return RealDesk(self._path, SystemClock(), self.real.transport)

    def save(self, name: str) -> None:
        self.desk.register.write(save_all(make_person(name))).result()

    def copy(self) -> None:
        self.desk.register.close()
        shutil.copy(self._path, self._copy)
        self.desk = self._open()

    def put_back(self) -> None:
        self.desk.register.close()
        shutil.copy(self._copy, self._path)
        self.desk = self._open()

    def names(self) -> set[str]:
        return {name for (name,) in self.desk.ask("SELECT full_name FROM person")}


@pytest.fixture
def one(tmp_path: Path) -> Iterator[OneDesk]:
    with real_province(tmp_path) as real:
        made = OneDesk(tmp_path, real)
        made.save("Bàn Thị Một")
        made.desk.sync()
        made.copy()
        made.save("Bàn Thị Hai")
        made.desk.sync()
        made.put_back()
        yield made
        made.desk.register.close()


def test_an_older_copy_stops_before_it_uses_a_number_twice(one: OneDesk) -> None:
    with pytest.raises(errors.Forked):
        one.desk.sync()
    one.save("Bàn Thị Ba")
    one.desk.restart()
    assert one.desk.register.identity.frozen == "fork"
    assert one.names() == {"Bàn Thị Một", "Bàn Thị Ba"}


def test_enrolled_anew_it_hears_what_it_forgot_and_sends_what_it_has(one: OneDesk) -> None:
    with pytest.raises(errors.Forked):
        one.desk.sync()
    one.save("Bàn Thị Ba")
    enrolment = one.real.enrol()
    identity, keys = identity_of(enrolment, "PC of tests", uuid7()), scope_keys_of(enrolment)
    one.desk.register.write(lambda tx: accept_new_desk(tx, identity, keys)).result()
    one.desk.sync()
    one.desk.register.write(pulled_once).result()
    one.desk.register.write(release_next).result()
    assert one.desk.sync().pushed == 1
    assert one.names() == {"Bàn Thị Một", "Bàn Thị Hai", "Bàn Thị Ba"}


def test_taken_for_a_strangers_its_own_change_would_leave_no_number_to_save_under(
    one: OneDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: nothing could be saved any more, and the register would not open again."""
    monkeypatch.setattr(exchange, "refuse_to_be_a_past", lambda *_: None)
    one.desk.sync()
    with pytest.raises(IntegrityError):
        one.save("Bàn Thị Ba")
