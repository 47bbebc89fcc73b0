"""An admission is of a child whom a commune shared, and the record is taken back meanwhile: there is a way on."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.forms.shelter_forms import shelter_form
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.options import RadioRow
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.shares import hand_back
from tests.helpers.builders import SHELTER_SCOPE, make_person, save_all
from tests.helpers.dialogs import answer
from tests.helpers.moving import sql
from tests.helpers.pages import show
from tests.helpers.sharing import is_confirmed, know_the_houses, shared_here
from tests.helpers.typing_vietnamese import commit_text

NAME = "Chìu Văn Sáng"


def taken_back(house: Workplace, child: RecordId) -> None:
    house.write(lambda tx: hand_back(tx, child))
    is_confirmed(house)
    for table, column in (("person", "id"), ("arrival", "record")):
        sql(house, f"DELETE FROM {table} WHERE {column}=?", child)


def test_it_is_refused_and_can_be_saved_as_of_somebody_else(qtbot: QtBot, house: Workplace, tasks: Tasks) -> None:
    know_the_houses(house)
    child = make_person(NAME, scope=SHELTER_SCOPE)
    house.write(save_all(child))
    shared_here(house, child.id)
    went: list[Route] = []
    form = shelter_form(Route("shelter", "", "admit"), house, tasks, went.append)
    assert form is not None
    show(qtbot, form)
    commit_text(form.fields["full_name"], NAME)
    reason, again = form.fields["reason"], form.fields["same_person"]
    assert isinstance(reason, Choice)
    assert isinstance(again, RadioRow)
    reason.set_value("isolation")
    again.buttons[child.id].click()
    taken_back(house, child.id)
    told = answer("accept")
    form.submit()
    qtbot.waitUntil(lambda: bool(told) and form.save.isEnabled())
    assert form.form.row("same_person").isVisible()
    assert list(again.buttons) == ["other"]
    again.buttons["other"].click()
    form.submit()
    qtbot.waitUntil(lambda: bool(went))
    residents = "SELECT p.full_name, p.id=? FROM placement s JOIN person p ON p.id=s.person"
    assert house.read(lambda c: c.execute(residents, (child.id,)).fetchall()) == [(NAME, 0)]
