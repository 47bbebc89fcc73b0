"""A row is decided to be another child than the one of that name in the register, who then is handed over: the row's
child comes in all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.program_files import code_book
from commune_desk.store.pages.children import child_record
from commune_desk.store.pages.search import Filters, search_children
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import DIFFERENT, ListSaving
from commune_desk.usecases.records.moves import move_child
from sync.server.identity.scopes import ensure_communes
from tests.helpers.builders import make_child, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.lists import counts, list_of, read, run, settle
from tests.sync.actors.real_province import OTHER_COMMUNE, real_province

NAME = "Bàn Thị Ngân"


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[EnrolledDesk, EnrolledDesk]]:
    with real_province(tmp_path) as province:
        province.write(lambda c: ensure_communes(c, escrow_public=province.province.escrow_public))
        ours, theirs = (enrolled_desk(province, tmp_path / name) for name in ("ours", "theirs"))
        province.enrol({OTHER_COMMUNE: Role.COMMUNE_OFFICER})
        yield ours, theirs
        ours.close()
        theirs.close()


@pytest.mark.parametrize("leaves", [False, True])
def test_the_namesake_comes_in(desks: tuple[EnrolledDesk, EnrolledDesk], tmp_path: Path, *, leaves: bool) -> None:
    ours, theirs = desks
    here, there = (Workplace(desk.open.register, code_book()) for desk in desks)
    person, file = make_child(NAME, birth_date="2015-01-02")
    here.write(save_all(person, file))
    for desk in desks:
        desk.sync()
    import_id = read(here, list_of(tmp_path, f"{NAME};Nữ;02/01/2015;;Khe Lặc;;;Tằng Thị Lan;;;;"))
    settle(here, import_id, DIFFERENT)
    if leaves:
        there.write(lambda tx: move_child(tx, RecordId(person.id), Scope(OTHER_COMMUNE)))
    for desk in (theirs, ours):
        desk.sync()
    run(ListSaving(here, import_id))
    assert counts(here, import_id).saved == 1
    found = here.read(lambda c: search_children(c, NAME, Filters())).ids
    assert [one for one in found if one != person.id]


@pytest.mark.parametrize("leaves", [False, True])
def test_what_a_second_row_of_the_namesake_tells_comes_in_too(
    desks: tuple[EnrolledDesk, EnrolledDesk], tmp_path: Path, *, leaves: bool
) -> None:
    """Two rows of one child; the child of the same name in the register leaves while the list is brought in."""
    ours, theirs = desks
    here, there = (Workplace(desk.open.register, code_book()) for desk in desks)
    person, file = make_child(NAME, birth_date="2012-05-05")
    here.write(save_all(person, file))
    for desk in desks:
        desk.sync()
    row = f"{NAME};Nữ;02/01/2015;;Khe Lặc;;;Tằng Thị Lan;;;"
    import_id = read(here, list_of(tmp_path, f"{row};", f"{row}0912345678;Hộ nghèo"))
    settle(here, import_id)
    saving = ListSaving(here, import_id)
    saving.step()
    if leaves:
        there.write(lambda tx: move_child(tx, RecordId(person.id), Scope(OTHER_COMMUNE)))
    for desk in (theirs, ours):
        desk.sync()
    run(saving)
    found = here.read(lambda c: search_children(c, NAME, Filters())).ids
    (child,) = [one for one in found if one != person.id]
    record = here.read(lambda c: child_record(c, child))
    assert record is not None
    assert record.person.phone == "0912345678"
    assert [one.group_code for one in record.groups] == ["NGCO01"]


def test_of_who_left_no_row_stays_however_it_is_spelt(desks: tuple[EnrolledDesk, EnrolledDesk], tmp_path: Path) -> None:
    """All rows are of the child who leaves: the first one fills in that child, the others repeat one before them."""
    ours, theirs = desks
    here, there = (Workplace(desk.open.register, code_book()) for desk in desks)
    person, file = make_child(NAME, birth_date="2015-01-02")
    here.write(save_all(person, file))
    for desk in desks:
        desk.sync()
    rows = [
        f"{name};Nữ;02/01/2015;;Khe Lặc;;;Tằng Thị Lan;;;0912345678;" for name in (NAME, NAME.lower(), NAME.upper())
    ]
    import_id = read(here, list_of(tmp_path, *rows))
    settle(here, import_id)
    there.write(lambda tx: move_child(tx, RecordId(person.id), Scope(OTHER_COMMUNE)))
    for desk in (theirs, ours):
        desk.sync()
    assert here.read(lambda c: c.execute("SELECT payload FROM import_row WHERE payload<>''").fetchall()) == []
