"""What was sealed for a place where the child does not go: it is set aside, and hides nothing of the record here."""

from __future__ import annotations

from sqlalchemy import select

from sync.server.engine import tables
from tests.helpers.builders import make_report, save_all
from tests.helpers.joined import join
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def hidden_here(office: TravelledOffice) -> list[object]:
    """A child is moved here and joined to another by a colleague at the same time; this desk is enrolled anew."""
    child, other = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sang")
    office.ours.run(save_all(make_report(person=child, child_name="Chìu Văn Sáng", description="Bị đánh")))
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
