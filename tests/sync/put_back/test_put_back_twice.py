"""A province that is put back twice without a word, the second time before a desk had a receipt of the epoch
between.

The desk hears of another epoch twice in one sync: first that the one it follows is gone, then that its receipt has
begun a new one. Neither is for a person to decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import DeskError
from tests.sync.actors.real_province import real_province
from tests.sync.put_back.test_restored_province import Office

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with real_province(tmp_path) as real:
        made = Office(tmp_path, real)
        yield made
        for desk in made.desks:
            desk.register.close()


def test_the_desk_goes_on_in_the_same_sync(office: Office) -> None:
    ours, colleague = office.desks
    for desk in (0, 1):
        office.save(desk)
        office.desks[desk].sync()
    office.back_up()
    for desk in (0, 1):
        office.save(desk, 2)
        office.desks[desk].sync()
    office.restore()
    colleague.sync()  # by whose receipt the second epoch begins
    office.real.line.down_at = "/v1/push"
    with suppress(DeskError):
        ours.sync()  # it hears of that, and the line breaks
    office.real.line.down_at = ""
    office.restore()
    ours.sync()
    assert ours.register.identity.frozen == ""
    assert ours.register.identity.epoch == office.epoch
    colleague.sync()
    ours.sync()
    assert office.lacks() == set()
