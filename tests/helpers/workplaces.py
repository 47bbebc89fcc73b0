"""A training register with real SQLCipher and an officer at work in it; the clock is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from commune_desk.domain.limits.lease import Lease
from commune_desk.domain.model.ids import OfficerId, RecordId, Scope, uuid7
from commune_desk.domain.records.desks import Officer
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.time.skew import skew_of
from commune_desk.program_files import code_book
from commune_desk.store.desk.lease import LEASE
from commune_desk.store.desk.register import FILE_NAME, Register
from commune_desk.store.engine import settings
from commune_desk.store.engine.settings import Identity, ScopeKeyPair
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.registers.profile import Profile
from commune_desk.vault import vault
from commune_desk.vault.keys import RegisterKey
from sync.seal import BoxKey, SigningKey, scope_key_id

OFFICER = OfficerId("0198c0de" * 4)
OFFICER_NAME = "Cán bộ Thử"
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
EMPTY_BATTERY = datetime(2010, 1, 1, 1, 0, tzinfo=UTC)
"""Where a PC's clock begins whose battery is empty."""
"""Monday 23/11/2026, 08:00 in Viet Nam."""
LISTS_KEPT_ON = datetime(2026, 9, 30, 3, 0, tzinfo=UTC)
"""The day of the demo's lists."""


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_by(self, **time: float) -> None:
        self.at += timedelta(**time)


def make_identity(scope: str, role: str, signing: SigningKey, box: BoxKey) -> Identity:
    """A training desk of its own."""
    return Identity(
        db_id=uuid7(),
        desk="D-TEST01",
        label="Máy thử",
        scope=scope,
        role=role,
        signing=signing.to_bytes(),
        box=box.to_bytes(),
        doorbell=b"\x01" * 32,
        is_training=True,
    )


def make_register(
    folder: Path,
    *,
    scope: str = "C:06838",
    role: str = "commune_officer",
    key: RegisterKey | None = None,
    clock: HandClock | None = None,
) -> Register:
    """A new open register in `folder`, with no records in it."""
    key = key or RegisterKey.generate()
    box = BoxKey.generate()
    path = folder / FILE_NAME
    pair = ScopeKeyPair(scope, scope_key_id(box.public), box.public, box.to_bytes())
    Register.create(path, key, make_identity(scope, role, SigningKey.generate(), box), [pair])
    return Register(path, key, clock or HandClock(), OFFICER)


def make_workplace(
    tmp_path: Path, *, scope: str = "C:06838", role: str = "commune_officer", at: datetime = MORNING
) -> Workplace:
    """An officer at an empty training register of `scope`; its clock is a HandClock. Close `workplace.register`."""
    workplace = Workplace(make_register(tmp_path, scope=scope, role=role), code_book())
    officer = Officer(id=RecordId(OFFICER), scope=Scope(scope), display_name=OFFICER_NAME, role=role)
    workplace.write(lambda tx: tx.save(officer))
    clock_of(workplace).at = at
    return workplace


def until_closed(workplace: Workplace) -> Iterator[Workplace]:
    """For a fixture: the register is closed once its test is over."""
    yield workplace
    workplace.register.close()


def work_for_real(tx: Tx) -> None:
    """Make the training register one that sends."""
    be_another(tx, is_training=False)


def be_another(tx: Tx, **fields: Any) -> None:
    """Change what the register says of its own desk."""
    settings.put(tx.connection, settings.IDENTITY, msgspec.structs.replace(settings.identity(tx.connection), **fields))
    tx.topic("identity")


@contextmanager
def asked_by_the_screen(workplace: Workplace) -> Iterator[list[str]]:
    """The statements that the UI thread's own connection runs meanwhile."""
    asked: list[str] = []
    reader = workplace.register.reader
    reader.set_trace_callback(asked.append)
    try:
        reader.execute("SELECT 'seen'").fetchone()
        assert asked, "the connection tells what it is asked"
        yield asked
    finally:
        reader.set_trace_callback(None)


def clock_of(workplace: Workplace) -> HandClock:
    """The clock of a workplace made here."""
    clock = workplace.register.clock
    assert isinstance(clock, HandClock)
    return clock


def logins(profile: Profile) -> list[str]:
    """Who may unlock here, in the order they were added."""
    return [slot.login for slot in vault.slots(profile.keyfile)]


def let_the_lease_run_out(workplace: Workplace) -> None:
    """Long ago, by the province's own word."""
    over = Lease(until="2026-11-01T00:00:00Z", told_at="2026-10-01T00:00:00Z", counted_at="2026-10-01T00:00:00Z")

    def keep(tx: Tx) -> None:
        settings.put(tx.connection, LEASE, over)
        tx.topic(LEASE)

    workplace.write(keep)
    assert workplace.register.is_closed


def fall_behind(workplace: Workplace) -> None:
    """The battery of the PC's clock is empty: it begins in 2010, after the province has told its own hour."""
    heard = to_iso(clock_of(workplace).at)
    workplace.write(lambda tx: settings.put(tx.connection, settings.CONTACT_AT, heard))
    clock_of(workplace).at = EMPTY_BATTERY


def find_the_clock_behind(workplace: Workplace) -> None:
    """It stood in 2010 already when the province told its own hour."""
    at = clock_of(workplace).at
    found = skew_of(to_iso(at), asked=EMPTY_BATTERY, heard=EMPTY_BATTERY)
    workplace.write(lambda tx: settings.put(tx.connection, settings.CLOCK_SKEW, found))
    fall_behind(workplace)
