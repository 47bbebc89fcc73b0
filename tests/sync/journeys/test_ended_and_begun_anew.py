"""A file is ended while a colleague visits the child unheard, and the PC hears of that as it begins its place anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.desk import versions
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.children import close_file
from tests.sync.actors.travelled_office import TravelledOffice

Begins = Callable[[TravelledOffice], None]


def after_an_update(office: TravelledOffice) -> None:
    """What came before it the former program could not read."""
    office.ours.run(versions.begin_all_anew)


def behind_a_restore(office: TravelledOffice) -> None:
    office.back_up()
    office.put_back()


def ends(office: TravelledOffice, child: RecordId) -> None:
    def run(tx: Tx) -> None:
        (file,) = tx.connection.execute("SELECT id FROM child_file WHERE person=?", (child,)).fetchone()
        close_file(tx, RecordId(file), "closed")

    office.ours.run(run)


def stands(office: TravelledOffice) -> set[tuple[str, int]]:
    for _ in range(3):
        office.sync("ours", "colleague")
    asked = "SELECT status, (SELECT count(*) FROM conflict WHERE state='open') FROM child_file"
    return {row for desk in (office.ours, office.colleague) for row in desk.ask(asked)}


@pytest.mark.parametrize("begins", [after_an_update, behind_a_restore])
def test_the_child_stays_followed_and_people_are_asked(office: TravelledOffice, begins: Begins) -> None:
    child = office.child("Chìu Văn Sáng")
    ends(office, child)
    office.visit("colleague", child)
    office.sync("colleague")
    begins(office)
    assert stands(office) == {("active", 1)}


@pytest.mark.parametrize("begins", [after_an_update, behind_a_restore])
def test_so_does_one_whose_end_is_heard_so_by_who_visited(office: TravelledOffice, begins: Begins) -> None:
    child = office.child("Chìu Văn Sáng")
    office.visit("colleague", child)
    ends(office, child)
    office.sync("ours")
    begins(office)
    office.colleague.run(versions.begin_all_anew)
    assert stands(office) == {("active", 1)}


@pytest.mark.parametrize("begins", [after_an_update, behind_a_restore])
def test_who_had_heard_of_it_is_not_asked(office: TravelledOffice, begins: Begins) -> None:
    child, other = office.child("Chìu Văn Sáng"), office.child("Bàn Văn Hai")
    office.visit("colleague", child)
    office.sync()
    ends(office, child)
    office.sync("ours")
    office.sync("colleague")
    office.visit("colleague", child)
    office.visit("colleague", other)
    office.sync("colleague")
    begins(office)
    assert stands(office) == {("closed", 0), ("active", 0)}
