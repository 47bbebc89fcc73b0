"""Two records of one child, joined as the page joins them."""

from __future__ import annotations

from typing import Any

import msgspec

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.writing.opened import open_records
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.joining import Chosen, Half, half_of, join_children
from sync.change import Change
from tests.helpers.builders import make_child, make_person, make_relation, save_all

FIRST, SECOND = "QN-06838-2026-A1-0001", "QN-06838-2026-A1-0002"
"""The case codes of a child who was entered twice."""


def join(tx: Tx, old: str, kept: str, chosen: Chosen | None = None) -> RecordId:
    """Let `old` be one with `kept`, with what is chosen of it."""
    one, other = (half_of(tx.connection, person) for person in (kept, old))
    assert isinstance(one, Half)
    assert isinstance(other, Half)
    opened = open_records(tx.connection, one.person, one.file, other.person, other.file)
    return join_children(tx, opened, one, other, chosen or {})


def entered_twice(workplace: Workplace, *mothers: dict[str, Any], cares: tuple[bool, bool] = (True, False)) -> RecordId:
    """One child by two records that are joined, each with a mother."""
    found = []
    for number, mother, is_carer in zip((FIRST, SECOND), mothers, cares, strict=True):
        person, file = make_child("Chìu Văn Sáng", case_number=number)
        her = make_person(**{"full_name": "Chìu Thị Mây", "village": None, "birth_date": None} | mother)
        relation = make_relation(person.id, her.id, is_caregiver=is_carer)
        workplace.write(save_all(person, file, her, relation))
        found.append(person.id)
    kept, old = found
    workplace.write(lambda tx: join(tx, old, kept))
    return kept


def refuse(tx: Tx) -> None:
    """The province sets every joining aside, and the desk hears of it."""
    is_alias = "json_extract(CAST(raw AS TEXT), '$.k')='alias'"
    rows = tx.connection.execute(f"SELECT raw FROM change WHERE {is_alias}").fetchall()
    tx.connection.execute(f"UPDATE change SET state='quarantined', code='joined' WHERE {is_alias}")
    for (raw,) in rows:
        Incoming(tx, {}).put_back(msgspec.json.decode(raw, type=Change))
