"""The province is put back to before a PC was enrolled, and the PC's officer forgets the passphrase: what only that PC
has by now is opened with the province's answer, and sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import DeskId
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Refusal
from commune_desk.usecases.registers.officers import RecoveryAnswer, recover, recovery_request
from sync import seal
from sync.client.errors import NotRecognised
from sync.server.engine import tables
from sync.server.identity import recovering
from sync.server.identity.desks import revoke
from tests.helpers.builders import make_person, save_all
from tests.helpers.enrolled_desks import LOGIN, EnrolledDesk, enrolled_desk
from tests.sync.actors import kept_provinces
from tests.sync.actors.real_province import RealProvince, real_province
from tests.sync.actors.server_fixtures import World, command

NAME, PASSPHRASE = "Chìu Văn Sáng", "năm con cá bơi ngược"


@dataclass
class Late:
    """A PC that was enrolled after the backup that was put back; its register is closed."""

    real: RealProvince
    desk: EnrolledDesk
    request: str

    def unlock(self, answer: str) -> None:
        typed = RecoveryAnswer(answer, LOGIN, PASSPHRASE)
        self.desk.open = recover(self.desk.open.profile, typed, clock=SystemClock())


@pytest.fixture
def late(tmp_path: Path) -> Iterator[Late]:
    with real_province(tmp_path) as real:
        kept_provinces.back_up(real, tmp_path / "key-file", tmp_path / "backup")
        desk = enrolled_desk(real, tmp_path / "desk")
        desk.open.register.write(save_all(make_person(NAME))).result()
        desk.sync()
        kept_provinces.put_back(real, tmp_path / "key-file", tmp_path / "backup")
        desk.close()
        yield Late(real, desk, recovery_request(desk.open.profile))


def test_what_only_it_has_is_opened_and_sent(late: Late) -> None:
    late.unlock(recovering.answer(late.real.province, late.request, since_backup=True))
    with pytest.raises(NotRecognised):
        late.desk.sync()
    late.desk.enrol_anew()
    late.desk.sync()
    assert late.desk.ask("SELECT full_name, state FROM person p JOIN change c ON c.record=p.id") == [(NAME, "accepted")]
    late.desk.close()


def test_nobody_is_answered_unasked(late: Late) -> None:
    with pytest.raises(Refusal, match="--since-backup"):
        recovering.answer(late.real.province, late.request)


def test_it_is_asked_at_the_terminal_and_written_down(world: World, tmp_path: Path) -> None:
    request = seal.recovery_request(world.desk().id, seal.BoxKey.generate().public)
    unknown = seal.recovery_request(DeskId("ZZZZZZ"), seal.BoxKey.generate().public)
    assert "add --since-backup" in command(tmp_path, "recover", unknown, "--yes").stderr
    done = command(tmp_path, "recover", unknown, "--yes", "--since-backup")
    assert "Desk ZZZZZZ asks. It is not known here" in done.stdout
    assert "Read out:" in done.stdout
    assert "It is not known here" not in command(tmp_path, "recover", request, "--yes", "--since-backup").stdout
    last = world.rows(select(tables.audit.c.action, tables.audit.c.subject).order_by(tables.audit.c.seq))
    assert ("recover", "ZZZZZZ") in [(row.action, row.subject) for row in last]


def test_a_withdrawn_one_and_an_unused_code_are_refused_as_ever(world: World, tmp_path: Path) -> None:
    desk = world.desk()
    world.write(lambda connection: revoke(connection, world.province, desk.id))
    made = command(tmp_path, "enrol-code", "--scope", "C:06838", "--json")
    for named, said in ((desk.id, "was withdrawn"), (msgspec.json.decode(made.stdout)["desk"], "No desk in service")):
        request = seal.recovery_request(named, seal.BoxKey.generate().public)
        assert said in command(tmp_path, "recover", request, "--yes", "--since-backup").stderr
