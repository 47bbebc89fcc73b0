"""A desk that goes by stick alone let go of numbers that a province put back to an old copy asks for again."""

from __future__ import annotations

from commune_desk.store.intake import departures
from sync.client.errors import ChangesMissing, DeskRemoved
from sync.server.identity import desks
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def test_by_stick_it_is_told_too_that_a_new_code_is_the_way_on(office: TravelledOffice) -> None:
    stays = office.child("Lò Thị Hai")
    office.back_up("older")
    gone = office.child("Chìu Văn Sáng")
    office.move("ours", gone, OTHER_COMMUNE)
    office.sync()
    office.ours.run(lambda tx: departures.forget_durable(tx.connection, tx.ledger.desk, 1 << 40))
    office.put_back("older", older=True)
    office.visit("ours", stays)
    reads = [office.ours.stick_in(bring(office.real.province, *office.ours.stick_out())) for _ in range(3)]
    assert any(isinstance(one.refusal, ChangesMissing) for one in reads)


def test_a_stick_that_was_lost_on_the_way_is_written_again(office: TravelledOffice) -> None:
    """What the province lacks is still here: no code is needed."""
    stays = office.child("Lò Thị Hai")
    office.visit("ours", stays)
    office.ours.stick_out()
    office.visit("ours", stays)
    read = office.ours.stick_in(bring(office.real.province, *office.ours.stick_out()))
    assert read.refusal is None


def test_that_a_pc_was_withdrawn_is_told_before_that(office: TravelledOffice) -> None:
    """A new code is no way on for whom the province has withdrawn."""
    office.back_up("older")
    gone = office.child("Chìu Văn Sáng")
    office.move("ours", gone, OTHER_COMMUNE)
    office.sync()
    office.ours.run(lambda tx: departures.forget_durable(tx.connection, tx.ledger.desk, 1 << 40))
    office.put_back("older", older=True)
    own, province = office.ours.register.identity.desk, office.real.province
    reads = [office.ours.stick_in(bring(province, *office.ours.stick_out()))]
    office.real.write(lambda connection: desks.revoke(connection, province, own, removes=True))
    reads += [office.ours.stick_in(bring(province, *office.ours.stick_out())) for _ in range(3)]
    assert [type(one.refusal) for one in reads[1:]] == [DeskRemoved] * 3
    assert office.ours.register.identity.frozen == "removed"
