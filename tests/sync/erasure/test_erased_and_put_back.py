"""The province erases, is put back from a backup of before, and erases again: no desk and no table has it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.changes import journal
from sync.protocol import Malformed
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.lifecycle import erased_list
from sync.server.lifecycle.erasing import Ordered, erase
from tests.sync.actors import kept_provinces
from tests.sync.actors.real_province import real_province
from tests.sync.actors.restorable_office import Office

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with real_province(tmp_path) as real:
        made = Office(tmp_path, real)
        yield made
        for desk in made.desks:
            desk.register.close()


def erased_and_put_back(office: Office) -> str:
    """A person whom the province erased, and then put a backup of before back; one desk had heard of it."""
    office.save(0, "Chìu Văn Sáng")
    office.sync()
    kept_provinces.back_up(office.real, office.folder / "key-file", office.folder / "backup")
    (person,) = [one for one, name in office.people(0) if name.startswith("Chìu")]
    province, order = office.real.province, Ordered("Sở Y tế", "QĐ 12/2026")
    province.database.write(lambda c: erase(c, province, "person", RecordId(person), order), WHOLE_PROVINCE)
    assert erased_list.settle(province) == 0
    office.sync(0)
    office.restore()
    assert person in office.real.scalars(select(tables.RECORDS["person"].c.id))
    assert erased_list.settle(office.real.province) == 1
    return str(person)


def test_a_backup_of_before_an_erasure_brings_nothing_back_to_province_or_desk(office: Office) -> None:
    """I14: the list of what was erased lies beside the database, and every desk hears of it once more."""
    person = erased_and_put_back(office)
    office.sync()
    office.sync()
    assert person not in office.real.scalars(select(tables.RECORDS["person"].c.id))
    for number in (0, 1):
        assert person not in [one for one, _name in office.people(number)]


def test_with_the_numbers_of_before_the_province_could_tell_nothing_new(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what the province wrote since the backup has numbers that it gives a second time."""
    monkeypatch.setattr(journal, "free_numbers", lambda connection, desk: None)
    erased_and_put_back(office)
    with pytest.raises(Malformed):
        office.sync(0)
