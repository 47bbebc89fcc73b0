"""A desk writes about a child whom the law has erased meanwhile: nothing of what it wrote stays, in whatever parts."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.writing import transaction
from sync.server.engine import tables
from sync.server.intake import erasures
from sync.server.lifecycle.erasing import Ordered, erase
from tests.helpers.builders import make_report, save_all
from tests.helpers.pushes import push_at_once
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.commune_and_house import Both
from tests.sync.actors.real_province import COMMUNE, SHELTER
from tests.sync.actors.sheltered_office import admit, note
from tests.sync.moves.test_children_shared import child, share

pytestmark = pytest.mark.usefixtures("store_engine")

__all__ = ["child"]
KINDS = ("person", "placement", "care_log_entry", "report", "task", "placement_notice")


def _erased(both: Both, child: RecordId) -> None:
    province = both.real.province
    both.real.write(lambda it: erase(it, province, "person", child, Ordered("Sở Y tế", "QĐ 12/2026"))[0])


def _kept(both: Both) -> list[Any]:
    """Records and words of changes at the province, but of desks, officers and the order itself."""
    found = [row for kind in KINDS for row in both.real.scalars(select(tables.RECORDS[kind].c.id))]
    wanted = select(tables.change.c.raw).where(tables.change.c.kind.in_(KINDS), tables.change.c.desk != "PROVINCE")
    raws = [*both.real.scalars(wanted), *both.real.scalars(select(tables.quarantine.c.raw))]
    return found + [raw for raw in raws if raw and b'"share"' not in raw]


def test_of_a_stay_and_its_log_no_part_stays(both: Both, child: RecordId) -> None:
    share(both, child)
    _erased(both, child)
    stay = admit(both.house, child)
    note(both.house, stay, "Ngủ ngon.")
    both.sync()
    both.sync()
    assert _kept(both) == []
    assert both.house.ask("SELECT count(*) FROM placement") == both.house.ask("SELECT count(*) FROM person") == [(0,)]
    assert sums_here(both.house, SHELTER) == sums_there(both.real, SHELTER)


def test_of_a_report_no_part_stays(both: Both, child: RecordId) -> None:
    _erased(both, child)
    both.office.run(save_all(make_report(person=child, description="Bị đánh")))
    both.sync()
    both.sync()
    assert _kept(both) == []
    assert sums_here(both.office, COMMUNE) == sums_there(both.real, COMMUNE)


def test_nor_where_each_part_is_a_push_of_its_own(both: Both, child: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    """The part that says whom it is about goes first."""
    push_at_once(monkeypatch, 1)
    test_of_a_stay_and_its_log_no_part_stays(both, child)
    assert {len(said) for said in both.real.scalars(select(tables.quarantine.c.raw))} == {0}


def test_by_their_own_names_alone_the_other_parts_would_stay(
    both: Both, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(erasures, "made_about", lambda *_: {})
    _erased(both, child)
    both.office.run(save_all(make_report(person=child, description="Bị đánh")))
    both.sync()
    assert len(both.real.scalars(select(tables.RECORDS["report"].c.id))) == 1


def test_in_another_order_a_first_part_would_stay(both: Both, child: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin of the order in which a desk writes the parts of a save."""
    monkeypatch.setattr(transaction, "in_order", lambda kind, parts: list(parts.items()))
    push_at_once(monkeypatch, 1)
    _erased(both, child)
    both.office.run(save_all(make_report(person=child, description="Bị đánh")))
    both.sync()
    assert len(both.real.scalars(select(tables.RECORDS["report"].c.id))) == 1
