"""What somebody wrote who had not heard of moves: every desk of the new home still reads its feed, and begins anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.desk.versions import begin_all_anew
from commune_desk.usecases.records.children import ChildEntry, KinEntry, register_child
from commune_desk.usecases.records.moves import move_child
from sync.client.errors import Unproven
from sync.server.engine import tables
from sync.server.intake import whereabouts
from sync.server.intake.whereabouts import Whereabouts
from tests.helpers.builders import make_file, make_person, make_relation, save_all
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.two_communes import THERE, move, two_communes
from tests.sync.moves.test_third_commune import THIRD, Three

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Three]:
    with two_communes(tmp_path, Three) as made:
        yield made


@pytest.fixture
def child(two: Three) -> RecordId:
    """A child with a mother, known to both desks of the first commune."""
    kin = (KinEntry(person=make_person("Chìu Thị Mây"), relation="mother"),)
    entry = ChildEntry(person=make_person("Chìu Văn Sáng"), file=make_file(RecordId("")), kin=kin)
    person: RecordId = two.old.register.write(lambda tx: register_child(tx, entry)).result()[0]
    two.sync()
    return person


def telephones(desk: RealDesk, person: str, number: str) -> None:
    desk.run(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Person, RecordId(person)), phone=number)))


def goes(desk: RealDesk, child: RecordId, to: Scope) -> None:
    desk.run(lambda tx: move_child(tx, child, to))
    desk.sync()


def mother_of_two(two: Three, child: RecordId) -> str:
    """The child goes on to a third commune and back; a sister stays there, and the mother with her.

    The second commune holds the mother as a guest again, so that nothing of her stands as having left it.
    """
    (mother,) = (one for (one,) in two.old.ask("SELECT id FROM person WHERE full_name='Chìu Thị Mây'"))
    goes(two.old, child, THERE)
    two.new.sync()
    goes(two.new, child, THIRD)
    two.third.sync()
    entry = ChildEntry(person=make_person("Chìu Thị Em", scope=THIRD), file=make_file(RecordId(""), scope=THIRD))
    sister = two.third.register.write(lambda tx: register_child(tx, entry)).result()[0]
    two.third.run(save_all(make_relation(sister, mother, "mother", scope=THIRD)))
    two.third.sync()
    goes(two.third, child, THERE)
    for desk in (two.new, two.third):
        desk.sync()
    assert two.third.ask("SELECT scope FROM person WHERE id=?", mother) == [(THIRD,)]
    return str(mother)


def begun_anew(desk: RealDesk) -> None:
    desk.run(begin_all_anew)
    desk.sync()


def test_a_late_edit_of_somebody_who_is_a_guest_where_she_lived_stops_no_feed(two: Three, child: RecordId) -> None:
    mother = mother_of_two(two, child)
    telephones(two.late, mother, "0912000777")
    two.late.sync()
    for _ in range(2):
        two.sync()
    begun_anew(two.third)
    assert two.third.ask("SELECT field, state FROM conflict WHERE record=?", mother) == [("phone", "open")]


def test_where_no_move_is_found_it_is_set_aside_and_stops_no_feed(
    two: Three, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a home cannot be told so that its desks believe it is not told: one change waits, and not a commune."""
    monkeypatch.setattr(Whereabouts, "_last_move", lambda *_: "")
    mother = mother_of_two(two, child)
    telephones(two.late, mother, "0912000777")
    two.late.sync()
    two.sync()
    assert two.real.scalars(select(tables.quarantine.c.code)) == ["moved"]


def test_told_all_the_same_it_would_stop_the_feed_for_good(
    two: Three, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(Whereabouts, "_last_move", lambda *_: "")
    monkeypatch.setattr(whereabouts, "_is_believed", lambda route: True)
    mother = mother_of_two(two, child)
    telephones(two.late, mother, "0912000777")
    two.late.sync()
    with pytest.raises(Unproven):
        two.third.sync()


def waits_for_a_person(two: Three, child: RecordId) -> None:
    """A number typed without a line over one that was overwritten before the child moved."""
    telephones(two.old, child, "0912000001")
    two.sync()
    telephones(two.old, child, "0912000002")
    two.old.sync()
    telephones(two.late, child, "0912000003")
    move(two.old, child)
    for desk in (two.old, two.new, two.late, two.new):
        desk.sync()
    assert two.new.ask("SELECT field, state FROM conflict") == [("phone", "open")]


def test_while_a_late_edit_waits_the_new_commune_can_begin_anew(
    two: Three, child: RecordId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its base never came there: who follows the feed does not have it either."""
    waits_for_a_person(two, child)
    begun_anew(two.new)
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 1)
    make_register(tmp_path / "later.db", two.real.enrol({THERE: Role.COMMUNE_OFFICER}))
    later = RealDesk(tmp_path / "later.db", SystemClock(), two.real.transport)
    later.sync()
    for desk in (two.new, later):
        assert desk.ask("SELECT field, state FROM conflict") == [("phone", "open")]
        assert desk.ask("SELECT phone FROM person WHERE id=?", child) == [("0912000002",)]
    later.register.close()
