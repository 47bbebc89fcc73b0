"""The province and a PC are both put back: the desk gives its numbers to other changes than a colleague had heard."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.changes import journal
from commune_desk.store.exchange.staged import accept_new_desk, pulled_once, release_next
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of
from sync.client.errors import Forked
from sync.protocol import Malformed
from sync.server.engine import tables
from tests.helpers.builders import make_person, save_all
from tests.sync.actors.real_desks import RealDesk
from tests.sync.put_back.test_restored_province import Office, office

pytestmark = pytest.mark.usefixtures("store_engine")

__all__ = ["office"]


def _save(desk: RealDesk, name: str) -> None:
    desk.register.write(save_all(make_person(name))).result()


def _sync(office: Office) -> None:
    for desk in (*office.desks, *office.desks):
        desk.sync()


def _names(desk: RealDesk) -> set[str]:
    return {name for (name,) in desk.ask("SELECT full_name FROM person")}


def _copied(office: Office, source: Path, target: Path) -> None:
    """Copy the file of the first desk, or one into its place, while it is off."""
    office.desks[0].register.close()
    shutil.copy(source, target)
    office.desks[0] = RealDesk(target.with_suffix(".db"), SystemClock(), office.real.transport)


def _both_put_back(office: Office, disk: Path) -> None:
    """To where nobody had heard of the second person."""
    copy = disk.with_suffix(".copy")
    _save(office.desks[0], "Bàn Thị Một")
    _sync(office)
    office.back_up()
    _copied(office, disk, copy)
    _save(office.desks[0], "Bàn Thị Hai")
    _sync(office)
    office.restore()
    _copied(office, copy, disk)


def test_a_colleague_hears_what_a_desk_writes_under_a_number_that_it_gave_before(
    office: Office, tmp_path: Path
) -> None:
    _both_put_back(office, tmp_path / "0.db")
    _save(office.desks[0], "Bàn Thị Ba")
    _sync(office)
    for desk in office.desks:
        assert {"Bàn Thị Một", "Bàn Thị Ba"} <= _names(desk)


def test_with_the_numbers_of_before_the_colleague_would_hear_nothing_new(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: its register holds another change under that number, and every sync ends there."""
    monkeypatch.setattr(journal, "free_numbers", lambda connection, own: None)
    _both_put_back(office, tmp_path / "0.db")
    _save(office.desks[0], "Bàn Thị Ba")
    office.desks[0].sync()
    with pytest.raises(Malformed):
        office.desks[1].sync()


def test_what_a_province_lost_comes_back_from_a_desk_whose_copy_went_on_there(office: Office, tmp_path: Path) -> None:
    """The desk offers it again, is told that it exists twice, and enrols anew: it had heard it, but in another feed."""
    disk, copy = tmp_path / "0.db", tmp_path / "0.copy"
    _save(office.desks[0], "Bàn Thị Một")
    _sync(office)
    office.back_up()
    _copied(office, disk, copy)
    _save(office.desks[0], "Bàn Thị Hai")
    _sync(office)
    office.restore()
    twin = RealDesk(copy.rename(tmp_path / "twin.db"), SystemClock(), office.real.transport)
    _save(twin, "Bàn Thị Ba")
    twin.sync()
    twin.register.close()
    with pytest.raises(Forked):
        office.desks[0].sync()
    _enrol_anew(office)
    _sync(office)
    held = set(office.real.scalars(select(tables.RECORDS["person"].c.full_name)))
    assert held == {"Bàn Thị Một", "Bàn Thị Hai", "Bàn Thị Ba"}
    assert [_names(desk) for desk in office.desks] == [held, held]
    assert office.desks[0].ask("SELECT id FROM change WHERE state IN ('waiting', 'staged')") == []


def _enrol_anew(office: Office) -> None:
    """As a desk does: one full pull, and only then numbers."""
    enrolment, desk = office.real.enrol(), office.desks[0]
    identity, keys = identity_of(enrolment, "PC of tests", uuid7()), scope_keys_of(enrolment)
    desk.register.write(lambda tx: accept_new_desk(tx, identity, keys)).result()
    desk.sync()
    desk.register.write(pulled_once).result()
    desk.register.write(release_next).result()
