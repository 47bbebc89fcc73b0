"""What a list knows more of a child reaches the record kept, where a colleague joined the child's two records since."""

from __future__ import annotations

from pathlib import Path

from commune_desk.program_files import code_book
from commune_desk.store.pages.children import child_record
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from tests.helpers.builders import make_child, save_all
from tests.helpers.enrolled_desks import enrolled_desk
from tests.helpers.joined import join
from tests.helpers.lists import list_of, read, run, settle
from tests.sync.actors.real_province import real_province


def test_it_stands_in_the_record_kept_and_nobody_is_asked(tmp_path: Path) -> None:
    with real_province(tmp_path) as province:
        ours, theirs = (enrolled_desk(province, tmp_path / name) for name in ("ours", "theirs"))
        here, there = (Workplace(desk.open.register, code_book()) for desk in (ours, theirs))
        number = "022315000111"
        old, its_file = make_child("Bàn Thị Ngân", birth_date="2015-01-02", id_number=number, village=None)
        kept, other_file = make_child("Bàn Thị Ngân", birth_date="2015-01-02", village=None)
        here.write(save_all(old, its_file, kept, other_file))
        for desk in (ours, theirs):
            desk.sync()
        import_id = read(here, list_of(tmp_path, f"Bàn Thị Ngân;Nữ;02/01/2015;{number};Khe Lặc;;;;;;;"))
        settle(here, import_id)
        there.write(lambda tx: join(tx, old.id, kept.id, {"person": ["id_number"]}))
        for desk in (theirs, ours):
            desk.sync()
        run(ListSaving(here, import_id))
        for desk in (ours, theirs, ours):
            desk.sync()
        for desk, workplace in ((ours, here), (theirs, there)):
            record = workplace.read(lambda c: child_record(c, kept.id))
            assert record is not None
            assert record.person.village == "Khe Lặc"
            assert desk.ask("SELECT field FROM conflict WHERE state='open'") == []
            desk.close()
