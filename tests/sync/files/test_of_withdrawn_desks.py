"""A photo whose words had not gone yet when its PC was withdrawn: the province keeps both before the register goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.attachments import Attachment
from commune_desk.domain.words.errors import DeskError
from sync.client.channel import Channel
from sync.client.errors import DeskRemoved, NotRecognised
from sync.file_wire import FileAsked
from sync.protocol import encode
from sync.seal import FILE, SigningKey
from sync.server.answers import files
from sync.server.engine import tables
from sync.server.identity import desks
from sync.server.lifecycle.erasing import Ordered, erase
from tests.helpers.attached import add_child, add_file, scan
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import COMMUNE, RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


class Pc:
    """Withdrawn with a child that the province knows, and a photo of it that the province has not heard of."""

    def __init__(self, desk: EnrolledDesk) -> None:
        self.desk = desk
        self.child: RecordId = add_child(desk.open.register)
        desk.sync()
        self.photo: Attachment = add_file(desk.open.register, self.child, scan(300_000))
        self.id = desk.id
        self.withdraw(removes=True)

    def withdraw(self, *, removes: bool) -> None:
        real = self.desk.province
        real.write(lambda connection: desks.revoke(connection, real.province, self.id, removes=removes))

    def goes(self) -> None:
        with pytest.raises(DeskRemoved):
            self.desk.sync()
        assert self.desk.open.profile.is_removed


@pytest.fixture
def pc(real: RealProvince, tmp_path: Path) -> Iterator[Pc]:
    made = Pc(enrolled_desk(real, tmp_path / "pc"))
    yield made
    with suppress(RuntimeError):
        made.desk.close()


def whole(real: RealProvince) -> list[str]:
    return real.scalars(select(tables.blob.c.sha256).where(tables.blob.c.done_at.is_not(None)))


def asks(desk: EnrolledDesk, file: str) -> str:
    """Which fault refuses the question how far the file is."""
    own = desk.open.register.identity
    assert own.pins is not None
    channel = Channel(
        desk.province.transport(),
        key_id=own.desk,
        key=SigningKey.from_bytes(own.signing),
        authority_public=own.pins.authority_public,
    )
    channel.hello()
    try:
        channel.call("/v1/files/offset", encode(FileAsked(scope=COMMUNE, file=file)), FILE)
    except DeskError as fault:
        return type(fault).__name__
    return ""


def test_its_content_is_at_the_province_before_the_register_goes(real: RealProvince, pc: Pc) -> None:
    pc.goes()
    assert whole(real) == [pc.photo.sha256]


def test_taken_for_merged_changes_alone_it_would_go_with_the_register(
    real: RealProvince, pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(files, "size_set_aside", lambda *_: None)
    pc.goes()
    assert whole(real) == []


def test_nobody_else_is_told_of_it(real: RealProvince, pc: Pc, tmp_path: Path) -> None:
    """Neither a colleague, nor another desk that was withdrawn."""
    pc.goes()
    colleague = enrolled_desk(real, tmp_path / "colleague")
    assert asks(colleague, pc.photo.sha256) == NotRecognised.__name__
    real.write(lambda connection: desks.revoke(connection, real.province, colleague.id))
    assert asks(colleague, pc.photo.sha256) == NotRecognised.__name__
    colleague.close()


def test_of_whom_the_law_erases_it_goes(real: RealProvince, pc: Pc) -> None:
    pc.goes()
    order = Ordered("Sở Y tế", "QĐ 12/2026")
    real.write(lambda connection: erase(connection, real.province, "person", pc.child, order)[0])
    for table in (tables.blob, tables.blob_piece):
        assert real.scalars(select(table.c.sha256)) == []
