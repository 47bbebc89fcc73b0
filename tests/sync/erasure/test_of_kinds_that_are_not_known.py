"""What a newer desk wrote of a kind that the province does not know goes with the child that it names."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.records.kinds import KINDS, SCHEMA_VERSION
from sync.change import Line
from sync.server.engine import tables
from sync.server.intake import erasures
from tests.sync.actors.server_fixtures import World
from tests.sync.erasure.test_server_erasure import erased
from tests.sync.moves.test_server_moves import Child

pytestmark = pytest.mark.usefixtures("store_engine")

KIND = "school_report"


@pytest.fixture
def child(world: World) -> Child:
    return Child(world.desk())


def written(child: Child, person: str) -> Line:
    said = {"person": person, "remark": "Nghỉ học nhiều"}
    return child.desk.change(KIND, uuid7(), said, schema=SCHEMA_VERSION + 1)


def words_aside(world: World) -> list[bytes]:
    return [row.raw for row in world.rows(select(tables.quarantine.c.raw)) if row.raw]


def test_what_was_set_aside_before_goes_with_the_order(world: World, child: Child) -> None:
    about, other = written(child, child.person), written(child, uuid7())
    assert child.desk.results(about, other) == [("quarantined", "kind")] * 2
    erased(world, child.person)
    assert words_aside(world) == [other.raw]


def test_what_comes_after_it_is_kept_by_its_digest_alone(world: World, child: Child) -> None:
    erased(world, child.person)
    about, other = written(child, child.person), written(child, uuid7())
    assert child.desk.results(about, other) == [("quarantined", "erased"), ("quarantined", "kind")]
    assert words_aside(world) == [other.raw]


def test_taken_for_a_kind_about_nobody_it_would_stay(
    world: World, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(erasures, "KINDS", {**KINDS, KIND: KINDS["bed"]})
    before = written(child, child.person)
    assert child.desk.results(before) == [("quarantined", "kind")]
    erased(world, child.person)
    after = written(child, child.person)
    assert child.desk.results(after) == [("quarantined", "kind")]
    assert words_aside(world) == [before.raw, after.raw]
