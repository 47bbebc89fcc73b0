"""The locked program, as a process of its own: it carries what was sealed, also when it is killed on the way."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.engine.settings import Pins
from commune_desk.store.pages.sync_status import SyncFacts, sync_facts
from commune_desk.usecases.locked.doorbell import leave_card
from commune_desk.usecases.locked.push import leave_sealed, take_receipts
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of
from commune_desk.usecases.registers.opening import OpenDesk, make_register, unlock
from commune_desk.usecases.registers.profile import Profile
from commune_desk.usecases.sync.desk_sync import DeskSync
from sync.client.enrol import enrol
from sync.client.transport import Transport
from sync.server.lifecycle.founding import found
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.enrolled_desks import LOGIN, OFFICER, PASSPHRASE
from tests.story.province import Province
from tests.sync.actors.real_province import RealProvince

PATIENCE = 60.0
KILLED_AFTER = (0.2, 0.6, 0.9, 1.2, 1.5)
"""Seconds: while it starts, says hello, pushes, or is done."""


@pytest.fixture
def province(tmp_path: Path) -> Iterator[Province]:
    """Served by a process; its first enrolment code lies in `code`."""
    made = Province(tmp_path)
    founded = found(made.data, made.key_file, name="Tests", hosts=["127.0.0.1"], clock=SystemClock())
    (tmp_path / "code").write_text(RealProvince(founded).code().code)
    founded.close()
    made.start()
    yield made
    made.kill()


@pytest.fixture
def desk(province: Province, tmp_path: Path) -> OpenDesk:
    """Enrolled over TLS and in touch once; a child with two visits waits."""
    enrolment = enrol(province.address, (tmp_path / "code").read_text(), "PC of tests", program_version="0")
    (tmp_path / "desk").mkdir()
    made = make_register(
        Profile(tmp_path / "desk"),
        OFFICER,
        identity_of(enrolment, "PC of tests", uuid7()),
        scope_keys_of(enrolment),
        clock=SystemClock(),
    )

    def connect(pins: Pins) -> Transport:
        return Transport(pins.address, ca_pem=pins.ca_pem)

    DeskSync(made.register, lambda _changes: None, connect=connect).sync()
    person, file = make_child()
    made.register.write(save_all(person, file, make_visit(person.id), make_visit(person.id))).result()
    return made


def locked(desk: OpenDesk) -> Profile:
    """The register closed, as a lock leaves it."""
    leave_card(desk, [])
    leave_sealed(desk)
    desk.register.close()
    return desk.profile


def unlock_page(profile: Profile) -> subprocess.Popen[bytes]:
    """The program on a locked profile."""
    command = [sys.executable, "-m", "commune_desk", "--profile", str(profile.folder)]
    return subprocess.Popen(command, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, stderr=subprocess.DEVNULL)


def wait_for(profile: Profile) -> None:
    end = time.monotonic() + PATIENCE
    while profile.sealed.exists() or not profile.receipts.exists():
        assert time.monotonic() < end, "nothing was carried"
        time.sleep(0.05)


def unlocked(profile: Profile) -> SyncFacts:
    desk = unlock(profile, LOGIN, PASSPHRASE, clock=SystemClock())
    take_receipts(desk, lambda _changes: None)
    facts = sync_facts(desk.register.reader)
    desk.register.close()
    return facts


@pytest.mark.parametrize("killed_after", [(), KILLED_AFTER])
def test_the_locked_program_carries_what_was_sealed(desk: OpenDesk, killed_after: tuple[float, ...]) -> None:
    profile = locked(desk)
    for seconds in killed_after:
        with unlock_page(profile) as process:
            time.sleep(seconds)
            process.kill()
    with unlock_page(profile) as process:
        try:
            wait_for(profile)
        finally:
            process.kill()
    facts = unlocked(profile)
    assert (facts.waiting_changes, facts.set_aside) == (0, 0)
    assert facts.proven_changes == facts.own_changes
    assert facts.proven_at != ""
    assert not profile.sealed.exists()
    assert not profile.receipts.exists()
