"""Recording and correcting home visits on a real register."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.i18n import translate_error
from commune_desk.store.pages.visits import child_brief, correction_of, standing_visits
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.visits import record_visit
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.workplaces import OFFICER, OFFICER_NAME


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child(risk_level="low")
    workplace.write(save_all(person, file))
    return person.id


def standing_level(workplace: Workplace, person: str) -> str | None:
    brief = workplace.read(lambda c: child_brief(c, person))
    return brief.risk_level if brief else None


def test_a_visit_moves_the_childs_level_and_next_day_in_one_save(workplace: Workplace, child: RecordId) -> None:
    visit = make_visit(child, "2026-11-23", risk_level="high", next_visit_on="2026-11-30")
    _id, changes = workplace.write(lambda tx: record_visit(tx, visit))
    assert standing_level(workplace, child) == "high"
    assert changes.touches("home_visit")
    assert changes.touches("child_file")
    latest = workplace.read(lambda c: standing_visits(c, child))[0]
    assert (latest.officer, latest.next_visit_on) == (OFFICER_NAME, "2026-11-30")


def test_the_same_level_leaves_the_file_alone(workplace: Workplace, child: RecordId) -> None:
    _id, changes = workplace.write(lambda tx: record_visit(tx, make_visit(child, "2026-11-23", risk_level="low")))
    assert not changes.touches("child_file")


def test_a_visit_entered_late_does_not_overrule_a_newer_one(workplace: Workplace, child: RecordId) -> None:
    workplace.write(lambda tx: record_visit(tx, make_visit(child, "2026-11-20", risk_level="high")))
    workplace.write(lambda tx: record_visit(tx, make_visit(child, "2026-11-02", risk_level="low")))
    assert standing_level(workplace, child) == "high"


def test_a_correction_takes_the_place_of_the_visit_it_corrects(workplace: Workplace, child: RecordId) -> None:
    first = make_visit(child, "2026-11-20", risk_level="high", observations="Nhầm trẻ.")
    workplace.write(lambda tx: record_visit(tx, first))
    second = make_visit(child, "2026-11-20", risk_level="medium", amends=first.id)
    workplace.write(lambda tx: record_visit(tx, second))
    assert [v.id for v in workplace.read(lambda c: standing_visits(c, child, 10))] == [second.id]
    assert standing_level(workplace, child) == "medium"
    assert workplace.read(lambda c: correction_of(c, child, first.id)) == second.id


def test_a_visit_is_corrected_once(workplace: Workplace, child: RecordId) -> None:
    first = make_visit(child)
    workplace.write(save_all(first, make_visit(child, amends=first.id)))
    with pytest.raises(Refusal, match="corrected already") as refused:
        workplace.write(lambda tx: record_visit(tx, make_visit(child, amends=first.id)))
    assert translate_error(refused.value) == "Lần thăm này đã được đính chính. Hãy đính chính lần ghi mới hơn."


def test_a_visit_of_another_child_cannot_be_corrected(workplace: Workplace, child: RecordId) -> None:
    other, file = make_child("Lý A Tài")
    visit = make_visit(other.id)
    workplace.write(save_all(other, file, visit))
    with pytest.raises(Refusal) as refused:
        workplace.write(lambda tx: record_visit(tx, make_visit(child, amends=visit.id)))
    assert translate_error(refused.value) == "Lần thăm cần đính chính không có trong hồ sơ của trẻ này."


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("visited_on", {"visited_on": "2026-11-24"}),
        ("visited_on", {"visited_on": "2005-01-01"}),
        ("next_visit_on", {"next_visit_on": "2026-11-20"}),
        ("observations", {"observations": ""}),
        ("risk_level", {"risk_level": None}),
    ],
)
def test_what_does_not_hold_is_named(workplace: Workplace, child: RecordId, field: str, values: dict[str, str]) -> None:
    visit = make_visit(child, **{"visited_on": "2026-11-20"} | values)
    with pytest.raises(Invalid) as invalid:
        workplace.write(lambda tx: record_visit(tx, visit))
    assert list(invalid.value.fields) == [field]


def test_a_child_that_is_not_here_is_refused_and_nothing_is_written(workplace: Workplace) -> None:
    with pytest.raises(Refusal):
        workplace.write(lambda tx: record_visit(tx, make_visit(new_record_id())))
    assert workplace.read(lambda c: c.execute("SELECT count(*) FROM home_visit").fetchone()[0]) == 0


def test_the_visit_names_the_officer_at_work(workplace: Workplace, child: RecordId) -> None:
    visit = make_visit(child, officer="f" * 32)
    workplace.write(lambda tx: record_visit(tx, visit))
    row = workplace.read(lambda c: c.execute("SELECT officer FROM home_visit").fetchone())
    assert row[0] == OFFICER
