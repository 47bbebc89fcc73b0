"""A sealed value that does not open here is not written over as if it had been seen: people are asked about the two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.reports import Report
from commune_desk.presenters.reports.form import MeasuresForm
from commune_desk.presenters.reports.page import ReportsPage
from commune_desk.presenters.sync.conflict_page import conflict_cards, decision
from commune_desk.program_files import code_book
from commune_desk.store.intake.conflicts import open_conflicts
from commune_desk.store.writing import opened
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.reports import record_measures
from tests.helpers.attached import add_child
from tests.helpers.builders import make_report, save_all
from tests.helpers.workplaces import let_the_lease_run_out
from tests.sync.actors.two_communes import Two, move, two_communes, words_in

pytestmark = pytest.mark.usefixtures("store_engine")

FIRST, SECOND = "Đã đưa cháu tới bệnh viện, gặp bác sĩ Lan.", "Gọi điện cho gia đình."
OPEN_CONFLICTS = "SELECT field FROM conflict WHERE state='open'"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with two_communes(tmp_path, Two) as made:
        yield made


@pytest.fixture
def report(two: Two) -> RecordId:
    """About a child who had moved; what was done is sealed for the commune that wrote it, until it seals it again."""
    child = add_child(two.old.register)
    two.sync()
    move(two.late, child)
    two.late.sync()
    two.new.sync()
    made = make_report(person=child, received_at="2026-11-20T20:00:00Z", status="acknowledged")
    two.old.run(save_all(made))
    two.old.run(lambda tx: record_measures(tx, made.id, measures=FIRST, acted_at="2026-11-20T21:00:00Z"))
    two.old.sync()
    two.new.sync()
    assert two.new.ask("SELECT measures, acted_at FROM report") == [(None, "2026-11-20T21:00:00Z")]
    return made.id


def type_measures(two: Two, report: RecordId) -> None:
    """The form of the new commune stands empty, and its officer writes."""
    form = MeasuresForm(Workplace(two.new.register, code_book()), report)
    assert form.state().values["measures"] == ""
    form.take("measures", SECOND)
    operation = form.submit()
    assert operation is not None
    two.new.register.write(operation).result()
    two.new.sync()
    for _ in range(3):
        two.sync()


@pytest.mark.parametrize("way", ["a form", "a command"])
def test_both_are_read_and_people_are_asked(two: Two, report: RecordId, way: str) -> None:
    if way == "a command":
        two.new.run(lambda tx: record_measures(tx, report, measures=SECOND, acted_at="2026-11-20T21:00:00Z"))
        two.new.sync()
        for _ in range(3):
            two.sync()
    else:
        type_measures(two, report)
    (asked,) = Workplace(two.new.register, code_book()).read(open_conflicts)
    assert asked.field == "measures"
    assert [(side.value, side.is_readable) for side in asked.sides] == [(FIRST, True), (SECOND, True)]


def test_what_the_lease_hides_is_not_decided_by_writing_something_else(two: Two, report: RecordId) -> None:
    type_measures(two, report)
    workplace = Workplace(two.new.register, code_book())
    (card,), _ = conflict_cards(workplace, most=9)
    assert card.can_write, "the twin"
    let_the_lease_run_out(workplace)
    (card,), _ = conflict_cards(workplace, most=9)
    assert not card.can_write
    said = decision(card, chosen=card.hands[0].key)
    assert isinstance(said, str)
    assert said.startswith("Nội dung đang khóa")


def test_named_as_seen_the_first_would_be_gone(two: Two, report: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(opened, "unseen", lambda *_: set())
    type_measures(two, report)
    assert two.new.ask(OPEN_CONFLICTS) == []
    assert FIRST not in words_in(two.new)


def test_the_page_says_that_something_stands_there(two: Two, report: RecordId) -> None:
    page = ReportsPage(Workplace(two.new.register, code_book()))
    detail = page.again(report)
    assert detail is not None
    assert detail.measures.startswith("Những việc đã làm được niêm phong")
    for _ in range(2):
        two.sync()
    detail = page.again(report)
    assert detail is not None
    assert detail.measures == FIRST


def test_what_was_emptied_by_hand_was_seen_empty(two: Two, report: RecordId) -> None:
    """Whoever writes there again has seen that nothing stands, and nobody is asked."""
    for _ in range(2):
        two.sync()

    def empty(tx: Tx) -> None:
        tx.save(msgspec.structs.replace(tx.existing(Report, report), measures=None))

    two.new.run(empty)
    two.new.sync()
    type_measures(two, report)
    assert two.new.ask(OPEN_CONFLICTS) == []
    assert two.new.ask("SELECT measures FROM report") == [(SECOND,)]
