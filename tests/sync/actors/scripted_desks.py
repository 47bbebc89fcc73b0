"""A desk with a real register on disk at a scripted province: what must a register survive that no honest one sends."""

from __future__ import annotations

from pathlib import Path

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.desk.register import Register
from commune_desk.store.engine.settings import Identity, Pins, ScopeKeyPair
from sync import seal
from tests.sync.actors.real_desks import KEY, RealDesk
from tests.sync.actors.scripted_province import SCOPE, ScriptedProvince

KEY_ID = "abcd0123"


def scripted_desk(folder: Path, province: ScriptedProvince, name: str, box: seal.BoxKey) -> RealDesk:
    """A desk that holds the commune's key `box`."""
    province.desk(name)
    path = folder / f"{name}.db"
    identity = Identity(
        db_id=uuid7(),
        desk=name,
        label="PC of tests",
        scope=SCOPE,
        role="commune_officer",
        signing=province.keys[name].to_bytes(),
        box=seal.BoxKey.generate().to_bytes(),
        doorbell=seal.SigningKey.generate().to_bytes(),
        epoch=province.epoch,
        pins=Pins(
            address="https://province.test",
            ca_pem=b"",
            authority_public=province.authority.public,
            escrow_public=seal.BoxKey.generate().public,
        ),
    )
    Register.create(path, KEY, identity, [ScopeKeyPair(SCOPE, KEY_ID, box.public, box.to_bytes())])
    return RealDesk(path, SystemClock(), province.transport)
