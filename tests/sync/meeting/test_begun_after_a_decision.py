"""A desk decides between two values and begins its place anew with the very next round: it is decided there too."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.store.desk.versions import begin_all_anew
from commune_desk.store.intake.conflicts import open_conflicts
from commune_desk.usecases.sync.conflicts import decide_conflict
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.travelled_office import TravelledOffice, Traveller


def _telephones(desk: Traveller, child: RecordId, phone: str) -> None:
    desk.run(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Person, child), phone=phone)))


def _decide(desk: Traveller, value: str) -> None:
    (asked,) = desk.register.write(lambda tx: open_conflicts(tx.connection)).result()[0]
    desk.run(
        lambda tx: decide_conflict(
            tx, kind=asked.kind, record=asked.record, field=asked.field, ids=asked.ids, value=value
        )
    )


@pytest.mark.parametrize("who_begins", ["ours", "colleague"])
def test_nothing_is_asked_any_more_and_all_is_as_at_the_province(office: TravelledOffice, who_begins: str) -> None:
    child = office.child("Chìu Văn Sáng")
    _telephones(office.ours, child, "0912000001")
    _telephones(office.colleague, child, "0912000002")
    office.sync()
    _decide(office.ours, "0912000001")
    office.desks[who_begins].run(begin_all_anew)
    office.sync()
    for desk in (office.ours, office.colleague):
        assert desk.ask("SELECT id FROM conflict WHERE state<>'closed'") == []
        assert sums_here(desk) == sums_there(office.real)
    assert office.unrest() == {}
