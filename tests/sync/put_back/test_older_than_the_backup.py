"""A province put back to a copy older than the backup that a desk was told of: a new enrolment code is the way on."""

from __future__ import annotations

import pytest

from commune_desk.store.intake import departures
from commune_desk.usecases.sync.agent import SyncStatus
from sync.client.errors import ChangesMissing
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def test_a_desk_that_let_go_of_what_the_backup_had_goes_on_under_a_new_code(office: TravelledOffice) -> None:
    """The words about a child who left are gone from it, and with them numbers that the province asks for."""
    stays = office.child("Lò Thị Hai")
    office.back_up("older")
    gone = office.child("Chìu Văn Sáng")
    office.move("ours", gone, OTHER_COMMUNE)
    office.sync()
    office.ours.run(lambda tx: departures.forget_durable(tx.connection, tx.ledger.desk, 1 << 40))
    office.put_back("older", older=True)
    visit = office.visit("ours", stays)
    with pytest.raises(ChangesMissing) as missing:
        office.ours.go()
    assert SyncStatus(failure=missing.value).may_need_enrolment
    office.ours.enrol_anew()
    office.sync()
    office.sync()
    assert visit in office.homes("home_visit")
    unrest = office.unrest()
    assert unrest.pop("ours") == {"set aside": [("moved", 1)]}, "the move, which stays, waits for its child"
    assert list(unrest) == ["there"], "it has the child that the province lost, and is told so"
    assert office.there.ask("SELECT full_name FROM person WHERE id=?", gone) == [("Chìu Văn Sáng",)]
