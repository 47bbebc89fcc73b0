"""What was sealed for a place where the child does not go: it is set aside, and hides nothing of the record here."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commune_desk.store.changes import shadow
from sync.server.engine import tables
from tests.helpers.joined import join
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def hidden_here(office: TravelledOffice) -> list[object]:
    """A child is moved here and joined to another by a colleague at the same time; this desk is enrolled anew."""
    child, other = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sang")
    office.photo("ours", child)
    office.sync()
    office.colleague.register.write(lambda tx: join(tx, child, other)).result()
    office.sync("colleague")
    office.move("ours", child, OTHER_COMMUNE)
    office.ours.enrol_anew()
    office.sync()
    office.sync()
    assert set(office.real.scalars(select(tables.quarantine.c.code))) == {"joined", "moved"}
    return office.ours.ask("SELECT field FROM shadow")


def test_nothing_is_hidden(office: TravelledOffice) -> None:
    assert hidden_here(office) == []


def test_without_letting_go_a_value_would_stay_behind(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(shadow, "drop_behind", lambda *_: None)
    assert hidden_here(office) != []
