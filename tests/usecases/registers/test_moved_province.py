"""The province has a new address: a desk follows there once the same province has answered, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import DeskError, Invalid, Refusal
from commune_desk.store.engine.settings import Pins
from commune_desk.usecases.locked.doorbell import leave_card, take_card
from commune_desk.usecases.registers.moved_province import Inquiry, NotReachedThere, OthersThere
from commune_desk.usecases.registers.opening import OpenDesk
from sync.client.errors import CaptivePortal, HalfPage, NoLine, NotAnswering, Stopped, Unproven
from sync.client.transport import Transport
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import RealProvince, real_province

NEW = "province.test:9443"


@pytest.fixture
def province(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


@pytest.fixture
def desk(province: RealProvince, tmp_path: Path) -> Iterator[EnrolledDesk]:
    made = enrolled_desk(province, tmp_path / "desk")
    yield made
    made.close()


def pins_of(desk: OpenDesk) -> Pins:
    pins = desk.register.identity.pins
    assert pins is not None
    return pins


def move(desk: OpenDesk, typed: str, province: RealProvince) -> None:
    """As the dialog does: ask there first, then keep it."""
    inquiry = Inquiry(desk, typed, lambda pins: province.transport(pins.address, pins.ca_pem))
    desk.register.write(inquiry.ask()).result()


def test_where_the_same_province_answers_the_desk_follows(desk: EnrolledDesk, province: RealProvince) -> None:
    before = pins_of(desk.open)
    move(desk.open, f" {NEW}/ ", province)
    after = pins_of(desk.open)
    assert after.address == f"https://{NEW}"
    assert (after.ca_pem, after.authority_public) == (before.ca_pem, before.authority_public)
    rows = desk.ask("SELECT action, detail FROM audit ORDER BY seq DESC LIMIT 1")
    assert rows[0][0] == AuditAction.SETTING
    assert NEW in str(rows[0][1])
    leave_card(desk.open, [])
    card = take_card(desk.open.profile)
    assert card is not None
    assert card.address == after.address, "the locked desk asks there too"
    desk.restart()
    assert pins_of(desk.open).address == after.address
    desk.sync()


def test_another_province_is_not_followed(desk: EnrolledDesk, tmp_path: Path) -> None:
    """Here with nothing before the signature that could stop it: the line in process has no TLS."""
    before = pins_of(desk.open)
    (tmp_path / "other").mkdir()
    with real_province(tmp_path / "other") as other, pytest.raises(OthersThere):
        move(desk.open, NEW, other)
    assert pins_of(desk.open) == before


def test_a_mistyped_address_is_not_asked(desk: EnrolledDesk, province: RealProvince) -> None:
    with pytest.raises(Invalid):
        move(desk.open, "10.0.0.5/sync", province)
    assert pins_of(desk.open).address == "https://province.test"


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (NoLine, NotReachedThere),
        (NotAnswering, NotReachedThere),
        (HalfPage, NotReachedThere),
        (Unproven, OthersThere),
        (CaptivePortal, OthersThere),
        (Stopped, Stopped),
    ],
)
def test_each_fault_says_that_the_address_stays(
    desk: EnrolledDesk, fault: type[DeskError], told: type[DeskError]
) -> None:
    def connect(_pins: Pins) -> Transport:
        raise fault

    with pytest.raises(told):
        Inquiry(desk.open, NEW, connect).ask()


def test_a_province_that_was_enrolled_with_meanwhile_keeps_its_own_address(
    desk: EnrolledDesk, province: RealProvince, tmp_path: Path
) -> None:
    inquiry = Inquiry(desk.open, NEW, lambda pins: province.transport(pins.address, pins.ca_pem))
    keep = inquiry.ask()
    (tmp_path / "other").mkdir()
    with real_province(tmp_path / "other") as other:
        EnrolledDesk(desk.open, other).enrol_anew()
    with pytest.raises(Refusal):
        desk.open.register.write(keep).result()
    assert pins_of(desk.open).address == "https://province.test"
