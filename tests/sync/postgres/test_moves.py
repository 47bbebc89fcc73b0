"""What moved or is shared on PostgreSQL: written and read across scopes where it must be, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync.server.engine import tables
from sync.server.engine.database import Database, Reach, reach_of
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, ServerDesk, World, province_in
from tests.sync.moves.test_server_moves import Child, page_of, relocation

pytestmark = pytest.mark.usefixtures("on_postgres")
THIRD = "C:06844"
CROSSED = ("change", "feed", "outcome", "conflict", "guest", "departure", "record_person", "record_home_visit")


class Moved:
    """A child that went from one commune through a second to a third, which its first desk knows nothing of."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.first, self.second, self.third = (
            world.desk({scope: Role.COMMUNE_OFFICER}) for scope in (COMMUNE, OTHER, THIRD)
        )
        self.child = Child(self.first)
        self.child.move(OTHER)

    def on(self) -> None:
        self.child.move(THIRD, desk=self.second, scope=OTHER)

    def late(self) -> list[tuple[str, str]]:
        visit = {"person": self.child.person, "visited_on": "2026-11-20", "observations": "Nhà đóng cửa."}
        return self.first.results(self.first.change("home_visit", uuid7(), visit))

    def seen(self, table: str, desk: ServerDesk, *scopes: str) -> set[str]:
        """The scopes of the rows that the desk's transactions see, whatever they ask for."""
        told = tables.metadata.tables[table]
        key = tables.change_key
        asked = select(told.c.scope) if "scope" in told.c else select(key.c.scope).join(told, told.c.change == key.c.id)
        database = self.world.province.database
        return set(database.read(lambda c: c.execute(asked).scalars().all(), reach_of(desk.id, scopes)))


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[Moved]:
    with province_in(tmp_path) as world:
        yield Moved(world)


def test_the_new_commune_is_told_all_that_stands_though_it_was_written_elsewhere(moved: Moved) -> None:
    moved.on()
    told = {line.change.record for _, line in page_of(moved.third, THIRD, moved.world).events}
    assert told == moved.child.records
    assert moved.seen("change", moved.third, THIRD) == set(), "every line of it stands in the feed itself"


def test_read_within_reach_only_nothing_could_be_told(moved: Moved, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what stands was written in a commune that has no part in this move."""

    @contextmanager
    def confined(self: Database, connection: Connection, reach: Reach) -> Iterator[None]:
        yield

    move = relocation(moved.second, moved.child.person, "move", THIRD, scope=OTHER)
    monkeypatch.setattr(type(moved.world.province.database), "unconfined", confined)
    moved.second.push(move)
    monkeypatch.undo()
    told = {line.change.record for _, line in page_of(moved.third, THIRD, moved.world).events}
    assert told < moved.child.records


def test_a_late_change_is_written_where_its_desk_does_not_reach(moved: Moved) -> None:
    assert moved.late() == [("late", "")]
    moved.on()
    assert moved.late() == [("late", "")]
    assert page_of(moved.third, THIRD, moved.world).events[-1][1].change.desk == moved.first.id


def test_confined_to_the_desks_own_scopes_it_would_not_be(
    moved: Moved, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The twin: the policies hold, and refuse what is written beyond the reach."""
    monkeypatch.setattr(Reach, "and_also", lambda self, scopes: self)
    visit = {"person": moved.child.person, "visited_on": "2026-11-20", "observations": "Nhà đóng cửa."}
    assert moved.first.push(moved.first.change("home_visit", uuid7(), visit)).status == 500
    caplog.clear()


@pytest.mark.parametrize("table", CROSSED)
def test_no_desk_sees_rows_of_where_the_child_went_or_came_from(moved: Moved, table: str) -> None:
    moved.late()
    shelter = moved.world.desk({SHELTER: Role.SHELTER_WORKER})
    assert moved.second.results(relocation(moved.second, moved.child.mother, "share", SHELTER, scope=OTHER)) == [
        ("ok", "")
    ]
    for desk, scope in ((moved.first, COMMUNE), (moved.second, OTHER), (shelter, SHELTER)):
        assert moved.seen(table, desk, scope) <= {scope}
        assert moved.seen(table, desk) == set()


def test_what_a_desk_told_and_what_waits_for_it_is_its_own(moved: Moved) -> None:
    database = moved.world.province.database
    rows: dict[str, dict[str, Any]] = {
        "purge": {"change": uuid7(), "body": b"x", "signature": b"x", "received_at": ""},
        "courier_parked": {"digest": b"x", "first_n": 1, "last_n": 1, "body": b"x", "parked_at": ""},
        "courier_question": {"request": b"x", "asked_at": ""},
        "file_day": {"day": "2026-11-26", "bytes": 1},
        "desk_health": {"said_at": "", "waiting": 1, "oldest_at": "", "program_version": "1", "schema": 1},
    }
    for name, row in rows.items():
        table = tables.metadata.tables[name]
        own = {**row, "desk": moved.first.id}
        database.write(lambda c, t=table, r=own: c.execute(t.insert().values(r)), reach_of(moved.first.id, ()))  # type: ignore[misc]
        for desk, seen in ((moved.first, 1), (moved.second, 0)):
            asked = table.select()
            found = database.read(lambda c, a=asked: c.execute(a).all(), reach_of(desk.id, [COMMUNE, OTHER]))  # type: ignore[misc]
            assert len(found) == seen, name


def test_a_head_is_read_by_all_and_written_by_its_desk(moved: Moved) -> None:
    """It proves changes to whoever reads one of them, and holds nothing but hashes."""
    head = {"desk": moved.first.id, "last_n": 99, "first_n": 98, "before": b"", "signature": b"", "digests": b""}
    put, database = tables.signed_head.insert().values(head), moved.world.province.database
    with pytest.raises(Exception, match="row-level security"):
        database.write(lambda c: c.execute(put), reach_of(moved.second.id, [OTHER]))
    database.write(lambda c: c.execute(put), reach_of(moved.first.id, []))
    found = database.read(lambda c: c.execute(tables.signed_head.select()).all(), reach_of(moved.second.id, [OTHER]))
    assert len(found) == 1
