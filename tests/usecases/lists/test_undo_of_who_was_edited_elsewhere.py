"""A list is taken back while a colleague, without a line, writes down more of a child of it, or has it protected: the
child is found on every desk, as one that was visited meanwhile is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.store.pages.children import file_of
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.children import KinEntry, join_group, save_kin
from tests.helpers.builders import make_person
from tests.helpers.enrolled_desks import enrolled_desk
from tests.helpers.lists import undo
from tests.sync.actors.real_province import real_province
from tests.usecases.lists.test_undo_elsewhere import VISITED, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with real_province(tmp_path) as province:
        ours, theirs = (enrolled_desk(province, tmp_path / name) for name in ("ours", "theirs"))
        yield Office(ours, theirs, tmp_path)
        ours.close()
        theirs.close()


def _risk(tx: Tx, child: RecordId) -> None:
    file = file_of(tx.connection, child)
    assert file is not None
    tx.save(msgspec.structs.replace(tx.existing(ChildFile, file.id), risk_level="high", note="Cháu bị đánh."))


def _phone(tx: Tx, child: RecordId) -> None:
    tx.save(msgspec.structs.replace(tx.existing(Person, child), phone="0912000111"))


def _group(tx: Tx, child: RecordId) -> None:
    join_group(tx, child, "HCDB01", from_on="2026-09-30")


def _mother(tx: Tx, child: RecordId) -> None:
    save_kin(tx, child, KinEntry(person=make_person("Lý Thị Mây", birth_date="1990"), relation="mother"))


@pytest.mark.parametrize("work", [_risk, _phone, _group, _mother])
def test_the_child_is_found_everywhere(office: Office, work: Callable[[Tx, RecordId], None]) -> None:
    office.there.write(lambda tx: work(tx, office.child))
    undo(office.here, office.import_id)
    office.sync()
    office.sync()
    for workplace in (office.here, office.there):
        assert office.found(workplace, VISITED) == [office.child]
