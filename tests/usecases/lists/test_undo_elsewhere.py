"""A list taken back is gone on every desk, but for a child whom a colleague has worked with meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.attachments import PDF
from commune_desk.program_files import code_book
from commune_desk.store.pages.children import file_of
from commune_desk.store.pages.search import Filters, search_children
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.attachments import Prepared, attach
from commune_desk.usecases.records.children import reopen_file
from commune_desk.usecases.records.reports import record_report
from commune_desk.usecases.records.tasks import add_task
from commune_desk.usecases.records.visits import record_visit
from tests.helpers.attached import FACTS, scan
from tests.helpers.builders import make_report, make_visit
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.lists import bring_in, count_children, list_of, undo
from tests.sync.actors.real_province import real_province

ROWS = ("Bàn Thị Ngân;Nữ;02/01/2015;;Khe Lặc;;;;;;;", "Lý Thị Mẩy;Nữ;2016;;Khe Lặc;;;;;;;")
VISITED, OTHER = "ly thi may", "ban thi ngan"


class Office:
    """Two desks of one commune; the first has brought in a list and both have it."""

    def __init__(self, ours: EnrolledDesk, theirs: EnrolledDesk, folder: Path) -> None:
        self.ours, self.theirs = ours, theirs
        self.here, self.there = (Workplace(desk.open.register, code_book()) for desk in (ours, theirs))
        self.list = list_of(folder, *ROWS)
        self.import_id = bring_in(self.here, self.list)
        self.sync()
        (self.child,) = self.found(self.there, VISITED)

    def sync(self) -> None:
        for desk in (self.ours, self.theirs, self.ours):
            desk.sync()

    def found(self, workplace: Workplace, typed: str, status: str = "") -> list[RecordId]:
        return [
            RecordId(one) for one in workplace.read(lambda c: search_children(c, typed, Filters(status=status))).ids
        ]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with real_province(tmp_path) as province:
        ours, theirs = (enrolled_desk(province, tmp_path / name) for name in ("ours", "theirs"))
        yield Office(ours, theirs, tmp_path)
        ours.close()
        theirs.close()


def test_nobody_finds_a_child_of_a_list_that_was_taken_back(office: Office) -> None:
    undo(office.here, office.import_id)
    office.sync()
    for workplace in (office.here, office.there):
        assert office.found(workplace, VISITED) == office.found(workplace, OTHER) == []
        assert [workplace.read(lambda c, of=of: count_children(c, of)) for of in ("active", "withdrawn")] == [0, 0]  # type: ignore[misc]
    bring_in(office.here, office.list)
    office.sync()
    assert [len(office.found(one, VISITED)) for one in (office.here, office.there)] == [1, 1], "again, and once"


def _visit(tx: Tx, child: RecordId) -> None:
    record_visit(tx, make_visit(child, "2026-09-30", risk_level="high"))


def _report(tx: Tx, child: RecordId) -> None:
    record_report(tx, make_report(person=child))


def _task(tx: Tx, child: RecordId) -> None:
    add_task(tx, "Gặp lại ngay", "2026-12-01", child)


def _scan(tx: Tx, child: RecordId) -> None:
    attach(tx, child, Prepared(PDF, scan(1000)), FACTS)


@pytest.mark.parametrize("work", [_visit, _report, _task, _scan])
@pytest.mark.parametrize("is_first", [False, True], ids=["heard after", "heard before"])
def test_who_was_worked_with_meanwhile_stays_in_the_register_and_nobody_is_asked(
    office: Office, work: Callable[[Tx, RecordId], None], is_first: bool
) -> None:
    """Whichever of the two the other desk hears of first."""
    office.there.write(lambda tx: work(tx, office.child))
    undo(office.here, office.import_id)
    for desk in (office.theirs, office.ours) if is_first else (office.ours, office.theirs):
        desk.sync()
    office.sync()
    office.sync()
    for workplace in (office.here, office.there):
        assert office.found(workplace, VISITED, "active") == [office.child]
        assert office.found(workplace, OTHER) == []
    assert [desk.ask("SELECT count(*) FROM conflict") for desk in (office.ours, office.theirs)] == [[(0,)]] * 2


def test_a_file_that_is_opened_again_is_found_where_its_list_was_taken_back(office: Office) -> None:
    undo(office.here, office.import_id)
    office.sync()
    file = office.there.read(lambda c: file_of(c, office.child))
    assert file is not None
    office.there.write(lambda tx: reopen_file(tx, file.id))
    office.sync()
    assert office.found(office.here, VISITED, "active") == [office.child]
