"""Every open conflict is in somebody's queue: an officer's, and the province's once nobody decides or nobody could."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select, update

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import to_iso
from commune_desk.presenters.day.today import TodayPage
from commune_desk.presenters.sync.conflict_page import conflict_cards
from commune_desk.program_files import code_book
from commune_desk.store.intake.conflicts import Wait, late_since, open_conflicts
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import ChildEntry, register_child
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.sync.conflicts import decide_shown
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.identity.scopes import ensure_communes
from sync.server.intake import late_conflicts
from sync.server.intake.late_conflicts import LateConflict
from sync.server.lifecycle.status import read_status
from tests.helpers.builders import make_file, make_person
from tests.helpers.workplaces import HandClock
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince, real_province
from tests.sync.actors.server_fixtures import command

pytestmark = pytest.mark.usefixtures("store_engine")

NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)


class Office:
    """Two desks of a commune and one of another, whose clocks are one."""

    def __init__(self, folder: Path, real: RealProvince, clock: HandClock) -> None:
        self.real, self.clock = real, clock
        escrow = real.province.escrow_public
        real.write(lambda c: ensure_communes(c, escrow_public=escrow))
        self.desks = []
        for number, scope in enumerate((COMMUNE, COMMUNE, OTHER_COMMUNE)):
            make_register(folder / f"{number}.db", real.enrol({scope: Role.COMMUNE_OFFICER}))
            self.desks.append(RealDesk(folder / f"{number}.db", clock, real.transport))

    def sync(self, *order: int) -> None:
        for number in order:
            self.desks[number].sync()

    def register_child(self) -> RecordId:
        entry = ChildEntry(person=make_person("Chìu Văn Sáng"), file=make_file(RecordId("")))
        person: RecordId = self.desks[0].register.write(lambda tx: register_child(tx, entry)).result()[0]
        self.sync(0, 1)
        return person

    def write_apart(self, person: RecordId) -> None:
        """Two officers write another telephone number each, and neither sees the other's."""
        for number in (0, 1):

            def edit(tx: Tx, number: int = number) -> None:
                tx.save(msgspec.structs.replace(tx.existing(Person, person), phone=f"091200000{number}"))

            self.desks[number].register.write(edit).result()
        self.sync(0, 1, 0)

    def move(self, person: RecordId) -> None:
        def run(tx: Tx) -> None:
            move_child(tx, person, Scope(OTHER_COMMUNE))

        self.desks[0].register.write(run).result()
        self.sync(0, 1, 2, 0)

    def revoke(self, *numbers: int) -> None:
        for number in numbers:
            desk = self.desks[number].register.identity.desk
            self.real.write(lambda c, desk=desk: desks.revoke(c, self.real.province, desk))  # type: ignore[misc]

    def queue(self, days: int = 14) -> list[LateConflict]:
        at = to_iso(self.clock.at)
        return self.real.province.database.read(lambda c: late_conflicts.late_conflicts(c, at, days), WHOLE_PROVINCE)

    def owners(self) -> dict[str, set[str]]:
        """For each open conflict the desks in service that show it, and `PROVINCE` where it is in its queue."""
        table = tables.conflict
        still_open = self.real.scalars(select(table.c.id).where(table.c.closed_by.is_(None)))
        found: dict[str, set[str]] = {one: set() for one in still_open}
        serving = set(self.real.scalars(select(tables.desk.c.id).where(tables.desk.c.status == desks.ACTIVE)))
        for desk in self.desks:
            if desk.register.identity.desk in serving:
                for (conflict,) in desk.ask("SELECT id FROM conflict WHERE state='open'"):
                    found[conflict].add(desk.register.identity.desk)
        for late in self.queue():
            found[late.conflict].add("PROVINCE")
        return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    clock = HandClock(NOW)
    with real_province(tmp_path, clock=clock) as real:
        made = Office(tmp_path, real, clock)
        yield made
        for desk in made.desks:
            desk.register.close()


def test_after_two_weeks_it_is_the_provinces_too_and_the_desk_says_so(office: Office) -> None:
    person = office.register_child()
    office.write_apart(person)
    assert office.queue() == []
    office.clock.at += timedelta(days=15)
    (late,) = office.queue()
    assert (late.scope, late.kind, late.record, late.field, late.days) == (COMMUNE, "person", person, "phone", 15)
    assert late.desks == [desk.register.identity.desk for desk in office.desks[:2]]
    assert not late.is_orphaned
    assert read_status(office.real.province).late_conflicts == {COMMUNE: 1}
    assert late_since(office.desks[1].register.reader) == {}
    office.sync(1)
    register = office.desks[1].register
    assert late_since(register.reader) == {(person, "phone"): Wait(to_iso(NOW))}
    workplace = Workplace(register, code_book())
    (card,), _more = conflict_cards(workplace, most=20)
    assert "15" in card.waited
    said = [row.second for section in TodayPage(workplace).read().side for row in section.rows]
    assert any(card.waited in text for text in said)


def test_a_desk_goes_on_saying_how_long_it_waits_where_the_province_counts_anew(office: Office) -> None:
    """As a province does that was put back to before the conflict and hears both sides again."""
    person = office.register_child()
    office.write_apart(person)
    office.clock.at += timedelta(days=15)
    office.sync(1)
    anew = update(tables.conflict).values(opened_at=to_iso(office.clock.at))
    office.real.write(lambda c: c.execute(anew))
    office.clock.at += timedelta(days=1)
    office.sync(1)
    assert office.queue() == []
    register = office.desks[1].register
    assert late_since(register.reader) == {(person, "phone"): Wait(to_iso(NOW), is_told=False)}
    (card,), _more = conflict_cards(Workplace(register, code_book()), most=20)
    assert ("16" in card.waited, "tỉnh" in card.waited) == (True, False)
    office.clock.at += timedelta(days=14)
    office.sync(1)
    assert late_since(register.reader) == {(person, "phone"): Wait(to_iso(NOW))}
    (asked,) = open_conflicts(register.reader)
    register.write(lambda tx: decide_shown(tx, asked, asked.sides[0].value)).result()
    office.sync(1)
    assert late_since(register.reader) == {}


def test_one_of_a_clock_that_ran_ahead_is_the_provinces_at_once(office: Office) -> None:
    """How long it has waited nobody knows; counted from 2099 it would be told of after seventy years."""
    person = office.register_child()
    office.clock.at = datetime(2099, 1, 1, tzinfo=UTC)
    office.write_apart(person)
    assert office.queue() == []
    office.clock.at = NOW
    (late,) = office.queue()
    assert (late.record, late.days) == (person, 0)
    office.sync(1)
    assert late_since(office.desks[1].register.reader).keys() == {(person, "phone")}
    assert read_status(office.real.province).late_conflicts == {COMMUNE: 1}


def test_decided_it_leaves_every_queue(office: Office) -> None:
    person = office.register_child()
    office.write_apart(person)
    office.clock.at += timedelta(days=15)
    office.sync(1)
    ((conflict,),) = office.desks[1].ask("SELECT id FROM conflict WHERE state='open'")

    def resolve(tx: Tx) -> None:
        tx.resolve(msgspec.structs.replace(tx.existing(Person, person), phone="0912000001"), "phone", [conflict])

    office.desks[1].register.write(resolve).result()
    assert late_since(office.desks[1].register.reader) == {}
    office.sync(1, 0)
    assert office.queue() == []
    assert office.owners() == {}


def test_moved_and_every_desk_withdrawn_each_conflict_still_has_an_owner(office: Office) -> None:
    """I30."""
    stays, goes = office.register_child(), office.register_child()
    office.write_apart(stays)
    office.write_apart(goes)
    office.move(goes)
    assert len(office.owners()) == 2
    assert all(office.owners().values())
    office.revoke(0, 1)
    owners = office.owners()
    assert all(owners.values())
    orphaned = [late for late in office.queue() if late.is_orphaned]
    assert [(late.scope, late.record) for late in orphaned] == [(COMMUNE, stays)]
    office.revoke(2)
    assert {late.record for late in office.queue()} == {stays, goes}
    assert all("PROVINCE" in one for one in office.owners().values())


def test_by_days_alone_nobody_would_know_of_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the place counts as staffed though all its desks are withdrawn."""
    office.write_apart(office.register_child())
    office.revoke(0, 1)
    monkeypatch.setattr(late_conflicts, "_staffed", lambda connection: {COMMUNE, OTHER_COMMUNE})
    assert not all(office.owners().values())


def test_too_old_when_it_moves_it_is_the_new_communes_and_the_provinces(office: Office) -> None:
    """It is told there by the page that brings it, and leaves every queue once it is decided there."""
    person = office.register_child()
    office.write_apart(person)
    office.clock.at += timedelta(days=15)
    office.move(person)
    assert [(late.scope, late.is_orphaned) for late in office.queue()] == [(OTHER_COMMUNE, False)]
    desk = office.desks[2]
    office.sync(2)
    assert late_since(desk.register.reader) == {(person, "phone"): Wait(to_iso(NOW))}
    assert late_since(office.desks[1].register.reader) == {}
    ((conflict,),) = desk.ask("SELECT id FROM conflict WHERE state='open'")

    def resolve(tx: Tx) -> None:
        tx.resolve(msgspec.structs.replace(tx.existing(Person, person), phone="0912000001"), "phone", [conflict])

    desk.register.write(resolve).result()
    office.sync(2)
    assert office.queue() == []
    assert office.owners() == {}


def chair_alone(office: Office, folder: Path) -> None:
    """Both officers' desks are withdrawn; the chair's, on which people only read, is in service."""
    make_register(folder / "chair.db", office.real.enrol({COMMUNE: Role.CHAIR}))
    office.desks.append(RealDesk(folder / "chair.db", office.clock, office.real.transport))
    office.write_apart(office.register_child())
    office.sync(3)
    office.revoke(0, 1)


def test_where_people_only_read_it_is_the_provinces_at_once(office: Office, tmp_path: Path) -> None:
    chair_alone(office, tmp_path)
    assert [late.is_orphaned for late in office.queue()] == [True]


def test_a_desk_that_only_shows_it_would_keep_it_from_everybody(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(late_conflicts, "PEOPLE_WRITERS", frozenset(Role))
    chair_alone(office, tmp_path)
    assert office.queue() == []


def test_the_command_names_nobody_and_no_value(tmp_path: Path) -> None:
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "localhost").returncode == 0
    assert msgspec.json.decode(command(tmp_path, "conflicts", "--json").stdout) == []
    assert "14" in command(tmp_path, "conflicts").stdout
    assert command(tmp_path, "policy", "--conflict-days", "3", "--lease-days", "60", "--stubs", "drop").returncode == 0
    said = msgspec.json.decode(command(tmp_path, "policy", "--json").stdout)
    assert said == {"lease_days": 60, "conflict_days": 3, "drops_stubs": True}
    assert "3" in command(tmp_path, "conflicts").stdout
    refused = command(tmp_path, "policy", "--lease-days", "0")
    assert (refused.returncode, "1 to 365" in refused.stderr) == (2, True)
    assert set(LateConflict.__struct_fields__) == {
        *("conflict", "scope", "kind", "record", "field", "opened_at", "days", "desks", "is_orphaned"),
    }


def test_a_later_contact_moves_the_count_of_open_ones(office: Office) -> None:
    """What the status counts is what the tables hold."""
    office.write_apart(office.register_child())
    count = select(func.count()).select_from(tables.conflict).where(tables.conflict.c.closed_by.is_(None))
    assert office.real.scalars(count) == [1]
    assert read_status(office.real.province).open_conflicts == {COMMUNE: 1}
