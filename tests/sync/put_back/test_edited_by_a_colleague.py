"""A province that was put back hears an edit of a child whom it forgot, and not yet from who had registered her."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.store.intake.incoming import Incoming
from tests.sync.actors.travelled_office import TravelledOffice, Traveller

NAME, PHONE = "Chìu Văn Sáng", "0912000001"


def edited(office: TravelledOffice, *, silently: bool = False) -> RecordId:
    """By a colleague; whoever registered the child is away."""
    office.copy_silently()
    office.back_up()
    child = office.child(NAME)
    if silently:
        office.put_back_silently()
    else:
        office.put_back()
    office.colleague.run(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Person, child), phone=PHONE)))
    office.sync("colleague", "colleague")
    return child


def shown(desk: Traveller) -> list[tuple[object, ...]]:
    return [tuple(row) for row in desk.ask("SELECT full_name, birth_date, phone FROM person")]


@pytest.mark.parametrize("silently", [False, True])
def test_what_the_province_lost_of_the_child_stays(office: TravelledOffice, *, silently: bool) -> None:
    edited(office, silently=silently)
    ((name, born, phone),) = shown(office.colleague)
    assert (name, bool(born), phone) == (NAME, True, PHONE)
    assert office.colleague.ask("SELECT count(*) FROM child_file") == [(1,)]
    assert "sums" in office.unrest("colleague")["colleague"], "and the comparison tells of it"  # type: ignore[operator]


def test_and_all_is_as_it_was_once_they_are_back(office: TravelledOffice) -> None:
    edited(office)
    office.sync()
    office.sync()
    assert office.unrest() == {}
    assert shown(office.ours) == shown(office.colleague)
    assert shown(office.ours)[0][::2] == (NAME, PHONE)


def test_taken_for_unwritten_it_would_be_wiped(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(Incoming, "_is_lost", lambda *_: False)
    edited(office)
    assert shown(office.colleague) == [("", None, PHONE)]
