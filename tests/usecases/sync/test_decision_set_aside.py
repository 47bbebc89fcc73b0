"""A decision that the province does not take: the conflict is there to be decided again, not lost from sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from commune_desk.domain.records.families import Person
from commune_desk.store.exchange import receipts
from commune_desk.store.intake.conflicts import open_conflicts
from commune_desk.usecases.sync.conflicts import decide_conflict
from sync.server.engine import tables
from tests.helpers.builders import make_person, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince, real_province

OURS, THEIRS = "0912000001", "0912000002"


class Dispute:
    """Two desks that wrote another phone each; the first is to decide."""

    def __init__(self, province: RealProvince, ours: EnrolledDesk, theirs: EnrolledDesk) -> None:
        self.province = province
        self.ours, self.theirs = ours, theirs
        self.person: Person = make_person(phone="0987111222")
        ours.open.register.write(save_all(self.person)).result()
        ours.sync()
        theirs.sync()
        ours.edit(self.person.id, phone=OURS)
        theirs.edit(self.person.id, phone=THEIRS)
        ours.sync()
        theirs.sync()
        ours.sync()

    def open_now(self) -> list[str]:
        rows = self.ours.open.register.write(lambda tx: open_conflicts(tx.connection)).result()[0]
        return [one for conflict in rows for one in conflict.ids]

    def decide(self) -> None:
        ids, person = self.open_now(), self.person.id
        self.ours.open.register.write(
            lambda tx: decide_conflict(tx, kind="person", record=person, field="phone", ids=ids, value=THEIRS)
        ).result()

    def grant(self, scope: str) -> None:
        grant = tables.desk_grant
        moved = update(grant).where(grant.c.desk == self.ours.id).values(scope=scope)
        self.province.write(lambda connection: connection.execute(moved))


@pytest.fixture
def dispute(tmp_path: Path) -> Iterator[Dispute]:
    with real_province(tmp_path) as province:
        ours, theirs = (enrolled_desk(province, tmp_path / name) for name in ("ours", "theirs"))
        yield Dispute(province, ours, theirs)
        ours.close()
        theirs.close()


def _decided_without_a_grant(dispute: Dispute) -> None:
    dispute.decide()
    assert dispute.open_now() == []
    dispute.grant(OTHER_COMMUNE)
    dispute.ours.sync()
    dispute.grant(COMMUNE)


def test_a_decision_that_was_set_aside_leaves_the_conflict_to_be_decided(dispute: Dispute) -> None:
    before = dispute.open_now()
    _decided_without_a_grant(dispute)
    assert dispute.open_now() == before
    assert any(one.touches("conflicts") for one in dispute.ours.heard), "the page is told"
    dispute.decide()
    dispute.ours.sync()
    dispute.theirs.sync()
    assert [desk.shown(dispute.person.id, "phone") for desk in (dispute.ours, dispute.theirs)] == [THEIRS, THEIRS]
    assert dispute.theirs.ask("SELECT count(*) FROM conflict WHERE state<>'closed'") == [(0,)]


def test_taken_for_decided_it_would_stay_open_everywhere_else_for_ever(
    dispute: Dispute, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: nobody at this desk sees it any more, and the province still waits."""
    monkeypatch.setattr(receipts, "open_again", lambda tx, change_id: None)
    _decided_without_a_grant(dispute)
    dispute.theirs.sync()
    assert dispute.open_now() == []
    assert dispute.theirs.ask("SELECT count(*) FROM conflict WHERE state='open'") == [(1,)]
