"""A list that was read meets whoever came since, also where somebody else had left the register meanwhile."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Refusal
from commune_desk.program_files import code_book
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from tests.helpers.lists import bring_in, list_of, read, run, settle
from tests.sync.actors.two_communes import Two, move

ROW = "Lý Thị Mẩy;Nữ;05/06/2016;022316001234;Khe Lặc;;;Tằng Thị Lan;;;;"
OTHER = "Chìu Văn Sáng;Nam;07/08/2015;022316009999;Khe Lặc;;;Chìu Thị Mây;;;;"


@pytest.mark.parametrize("leaves", [False, True])
def test_no_child_is_in_the_register_twice(two: Two, tmp_path: Path, leaves: bool) -> None:
    here, there = (Workplace(desk.register, code_book()) for desk in (two.old, two.late))
    for name in ("other", "list"):
        (tmp_path / name).mkdir()
    two.sync()
    bring_in(there, list_of(tmp_path / "other", OTHER))
    two.sync()
    path = list_of(tmp_path / "list", ROW)
    import_id = read(here, path)
    settle(here, import_id)
    if leaves:
        move(two.late, two.late.ask("SELECT person FROM child_file")[0][0])
        two.sync()
    bring_in(there, path)
    two.sync()
    with suppress(Refusal):
        run(ListSaving(here, import_id))
    two.sync()
    for desk in (two.old, two.late):
        assert desk.ask("SELECT count(*) FROM child_file") == [(1 if leaves else 2,)]
