"""Who was held in a commune for the sake of a child whom the law erases alone is told there no more."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.pages.sync_status import sync_facts
from sync.server.engine import tables
from sync.server.lifecycle import left_behind
from tests.helpers.builders import make_file, save_all
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.two_communes import Two, move
from tests.sync.erasure.test_erased_at_desks import erased
from tests.sync.moves.test_comes_back import mother_of, related

pytestmark = pytest.mark.usefixtures("store_engine")


def names(desk: RealDesk) -> list[str]:
    return [name for (name,) in desk.ask("SELECT full_name FROM person ORDER BY full_name")]


def gone_to_the_other(two: Two, child: RecordId) -> RecordId:
    """The child has moved; the mother stayed with a brother, and is a guest there."""
    mother = mother_of(two)
    related(two.old, "Lò Văn Minh", mother)
    two.sync()
    move(two.old, child)
    two.sync()
    assert "Chìu Thị Mây" in names(two.new)
    return mother


def is_whole(two: Two) -> None:
    for desk, scope in ((two.old, COMMUNE), (two.late, COMMUNE), (two.new, OTHER_COMMUNE)):
        assert sums_here(desk, scope).whole == sums_there(two.real, scope).whole
        facts = desk.register.write(lambda tx: sync_facts(tx.connection)).result()[0]
        assert (facts.waiting_changes, facts.set_aside, facts.behind) == (0, 0, 0)


def test_she_leaves_the_commune_and_stays_at_home(two: Two, child: RecordId) -> None:
    mother = gone_to_the_other(two, child)
    erased(two, child)
    two.sync()
    assert names(two.new) == []
    two.old.edit(Person, mother, phone="0912000222")
    two.sync()
    assert two.new.ask("SELECT count(*) FROM change WHERE raw LIKE '%0912000222%'") == [(0,)]
    assert two.late.ask("SELECT phone FROM person WHERE id=?", mother) == [("0912000222",)]
    assert two.real.scalars(select(tables.guest.c.record)) == []
    is_whole(two)


def test_who_is_needed_there_by_another_child_stays(two: Two, child: RecordId) -> None:
    mother = gone_to_the_other(two, child)
    related(two.new, "Lò Văn Bảy", mother)
    two.sync()
    erased(two, child)
    two.sync()
    assert names(two.new) == ["Chìu Thị Mây", "Lò Văn Bảy"]
    is_whole(two)


def test_what_was_typed_of_her_there_meanwhile_comes_home_to_be_decided(two: Two, child: RecordId) -> None:
    """A desk without a line has not heard of it yet: its edit is late, like any of a record that left."""
    mother = gone_to_the_other(two, child)
    erased(two, child)
    two.new.edit(Person, mother, phone="0912000333")
    two.sync()
    assert names(two.new) == []
    for desk in (two.old, two.late):
        assert desk.ask("SELECT record, field FROM conflict WHERE state='open'") == [(mother, "phone")]
    is_whole(two)


def test_a_pc_that_begins_there_later_is_not_told_of_her(two: Two, child: RecordId, tmp_path: Path) -> None:
    gone_to_the_other(two, child)
    erased(two, child)
    two.sync()
    make_register(tmp_path / "begun.db", two.real.enrol({Scope(OTHER_COMMUNE): Role.COMMUNE_OFFICER}))
    begun = RealDesk(tmp_path / "begun.db", SystemClock(), two.real.transport)
    begun.sync()
    assert names(begun) == []
    assert sums_here(begun, OTHER_COMMUNE).whole == sums_there(two.real, OTHER_COMMUNE).whole
    begun.register.close()


def test_she_comes_again_with_another_child(two: Two, child: RecordId) -> None:
    mother = gone_to_the_other(two, child)
    erased(two, child)
    two.sync()
    ((brother,),) = two.old.ask("SELECT id FROM person WHERE full_name='Lò Văn Minh'")
    related(two.old, "Lò Văn Sáu", mother)
    two.old.register.write(save_all(make_file(RecordId(brother)))).result()
    two.sync()
    move(two.old, RecordId(brother))
    two.sync()
    assert names(two.new) == ["Chìu Thị Mây", "Lò Văn Minh"]
    is_whole(two)


def test_nobody_led_out_she_would_stay_for_good(two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(left_behind, "stays_for_nobody", lambda *_: False)
    mother = gone_to_the_other(two, child)
    erased(two, child)
    two.old.edit(Person, mother, phone="0912000222")
    two.sync()
    assert two.new.ask("SELECT phone FROM person WHERE id=?", mother) == [("0912000222",)]
