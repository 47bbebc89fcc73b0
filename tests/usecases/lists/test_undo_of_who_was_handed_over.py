"""A child of a list that a colleague handed over while the list was taken back can be found in the new commune."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.program_files import code_book
from commune_desk.store.pages.search import Filters, search_children
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.moves import move_child, see_arrival
from sync.server.identity.scopes import ensure_communes
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.lists import bring_in, list_of, undo
from tests.sync.actors.real_province import OTHER_COMMUNE, real_province

Desks = tuple[EnrolledDesk, EnrolledDesk, EnrolledDesk]


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    """Two of the commune, and one of the commune to which the child goes."""
    with real_province(tmp_path) as province:
        province.write(lambda c: ensure_communes(c, escrow_public=province.province.escrow_public))
        ours, theirs = (enrolled_desk(province, tmp_path / name) for name in ("ours", "theirs"))
        there = enrolled_desk(province, tmp_path / "there", grants={OTHER_COMMUNE: Role.COMMUNE_OFFICER})
        yield ours, theirs, there
        for desk in (ours, theirs, there):
            desk.close()


@pytest.mark.parametrize("first", ["undo", "move"])
def test_who_was_handed_over_is_in_the_register_of_the_new_commune(desks: Desks, tmp_path: Path, first: str) -> None:
    ours, theirs, there = desks
    here, colleague, new = (Workplace(desk.open.register, code_book()) for desk in desks)
    import_id = bring_in(here, list_of(tmp_path, "Lý Thị Mẩy;Nữ;2016;;Khe Lặc;;;;;;;"))
    for desk in (ours, theirs):
        desk.sync()
    (child,) = colleague.read(lambda c: search_children(c, "ly thi may", Filters())).ids
    colleague.write(lambda tx: move_child(tx, RecordId(child), Scope(OTHER_COMMUNE)))
    undo(here, import_id)
    for desk in (*((ours, theirs) if first == "undo" else (theirs, ours)), there, ours, theirs, there):
        desk.sync()
    new.write(lambda tx: see_arrival(tx, RecordId(child)))
    assert there.ask("SELECT count(*) FROM person") == [(1,)]
    assert new.read(lambda c: search_children(c, "ly thi may", Filters(status=""))).ids == [child]
