"""A colleague's record that names somebody's file and says another size of it: no file stands still for that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.attachments import Attachment
from commune_desk.store.writing.transaction import Tx
from sync import content
from sync.file_wire import FileOffset
from sync.server.answers.files import FileAdmission
from tests.helpers.attached import file_of, scan
from tests.helpers.store_engine import StoreEngine
from tests.sync.actors.file_office import Office, file_office
from tests.sync.actors.named_files import get, make_file, name_it, offset_of, put, put_all, put_bytes
from tests.sync.actors.server_fixtures import World, province_in
from tests.sync.files.test_server import fetch_all

SMALL, LARGE = 50_000, 700_000
OTHER_SIZES = (1, 20_000, 70_000, content.MAX_FILE, content.MAX_FILE + 1)


@pytest.fixture
def office() -> Iterator[Office]:
    with file_office() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path, store_engine: StoreEngine) -> Iterator[World]:
    with province_in(tmp_path) as made:
        yield made


def misstate(office: Office, file: RecordId, size: int) -> None:
    """The colleague names the same content with another size; of all that name it, theirs comes first."""

    def run(tx: Tx) -> None:
        honest = tx.existing(Attachment, file)
        tx.save(msgspec.structs.replace(honest, id=new_record_id(), size=size, added_at="2099-01-01T00:00:00Z"))

    office.there.register.write(run).result()
    office.there.carry_text()


@pytest.mark.parametrize("size", OTHER_SIZES)
def test_it_comes_down_whole_and_so_do_the_others(office: Office, size: int) -> None:
    file, other = office.add(SMALL), office.add(SMALL, seed=2)
    office.here.carry()
    office.there.carry_text()
    misstate(office, file, size)
    assert office.there.carry().file_fault is None
    assert office.there.content(other) == scan(SMALL, seed=2)
    office.there.ask_for(file)
    office.there.carry()
    assert office.there.content(file) == scan(SMALL)


def test_a_large_one_goes_on_by_its_true_size(office: Office) -> None:
    file = office.add(LARGE)
    office.here.carry()
    office.there.carry_text()
    misstate(office, file, 20_000)
    office.there.ask_for(file)
    assert office.there.carry().file_fault is None
    assert office.there.content(file) == scan(LARGE)
    (size,) = office.there.ask("SELECT size FROM file_queue")[0]
    assert size == file_of(office.here.register, file).size


def misnamed(world: World, size: int) -> tuple[Any, Any]:
    """A file that its author and before it a colleague has named, with another size."""
    desk, colleague, file = world.desk(), world.desk(), make_file(60_000)
    name_it(colleague, file, size=size)
    name_it(desk, file)
    return desk, file


@pytest.mark.parametrize("size", OTHER_SIZES)
def test_it_goes_up_whole_whatever_else_is_said_of_its_size(world: World, size: int) -> None:
    desk, file = misnamed(world, size)
    told = offset_of(desk, file).read(FileOffset)
    while not told.done:
        before = told.offset
        told = put(desk, file, before, 10_000).read(FileOffset)
        assert told.offset > before
    assert fetch_all(desk, file) == file.cipher
    assert [row.size for row in world.rows(_sizes())] == [len(file.cipher)]


def _sizes() -> Any:
    from sqlalchemy import select

    from sync.server.engine import tables

    return select(tables.blob.c.size)


def test_by_the_first_record_alone_it_would_never_be_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(FileAdmission, "sizes_of", lambda *_: {70_000})
    desk, file = misnamed(world, 70_000)
    assert not put_bytes(desk, file, 0, file.cipher).read(FileOffset).done
    assert get(desk, file).code == "file_waits"


def test_what_is_none_of_the_sizes_is_still_thrown_away_at_the_largest(world: World) -> None:
    desk, file = misnamed(world, 70_000)
    told = put_bytes(desk, file, 0, bytes(len(file.cipher))).read(FileOffset)
    assert (told.offset, told.done) == (len(file.cipher), False)
    assert put_bytes(desk, file, len(file.cipher), bytes(70_000 - len(file.cipher))).read(FileOffset).offset == 0
    assert put_all(desk, file).done
