"""Every role, every kind, every place: what admission lets in is what is written here, and not one thing more (I20)."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.model.record import Data, Kind, Merge
from commune_desk.domain.records.kinds import KINDS
from sync.server.intake.admission import Admission
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

_IN_ANY, _FAMILIES = {"officer", "desk", "task"}, {"person", "relation"}
_CASES = {"child_file", "group_membership", "report", "home_visit", "attachment", "attachment_withdrawal"}
_HOUSE = {"shelter", "bed", "placement", "care_log_entry"}
MAY: dict[tuple[Role, str], set[str]] = {
    (Role.COMMUNE_OFFICER, COMMUNE): _IN_ANY | _FAMILIES | _CASES | {"household"},
    (Role.CHAIR, COMMUNE): _IN_ANY,
    (Role.SHELTER_WORKER, SHELTER): _IN_ANY | _FAMILIES | _HOUSE,
    (Role.SHELTER_HEAD, SHELTER): _IN_ANY | _FAMILIES | _HOUSE,
    (Role.PROVINCE, COMMUNE): _IN_ANY | _FAMILIES | _CASES | {"household"},
    (Role.PROVINCE, SHELTER): _IN_ANY | _FAMILIES,
}
"""By role and the place that is granted: the kinds it may write there."""
GUESTS = {Role.SHELTER_WORKER: {"placement_notice"}, Role.SHELTER_HEAD: {"placement_notice"}}
"""What a role may leave in a commune that it does not hold."""


def _a_field(kind: Kind) -> tuple[str, Data]:
    """A field that may be emptied in the open."""
    return next((n, f.data) for n, f in kind.fields.items() if not f.data.is_sealed and f.merge is not Merge.SET)


def _let_in(world: World, role: Role, granted: str, asked: str) -> set[str]:
    """The kinds of which a desk of that role and place may write a record into `asked`."""
    desk, kinds = world.desk({granted: role}), list(KINDS)
    lines = []
    for name in kinds:
        field, data = _a_field(KINDS[name])
        lines.append(desk.change(name, uuid7(), {field: None}, scope=asked, data=int(data)))
    return {name for name, (status, _) in zip(kinds, desk.results(*lines), strict=True) if status != "quarantined"}


@pytest.mark.parametrize(("role", "granted"), MAY)
def test_a_role_writes_its_kinds_in_its_place_and_none_elsewhere(world: World, role: Role, granted: str) -> None:
    assert _let_in(world, role, granted, granted) == MAY[role, granted]
    for elsewhere in {COMMUNE, OTHER, SHELTER} - {granted}:
        guest = GUESTS.get(role, set()) if elsewhere != SHELTER else set()
        assert _let_in(world, role, granted, elsewhere) == guest, elsewhere


def test_without_the_question_for_place_and_role_all_would_be_let_in(tmp_path: Path) -> None:
    """The twin."""

    class OpenAdmission(Admission):
        def place_fault(self, *_: object) -> None:
            return None

    with province_in(tmp_path, admission=OpenAdmission()) as open_world:
        assert _let_in(open_world, Role.CHAIR, COMMUNE, OTHER) == set(KINDS)
