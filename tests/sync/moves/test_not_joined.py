"""A joining that the province refuses: what was taken with it is named at its desk, and can be put back."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.domain.words.errors import Refusal
from commune_desk.store.pages.not_joined import NotJoined, not_joined
from commune_desk.store.writing import joined
from commune_desk.store.writing.joining import join
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records import joining
from commune_desk.usecases.records.joining import put_back
from tests.helpers.builders import make_file, make_person, save_all
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.two_communes import Two, move, visit
from tests.sync.moves.test_joined_at_desks import joins

pytestmark = pytest.mark.usefixtures("store_engine")

_TAKEN = {"person": ("phone",), "child_file": ("risk_level", "school", "disability_types")}


@pytest.fixture
def third(two: Two, child: RecordId, again: RecordId) -> RecordId:
    """A further record; the older desk joins `again` to it while the other one joins it to `child`, with details."""
    person = make_person("Chìu Văn Sang")
    two.old.register.write(save_all(person, make_file(person.id))).result()
    two.late.run(lambda tx: tx.save(_with(tx, again, disability_types=("hearing",))))
    two.old.run(lambda tx: tx.save(_with(tx, child, school="TH Lục Hồn", disability_types=("vision",))))
    two.sync()
    joins(two.old, again, person.id)
    joins(two.late, again, child, **_TAKEN)
    two.sync()
    return person.id


def _with(tx: Tx, person: RecordId, **values: object) -> ChildFile:
    (row,) = tx.connection.execute("SELECT id FROM child_file WHERE person=?", (person,)).fetchall()
    return msgspec.structs.replace(tx.existing(ChildFile, row[0]), **values)


def told(desk: RealDesk, person: RecordId) -> NotJoined | None:
    return desk.register.write(lambda tx: not_joined(tx.connection, person)).result()[0]


def details(desk: RealDesk, person: RecordId) -> list[tuple[object, ...]]:
    asked = (
        "SELECT p.phone, f.risk_level, f.school, f.disability_types FROM person p JOIN child_file f ON f.person=p.id"
        " WHERE p.id=?"
    )
    return desk.ask(asked, person)


BEFORE = [(None, None, "TH Lục Hồn", '["vision"]')]
TAKEN = [("0912000111", "high", "TH Bình Liêu", '["hearing", "vision"]')]


@pytest.mark.usefixtures("third")
def test_what_was_taken_with_it_is_named_with_what_stood_before(two: Two, child: RecordId, again: RecordId) -> None:
    said = told(two.late, child)
    assert said is not None
    assert (said.old, said.kept) == (again, child)
    assert sorted((one.kind, one.field, one.now, one.before) for one in said.taken) == [
        ("child_file", "disability_types", ("hearing", "vision"), ("vision",)),
        ("child_file", "risk_level", "high", None),
        ("child_file", "school", "TH Bình Liêu", "TH Lục Hồn"),
        ("person", "phone", "0912000111", None),
    ]
    assert told(two.old, child) is None, "the other desk asked for nothing that was refused"


@pytest.mark.usefixtures("third")
def test_put_back_it_is_as_before_at_every_desk_and_asked_of_nobody(two: Two, child: RecordId) -> None:
    assert details(two.old, child) == TAKEN, "the details stand until somebody says otherwise"
    two.late.run(lambda tx: put_back(tx, child))
    two.sync()
    for desk in (two.old, two.late):
        assert details(desk, child) == BEFORE
        assert desk.ask("SELECT count(*) FROM conflict WHERE state='open'") == [(0,)]
        assert sums_here(desk, COMMUNE).whole == sums_there(two.real, COMMUNE).whole
    said = told(two.late, child)
    assert said is not None
    assert said.taken == (), "that they were not joined is still said"
    with pytest.raises(Refusal):
        two.late.run(lambda tx: put_back(tx, child))


@pytest.mark.usefixtures("third")
def test_what_somebody_wrote_there_since_is_nobody_elses_to_put_back(two: Two, child: RecordId) -> None:
    two.old.edit(Person, child, phone="0912000333")
    two.sync()
    said = told(two.late, child)
    assert said is not None
    assert "phone" not in {one.field for one in said.taken}
    two.late.run(lambda tx: put_back(tx, child))
    two.sync()
    assert details(two.old, child) == [("0912000333", *BEFORE[0][1:])]


def test_without_a_mark_in_common_the_details_would_stand_and_nobody_be_told(
    two: Two, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(joining, "join", lambda tx, old, kept: join(tx, old, kept) and "")
    other = make_person("Chìu Văn Sang")
    two.old.register.write(save_all(other, make_file(other.id))).result()
    two.sync()
    joins(two.old, again, other.id)
    joins(two.late, again, child, **_TAKEN)
    two.sync()
    said = told(two.late, child)
    assert said is not None
    assert said.taken == ()
    assert two.old.ask("SELECT phone FROM person WHERE id=?", child) == [("0912000111",)]


def _joined_while_it_left(two: Two, child: RecordId, again: RecordId) -> RecordId:
    """One officer moves a child; a colleague visits it and joins it to another while her sync brings the word of that.

    The province does not join the two, and what was noted of the child goes after it.
    """
    move(two.old, child)
    two.old.sync()
    seen: list[RecordId] = []

    def typed() -> None:
        seen.append(visit(two.late, child))
        joins(two.late, child, again)

    replica = two.late.replica()
    replica.meantime = typed
    two.late.sync(replica)
    two.late.sync()
    return seen[0]


def test_what_was_noted_of_a_child_who_left_goes_though_it_was_joined_here_meanwhile(
    two: Two, child: RecordId, again: RecordId
) -> None:
    made = _joined_while_it_left(two, child, again)
    two.sync()
    assert two.late.ask("SELECT id FROM home_visit WHERE id=?", made) == []
    assert two.late.ask("SELECT count(*) FROM person WHERE id=?", child) == [(0,)]
    assert two.new.ask("SELECT id FROM home_visit WHERE id=?", made) == [(made,)]
    assert sums_here(two.late, COMMUNE) == sums_there(two.real, COMMUNE)


def test_asked_by_name_alone_it_would_stay_without_its_child(
    two: Two, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: as long as the two were one here, the visit named the other."""
    monkeypatch.setattr(joined, "parted_records", lambda *_: [])
    made = _joined_while_it_left(two, child, again)
    assert two.late.ask("SELECT id FROM home_visit WHERE id=?", made) == [(made,)]
