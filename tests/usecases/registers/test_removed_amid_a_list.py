"""A register is removed by order while a list is being brought in: what was never sent is not said to be kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.program_files import code_book
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from commune_desk.usecases.registers.removal import removed
from sync.client.errors import DeskRemoved
from sync.server.identity import desks
from tests.helpers.builders import make_child, save_all
from tests.helpers.enrolled_desks import enrolled_desk
from tests.helpers.lists import list_of, read, settle
from tests.sync.actors.real_province import real_province

ROW = "Lý Thị Mẩy;Nữ;05/06/2016;022316001234;Khe Lặc;;;Tằng Thị Lan;;;;"
SENT = 4
"""The officer, the desk, and a child's two records."""


def test_the_rows_saved_for_now_are_not_counted_among_what_the_province_keeps(tmp_path: Path) -> None:
    with real_province(tmp_path) as real:
        desk = enrolled_desk(real, tmp_path / "pc")
        desk.open.register.write(save_all(*make_child())).result()
        desk.sync()
        workplace = Workplace(desk.open.register, code_book())
        (tmp_path / "list").mkdir()
        made = read(workplace, list_of(tmp_path / "list", ROW))
        settle(workplace, made)
        saving = ListSaving(workplace, made)
        while desk.ask("SELECT count(*) FROM child_file") == [(1,)]:
            assert not saving.step().is_over
        real.write(lambda connection: desks.revoke(connection, real.province, desk.id, removes=True))
        with pytest.raises(DeskRemoved):
            desk.sync()
        said = removed(desk.open.profile)
        desk.close()
    assert said is not None
    assert said.records == SENT
