"""An order of the province to erase, carried out at a register without one."""

from __future__ import annotations

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import STEPS
from commune_desk.store.intake import erasing
from commune_desk.usecases.desk.workplace import Workplace
from sync import protocol
from sync.change import Change
from sync.erased import order_fields
from tests.helpers.workplaces import OFFICER

AT = 1795478400000
"""07:00 on 24/11/2026 in Viet Nam, in milliseconds."""


def order(kind: str, record: str, *, desk: str = protocol.PROVINCE_DESK) -> Change:
    return Change(
        id=uuid7(),
        desk=desk,
        n=7,
        officer=OFFICER,
        stamp=AT * STEPS,
        schema=3,
        group=uuid7(),
        scope="C:06838",
        kind=kind,
        record=record,
        verb="erase",
        data=0,
        set=order_fields("Giám đốc Sở Y tế", "QĐ 12/2026"),
    )


def erase(workplace: Workplace, kind: str, record: str) -> None:
    workplace.write(lambda tx: erasing.carry_out(tx, order(kind, record), [(kind, record)]))
