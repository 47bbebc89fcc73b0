"""Two values wait for a person when their record moves, is joined, is shared with a house, or loses who would decide.

At any time each of them is one place's, whose desks in service all show it, and is decided there in one go; what was
not chosen stays in the history, and every desk ends with the same.
"""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.reports import Report
from commune_desk.store.intake.conflicts import open_conflicts
from commune_desk.store.writing import relocating
from commune_desk.store.writing.transaction import Tx
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.intake.merging import Batch
from tests.helpers.builders import make_report, save_all
from tests.helpers.joined import join
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.sheltered_office import ShelteredOffice, asked, correct, decide
from tests.sync.actors.travelled_office import Traveller

ONE, TWO, THREE, FOUR = (f"091200000{number}" for number in range(1, 5))


@pytest.fixture
def child(sheltered: ShelteredOffice) -> RecordId:
    return sheltered.child("Chìu Văn Sáng")


def written_apart(office: ShelteredOffice, child: RecordId) -> None:
    """Neither of the two officers saw what the other wrote."""
    correct(office.ours, child, phone=ONE)
    correct(office.colleague, child, phone=TWO)
    office.sync()
    assert asked(office.ours) == asked(office.colleague) == [(child, "phone")]


def waiting(office: ShelteredOffice) -> dict[str, str]:
    """What waits at the province, and whose it is."""
    table = tables.conflict
    open_ones = select(table.c.id, table.c.scope).where(table.c.closed_by.is_(None))
    return dict(
        office.real.province.database.read(lambda c: [tuple(row) for row in c.execute(open_ones)], WHOLE_PROVINCE)
    )


def shown(desk: Traveller) -> set[str]:
    return {one for (one,) in desk.ask("SELECT id FROM conflict WHERE state='open'")}


def decided_by(office: ShelteredOffice, desk: Traveller, field: str, value: str, *, gone: tuple[str, ...] = ()) -> None:
    """It is this desk's and its colleagues' alone to decide, and decided with one word."""
    serving = [name for name in office.desks if name not in gone]
    scope = desk.register.identity.scope
    assert set(waiting(office).values()) == {scope}
    for name in serving:
        here = office.desks[name]
        if here.register.identity.scope == scope:
            assert shown(here) == set(waiting(office))
    decide(desk, field, value)
    office.sync(*serving, *serving)
    assert waiting(office) == {}
    assert [name for name in serving if shown(office.desks[name])] == []
    assert office.unrest(*serving) == {}


def phones(office: ShelteredOffice) -> set[str]:
    """All that was ever written of a number, as the province keeps it."""
    raws = office.real.scalars(select(tables.change.c.raw).where(tables.change.c.kind == "person"))
    return {one for one in (ONE, TWO, THREE, FOUR) if any(one.encode() in bytes(raw) for raw in raws)}


def test_decided_by_either_commune_after_it_has_moved_the_new_one_has_the_last_word(
    sheltered: ShelteredOffice, child: RecordId
) -> None:
    """The colleague decides offline, without having heard of the move; what the old commune chose is no lost word."""
    written_apart(sheltered, child)
    sheltered.move("ours", child, OTHER_COMMUNE)
    sheltered.sync("ours", "there")
    decide(sheltered.colleague, "phone", TWO)
    decide(sheltered.there, "phone", THREE)
    sheltered.sync("there", "colleague", "there")
    assert sheltered.there.ask("SELECT phone FROM person") == [(THREE,)]
    decided_by(sheltered, sheltered.there, "phone", TWO)
    assert sheltered.there.ask("SELECT phone FROM person") == [(TWO,)]
    assert phones(sheltered) == {ONE, TWO, THREE}


def test_the_old_communes_decision_that_comes_first_leaves_both_to_the_new_one(
    sheltered: ShelteredOffice, child: RecordId
) -> None:
    written_apart(sheltered, child)
    sheltered.move("ours", child, OTHER_COMMUNE)
    sheltered.sync("ours")
    decide(sheltered.colleague, "phone", THREE)
    sheltered.sync("colleague", "there", "colleague")
    decided_by(sheltered, sheltered.there, "phone", THREE)
    assert phones(sheltered) == {ONE, TWO, THREE}


def test_applied_in_silence_the_new_commune_would_not_be_asked(
    sheltered: ShelteredOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(Batch, "_merge_late", lambda self, record, change, merged: None)
    written_apart(sheltered, child)
    sheltered.move("ours", child, OTHER_COMMUNE)
    sheltered.sync("ours")
    decide(sheltered.colleague, "phone", THREE)
    sheltered.sync("colleague", "there")
    assert len(waiting(sheltered)) == 1


def test_a_conflict_of_the_record_that_was_joined_moves_with_the_child(
    sheltered: ShelteredOffice, child: RecordId
) -> None:
    """It arises when the two are one already, is decided by who has not heard of that, and then in the new commune."""
    kept = sheltered.child("Lý Văn Sang")
    sheltered.ours.register.write(lambda tx: join(tx, child, kept)).result()
    correct(sheltered.colleague, child, phone=TWO)
    sheltered.sync("ours", "colleague", "ours")
    assert asked(sheltered.ours) == [(child, "phone")]
    sheltered.move("ours", kept, OTHER_COMMUNE)
    sheltered.sync("ours", "there")
    decide(sheltered.colleague, "phone", THREE)
    sheltered.sync("colleague", "there", "colleague", "there")
    decided_by(sheltered, sheltered.there, "phone", FOUR)
    assert sheltered.there.ask("SELECT phone FROM person WHERE id=?", kept) == [(FOUR,)]
    assert phones(sheltered) >= {TWO, FOUR}


def test_a_decision_of_a_desk_that_is_revoked_decides_nothing_and_the_others_still_can(
    sheltered: ShelteredOffice, child: RecordId
) -> None:
    """Then the record moves, and the last desk that could decide is revoked as well."""
    written_apart(sheltered, child)
    decide(sheltered.ours, "phone", THREE)
    sheltered.revoke("ours")
    assert sheltered.ours.stopped() == "DeskRevoked"
    assert shown(sheltered.ours) == shown(sheltered.colleague) == set(waiting(sheltered))
    sheltered.move("colleague", child, OTHER_COMMUNE)
    sheltered.sync("colleague", "there")
    sheltered.revoke("colleague")
    decided_by(sheltered, sheltered.there, "phone", TWO, gone=("ours", "colleague"))
    assert phones(sheltered) == {ONE, TWO}


@pytest.mark.parametrize("way", ["take_back", "hand_back"])
def test_a_house_and_two_communes_decide_it_while_the_record_is_on_its_way(
    sheltered: ShelteredOffice, child: RecordId, way: str
) -> None:
    """Whoever held it when they decided is heard, the house also after it has let go."""
    sheltered.share(child)
    written_apart(sheltered, child)
    assert asked(sheltered.house) == [(child, "phone")]
    sheltered.move("ours", child, OTHER_COMMUNE)
    sheltered.sync("ours", "there")
    decide(sheltered.shift, "phone", FOUR)
    decide(sheltered.colleague, "phone", TWO)
    if way == "take_back":
        sheltered.take_back(child, by="there")
    else:
        sheltered.hand_back(child)
    decide(sheltered.there, "phone", THREE)
    sheltered.sync("house", "there", "shift", "colleague", "there")
    decided_by(sheltered, sheltered.there, "phone", FOUR)
    assert phones(sheltered) == {ONE, TWO, THREE, FOUR}
    assert sheltered.house.ask("SELECT id FROM person") == []


def described(desk: Traveller, text: str) -> None:
    def run(tx: Tx) -> None:
        ((report,),) = tx.connection.execute("SELECT id FROM report").fetchall()
        tx.save(msgspec.structs.replace(tx.existing(Report, report), description=text))

    desk.run(run)


def sides(desk: Traveller, report: RecordId) -> list[str | None]:
    """What stands and what waits, as far as it opens here."""
    found = desk.register.write(lambda tx: open_conflicts(tx.connection, report)).result()[0]
    return [str(side.value) if side.is_readable else None for one in found for side in one.sides]


@pytest.mark.parametrize("author", ["ours", "colleague"])
def test_a_sealed_one_is_decided_in_the_new_commune_though_its_author_is_gone(
    sheltered: ShelteredOffice, child: RecordId, author: str
) -> None:
    """Decided at desks alone, for nobody else can read it. One of the two moves the child, the other is revoked."""
    report = make_report(person=child, description="Hàng xóm kể")
    sheltered.ours.run(save_all(report))
    sheltered.sync()
    described(sheltered.ours, "Bị đánh")
    described(sheltered.colleague, "Bị mắng")
    sheltered.sync()
    assert sorted(map(str, sides(sheltered.ours, report.id))) == ["Bị mắng", "Bị đánh"]
    gone, mover = (author, "colleague" if author == "ours" else "ours")
    sheltered.revoke(gone)
    sheltered.move(mover, child, OTHER_COMMUNE)
    sheltered.sync(mover, "there", mover, "there", mover)
    assert sorted(map(str, sides(sheltered.there, report.id))) == ["Bị mắng", "Bị đánh"]
    decided_by(sheltered, sheltered.there, "description", "Bị đánh", gone=(gone,))
    assert sheltered.there.ask("SELECT description FROM report") == [("Bị đánh",)]
    assert COMMUNE not in set(sheltered.homes("report").values())


def test_what_waits_would_be_closed_to_everybody(
    sheltered: ShelteredOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: who could read it has removed it, and who has it cannot."""
    monkeypatch.setattr(relocating, "_reseal_waiting", lambda *_: False)
    with pytest.raises(AssertionError):
        test_a_sealed_one_is_decided_in_the_new_commune_though_its_author_is_gone(sheltered, child, "colleague")
    (report,) = sheltered.homes("report")
    assert sides(sheltered.there, RecordId(report)) == ["Bị đánh", None]
