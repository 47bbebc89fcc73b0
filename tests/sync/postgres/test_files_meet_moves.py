"""A piece of a file meets a move of its child on PostgreSQL: it follows the child, and is never refused for that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync.file_wire import FileAsked, FileOffset
from sync.server.answers.files import FileAdmission, Files
from sync.server.engine import tables
from sync.server.identity.desks import DeskState
from sync.server.intake import push
from sync.server.intake.admission import Admission
from tests.sync.actors.named_files import make_file, name_it, put, put_all
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, World, province_in
from tests.sync.moves.test_server_moves import relocation
from tests.sync.server.test_at_the_same_moment import state_of

pytestmark = pytest.mark.usefixtures("on_postgres")


class Meeting:
    """A photo that its author sends while, after the province looked where the child lives, a colleague moves it."""

    def __init__(self, world: World, patch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.author, self.mover, self.there = world.desk(), world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
        self.child, self.file = uuid7(), make_file(100_000)
        self.mover.send("person", self.child, {"full_name": "Chìu Văn Sáng"})
        name_it(self.author, self.file, person=self.child)
        self._mover_state = state_of(world, self.mover)
        self._moves: list[Callable[[], None]] = [self._move]
        looked = FileAdmission.home_of

        def home_of(admission: FileAdmission, connection: Connection, caller: DeskState, asked: FileAsked) -> str:
            home = looked(admission, connection, caller, asked)
            while self._moves:
                self._moves.pop()()
            return home

        patch.setattr(FileAdmission, "home_of", home_of)

    def _move(self) -> None:
        line = relocation(self.mover, self.child, "move", OTHER, scope=COMMUNE)
        push.take_in(self.world.province, self._mover_state, self.mover.body([line]), Admission())

    def places(self) -> set[str]:
        return {row.scope for row in self.world.rows(select(tables.blob.c.scope))}


@pytest.fixture
def meeting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Meeting]:
    with province_in(tmp_path) as world:
        yield Meeting(world, monkeypatch)


def test_a_piece_that_meets_the_move_lies_where_the_child_is(meeting: Meeting) -> None:
    assert put(meeting.author, meeting.file, 0, 50_000).read(FileOffset).offset == 50_000
    assert put_all(meeting.author, meeting.file).done
    assert meeting.places() == {OTHER}


def test_looked_for_once_it_would_be_refused_for_good(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(Files, "_held", Files._follow)
    assert put(meeting.author, meeting.file, 0, 50_000).status == 404
