"""The office that every run begins with: a province, three desks of one commune, and one of a shelter."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from commune_desk.domain.model.access import Role
from commune_desk.store.desk.register import FILE_NAME
from sync.seal import BoxKey
from tests.helpers.builders import make_child, make_report, save_all
from tests.helpers.store_engine import engine
from tests.simulator.when import OwnClock, TrueTime
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import HOUSE, OFFICE, SHELTER, RealProvince, real_province

DESKS: tuple[Mapping[str, Role], ...] = (OFFICE, OFFICE, OFFICE, HOUSE)
"""What each desk is granted."""
SHELTER_DESK = 3


def office() -> tuple[Path, dict[str, BoxKey]]:
    """Its folder, made once for each engine and copied for each run, and the scopes' private keys."""
    return engine.kept("simulated", _made)


def _made() -> tuple[Path, dict[str, BoxKey]]:
    folder = Path(tempfile.mkdtemp(prefix="simulated-"))
    boxes: dict[str, BoxKey] = {}
    with real_province(folder, clock=OwnClock(TrueTime())) as real:
        for number, grants in enumerate(DESKS):
            (folder / f"desk{number}").mkdir()
            enrolment = real.enrol(grants)
            boxes |= enrolment.scope_private
            make_register(folder / f"desk{number}" / FILE_NAME, enrolment)
        _a_child_known_to_all(folder, real)
    return folder, boxes


def _a_child_known_to_all(folder: Path, real: RealProvince) -> None:
    """So that edits meet from the first minute on."""
    clock = OwnClock(TrueTime())
    desks = [RealDesk(folder / f"desk{number}" / FILE_NAME, clock, real.transport) for number in range(SHELTER_DESK)]
    person, file = make_child()
    desks[0].register.write(save_all(person, file, make_report())).result()
    for desk in desks:
        desk.sync()
        desk.register.close()


__all__ = ["DESKS", "SHELTER", "SHELTER_DESK", "office"]
