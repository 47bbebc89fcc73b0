"""What the province did not tie to somebody is nobody's here again; a record that has left does not come back so."""

from __future__ import annotations

import json

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.exchange import receipts
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, make_report, save_all


@pytest.fixture
def tied(workplace: Workplace) -> tuple[RecordId, str]:
    """A report that was tied to a child, and the change that says so, set aside."""
    person, file = make_child("Chìu Văn Sáng")
    report = make_report(person=None)
    workplace.write(save_all(person, file, report))
    workplace.write(lambda tx: tx.save(msgspec.structs.replace(report, person=person.id), {"person": None}))

    def set_aside(tx: Tx) -> str:
        rows = tx.connection.execute("SELECT id, raw FROM change WHERE record=?", (report.id,)).fetchall()
        (one,) = [change for change, raw in rows if "person" in json.loads(raw).get("base", {})]
        tx.connection.execute("UPDATE change SET state='quarantined', code='moved' WHERE id=?", (one,))
        return str(one)

    return report.id, workplace.write(set_aside)[0]


def owners(workplace: Workplace, report: RecordId) -> list[object]:
    return workplace.read(lambda c: [row[0] for row in c.execute("SELECT person FROM report WHERE id=?", (report,))])


def test_it_is_nobodys_again(workplace: Workplace, tied: tuple[RecordId, str]) -> None:
    report, change = tied
    assert owners(workplace, report) != [None]
    workplace.write(lambda tx: receipts.open_again(tx, change))
    assert owners(workplace, report) == [None]


def test_what_has_left_stays_away(workplace: Workplace, tied: tuple[RecordId, str]) -> None:
    report, change = tied
    workplace.write(lambda tx: tx.connection.execute("DELETE FROM report WHERE id=?", (report,)))
    workplace.write(lambda tx: receipts.open_again(tx, change))
    assert owners(workplace, report) == []
