"""What the province says when it begins to serve: of a certificate that no desk accepts at the time it would tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.server.commands import commands
from sync.server.commands.console import Console
from sync.server.commands.texts import Texts
from tests.sync.actors.server_fixtures import province_in

MADE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (
            datetime(1970, 1, 1, 0, 5, tzinfo=UTC),
            "01/01/1970, before its certificate was made, and no desk gets",
        ),
        (MADE, ""),
        (MADE + timedelta(days=690), "runs out on 23/11/2028"),
        (datetime(2099, 1, 1, tzinfo=UTC), "runs out on 23/11/2028"),
    ],
)
def test_a_clock_at_which_no_desk_gets_through_is_told(tmp_path: Path, at: datetime, said: str) -> None:
    lines: list[str] = []
    with province_in(tmp_path) as world:
        world.clock.at = at
        commands._judge_certificate(world.province, Console(Texts("en"), lines.append, input, is_at_terminal=False))
    assert [said in line for line in lines] == [True] * bool(said)


def test_a_certificate_that_was_made_while_the_clock_was_ahead_is_made_anew(tmp_path: Path) -> None:
    """The clock is right by now: to set it helps nobody."""
    lines: list[str] = []
    with province_in(tmp_path) as world:
        console = Console(Texts("en"), lines.append, input, is_at_terminal=False)

        def renewed(at: datetime) -> None:
            world.clock.at = at
            province = world.province
            world.write(lambda connection: commands._renewed(connection, province, ["127.0.0.1"]))

        renewed(MADE + timedelta(days=365))
        world.clock.at = MADE
        commands._judge_certificate(world.province, console)
        assert ["if it is right" in line and "renew" in line for line in lines] == [True]
        renewed(MADE)
        commands._judge_certificate(world.province, console)
    assert len(lines) == 1
