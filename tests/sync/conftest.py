"""What several stories of children begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.usecases.records.children import ChildEntry, KinEntry, register_child
from tests.helpers.builders import make_file, make_group, make_person, make_relation, make_report, save_all
from tests.helpers.quick_passphrases import quick_passphrases
from tests.sync.actors.commune_and_house import Both, commune_and_house
from tests.sync.actors.islands import Islands
from tests.sync.actors.real_province import real_province
from tests.sync.actors.server_fixtures import World, province_in
from tests.sync.actors.travelled_office import TravelledOffice, travelled_office
from tests.sync.actors.two_communes import Two, two_communes, visit


@pytest.fixture(scope="module", autouse=True)
def _quick_passphrases() -> Iterator[None]:
    with quick_passphrases():
        yield


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A province in this process, and desks that speak to it line by line."""
    with province_in(tmp_path) as made:
        yield made


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TravelledOffice]:
    """Two PCs of one commune and one of another, at a province that can be put back."""
    with travelled_office(tmp_path) as made:
        yield made


@pytest.fixture
def islands(tmp_path: Path) -> Iterator[Islands]:
    """PCs that go by stick, and what is between them and their province."""
    with real_province(tmp_path) as real:
        made = Islands(tmp_path, real)
        yield made
        made.close()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with two_communes(tmp_path, Two) as made:
        yield made


@pytest.fixture
def child(two: Two) -> RecordId:
    """A child with a mother and a sealed report, known to both desks of its commune."""
    entry = ChildEntry(
        person=make_person("Chìu Văn Sáng"),
        file=make_file(RecordId("")),
        kin=(KinEntry(person=make_person("Chìu Thị Mây"), relation="mother"),),
    )
    person: RecordId = two.old.register.write(lambda tx: register_child(tx, entry)).result()[0]
    two.old.register.write(save_all(make_report(person=person, description="Bị đánh"))).result()
    two.sync()
    return person


@pytest.fixture
def again(two: Two, child: RecordId) -> RecordId:
    """The same child, entered once more at the other desk, with a visit, a group and a relative."""
    entry = ChildEntry(
        person=make_person("Chìu Văn Sáng A", phone="0912000111"),
        file=make_file(RecordId(""), risk_level="high", opened_on="2026-05-05", school="TH Bình Liêu"),
    )
    person: RecordId = two.late.register.write(lambda tx: register_child(tx, entry)).result()[0]
    aunt = make_person("Chìu Thị Tám")
    two.late.register.write(
        save_all(aunt, make_relation(person, aunt.id, "aunt"), make_group(person), make_report(person=person))
    ).result()
    visit(two.late, person)
    two.sync()
    return person


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    with commune_and_house(tmp_path) as made:
        yield made
