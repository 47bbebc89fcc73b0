"""A PC comes back from its own backup with a newer program, which begins every place anew, and is enrolled anew: what
it had written is looked for in all that was told, and not in what stands by now."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.store.desk import versions
from commune_desk.store.engine import settings
from commune_desk.store.exchange.staged import mark_restored
from commune_desk.store.writing.transaction import Tx
from tests.sync.actors.travelled_office import TravelledOffice

OLDER, NEWER = "0912000001", "0912000002"


@pytest.fixture
def child(office: TravelledOffice) -> RecordId:
    """Ours wrote the telephone number down, was backed up, and sent it; the colleague has written another one since."""
    child = office.child("Chìu Văn Sáng")
    office.ours.edit(Person, child, phone=OLDER)
    office.ours.keep_copy()
    office.sync()
    office.colleague.edit(Person, child, phone=NEWER)
    office.sync()
    office.ours.set_back()
    return child


def written_by_an_older_program(tx: Tx) -> None:
    """It had not read all of what came."""
    settings.put(tx.connection, versions.OWN_SCHEMA, SCHEMA_VERSION - 1)


def comes_back(office: TravelledOffice, *, caught_up: str) -> None:
    """The newer program catches up with what came before the enrolment, or with the first sync after it."""
    office.ours.run(written_by_an_older_program)
    if caught_up == "before":
        office.ours.run(versions.catch_up)
    office.ours.run(mark_restored)
    office.ours.enrol_anew()
    office.sync()


@pytest.mark.parametrize("caught_up", ["before", "after"])
def test_nothing_that_the_province_has_is_set_aside(office: TravelledOffice, child: RecordId, caught_up: str) -> None:
    comes_back(office, caught_up=caught_up)
    assert office.ours.shown(child, "phone") == NEWER
    assert office.unrest() == {}


def test_begun_from_what_stands_it_would_be(
    office: TravelledOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(versions, "hear_all", versions.begin_all_anew)
    comes_back(office, caught_up="before")
    assert office.ours.shown(child, "phone") == NEWER
    assert office.unrest() == {"ours": {"set aside": [("id", 1)]}}
