"""A file whose record leaves before its content was here: whoever has it sends it after, and nobody else may."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync.file_wire import FileAsked, FileOffset
from sync.server.answers.files import FileAdmission, Files
from sync.server.engine import tables
from sync.server.identity.desks import DeskState
from tests.sync.actors.named_files import NamedFile, get, make_file, name_it, offset_of, put, put_all
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, ServerDesk, World, province_in
from tests.sync.files.test_server import fetch_all
from tests.sync.moves.test_server_moves import relocation

pytestmark = pytest.mark.usefixtures("store_engine")
OTHER_OFFICE = {OTHER: Role.COMMUNE_OFFICER}


class StayingAdmission(FileAdmission):
    """The control taken out: a file is sent where its record was written, or not at all."""

    def home_of(self, connection: Connection, caller: DeskState, asked: FileAsked) -> str:
        return asked.scope


class Gone:
    """A child with a photo of which only the first piece is here when a colleague moves the child."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.author, self.mover, self.there = world.desk(), world.desk(), world.desk(OTHER_OFFICE)
        self.child, self.file = uuid7(), make_file(600_000)
        self.mover.send("person", self.child, {"full_name": "Chìu Văn Sáng"})
        name_it(self.author, self.file, person=self.child)
        self.first = put(self.author, self.file, 0).read(FileOffset)
        self.move(COMMUNE, OTHER)

    def move(self, home: str, to: str) -> None:
        mover = self.mover if home == COMMUNE else self.there
        assert mover.results(relocation(mover, self.child, "move", to, scope=home)) == [("ok", "")]

    def scopes(self) -> set[str]:
        return {
            row.scope for table in (tables.blob, tables.blob_piece) for row in self.world.rows(select(table.c.scope))
        }


@pytest.fixture
def gone(world: World) -> Gone:
    return Gone(world)


def test_it_goes_on_from_where_it_was_and_lies_with_its_record(gone: Gone) -> None:
    told = offset_of(gone.author, gone.file).read(FileOffset)
    assert (told.scope, told.offset, told.done) == (COMMUNE, gone.first.offset, False)
    told = put_all(gone.author, gone.file)
    assert (told.scope, told.done) == (COMMUNE, True)
    assert gone.scopes() == {OTHER}
    assert fetch_there(gone.there, gone.file) == gone.file.cipher


def fetch_there(desk: ServerDesk, file: NamedFile) -> bytes:
    got = b""
    while len(got) < len(file.cipher):
        got += get(desk, file, len(got), scope=OTHER).body.partition(b"\n")[2]
    return got


def test_it_follows_a_child_who_has_moved_on(gone: Gone) -> None:
    third = "C:06862"
    gone.world.desk({third: Role.COMMUNE_OFFICER})
    gone.move(OTHER, third)
    assert put(gone.author, gone.file, gone.first.offset, 1000).read(FileOffset).offset == gone.first.offset + 1000
    assert gone.scopes() == {third}


def test_a_child_who_came_back_is_at_home(gone: Gone) -> None:
    gone.move(OTHER, COMMUNE)
    assert put_all(gone.author, gone.file).done
    assert gone.scopes() == {COMMUNE}
    assert fetch_all(gone.mover, gone.file) == gone.file.cipher


def test_who_let_it_go_may_send_and_not_read(gone: Gone) -> None:
    put_all(gone.author, gone.file)
    assert [get(gone.author, gone.file, scope=scope).status for scope in (COMMUNE, OTHER)] == [404, 404]
    assert put(gone.author, gone.file, 0, scope=OTHER).status == 404


def test_a_place_that_never_had_it_sends_nothing(gone: Gone) -> None:
    stranger = gone.world.desk({"C:06862": Role.COMMUNE_OFFICER})
    assert offset_of(stranger, gone.file, "C:06862").status == 404
    assert put(stranger, gone.file, 0, scope="C:06862").status == 404


def late(world: World) -> tuple[ServerDesk, ServerDesk, NamedFile]:
    """A photo named by a desk that had not heard of the move of its child, and the desk that has the child."""
    gone = Gone(world)
    photo = make_file(300_000, seed=2)
    name_it(gone.author, photo, person=gone.child)
    return gone.author, gone.there, photo


def test_one_that_was_added_after_the_child_had_left_follows_too(world: World) -> None:
    """Its record was never in the place that the child had left."""
    author, there, photo = late(world)
    told = put_all(author, photo)
    assert (told.scope, told.done) == (COMMUNE, True)
    assert fetch_there(there, photo) == photo.cipher
    assert get(author, photo).status == 404


def test_nor_does_a_place_send_it_that_the_child_never_lived_in(world: World) -> None:
    *_, photo = late(world)
    stranger = world.desk({"C:06862": Role.COMMUNE_OFFICER})
    assert offset_of(stranger, photo, "C:06862").status == 404


def test_without_following_it_would_be_lost(tmp_path: Path) -> None:
    """The twin."""
    with province_in(tmp_path, files=Files(admission=StayingAdmission())) as world:
        gone = Gone(world)
        assert put(gone.author, gone.file, gone.first.offset).status == 404
        assert get(gone.there, gone.file, scope=OTHER).code == "file_waits"


def test_without_following_the_late_one_would_be_too(tmp_path: Path) -> None:
    """The twin."""
    with province_in(tmp_path, files=Files(admission=StayingAdmission())) as world:
        author, there, photo = late(world)
        assert put(author, photo, 0).status == 404
        assert get(there, photo, scope=OTHER).code == "file_waits"
