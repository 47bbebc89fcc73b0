"""A stick takes no files: the desk says so, on an island that has no line it would else call all of it sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.i18n import set_language
from commune_desk.presenters.sync.courier import written_lines
from commune_desk.presenters.sync.page import sync_page
from commune_desk.program_files import code_book
from commune_desk.store.pages.sync_status import StaysHere, sync_facts
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from commune_desk.usecases.sync.agent import SyncStatus
from commune_desk.usecases.sync.courier import Courier
from tests.helpers.enrolled_desks import enrolled_desk
from tests.helpers.lists import count_staged, list_of, read, run
from tests.sync.actors.file_office import Office, file_office
from tests.sync.actors.real_province import real_province

pytestmark = pytest.mark.usefixtures("store_engine")


def waiting_card(office: Office) -> list[str]:
    """The tones of its lines."""
    return [
        line.tone for line in sync_page(office.here.write(lambda tx: sync_facts(tx.connection)), SyncStatus()).waiting
    ]


def test_photos_that_wait_for_a_line_are_told_until_they_are_at_the_province(tmp_path: Path) -> None:
    with file_office() as office:
        office.sync_all()
        office.add(300_000)
        courier = Courier(office.here.register, lambda _changes: None)
        wrote = courier.write_out(tmp_path)
        assert (wrote.changes, wrote.stays) == (2, StaysHere(files=1))
        office.here.carry_text()
        office.here.carry_text()
        wrote = courier.write_out(tmp_path)
        assert (wrote.changes, wrote.stays) == (0, StaysHere(files=1))
        assert waiting_card(office) == ["warning"]
        office.here.carry()
        assert courier.write_out(tmp_path).stays == StaysHere()
        assert waiting_card(office) == ["good"], "the twin"


def test_a_list_that_is_being_brought_in_goes_once_it_is_in_the_register(tmp_path: Path) -> None:
    """No reply of the province sets it free."""
    set_language("en")
    with real_province(tmp_path) as province:
        desk = enrolled_desk(province, tmp_path / "desk")
        desk.sync()
        workplace = Workplace(desk.open.register, code_book())
        saving = ListSaving(workplace, read(workplace, list_of(tmp_path, "Lý Thị Mẩy;Nữ;2016;;Khe Lặc;;;;;;;")))
        while not workplace.read(count_staged):
            saving.step()
        courier = Courier(desk.open.register, lambda _changes: None)
        wrote = courier.write_out(tmp_path)
        assert (wrote.changes, wrote.stays) == (0, StaysHere(listed=2))
        assert [line.text for line in written_lines(wrote)][:2] == [
            "The bundle asks the province for what is new",
            "2 changes of a list are not on the stick: the list is not in the register yet",
        ]
        lines = sync_page(workplace.read(sync_facts), SyncStatus()).waiting
        assert [line.text for line in lines] == [
            "2 records",
            "Child file",
            "Person",
            "Of these, 2 records of a list that is not in the register yet",
        ]
        run(saving)
        assert len(sync_page(workplace.read(sync_facts), SyncStatus()).waiting) == 3, "the twin"
        wrote = courier.write_out(tmp_path)
        assert (wrote.changes, wrote.stays) == (2, StaysHere())
        desk.close()
