"""A register put back from an older copy of the disk, past `restore`: it knows itself for one and loses nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlcipher3.dbapi2 import IntegrityError

from commune_desk.domain.model import ids
from commune_desk.domain.model.ids import RecordId, uuid7
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.exchange.staged import accept_new_desk, pulled_once, release_next
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of
from sync.client import errors, exchange
from sync.server.engine import tables
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

    def save(self, name: str) -> RecordId:
        made = make_person(name)
        self.desk.run(save_all(made))
        return made.id

    def enrol_anew(self) -> None:
        """And hear all that the province has; the work of this disk has its numbers then."""
        enrolment = self.real.enrol()
        identity, keys = identity_of(enrolment, "PC of tests", uuid7()), scope_keys_of(enrolment)
        self.desk.run(lambda tx: accept_new_desk(tx, identity, keys))
        self.desk.sync()
        self.desk.run(pulled_once)
        self.desk.run(release_next)

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
    one.enrol_anew()
    assert one.desk.sync().pushed == 1
    assert one.names() == {"Bàn Thị Một", "Bàn Thị Hai", "Bàn Thị Ba"}


def test_enrolled_anew_it_sends_in_the_order_in_which_it_was_typed(
    one: OneDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the clock of the PC said meanwhile, and within one millisecond: ids follow neither."""
    with pytest.raises(errors.Forked):
        one.desk.sync()
    backwards = count(2_000_000_000_000, -1)
    monkeypatch.setattr(ids, "time", SimpleNamespace(time_ns=lambda: next(backwards) * 1_000_000))
    typed = one.save("Bàn Thị Ba")
    for number in ("0912000001", "0912000002", "0912000003"):
        one.desk.edit(Person, typed, phone=number)
    one.enrol_anew()
    assert one.desk.sync().conflicts == 0
    person = tables.RECORDS["person"]
    assert one.real.scalars(select(person.c.phone).where(person.c.id == typed)) == ["0912000003"]


def test_taken_for_a_strangers_its_own_change_would_leave_no_number_to_save_under(
    one: OneDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: nothing could be saved any more, and the register would not open again."""
    monkeypatch.setattr(exchange, "refuse_to_be_a_past", lambda *_: None)
    one.desk.sync()
    with pytest.raises(IntegrityError):
        one.save("Bàn Thị Ba")
