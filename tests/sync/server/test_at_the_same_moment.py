"""What two find out, or decide, at one moment: it happens once, and the graver word stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.words.errors import DeskError
from sync.protocol import PullHeader, PullRequest, PullTrailer, decode
from sync.server.answers import pull
from sync.server.engine import tables
from sync.server.identity import desks
from sync.server.identity.province import begin_epoch, open_province
from sync.server.intake import push
from sync.server.intake.admission import Admission
from sync.server.lifecycle import founding
from sync.server.problems import Refused
from tests.helpers.store_engine import engine
from tests.helpers.workplaces import HandClock
from tests.sync.actors.server_fixtures import COMMUNE, ServerDesk, World

pytestmark = pytest.mark.usefixtures("store_engine")


def epochs(world: World) -> list[str]:
    table = tables.audit
    return [row.subject for row in world.rows(select(table.c.subject).where(table.c.action == "epoch"))]


def begun_by(world: World, name: str, after: str = "") -> str:
    return world.write(lambda connection: begin_epoch(connection, world.province, actor=name, after=after))


def state_of(world: World, desk: ServerDesk) -> desks.DeskState:
    found = world.read(lambda connection: desks.find(connection, desk.id))
    assert found is not None
    return found


def test_who_comes_second_is_told_the_epoch_that_has_begun(world: World) -> None:
    before = world.epoch
    first, second = (begun_by(world, name, after=before) for name in ("AAAAAA", "BBBBBB"))
    assert first == second == world.epoch != before
    assert epochs(world) == [first]


def test_unasked_each_would_begin_one(world: World) -> None:
    """The twin."""
    for name in ("AAAAAA", "BBBBBB"):
        begun_by(world, name)
    assert len(epochs(world)) == 2


def test_a_copied_desk_that_was_ordered_removed_meanwhile_stays_ordered_removed(world: World) -> None:
    desk = world.desk()
    desk.send("person", uuid7(), {"full_name": "Chìu Văn Sáng"})
    caller = state_of(world, desk)
    world.write(lambda connection: desks.revoke(connection, world.province, desk.id, removes=True))
    desk.n -= 1
    other = desk.change("person", uuid7(), {"full_name": "Chìu Thị Mây"})  # the same number, other words
    with pytest.raises(Refused) as refused:
        push.take_in(world.province, caller, desk.body([other]), Admission())
    assert refused.value.code == "fork"
    after = state_of(world, desk)
    assert (after.status, after.removal_at is not None) == (desks.REVOKED, True)


def test_a_page_goes_by_the_grants_that_hold_by_then(world: World) -> None:
    desk = world.desk()
    desk.send("person", uuid7(), {"full_name": "Chìu Văn Sáng"})
    stranger = replace(state_of(world, desk), grants={})  # as it was when the request came in
    request = PullRequest(epoch=world.epoch, cursors={})
    lines = pull.page(world.province, stranger, request).split(b"\n")
    header, trailer = decode(lines[0], PullHeader), decode(lines[-1], PullTrailer)
    assert [grant.scope for grant in header.grants] == [*trailer.heads] == [COMMUNE]
    assert len(lines) == 3


def test_an_init_that_dies_leaves_nothing_that_opens_as_a_province(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the desk under which it signs it could neither hand down a report nor erase."""

    class PowerCut(Exception):
        """Before the province has a desk."""

    def cut(*_: object) -> None:
        raise PowerCut

    data, key = tmp_path / "data", tmp_path / "key.json"
    with monkeypatch.context() as patch:
        patch.setattr(founding, "found_province_desk", cut)
        with pytest.raises(PowerCut):
            founding.found(data, key, name="Tests", hosts=["127.0.0.1"], clock=HandClock(), where=engine.new())
    with pytest.raises(DeskError):
        open_province(data, key).close()
