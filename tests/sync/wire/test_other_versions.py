"""Desks and provinces of different versions: nothing is blanked, nothing lost, and only what has to wait waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope, new_record_id, uuid7
from commune_desk.domain.records.attachments import Attachment
from commune_desk.domain.records.kinds import KINDS, SCHEMA_VERSION, SINCE, since
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.changes.ledger import PROVINCE_SCHEMA
from commune_desk.store.engine import settings
from sync.change import needed_schema
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from tests.helpers.builders import make_person, make_visit, save_all
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, RealProvince, real_province
from tests.sync.actors.server_fixtures import province_in

pytestmark = pytest.mark.usefixtures("store_engine")


class Office:
    def __init__(self, folder: Path, real: RealProvince) -> None:
        self.real = real
        self.desks = []
        for number in range(2):
            make_register(folder / f"{number}.db", real.enrol({COMMUNE: Role.COMMUNE_OFFICER}))
            self.desks.append(RealDesk(folder / f"{number}.db", SystemClock(), real.transport))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with real_province(tmp_path) as real:
        made = Office(tmp_path, real)
        yield made
        for desk in made.desks:
            desk.register.close()


def attachment(person: str) -> Attachment:
    return Attachment(
        id=new_record_id(),
        scope=Scope(COMMUNE),
        person=person,  # type: ignore[arg-type]
        document="photo",
        media_type="image/jpeg",
        size=1000,
        sha256="0" * 64,
        added_at="2026-11-24T01:00:00Z",
        content_key="A" * 44,
    )


def states(desk: RealDesk, kind: str) -> set[str]:
    return {row[0] for row in desk.ask("SELECT DISTINCT state FROM change WHERE kind=?", kind)}


def test_a_newer_desk_holds_only_what_an_older_province_cannot_take(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.server.edge.app.SCHEMA_VERSION", 1)
    desk, person = office.desks[0], make_person()
    desk.register.write(save_all(person)).result()
    desk.register.write(save_all(attachment(person.id))).result()
    desk.register.write(save_all(make_visit(person.id))).result()
    desk.sync()
    assert (states(desk, "attachment"), states(desk, "home_visit")) == ({"staged"}, {"accepted"})
    monkeypatch.setattr("sync.server.edge.app.SCHEMA_VERSION", SCHEMA_VERSION)
    office.real.restart()
    desk.sync()
    assert states(desk, "attachment") == {"accepted"}
    office.desks[1].sync()
    assert office.desks[1].ask("SELECT count(*) FROM attachment") == [(1,)]


def test_sent_to_an_older_province_it_would_be_set_aside_for_good(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: without the holding back the older program knows no such kind."""
    desk, person = office.desks[0], make_person()
    desk.sync()
    monkeypatch.setattr("commune_desk.store.writing.transaction.needed_schema", lambda change: 1)
    desk.register.write(save_all(person)).result()
    desk.register.write(save_all(attachment(person.id))).result()
    monkeypatch.delitem(KINDS, "attachment")
    desk.sync()
    assert states(desk, "attachment") == {"quarantined"}


def test_an_older_desk_keeps_what_it_cannot_read_and_shows_it_after_its_update(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = office.desks
    person = make_person()
    for desk in office.desks:
        desk.sync()
    new.register.write(save_all(person, attachment(person.id))).result()
    new.sync()
    old.register.write(lambda tx: settings.put(tx.connection, "own_schema", 1)).result()
    with monkeypatch.context() as then:
        then.delitem(KINDS, "attachment")
        then.setattr("commune_desk.store.desk.versions.SCHEMA_VERSION", 1)
        old.sync()
    assert old.ask("SELECT count(*) FROM attachment") == [(0,)]
    assert old.ask("SELECT count(*) FROM change WHERE kind='attachment'") != [(0,)]
    old.sync()
    assert old.ask("SELECT id FROM attachment") == new.ask("SELECT id FROM attachment")


def test_a_desk_that_went_back_to_an_older_program_for_a_while_shows_what_came_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, back = office.desks
    person = make_person()
    for desk in office.desks:
        desk.sync()
    new.register.write(save_all(person, attachment(person.id))).result()
    new.sync()
    with monkeypatch.context() as then:
        then.delitem(KINDS, "attachment")
        then.setattr("commune_desk.store.desk.versions.SCHEMA_VERSION", 1)
        back.restart()
        back.sync()
    assert back.ask("SELECT count(*) FROM attachment") == [(0,)]
    back.restart()
    back.sync()
    assert back.ask("SELECT id FROM attachment") == new.ask("SELECT id FROM attachment")


def test_a_field_that_only_a_newer_desk_knows_is_kept_and_handed_on(tmp_path: Path) -> None:
    with province_in(tmp_path) as world:
        desk, record = world.desk(), uuid7()
        desk.send("person", record, {"full_name": "Chìu Văn Sáng", "clan_name": "Chìu"}, schema=SCHEMA_VERSION + 1)
        desk.send("person", record, {"phone": "0912000111"})
        assert '"clan_name":"Chìu"' in world.row("person", record)["extra"]
        assert "clan_name" in desk.pull_from({COMMUNE: 0}).body.decode()


def test_a_province_that_learns_a_field_finds_the_values_that_came_before(tmp_path: Path) -> None:
    with province_in(tmp_path) as world:
        desk, record, person = world.desk(), uuid7(), tables.RECORDS["person"]
        desk.send("person", record, {"full_name": "Chìu"})
        as_then = update(person).where(person.c.id == record).values(other_name=None, extra='{"other_name":"Mây"}')
        world.province.database.write(lambda connection: connection.execute(as_then), WHOLE_PROVINCE)
        desk.send("person", record, {"phone": "0912000111"})
        row = world.row("person", record)
        assert (row["other_name"], row["extra"]) == ("Mây", "{}")


def test_what_came_with_a_version_is_named_with_it() -> None:
    assert all(name.partition(".")[0] in KINDS for name in SINCE)
    assert {since("person", ["full_name"]), since("attachment", ["person"])} == {1, 2}
    assert max(SINCE.values()) <= SCHEMA_VERSION


def test_verbs_of_place_need_the_version_that_they_came_with(tmp_path: Path) -> None:
    with province_in(tmp_path) as world:
        desk = world.desk()
        plain = desk.change("person", uuid7(), {"full_name": "Chìu"})
        move = desk.change("person", uuid7(), {}, verb="move", to="C:06841", data=0)
        assert (needed_schema(plain.change), needed_schema(move.change)) == (1, 2)


def test_a_register_that_never_heard_a_province_waits_with_what_is_new(office: Office) -> None:
    desk = office.desks[0]
    assert desk.register.write(lambda tx: settings.get(tx.connection, PROVINCE_SCHEMA, int, 0)).result()[0] == 0
    person = make_person()
    desk.register.write(save_all(person, attachment(person.id))).result()
    assert (states(desk, "person"), states(desk, "attachment")) == ({"waiting"}, {"staged"})
