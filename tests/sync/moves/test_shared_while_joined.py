"""The dialog that shares a child with the house stands open while a colleague's joining of its two records arrives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.presenters.child.share import ChildShare
from commune_desk.store.pages.children import child_record
from tests.helpers.joined import join
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.sheltered_office import THERE, ShelteredOffice, correct, sheltered_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ShelteredOffice]:
    with sheltered_office(tmp_path) as made:
        yield made


def test_the_house_sees_every_later_change(office: ShelteredOffice) -> None:
    kept, old = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sáng")
    ours = Colleague(office.ours)
    record = ours.workplace.read(lambda c: child_record(c, old))
    assert record is not None
    dialog = ChildShare(ours.workplace, record)
    office.colleague.register.write(lambda tx: join(tx, old, kept)).result()
    office.sync()
    ours.workplace.write(dialog.operation(THERE, "protection"))
    office.sync()
    correct(office.ours, kept, village="Khe Mới")
    office.sync()
    assert office.house.ask("SELECT village FROM person") == [("Khe Mới",)]
    assert office.unrest() == {}
