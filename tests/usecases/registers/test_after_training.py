"""A PC that was trained on is set up for work: the training register goes aside, never one that a province knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope, uuid7
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Refusal
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of
from commune_desk.usecases.registers.opening import OpenDesk, make_register, make_training_register
from commune_desk.usecases.registers.profile import Profile
from tests.helpers.enrolled_desks import OFFICER, enrolled_desk
from tests.sync.actors.real_province import RealProvince, real_province


@pytest.fixture
def province(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


def trained_on(folder: Path, *, after_training: bool = False) -> OpenDesk:
    scope, role = Scope("C:06838"), Role.COMMUNE_OFFICER
    desk = make_training_register(
        Profile(folder), OFFICER, scope=scope, role=role, clock=SystemClock(), after_training=after_training
    )
    desk.register.close()
    return desk


def set_up(folder: Path, province: RealProvince, *, after_training: bool) -> OpenDesk:
    enrolment = province.enrol()
    identity, keys = identity_of(enrolment, "PC of tests", uuid7()), scope_keys_of(enrolment)
    return make_register(Profile(folder), OFFICER, identity, keys, clock=SystemClock(), after_training=after_training)


def test_a_pc_that_was_trained_on_is_enrolled_and_the_training_register_put_aside(
    tmp_path: Path, province: RealProvince
) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    trained_on(folder)
    left = {path.read_bytes() for path in (Profile(folder).register, Profile(folder).keyfile)}
    with pytest.raises(Refusal, match="already a register"):
        set_up(folder, province, after_training=False)
    desk = set_up(folder, province, after_training=True)
    assert not desk.register.identity.is_training
    desk.register.close()
    assert left <= {path.read_bytes() for path in folder.glob("aside-*")}


def test_whose_passphrase_is_forgotten_starts_a_new_training_register(tmp_path: Path) -> None:
    """As the page of a forgotten passphrase says."""
    first = trained_on(tmp_path)
    assert trained_on(tmp_path, after_training=True).key != first.key


def test_a_register_that_a_province_knows_is_never_put_aside_for_another(
    tmp_path: Path, province: RealProvince
) -> None:
    desk = enrolled_desk(province, tmp_path / "desk")
    desk.close()
    with pytest.raises(Refusal, match="already a register"):
        trained_on(tmp_path / "desk", after_training=True)
    assert not list((tmp_path / "desk").glob("aside-*"))
