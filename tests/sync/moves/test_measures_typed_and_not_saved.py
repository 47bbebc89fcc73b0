"""What was done about a report lies as a draft while a colleague hands its child over: it is not gone without a word.

Nobody else knows it, and it can still be saved: the twelve hours run for whoever acted.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Value
from commune_desk.domain.time.clock import to_iso
from commune_desk.presenters.reports.form import MeasuresForm
from commune_desk.presenters.reports.page import ReportsPage
from commune_desk.store.intake import unsaved
from commune_desk.store.writing.drafts import MEASURES
from commune_desk.usecases.records.drafts import save_draft
from commune_desk.usecases.records.reports import link_report
from sync.server.intake.reports_in import hand_down
from tests.sync.actors.colleagues import Colleague, from_draft
from tests.sync.actors.real_desks import OFFICER
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice

WORDS = "Đã đưa cháu đến trạm y tế."


@pytest.fixture
def report(office: TravelledOffice) -> RecordId:
    """Of the hotline, about a child whom the colleague found in the register."""
    child = office.child("Chìu Văn Sáng")
    received = to_iso(datetime.now(UTC) - timedelta(hours=2))
    told: dict[str, Value] = {"received_at": received, "source": "111", "place": "Khe Lạc", "description": "Bị đánh."}
    (made,) = hand_down(office.real.province, [(COMMUNE[2:], told)])
    office.sync()
    office.colleague.run(lambda tx: link_report(tx, made.record, child))
    office.sync()
    return RecordId(made.record)


@pytest.fixture
def form(office: TravelledOffice, report: RecordId) -> MeasuresForm:
    """Typed, and kept as a draft at the lock; then the child is handed over."""
    typed = MeasuresForm(Colleague(office.ours).workplace, report)
    typed.edit("measures", WORDS)
    office.ours.run(lambda tx: save_draft(tx, MEASURES, report, "measures", typed.payload()))
    (child,) = office.colleague.ask("SELECT person FROM report WHERE id=?", report)[0]
    office.move("colleague", RecordId(child), OTHER_COMMUNE)
    office.sync()
    return typed


def drafts(office: TravelledOffice) -> int:
    return int(office.ours.ask("SELECT count(*) FROM draft")[0][0])


def test_its_officer_is_told_whose_report_it_is(office: TravelledOffice, report: RecordId, form: MeasuresForm) -> None:
    (told,) = office.ours.register.write(lambda tx: unsaved.unsaved(tx.connection, OFFICER)).result()[0]
    assert (told.form, told.record, told.name) == (MEASURES, report, "Chìu Văn Sáng")
    assert told.moved_to == OTHER_COMMUNE


def test_so_it_is_where_nobody_heard_who_the_child_is(office: TravelledOffice) -> None:
    """It was linked and handed over while this PC had no line: what stood before the move is told no more."""
    child = office.child("Bàn Văn Tài")
    received = to_iso(datetime.now(UTC) - timedelta(hours=1))
    made = {"received_at": received, "source": "111", "place": "Khe Lạc", "description": "Bị bỏ rơi."}
    (one,) = hand_down(office.real.province, [(COMMUNE[2:], dict[str, Value](made))])
    office.sync()
    office.ours.run(lambda tx: save_draft(tx, MEASURES, one.record, "measures", {"measures": WORDS}))
    office.colleague.run(lambda tx: link_report(tx, one.record, child))
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "ours")
    (told,) = office.ours.register.write(lambda tx: unsaved.unsaved(tx.connection, OFFICER)).result()[0]
    assert (told.record, told.name, told.moved_to) == (one.record, "Bàn Văn Tài", OTHER_COMMUNE)


def test_the_report_says_that_it_is_elsewhere_by_now(
    office: TravelledOffice, report: RecordId, form: MeasuresForm
) -> None:
    """Its clock runs on here: what they do about it there is not heard any more."""
    shown = ReportsPage(Colleague(office.ours).workplace).again(report)
    assert shown is not None
    assert "đã chuyển đến 06839" in [one.text for one in shown.chips]


def test_saved_it_is_heard_where_the_child_is_and_nothing_stays(
    office: TravelledOffice, report: RecordId, form: MeasuresForm
) -> None:
    ours = Colleague(office.ours)
    ours.save(from_draft(form, MeasuresForm(ours.workplace, report)))
    office.sync()
    office.sync()
    # as of whatever was written of it after it had left, they are asked there
    waiting = dict(Colleague(office.there).conflicts())
    assert (waiting["measures"], waiting["status"]) == ([None, WORDS], ["waiting", "acted"]), (
        "where it is, they are asked"
    )
    assert (drafts(office), office.ours.ask("SELECT id FROM report")) == (0, [])
    assert WORDS not in office.ours.words()
    assert office.unrest() == {}


def test_what_nobody_saves_goes_with_the_child_in_the_end(
    office: TravelledOffice, form: MeasuresForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert drafts(office) == 1
    monkeypatch.setattr(unsaved, "STAYS", timedelta(0))
    office.sync("ours")
    assert (drafts(office), office.ours.ask("SELECT id FROM report")) == (0, [])
