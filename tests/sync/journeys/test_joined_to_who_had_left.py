"""A child is joined, without a line, to a record that a colleague had handed over: they stay two, the page opens."""

from __future__ import annotations

from commune_desk.store.pages.not_joined import not_joined
from tests.helpers.joined import join
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.sheltered_office import correct
from tests.sync.actors.travelled_office import TravelledOffice


def test_the_page_of_who_stays_says_that_they_are_two(office: TravelledOffice) -> None:
    """With what was taken of the one: it left with the other."""
    old, kept = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sáng A")
    correct(office.ours, old, phone="0911")
    office.sync()
    office.move("colleague", kept, OTHER_COMMUNE)
    office.sync("colleague")
    office.ours.register.write(lambda tx: join(tx, old, kept, {"person": ["phone"]})).result()
    office.sync()
    found = office.ours.register.write(lambda tx: not_joined(tx.connection, old)).result()[0]
    assert found is not None
    assert (found.old, found.kept, found.taken) == (old, kept, ())
