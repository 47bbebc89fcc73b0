"""A province put back from before two records were joined: the desk that joined them says so again by itself."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from sync.server.engine import tables
from tests.helpers.builders import make_file, make_person, save_all
from tests.helpers.joined import join
from tests.sync.actors.real_desks import RealDesk
from tests.sync.put_back.test_restored_province import Office, office

pytestmark = pytest.mark.usefixtures("store_engine")

__all__ = ["office"]


def listed(desk: RealDesk) -> list[str]:
    return [row[0] for row in desk.ask("SELECT person FROM child_index WHERE shown=1")]


def test_a_province_put_back_hears_of_the_joining_again(office: Office) -> None:
    one, other = make_person("Chìu Văn Sáng"), make_person("Chìu Văn Sang")
    office.desks[0].register.write(save_all(one, make_file(one.id), other, make_file(other.id))).result()
    for desk in office.desks:
        desk.sync()
    office.back_up()
    office.desks[0].register.write(lambda tx: join(tx, other.id, one.id)).result()
    for desk in (*office.desks, *office.desks):
        desk.sync()
    office.restore()
    for desk in (*office.desks, *office.desks, *office.desks):
        desk.sync()
    assert office.real.scalars(
        select(tables.RECORDS["person"].c.joined_to).where(tables.RECORDS["person"].c.id == other.id)
    ) == [one.id]
    assert [listed(desk) for desk in office.desks] == [[one.id], [one.id]]
