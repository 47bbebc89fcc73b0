"""A province in which children were joined moves from one file to PostgreSQL by its log, and the feeds are the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, select, text, update

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync.protocol import Event, decode, encode
from sync.server.engine import tables
from sync.server.engine.address import PostgresAddress
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.stores import postgres
from sync.server.intake import relocating
from sync.server.lifecycle.erasing import Ordered, erase
from tests.helpers.postgres_cluster import PostgresCluster
from tests.helpers.store_engine import engine
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, Done, World, command, province_in
from tests.sync.moves.test_sealed_again import SealedRecord
from tests.sync.moves.test_server_joins import alias, join, nobody_else
from tests.sync.moves.test_server_moves import VISIT, Child

FEEDS = select(tables.feed.c.scope, tables.feed.c.seq, tables.feed.c.change, tables.feed.c.chain, tables.feed.c.event)


class Moved:
    """A province with joinings in its log, in one file, and an empty PostgreSQL beside it."""

    def __init__(self, world: World, folder: Path, target: PostgresAddress) -> None:
        self.world, self.folder, self.target = world, folder, target

    def go(self) -> Done:
        to = ["--to", self.target.url, "--owner", self.target.owner]
        return command(self.folder, "migrate-store", "--new-data", str(self.folder / "new" / "data"), *to)

    def erase(self) -> None:
        """From now on the words to replay the log are not all there: the store is copied."""
        ordered = Ordered("Sở Y tế", "QĐ 12/2026")
        people = self.world.province.database.read(_joined, WHOLE_PROVINCE)
        self.world.write(lambda c: erase(c, self.world.province, "person", people[-1][0], ordered))


@pytest.fixture
def moved(tmp_path: Path, postgres_cluster: PostgresCluster) -> Iterator[Moved]:
    target = postgres_cluster.empty()
    with engine.chosen(None), province_in(tmp_path) as world:
        _fill(world)
        yield Moved(world, tmp_path, target)
    postgres_cluster.drop(target)


def _fill(world: World) -> None:
    """Joined, in a chain, refused, edited late, decided, moved as one with sealed values sealed again; and two more."""
    old, kept, third, another = (Child(world.desk()) for _ in range(4))
    new = world.desk({OTHER: Role.COMMUNE_OFFICER})
    sealed = SealedRecord(old)
    join(old, kept)
    assert kept.desk.results(alias(kept.desk, kept.person, old.person)) == [("quarantined", "joined")]
    assert kept.desk.results(alias(kept.desk, old.person, kept.person)) == [("noop", "")]
    late = old.desk.change("child_file", old.file, {"school": "TH Bình Liêu"}, base={})
    assert old.desk.results(late) == [("conflict", "")]
    ((conflict,),) = world.rows(select(tables.conflict.c.id))
    decided = old.desk.change("child_file", old.file, {"school": None}, verb="resolve", resolves={"school": [conflict]})
    assert old.desk.results(decided) == [("noop", "")]
    join(kept, third)
    third.move(OTHER)
    assert old.desk.results(old.desk.change("home_visit", uuid7(), {"person": old.person, **VISIT})) == [("late", "")]
    assert old.desk.results(sealed.again(sealed.writer)) == [("late", "")]
    assert third.desk.results(sealed.again(sealed.writer, third.desk)) == [("noop", "")]
    followed = SealedRecord(old, expected="late")
    assert old.desk.results(followed.again(followed.writer)) == [("late", "")]
    new.send("person", third.person, {"phone": "0912000111"}, scope=OTHER)
    join(another, Child(another.desk))


def _joined(connection: Connection) -> list[tuple[str, str]]:
    table = tables.RECORDS["person"]
    rows = connection.execute(select(table.c.id, table.c.joined_to).where(table.c.joined_to.is_not(None)))
    return sorted((person, kept) for person, kept in rows)


@pytest.mark.parametrize("is_erased", [False, True])
def test_a_log_with_joinings_comes_out_the_same_on_the_other_engine(moved: Moved, *, is_erased: bool) -> None:
    """Replayed, or, where something was erased by law, copied."""
    if is_erased:
        moved.erase()
    before, people = moved.world.province.database.read(lambda c: (_feeds(c), _joined(c)), WHOLE_PROVINCE)
    assert {scope for scope, *_ in before} >= {COMMUNE, OTHER}
    assert len(people) == 2 if is_erased else 3
    done = moved.go()
    assert done.returncode == 0, done.stderr
    assert "came out as it was" in done.stdout
    database = postgres(moved.target)
    there, joined = database.read(lambda c: (_feeds(c), _joined(c)), WHOLE_PROVINCE)
    database.close()
    assert there == before, "every place, hash and event of every feed"
    assert joined == people


@pytest.mark.parametrize("is_erased", [False, True])
def test_what_waited_for_its_record_moves_as_it_came(moved: Moved, *, is_erased: bool) -> None:
    """Of two children the new commune was heard before the old one: one has come since, the other is waited for."""
    world = moved.world
    new = world.desk({OTHER: Role.COMMUNE_OFFICER})
    came, awaited = Child(world.desk()), Child(world.desk())
    for early in (came, awaited):
        edit = new.change("person", early.person, {"phone": "0912000222"}, base={}, scope=OTHER)
        assert new.results(edit) == [("quarantined", "moved")]
    came.move(OTHER)
    if is_erased:
        moved.erase()
    done = moved.go()
    assert done.returncode == 0, done.stderr
    database = postgres(moved.target)
    waits = database.read(lambda c: list(c.scalars(select(tables.awaited.c.record))), WHOLE_PROVINCE)
    database.close()
    assert waits == [awaited.person]


def _feeds(connection: Connection) -> list[tuple[object, ...]]:
    rows = connection.execute(FEEDS.order_by(tables.feed.c.scope, tables.feed.c.seq)).all()
    return [(row.scope, row.seq, row.change, bytes(row.chain), row.event) for row in rows]


def test_a_log_of_an_earlier_program_that_names_what_leaves_in_another_order_moves_too(moved: Moved) -> None:
    """The order in which an engine gave the rows: it says nothing, and no two engines have the same."""
    feed = tables.feed

    def turn_round(connection: Connection) -> int:
        connection.execute(text("DROP TRIGGER feed_no_update"))
        (event,) = connection.scalars(select(feed.c.event).where(feed.c.event.contains('"l":')))
        told = decode(event.encode(), Event)
        other = encode(replace(told, left=told.left[::-1])).decode()
        at = feed.c.scope == told.scope, feed.c.seq == told.seq
        return connection.execute(update(feed).where(*at).values(event=other)).rowcount

    assert moved.world.write(turn_round) == 1
    done = moved.go()
    assert done.returncode == 0, done.stderr


def test_what_was_joined_there_goes_on_being_one(moved: Moved) -> None:
    assert moved.go().returncode == 0
    new = moved.folder / "new"
    shutil.copyfile(moved.folder / "key.json", new / "key.json")
    with province_in(new) as world:
        child = Child(world.desk())
        other = Child(world.desk())
        join(child, other)
        assert child.desk.results(alias(child.desk, other.person, child.person)) == [("quarantined", "joined")]
        assert len(world.province.database.read(_joined, WHOLE_PROVINCE)) == 4


def test_replayed_without_what_was_joined_it_would_move_nowhere(moved: Moved, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: a replay that moves one of them without the other is found out."""
    monkeypatch.setattr(relocating, "one_with", nobody_else)
    done = moved.go()
    assert (done.returncode, "came out as it was" in done.stdout) == (2, False)
