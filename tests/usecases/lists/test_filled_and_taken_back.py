"""A child of two lists stays while one of them does: whichever was taken back, wherever and whenever that was heard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Refusal
from commune_desk.i18n import set_language
from commune_desk.presenters.child.page import ChildPage
from commune_desk.program_files import code_book
from commune_desk.store.pages.children import child_record, child_rows
from commune_desk.store.pages.search import ACTIVE, Filters, list_children
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from tests.helpers.builders import make_child, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.joined import join
from tests.helpers.lists import bring_in, counts, list_of, read, run, settle, undo
from tests.sync.actors.real_province import real_province

CHILD = "Lý Thị Mẩy;Nữ;05/06/2016;022316001234;Khe Lặc;;;Tằng Thị Lan;;;;"
MORE = "Lý Thị Mẩy;Nữ;05/06/2016;022316001234;Khe Lặc;;Lý Văn Sáng;Tằng Thị Lan;;;;"
OTHER = "Bàn Thị Ngân;Nữ;02/01/2015;;Khe Lặc;;;;;;;"


class Office:
    """Two desks of one commune; the first has brought in a list and both have it."""

    def __init__(self, desks: tuple[EnrolledDesk, EnrolledDesk], folder: Path) -> None:
        self.desks, self.folder = desks, folder
        self.here, self.there = (Workplace(desk.open.register, code_book()) for desk in desks)
        self.import_id = bring_in(self.here, self.list_of(CHILD, OTHER))
        self.sync()

    def list_of(self, *rows: str) -> Path:
        return list_of(self.folder, *rows)

    def sync(self) -> None:
        for _ in range(2):
            for desk in self.desks:
                desk.sync()

    def shown(self, status: str = ACTIVE) -> list[list[str]]:
        both = (self.here, self.there)
        found = [one.read(lambda c: child_rows(c, list_children(c, Filters(status=status)))) for one in both]
        return [[row.name for row in rows] for rows in found]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    set_language("en")
    with real_province(tmp_path) as province:
        ours, theirs = (enrolled_desk(province, tmp_path / name) for name in ("ours", "theirs"))
        yield Office((ours, theirs), tmp_path)
        ours.close()
        theirs.close()


@pytest.mark.parametrize("row", [CHILD, MORE], ids=["says the same", "says more"])
def test_taken_back_by_a_colleague_between_the_reading_and_the_saving(office: Office, row: str) -> None:
    """Taken for one with a child of the colleague's list, which is out of sight by now."""
    import_id = read(office.there, office.list_of(row))
    settle(office.there, import_id)
    undo(office.here, office.import_id)
    office.sync()
    run(ListSaving(office.there, import_id))
    office.sync()
    assert office.shown() == [["Lý Thị Mẩy"]] * 2
    assert office.desks[0].ask("SELECT count(*) FROM child_file") == [(2,)]
    undo(office.there, import_id)
    office.sync()
    assert office.shown() == [[], []]


@pytest.mark.parametrize("is_heard", [True, False])
def test_who_stands_in_a_list_of_another_pc_stays_though_that_had_nothing_to_add(
    office: Office, *, is_heard: bool
) -> None:
    import_id = bring_in(office.there, office.list_of(CHILD))
    assert counts(office.there, import_id).filled == 1
    if is_heard:
        office.sync()
        with pytest.raises(Refusal, match="files of this list"):
            undo(office.here, office.import_id)
        assert office.shown() == [["Lý Thị Mẩy", "Bàn Thị Ngân"]] * 2
    else:
        undo(office.here, office.import_id)
        office.sync()
        office.sync()
        assert office.shown() == [["Lý Thị Mẩy"]] * 2
    assert [desk.ask("SELECT count(*) FROM conflict") for desk in office.desks] == [[(0,)]] * 2
    ((child,),) = office.desks[1].ask("SELECT person FROM child_index WHERE name='Lý Thị Mẩy'")
    view = ChildPage(office.there, child).view()
    assert view is not None
    assert ("File edited" in [moment.heading for moment in view.timeline]) is not is_heard, (
        "nothing that reads as an edit"
    )


def test_a_list_of_each_month_says_so_once(office: Office) -> None:
    """Over a poor line, for every child of a commune."""
    made = "SELECT count(*) FROM change"
    bring_in(office.there, office.list_of(CHILD))
    ((before,),) = office.desks[1].ask(made)
    bring_in(office.there, office.list_of(CHILD, ""))
    assert office.desks[1].ask(made) == [(before,)]
    office.sync()
    with pytest.raises(Refusal, match="files of this list"):
        undo(office.here, office.import_id)


def test_what_another_list_names_too_is_not_taken_back_before_that_one(office: Office) -> None:
    import_id = bring_in(office.here, office.list_of(CHILD))
    assert counts(office.here, import_id).filled == 1
    with pytest.raises(Refusal, match="files of this list"):
        undo(office.here, office.import_id)
    undo(office.here, import_id)
    undo(office.here, office.import_id)
    assert office.shown()[0] == []


def test_what_was_filled_in_is_taken_back_from_the_record_kept(office: Office) -> None:
    """A colleague joined the child's two records between the reading and the saving."""
    old, its_file = make_child(
        "Chìu Văn Sáng", birth_date="2015-01-02", id_number=(number := "022315000111"), village=None
    )
    kept, other_file = make_child("Chìu Văn Sáng", birth_date="2015-01-02", village=None)
    office.here.write(save_all(old, its_file, kept, other_file))
    office.sync()
    import_id = read(office.here, office.list_of(f"Chìu Văn Sáng;Nam;02/01/2015;{number};Khe Lặc;;;;;;;"))
    settle(office.here, import_id)
    office.there.write(lambda tx: join(tx, old.id, kept.id, {"person": ["id_number"]}))
    office.sync()
    office.sync()
    run(ListSaving(office.here, import_id))
    undo(office.here, import_id)
    record = office.here.read(lambda c: child_record(c, kept.id))
    assert record is not None
    assert (record.person.village, record.person.id_number) == (None, number)
