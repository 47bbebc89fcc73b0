"""The changes of a long push go to PostgreSQL by binary COPY, beside their table and from there into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync.server.engine import copying, tables
from sync.server.engine.copying import COPIED_FROM, staged
from sync.server.engine.database import Reach, reach_of
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, ServerDesk, World, province_in
from tests.sync.moves.test_server_moves import relocation

pytestmark = pytest.mark.usefixtures("on_postgres")
LONG, LONGER = 2 * COPIED_FROM, 400
_row = {"id": uuid7(), "desk": "AAAAAA", "n": 1, "digest": b"", "raw": b"", "signature": b"", "kind": "person"}
_row |= {"record": uuid7(), "status": "ok", "received_at": "", "skew_ms": 0}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with province_in(tmp_path) as made:
        yield made


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the driver was told to copy."""
    told: list[str] = []
    real = psycopg.Cursor.copy

    def noted(self: Any, statement: Any, *args: Any, **how: Any) -> Any:
        told.append(str(statement).partition(" (")[0])
        return real(self, statement, *args, **how)

    monkeypatch.setattr(psycopg.Cursor, "copy", noted)
    return told


def people(desk: ServerDesk, count: int) -> list[Any]:
    return [desk.change("person", uuid7(), {"full_name": f"Lò Thị Thử {n}"}) for n in range(count)]


def log_of(world: World, desk: ServerDesk) -> list[int]:
    table = tables.change
    return [n for (n,) in world.rows(select(table.c.n).where(table.c.desk == desk.id).order_by(table.c.n))]


def left_beside(connection: Connection) -> int:
    return int(connection.scalar(text("SELECT count(*) FROM change_beside")) or 0)


@pytest.mark.parametrize(("pushed", "copies"), [(COPIED_FROM - 1, 0), (COPIED_FROM, 1), (LONGER, 2)])
def test_a_long_push_is_copied_and_a_short_one_is_not(
    world: World, copied: list[str], pushed: int, copies: int
) -> None:
    """The first half of a longer one is in its table while the second is merged."""
    desk = world.desk()
    assert desk.results(*people(desk, pushed)) == [("ok", "")] * pushed
    assert (log_of(world, desk), copied) == (list(range(1, pushed + 1)), ['COPY "change_beside"'] * copies)


def test_both_ways_leave_the_same_rows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nulls, texts beyond ASCII, numbers below nought: of one push the rows are asked for by both."""
    rows = [
        {**_row, "id": f"{n:032}", "n": n, "skew_ms": -n, "raw": bytes([n]), "scope": COMMUNE} for n in range(1, 201)
    ]
    rows[5] |= {"kind": "Đỗ\x00", "record": ""}
    left = list[Sequence[Any]]()
    for least in (1, 1000):
        monkeypatch.setattr(copying, "COPIED_FROM", least)

        def work(connection: Connection) -> Sequence[Any]:
            with staged(connection, tables.change, len(rows)) as changes:
                changes.add(rows[:120])
                changes.add([])
                changes.add(rows[120:])
            changes.place()
            left.append(connection.execute(select(tables.change).order_by(tables.change.c.n)).all())
            raise LookupError

        with pytest.raises(LookupError):
            world.province.database.write(work, reach_of("AAAAAA", [COMMUNE]))
    assert left[0] == left[1]
    assert (len(left[0]), left[0][5].kind) == (200, "Đỗ\ufffd")


@pytest.mark.parametrize("expected", [COPIED_FROM, LONG])
def test_what_is_copied_is_held_to_the_reach(world: World, expected: int) -> None:
    """COPY itself passes by row-level security; the statement that follows does not, be it of the first half."""
    rows = [{**_row, "id": uuid7(), "n": n, "scope": OTHER} for n in range(1, COPIED_FROM + 1)]

    def work(connection: Connection) -> None:
        with staged(connection, tables.change, expected) as changes:
            changes.add(rows)
        changes.place()

    for reach, is_refused in ((reach_of("AAAAAA", [COMMUNE]), True), (reach_of("AAAAAA", [OTHER]), False)):
        assert _is_refused(world, work, reach) is is_refused


def _is_refused(world: World, work: Any, reach: Reach) -> bool:
    try:
        world.province.database.write(work, reach)
    except (psycopg.errors.InsufficientPrivilege, DBAPIError):
        return True
    return False


def test_what_is_wrong_with_the_first_half_undoes_the_whole(world: World) -> None:
    """It is heard of while the second is merged, or at its end; and the connection serves again."""
    desk = world.desk()
    rows = [{**_row, "id": uuid7(), "n": n, "scope": COMMUNE} for n in range(1, LONG + 1)]

    def with_anothers(connection: Connection) -> None:
        with staged(connection, tables.change, len(rows)) as changes:
            changes.add([*rows[1:COPIED_FROM], {**rows[0], "scope": OTHER}])
            changes.add(rows[COPIED_FROM:])
        changes.place()

    assert _is_refused(world, with_anothers, reach_of("AAAAAA", [COMMUNE]))
    assert log_of(world, desk) == []
    assert desk.results(*people(desk, LONGER)) == [("ok", "")] * LONGER


def test_two_long_parts_of_one_push_are_each_written_once(world: World, copied: list[str]) -> None:
    """A move stands between them: what was copied for the first is not there for the second."""
    desk = world.desk({COMMUNE: Role.COMMUNE_OFFICER})
    world.desk({OTHER: Role.COMMUNE_OFFICER})
    desk.send("person", child := uuid7(), {"full_name": "Lò Thị Thử"})
    before = people(desk, LONG)
    move = relocation(desk, child, "move", OTHER)
    after = people(desk, LONG)
    assert desk.results(*before, move, *after) == [("ok", "")] * (2 * LONG + 1)
    assert log_of(world, desk) == list(range(1, 2 * LONG + 3))
    assert copied == ['COPY "change_beside"'] * 2


def test_nothing_stays_beside_the_table(world: World) -> None:
    """Neither of what was committed nor of what was undone; and who undid the first use can copy again."""
    desk, database = world.desk(), world.province.database

    def undone(connection: Connection) -> None:
        with staged(connection, tables.change, LONG) as changes:
            changes.add([{**_row, "scope": COMMUNE}])
            raise LookupError

    with pytest.raises(LookupError):
        database.write(undone, reach_of("AAAAAA", [COMMUNE]))
    desk.results(*people(desk, LONG))
    with pytest.raises(LookupError):
        database.write(undone, reach_of("AAAAAA", [COMMUNE]))
    assert database.read(left_beside, reach_of(desk.id, [COMMUNE])) == 0
    assert desk.results(*people(desk, LONG)) == [("ok", "")] * LONG
    assert database.read(left_beside, reach_of(desk.id, [COMMUNE])) == 0
