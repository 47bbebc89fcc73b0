"""A child who was in the register before a list, and was joined with its row, is not taken back with the list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import Refusal
from commune_desk.program_files import code_book
from commune_desk.store.pages.search import Filters, search_children
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.joined import join
from tests.helpers.lists import bring_in, list_of, undo
from tests.sync.actors.real_province import real_province

ROW = "Lý Thị Mẩy;Nữ;2016;;Khe Lặc;;;;;;;"


class Office:
    """Two desks of one commune."""

    def __init__(self, ours: EnrolledDesk, theirs: EnrolledDesk, folder: Path) -> None:
        self.ours, self.theirs = ours, theirs
        self.here, self.there = (Workplace(desk.open.register, code_book()) for desk in (ours, theirs))
        self.list = list_of(folder, ROW)

    def sync(self) -> None:
        for desk in (self.ours, self.theirs, self.ours):
            desk.sync()

    def taken_back(self, import_id: str) -> None:
        """Whether it is done, or refused because somebody worked with the child since."""
        with suppress(Refusal):
            undo(self.here, import_id)
        self.sync()

    def found(self) -> list[list[str]]:
        return [
            one.read(lambda c: search_children(c, "ly thi may", Filters(status=""))).ids
            for one in (self.here, self.there)
        ]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with real_province(tmp_path) as province:
        ours, theirs = (enrolled_desk(province, tmp_path / name) for name in ("ours", "theirs"))
        yield Office(ours, theirs, tmp_path)
        ours.close()
        theirs.close()


def listed(office: Office, import_id: str) -> RecordId:
    (row,) = office.here.read(
        lambda c: c.execute("SELECT person FROM child_file WHERE import_id=?", (import_id,)).fetchall()
    )
    return RecordId(row[0])


def test_who_was_entered_by_hand_stays(office: Office) -> None:
    person, file = make_child("Lý Thị Mẩy", birth_date="2016", village="Khe Lặc", risk_level="high")
    office.here.write(save_all(person, file))
    import_id = bring_in(office.here, office.list, decision="different")
    kept = listed(office, import_id)
    office.here.write(lambda tx: join(tx, person.id, kept))
    office.sync()
    with pytest.raises(Refusal):
        undo(office.here, import_id)
    assert office.found() == [[kept], [kept]]


@pytest.mark.parametrize("by", ["here", "there"])
def test_who_stands_in_a_colleagues_list_too_stays(office: Office, by: str) -> None:
    """The same list at two desks without a line; `there`: the colleague joins while the list is taken back."""
    import_id, other_id = bring_in(office.here, office.list), bring_in(office.there, office.list)
    office.sync()
    kept, other = listed(office, import_id), listed(office, other_id)
    joins: Workplace = getattr(office, by)
    joins.write(lambda tx: join(tx, other, kept))
    office.taken_back(import_id)
    assert office.found() == [[kept], [kept]]
