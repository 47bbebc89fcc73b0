"""What was typed about a child that moved away, and not saved, as the Today page tells its officer."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId, uuid7
from commune_desk.presenters.day.today import TodayPage
from commune_desk.presenters.frame.cards import Section
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.intake import unsaved
from commune_desk.store.writing.drafts import MEASURES, REPORT, VISIT
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import drop_draft, save_draft
from tests.helpers.builders import make_child, make_report, save_all
from tests.helpers.moving import THERE, YESTERDAY, sql


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    """Somebody who has left, for all that the province knows."""
    person, file = make_child("Chìu Văn Sáng")
    workplace.write(save_all(person, file))
    sql(workplace, "INSERT INTO departure VALUES (?,'person',?,?,?,NULL,0)", person.id, uuid7(), THERE, YESTERDAY)
    return person.id


def typed(workplace: Workplace, form: str, record: str, child: RecordId) -> None:
    def run(tx: Tx) -> None:
        save_draft(tx, form, record, "", {"person": child})
        (move,) = tx.connection.execute("SELECT change FROM departure WHERE record=?", (child,)).fetchone()
        assert unsaved.holds(tx, move, [child])

    workplace.write(run)


def card(workplace: Workplace) -> Section | None:
    return next((one for one in TodayPage(workplace).read().main if one.key == "unsaved"), None)


@pytest.mark.parametrize(
    ("form", "page", "said"), [(VISIT, "child", "Visit typed today"), (REPORT, "reports", "Report typed today")]
)
def test_it_is_told_with_the_day_on_which_it_goes_and_leads_to_its_form(
    workplace: Workplace, child: RecordId, form: str, page: str, said: str
) -> None:
    assert card(workplace) is None
    typed(workplace, form, child, child)
    shown = card(workplace)
    assert shown is not None
    (row,) = shown.rows
    assert (row.title, row.detail) == ("Chìu Văn Sáng", said)
    assert row.second == "moved to Hà Tu Ward · goes with the file after 30/11/2026 unless it is saved"
    assert (row.button, row.route) == ("Open the draft", Route(page, child, form))


def test_what_was_done_about_a_report_is_told_by_the_child_of_the_report(workplace: Workplace, child: RecordId) -> None:
    report = make_report(person=child)
    workplace.write(save_all(report))

    def run(tx: Tx) -> None:
        save_draft(tx, MEASURES, report.id, "measures", {"measures": "Đã đến nhà.", "outcome": "acted"})
        (move,) = tx.connection.execute("SELECT change FROM departure WHERE record=?", (child,)).fetchone()
        assert unsaved.holds(tx, move, [child, report.id])

    workplace.write(run)
    shown = card(workplace)
    assert shown is not None
    (row,) = shown.rows
    assert (row.title, row.detail) == ("Chìu Văn Sáng", "What was done, typed today")
    assert row.route == Route("reports", report.id, MEASURES)


def test_saved_or_thrown_away_it_is_told_no_more(workplace: Workplace, child: RecordId) -> None:
    typed(workplace, VISIT, "", child)
    assert card(workplace) is not None, "with a child that was chosen in the form too"
    workplace.write(lambda tx: drop_draft(tx, VISIT, ""))
    assert card(workplace) is None
