"""Real desks: what a desk signs that it removed is what it had; counts that were wrong have hidden losses elsewhere."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.intake import departures
from commune_desk.usecases.records.children import ChildEntry, KinEntry, register_child
from sync import protocol
from sync.purge_wire import PurgeStatement
from sync.server.engine import tables
from tests.helpers.builders import make_file, make_person
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.two_communes import Two, move, visit

pytestmark = pytest.mark.usefixtures("store_engine")


def _registered(two: Two) -> RecordId:
    """A child with a mother and a visit, at one desk alone until it syncs."""
    mother = KinEntry(person=make_person("Chìu Thị Mây"), relation="mother")
    entry = ChildEntry(person=make_person("Chìu Văn Sáng"), file=make_file(RecordId("")), kin=(mother,))
    child: RecordId = two.old.register.write(lambda tx: register_child(tx, entry)).result()[0]
    visit(two.old, child)
    return child


def _held(desk: RealDesk) -> int:
    return sum(desk.ask(f"SELECT count(*) FROM {kind}")[0][0] for kind in KINDS)


def _said(two: Two) -> dict[str, int]:
    """By desk, how many records it signed to have removed, as the province keeps it."""
    bodies = two.real.scalars(select(tables.purge.c.body))
    statements = [protocol.decode(body, PurgeStatement) for body in bodies]
    return {one.desk: one.records for one in statements}


def _moved_behind_both(two: Two) -> dict[str, int]:
    """By desk, what it held that is gone now."""
    child = _registered(two)
    two.sync()
    held = {desk.register.identity.desk: _held(desk) for desk in (two.old, two.late)}
    assert min(held.values()) > 3
    move(two.old, child)
    two.sync()
    return {
        desk.register.identity.desk: held[desk.register.identity.desk] - _held(desk) for desk in (two.old, two.late)
    }


def test_it_is_what_was_here_and_is_gone(two: Two) -> None:
    assert _moved_behind_both(two) == _said(two)


def _said_of_a_child_that_was_never_here(two: Two) -> int:
    child = _registered(two)
    two.old.sync()
    move(two.old, child)
    two.old.sync()
    two.late.sync()
    return _said(two)[two.late.register.identity.desk]


def test_of_a_child_that_was_never_here_none_was_removed(two: Two) -> None:
    assert _said_of_a_child_that_was_never_here(two) == 0


def test_counted_by_who_left_it_would_be_more(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    honest = departures._remove
    monkeypatch.setattr(departures, "_remove", lambda *one, **how: honest(*one, **how) * 0 + 1)
    assert _said_of_a_child_that_was_never_here(two) > 3
