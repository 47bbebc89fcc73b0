"""Intake and measures without a window."""

from __future__ import annotations

import pytest

from commune_desk.presenters.reports.form import REQUIRED, MeasuresForm, ReportForm
from commune_desk.store.pages.reports import report_view
from commune_desk.store.writing.drafts import load_draft
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import save_draft
from commune_desk.usecases.records.reports import set_emergency_hours
from tests.helpers.builders import make_child, make_report, save_all
from tests.helpers.workplaces import OFFICER


def fill(form: ReportForm | MeasuresForm, **values: object) -> None:
    for name, value in values.items():
        form.edit(name, value)


def test_the_hour_of_receipt_is_now_until_another_is_typed(workplace: Workplace) -> None:
    form = ReportForm(workplace)
    state = form.state()
    assert state.values["received_at"] == "23/11/2026 08:00"
    assert "until 20:00" in state.hints["received_at"]
    assert "until 11:40" in form.edit("received_at", "23h40 ngày 22/11/2026").hints["received_at"]


def test_only_source_hour_place_and_description_are_asked_for(workplace: Workplace) -> None:
    form = ReportForm(workplace)
    fill(form, received_at="")
    assert form.submit() is None
    assert set(form.state().errors) == set(REQUIRED)
    fill(form, source="111", received_at="06:15", place="Đồng Mô", description="Trẻ bỏ nhà đi.")
    operation = form.submit()
    assert operation is not None
    workplace.write(lambda tx: save_draft(tx, "report", "", "place", form.payload()))
    saved, _changes = workplace.write(operation)
    view = workplace.read(lambda c: report_view(c, saved))
    assert view is not None
    assert (view.record.received_at, view.record.child_name) == ("2026-11-22T23:15:00Z", None)
    assert workplace.read(lambda c: load_draft(c, "report", OFFICER, "")) is None
    assert "until 18:15" in form.notice()


def test_all_that_is_known_is_kept(workplace: Workplace) -> None:
    person, file = make_child()
    workplace.write(save_all(person, file))
    form = ReportForm(workplace)
    fill(form, source="neighbour", place="Khe Lạc", description="Khóc đêm.", child_age="9", child_sex="female")
    fill(form, forms=["XH_BO_MAC"], setting="family", relation="father", reporter_contact="0912345678")
    assert form.choose_child(person.id).child.startswith("Đặng Thị Hoà")
    operation = form.submit()
    assert operation is not None
    saved, _changes = workplace.write(operation)
    view = workplace.read(lambda c: report_view(c, saved))
    assert view is not None
    report = view.record
    assert (report.child_age, report.forms, report.reporter_contact) == (9, ("XH_BO_MAC",), "0912345678")
    assert view.child == "Đặng Thị Hoà"


@pytest.mark.parametrize(
    ("field", "typed"),
    [("received_at", "09:00"), ("received_at", "hôm qua"), ("child_age", "chín"), ("child_age", "40")],
)
def test_what_cannot_be_is_told_when_the_field_is_left(workplace: Workplace, field: str, typed: str) -> None:
    form = ReportForm(workplace)
    assert field not in form.edit(field, typed).errors
    assert field in form.leave(field).errors


def test_a_draft_comes_back_with_what_could_not_be_read_yet(workplace: Workplace) -> None:
    form = ReportForm(workplace)
    fill(form, received_at="22/11 lúc", forms=["XH_TD"], description="Đang nghe điện")
    assert ReportForm(workplace).restore(form.payload()).values == form.state().values


def test_a_stricter_place_sees_its_own_hour(workplace: Workplace) -> None:
    workplace.write(lambda tx: set_emergency_hours(tx, 8))
    assert "until 16:00" in ReportForm(workplace).state().hints["received_at"]


@pytest.mark.parametrize("outcome", ["acted", "closed"])
def test_measures_stop_the_clock_or_close_the_report(workplace: Workplace, outcome: str) -> None:
    report = make_report(from_province=True, received_at="2026-11-23T00:59:30Z")
    workplace.write(save_all(report))
    form = MeasuresForm(workplace, report.id)
    assert form.submit() is None
    assert set(form.state().errors) == {"measures"}
    fill(form, measures="Đã đến nhà, đưa cháu sang bà ngoại.", acted_at="07:59", outcome=outcome)
    operation = form.submit()
    assert operation is not None
    workplace.write(operation)
    view = workplace.read(lambda c: report_view(c, report.id))
    assert view is not None
    assert view.record.status == outcome


def test_measures_written_before_are_there_to_be_added_to(workplace: Workplace) -> None:
    report = make_report(status="acted", acted_at="2026-11-22T20:05:00Z", measures="Đã gọi công an.")
    workplace.write(save_all(report))
    values = MeasuresForm(workplace, report.id).state().values
    assert (values["measures"], values["acted_at"]) == ("Đã gọi công an.", "23/11/2026 03:05")
