"""A desk begins anew while people are asked about what it wrote: it shows what stands, as its colleagues do."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.store.desk.versions import begin_all_anew
from commune_desk.store.intake import incoming
from commune_desk.store.writing.transaction import Tx
from tests.helpers.joined import join
from tests.sync.actors.travelled_office import TravelledOffice

STOOD, LATE = "0900000001", "0900000002"


@pytest.fixture
def children(office: TravelledOffice) -> tuple[RecordId, RecordId]:
    """A child who was entered twice: the record that was joined to the other, and that other."""
    kept, old = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sáng")
    office.colleague.register.write(lambda tx: join(tx, old, kept)).result()
    office.sync()
    return old, kept


def telephone(office: TravelledOffice, child: RecordId, phone: str) -> None:
    def run(tx: Tx) -> None:
        tx.save(msgspec.structs.replace(tx.existing(Person, child), phone=phone))

    office.ours.run(run)


def shown(office: TravelledOffice, child: RecordId) -> set[str | None]:
    """The telephone at both desks of the commune."""
    return {phone for desk in (office.ours, office.colleague) for (phone,) in desk.ask(_PHONE, child)}


_PHONE = "SELECT phone FROM person WHERE id=?"


def late_word(office: TravelledOffice, child: RecordId) -> None:
    """Of a record that is another's by now, so that it waits for a person; then all is fetched anew."""
    telephone(office, child, LATE)
    office.ours.run(begin_all_anew)
    office.sync()


def test_where_nothing_stood_nothing_does(office: TravelledOffice, children: tuple[RecordId, RecordId]) -> None:
    late_word(office, children[0])
    assert shown(office, children[0]) == {None}
    assert office.unrest() == {}
    asked = [desk.ask("SELECT field, state FROM conflict") for desk in (office.ours, office.colleague)]
    assert asked == [[("phone", "open")]] * 2


def test_where_a_number_stood_it_does(office: TravelledOffice) -> None:
    """Also where it is the very number over which the late one was written."""
    kept, old = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sáng")
    telephone(office, old, STOOD)
    office.sync()
    office.colleague.register.write(lambda tx: join(tx, old, kept)).result()
    office.sync()
    late_word(office, old)
    assert shown(office, old) == {STOOD}
    assert office.unrest() == {}


def test_taken_for_lost_it_would_stay_at_one_desk(
    office: TravelledOffice, children: tuple[RecordId, RecordId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what stands nowhere is held to be what a province that was put back has lost."""
    monkeypatch.setattr(incoming, "named_by", lambda _steps: set())
    monkeypatch.setattr(incoming.Incoming, "_is_lost", lambda *_: True)  # or the comparison would put it right
    late_word(office, children[0])
    assert shown(office, children[0]) == {None, LATE}
    assert office.unrest().keys() == {"ours"}
