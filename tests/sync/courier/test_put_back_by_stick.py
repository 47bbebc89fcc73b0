"""A province put back from an older backup, and desks that hear of it by stick: nothing that was shown is set back."""

from __future__ import annotations

import pytest

from commune_desk.domain.records.families import Person
from commune_desk.store.engine.database import Connection
from commune_desk.store.intake import restating
from sync.client import courier as client
from tests.sync.actors.islands import Islands, people, waiting
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import COMMUNE

pytestmark = pytest.mark.usefixtures("store_engine")


def phone(desk: RealDesk, person: str) -> str:
    shown: str = desk.ask("SELECT phone FROM person WHERE id=?", person)[0][0]
    return shown


def lost_push(islands: Islands) -> tuple[RealDesk, str]:
    """A desk whose last edit went with the backup and is offered again, while another desk wrote the same field.

    The bundle that brings it was lost: the answer is to one that was written before it, and only asks.
    """
    first, desk = islands.desk(), islands.desk()
    islands.save(first, "Chìu Văn Sáng")
    first.sync()
    islands.trip(desk)
    ((person,),) = desk.ask("SELECT id FROM person")
    islands.back_up()
    desk.edit(Person, person, phone="0912000001")
    islands.trip(desk)
    islands.put_back()
    assert islands.trip(desk).has_followed
    assert waiting(desk) == 1
    first.edit(Person, person, phone="0912000002")
    first.sync()
    return desk, person


def asks_only(islands: Islands, desk: RealDesk, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    with monkeypatch.context() as patch:
        patch.setattr(client, "_pushes", lambda *_: ())
        return islands.bring(*islands.write_out(desk))


def test_what_is_offered_again_keeps_showing_until_it_comes_back(
    islands: Islands, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, person = lost_push(islands)
    assert islands.read_in(desk, *asks_only(islands, desk, monkeypatch)).begun == [COMMUNE]
    assert phone(desk, person) == "0912000001", "it waits, and what waits is shown"
    islands.trip(desk)
    assert phone(desk, person) == "0912000002", "the province decided, and people are asked"
    assert desk.ask("SELECT count(*) FROM conflict WHERE state='open'") == [(1,)]


def test_with_its_former_place_it_would_count_as_come_back(islands: Islands, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""

    def unplace(connection: Connection, scope: str) -> None:
        connection.execute("UPDATE change SET seq=0 WHERE seq>0 AND scope=?", (scope,))

    desk, person = lost_push(islands)
    monkeypatch.setattr(restating, "unplace", unplace)
    islands.read_in(desk, *asks_only(islands, desk, monkeypatch))
    assert phone(desk, person) == "0912000002"


def test_what_the_backup_lacked_comes_back_and_all_end_alike(islands: Islands) -> None:
    first, desk = islands.desk(), islands.desk()
    islands.save(first, "Chìu Văn Sáng")
    first.sync()
    islands.trip(desk)
    islands.back_up()
    islands.save(desk, "Của đảo một", "Của đảo hai")
    islands.trip(desk)
    last = desk.replica().last_n()
    islands.put_back()
    read = islands.trip(desk)
    assert read.missing == [(last - 1, last)]
    read = islands.trip(desk)
    assert (read.signed_for, waiting(desk), read.begun, read.faults) == (last, 0, [COMMUNE], [])
    first.sync()
    assert people(desk) == people(first)
    assert len(people(first)) == 3
