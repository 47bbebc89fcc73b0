"""The dialog that hands a child over stands open while a colleague's joining of the child's two records arrives."""

from __future__ import annotations

from commune_desk.presenters.child.move import ChildMove, move_view
from commune_desk.store.pages.children import child_record
from tests.helpers.joined import join
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def test_the_child_goes_and_its_page_says_so(office: TravelledOffice) -> None:
    kept, old = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sáng")
    ours = Colleague(office.ours)
    record = ours.workplace.read(lambda c: child_record(c, old))
    assert record is not None
    dialog = ChildMove(ours.workplace, record)
    office.colleague.register.write(lambda tx: join(tx, old, kept)).result()
    office.sync()
    ours.workplace.write(dialog.operation(OTHER_COMMUNE))
    assert move_view(ours.workplace, kept).under_way
    for _ in range(2):
        office.sync()
    assert set(office.homes("person").values()) == {OTHER_COMMUNE}
    assert office.unrest() == {}
