"""What stands behind a refused verb of place in one push is merged as if it stood alone."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import uuid7
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, World
from tests.sync.moves.test_server_moves import relocation

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.mark.parametrize("verb", ["move", "share", "unshare"])
def test_a_record_made_before_a_refused_move_is_known_behind_it(world: World, verb: str) -> None:
    """A colleague has moved the child already; who was away moves it too, between two words about another child."""
    away = world.desk()
    other = uuid7()
    made = away.change("person", other, {"full_name": "Chìu Văn Sáng", "phone": "0900000000"})
    refused = relocation(away, uuid7(), verb, OTHER)
    more = away.change("person", other, {"phone": "0911111111"}, base={"phone": made.change.id})
    results = away.results(made, refused, more)
    assert [status for status, _ in results] == ["ok", "quarantined", "ok"]
    row = world.row("person", other)
    assert (row["full_name"], row["phone"], row["scope"]) == ("Chìu Văn Sáng", "0911111111", COMMUNE)


def test_what_was_edited_before_a_refused_move_stands_so_behind_it(world: World) -> None:
    """The record was there before the push, and was read once for all of it."""
    away = world.desk()
    person = uuid7()
    made = away.send("person", person, {"full_name": "Chìu Văn Sáng", "phone": "0900000000"})
    first = away.change("person", person, {"phone": "0911111111"}, base={"phone": made})
    refused = relocation(away, uuid7(), "move", OTHER)
    second = away.change("person", person, {"phone": "0922222222"}, base={"phone": first.change.id})
    assert [status for status, _ in away.results(first, refused, second)] == ["ok", "quarantined", "ok"]
    assert world.row("person", person)["phone"] == "0922222222"
