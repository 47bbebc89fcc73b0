"""What an officer typed and did not save who was removed from this PC: a colleague finds it on Today and goes on."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.domain.words.errors import Refusal
from commune_desk.i18n import set_language
from commune_desk.presenters.child.visit_form import VisitForm
from commune_desk.presenters.day.today import TodayPage as State
from commune_desk.presenters.frame.cards import Section
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.engine import settings
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.pages.today import TodayPage
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import load_draft, save_draft, take_over_draft
from tests.helpers.builders import make_child, save_all
from tests.helpers.pages import show
from tests.helpers.workplaces import OFFICER

WORDS = "Cháu khoẻ, đi học đều."


@pytest.fixture
def child(workplace: Workplace) -> str:
    person, file = make_child("Chìu Văn Sáng")
    workplace.write(save_all(person, file))
    return person.id


def left(workplace: Workplace, child: str) -> str:
    """A visit that somebody typed who was removed then; the officer's id."""
    form = VisitForm(workplace, person=child)
    form.edit("observations", WORDS)
    typed = form.payload()

    def of_who_left(tx: Tx) -> None:
        save_draft(tx, "visit", child, "observations", typed)
        tx.connection.execute("UPDATE draft SET officer=?", ("f" * 32,))
        settings.note_removed(tx.connection, "f" * 32)
        tx.topic("settings")

    workplace.write(of_who_left)
    return "f" * 32


def card(workplace: Workplace) -> Section | None:
    return next((one for one in State(workplace).read().main if one.key == "left"), None)


def test_a_colleague_finds_it_and_goes_on_with_it(qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: str) -> None:
    set_language("en")
    assert card(workplace) is None
    left(workplace, child)
    went: list[Route] = []
    page = TodayPage(workplace, tasks, went.append)
    show(qtbot, page)
    (row,) = page.sections["left"].targets.values()
    assert row.accessibleName().startswith("Take over: Home visit · Chìu Văn Sáng")
    row.click()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: went != [])
    assert went == [Route("child", child, "visit")]
    found = workplace.read(lambda c: load_draft(c, "visit", OFFICER, child))
    assert found is not None
    assert found.payload["observations"] == WORDS
    assert card(workplace) is None


def test_what_one_has_typed_oneself_is_not_written_over(workplace: Workplace, child: str) -> None:
    officer = left(workplace, child)
    workplace.write(lambda tx: save_draft(tx, "visit", child, "", {"observations": "Tự tay."}))
    with pytest.raises(Refusal):
        workplace.write(lambda tx: take_over_draft(tx, officer, "visit", child))
    own = workplace.read(lambda c: load_draft(c, "visit", OFFICER, child))
    assert own is not None
    assert own.payload == {"observations": "Tự tay."}
    assert card(workplace) is not None, "it waits until the own one is saved"


def test_nobody_takes_over_what_a_colleague_is_typing(workplace: Workplace, child: str) -> None:
    officer = left(workplace, child)
    workplace.write(lambda tx: settings.forget_removed(tx.connection, officer))
    assert card(workplace) is None
    with pytest.raises(Refusal):
        workplace.write(lambda tx: take_over_draft(tx, officer, "visit", child))
