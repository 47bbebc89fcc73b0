"""The sync page names of whom the province keeps something aside, and leads there."""

from __future__ import annotations

from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.sync.set_aside import records_aside
from commune_desk.presenters.wording.set_aside_texts import why_set_aside
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.attachments import take_back
from commune_desk.usecases.records.shares import share_child
from tests.helpers.attached import add_child, add_file, scan
from tests.helpers.builders import make_person, make_placement, make_relation, make_report, make_visit, save_all
from tests.helpers.moving import sql
from tests.helpers.sharing import HOUSE, is_set_aside, know_the_houses


def put_aside(workplace: Workplace, code: str, *records: str) -> None:
    for record in records:
        sql(workplace, "UPDATE change SET state='quarantined', code=? WHERE record=?", code, record)


def test_nothing_is_told_where_nothing_is_set_aside(workplace: Workplace) -> None:
    add_child(workplace.register)
    assert records_aside(workplace) == ()


def test_a_child_is_named_once_with_what_it_was_and_leads_to_its_page(workplace: Workplace) -> None:
    child = add_child(workplace.register)
    visit = make_visit(child)
    workplace.write(save_all(visit))
    put_aside(workplace, "grant", visit.id)
    (line,) = records_aside(workplace)
    assert (line.text, line.route) == ("Đặng Thị Hoà", Route("child", child))
    assert line.detail.startswith("Home visit · ")
    assert why_set_aside("grant") not in line.detail  # the line above says it for all


def test_where_there_are_several_reasons_each_record_has_its_own(workplace: Workplace) -> None:
    child = add_child(workplace.register)
    visit, report = make_visit(child), make_report()
    workplace.write(save_all(visit))
    workplace.write(save_all(report))
    put_aside(workplace, "grant", visit.id)
    put_aside(workplace, "value", report.id)
    last, first = records_aside(workplace)
    assert (last.text, last.route) == ("Report", Route("reports", report.id))
    assert [why_set_aside(code) in line.detail for code, line in (("value", last), ("grant", first))] == [True, True]


def test_of_many_the_last_ones_are_named_and_the_rest_counted(workplace: Workplace) -> None:
    child = add_child(workplace.register)
    visits = [make_visit(child) for _one in range(7)]
    workplace.write(save_all(*visits))
    put_aside(workplace, "grant", *(one.id for one in visits))
    *named, rest = records_aside(workplace)
    assert (len(named), rest.text, rest.route) == (5, "and 2 more", None)


def test_a_relative_is_told_with_the_child_whose_family_it_is(workplace: Workplace) -> None:
    child, aunt = add_child(workplace.register), make_person("Bàn Thị Năm", birth_date=None)
    workplace.write(save_all(aunt, make_relation(child, aunt.id, "relative")))
    put_aside(workplace, "moved", aunt.id)
    (line,) = records_aside(workplace)
    assert (line.text, line.route) == ("Bàn Thị Năm, family of Đặng Thị Hoà", Route("child", child))


def test_a_share_that_was_not_taken_says_what_it_was(workplace: Workplace) -> None:
    child = add_child(workplace.register)
    know_the_houses(workplace)
    workplace.write(lambda tx: share_child(tx, child, HOUSE, "protection"))
    is_set_aside(workplace, "scope")
    (line,) = records_aside(workplace)
    assert line.detail.startswith("Record shared with another place · ")


def test_of_a_record_that_has_left_no_page_is_offered(workplace: Workplace) -> None:
    child = add_child(workplace.register)
    visit = make_visit(child)
    workplace.write(save_all(visit))
    put_aside(workplace, "grant", visit.id)
    for table in ("home_visit", "child_file", "person"):
        sql(workplace, f"DELETE FROM {table}")
    (line,) = records_aside(workplace)
    assert (line.text, line.route) == ("Home visit", None)


def test_a_report_that_has_left_leads_nowhere(workplace: Workplace) -> None:
    report = make_report()
    workplace.write(save_all(report))
    put_aside(workplace, "value", report.id)
    sql(workplace, "DELETE FROM report")
    (line,) = records_aside(workplace)
    assert (line.text, line.route) == ("Report", None)


def test_a_photo_and_its_taking_back_lead_to_the_child(workplace: Workplace) -> None:
    child = add_child(workplace.register)
    file = add_file(workplace.register, child, scan(500))
    workplace.write(lambda tx: take_back(tx, file.id, "wrong_child"))
    ((withdrawal,),) = workplace.read(lambda c: c.execute("SELECT id FROM attachment_withdrawal").fetchall())
    put_aside(workplace, "grant", file.id, withdrawal)
    lines = records_aside(workplace)
    assert [(line.text, line.route) for line in lines] == [("Đặng Thị Hoà", Route("child", child))] * 2


def test_a_stay_leads_to_the_resident(house: Workplace) -> None:
    child = make_person(scope=HOUSE)
    stay = make_placement(child.id, alias="Mai")
    house.write(save_all(child, stay))
    put_aside(house, "grant", stay.id)
    (line,) = records_aside(house)
    assert (line.text, line.route) == ("Mai", Route("resident", stay.id))
