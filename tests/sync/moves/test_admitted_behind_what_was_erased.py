"""What a withdrawn PC sent is taken in to its end, also where a whole part of it speaks of a child who was erased."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.usecases.records.children import ChildEntry, register_child
from sync.server.commands.admit_commands import _admit_all
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.lifecycle import admitting
from sync.server.lifecycle.admitting import waiting
from tests.helpers.builders import make_file, make_person
from tests.sync.actors.two_communes import Two, visit
from tests.sync.erasure.test_erased_at_desks import erased
from tests.sync.moves.test_admitted import id_of, visits, withdraw


@pytest.mark.parametrize("at_once", [2, 500])
def test_the_visits_behind_it_come_too(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(admitting, "AT_ONCE", at_once)
    entry = ChildEntry(person=make_person("Lý Thị Mẩy"), file=make_file(RecordId("")))
    other: RecordId = two.late.register.write(lambda tx: register_child(tx, entry)).result()[0]
    two.sync()
    for _ in range(2):
        visit(two.late, child)
    last = visit(two.late, other)
    withdraw(two, two.late)
    erased(two, child)
    shown = two.real.province.database.read(lambda c: waiting(c, id_of(two.late)), WHOLE_PROVINCE)
    assert shown.changes == 1
    assert _admit_all(two.real.province, id_of(two.late)).merged == 1
    two.old.sync()
    assert visits(two.old) == {last}
