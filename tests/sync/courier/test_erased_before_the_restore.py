"""A province is put back to before an erasure, and a stick comes, or its log is exported, before anybody serves it: the
child goes nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zstandard

from commune_desk.domain.model.ids import RecordId
from sync.protocol import unb64
from sync.server.__main__ import main
from sync.server.identity.province import open_province
from sync.server.lifecycle import erased_list
from tests.helpers.builders import make_file, make_person, save_all
from tests.sync.actors.couriers import Office, couriers

NAME = "Bàn Thị Mới"


def _words(line: bytes) -> bytes:
    """What a line of the log has of a change."""
    return unb64(msgspec.json.decode(line).get("raw", ""))


class PutBack:
    """The second desk has not heard of the child that the first one wrote of; the backup has, and the law since."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.child = self._erased_since_the_backup()

    def _erased_since_the_backup(self) -> RecordId:
        office, person = self.office, make_person(NAME)
        office.desks[0].register.write(save_all(person, make_file(person.id))).result()
        office.desks[0].sync()
        backup = office.folder / "b.cdbackup"
        self.command("backup", "--to", backup)
        self.command("erase", person.id, "--who", "x", "--why", "y", "--yes")
        office.province.close()
        self.command("restore", "--from", backup)
        office.province = office.real.province = open_province(office.folder / "province", office.folder / "key-file")
        return person.id

    def command(self, name: str, *words: str | Path) -> None:
        inner = words[: name == "bundle"]
        places = ["--data", self.office.folder / "province", "--key-file", self.office.folder / "key-file"]
        line = ["--lang", "en", name, *inner, *places, *words[len(inner) :]]
        assert main([str(word) for word in line]) == 0

    def bring_and_take_back(self) -> None:
        """Twice: with the first stick the desk hears of the other history alone."""
        for number in range(2):
            stick = self.office.folder / f"usb{number}"
            stick.mkdir()
            self.office.courier(1).write_out(stick)
            self.command("bundle", "in", stick, "--reply", stick)
            self.office.courier(1).read_in(stick)

    def exported(self) -> bytes:
        path = self.office.folder / "log"
        self.command("export-log", "--to", path)
        return b"".join(map(_words, zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read().splitlines()))

    def known_at_the_second_desk(self) -> bool:
        return bool(self.office.desks[1].ask("SELECT id FROM person WHERE id=?", self.child))


@pytest.fixture
def put_back() -> Iterator[PutBack]:
    with couriers() as office:
        yield PutBack(office)


def test_no_stick_brings_the_child_to_a_desk(put_back: PutBack) -> None:
    put_back.bring_and_take_back()
    assert not put_back.known_at_the_second_desk()


def test_nor_is_the_child_in_the_log(put_back: PutBack) -> None:
    assert NAME.encode() not in put_back.exported()


def test_unless_the_list_were_read_by_a_server_alone(put_back: PutBack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(erased_list, "settle", lambda province: 0)
    assert NAME.encode() in put_back.exported()
    put_back.bring_and_take_back()
    assert put_back.known_at_the_second_desk()
