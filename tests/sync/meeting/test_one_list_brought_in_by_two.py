"""A list that was read and looked through stands open while a colleague's bringing in of the same list arrives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Refusal
from commune_desk.usecases.lists.import_list import ListSaving
from tests.helpers.lists import bring_in, list_of, read, run, settle
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import OFFICE


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Colleague, Colleague]]:
    with two_colleagues(tmp_path, OFFICE) as both:
        yield both


def test_no_child_is_in_the_register_twice(pair: tuple[Colleague, Colleague], tmp_path: Path) -> None:
    here, there = pair
    path = list_of(tmp_path, "Lý Thị Mẩy;Nữ;05/06/2016;022316001234;Khe Lặc;;;Tằng Thị Lan;;;;")
    import_id = read(here.workplace, path)
    settle(here.workplace, import_id)
    bring_in(there.workplace, path)
    for one in (there, here):
        one.sync()
    with suppress(Refusal):
        run(ListSaving(here.workplace, import_id))
    for one in (here, there):
        one.sync()
    for one in pair:
        assert one.desk.ask("SELECT count(*) FROM child_file") == [(1,)]
