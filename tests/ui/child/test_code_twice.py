"""Two copies of one PC gave two children one case code: both pages say so, and one of the two gets another."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.child.page import ChildPage as ChildState
from commune_desk.store.pages.children import child_record
from commune_desk.ui.dialogs.message import MessageDialog
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import ChildEntry, give_new_code, register_child
from tests.helpers.builders import make_child, save_all
from tests.helpers.dialogs import when_asked
from tests.helpers.joined import join
from tests.story.cut_texts import cut_texts

CODE = "QN-06838-2024-7KQ4-0001"


@pytest.fixture
def two(workplace: Workplace) -> tuple[RecordId, RecordId]:
    """As the changes of a copy come down, after it has a name of its own."""
    made = []
    for name in ("Đặng Thị Hoà", "Chìu A Tài"):
        person, file = make_child(name)
        entry = ChildEntry(person=person, file=msgspec.structs.replace(file, opened_on="2024-03-02", case_number=CODE))
        workplace.write(partial(register_child, entry=entry))
        made.append(person.id)
    return made[0], made[1]


def code_of(workplace: Workplace, person: RecordId) -> str:
    record = workplace.read(lambda c: child_record(c, person))
    assert record is not None
    return record.file.case_number or ""


def notice_of(workplace: Workplace, person: RecordId) -> str:
    view = ChildState(workplace, person).view()
    assert view is not None
    return view.code_notice


def test_both_pages_name_the_other(workplace: Workplace, two: tuple[RecordId, RecordId]) -> None:
    first, second = two
    assert f"{CODE} cũng là mã của Chìu A Tài, " in notice_of(workplace, first)
    assert f"{CODE} cũng là mã của Đặng Thị Hoà, " in notice_of(workplace, second)


def test_of_a_code_of_ones_own_nothing_is_said(workplace: Workplace, two: tuple[RecordId, RecordId]) -> None:
    first, second = two
    file = workplace.read(lambda c: child_record(c, second)).file  # type: ignore[union-attr]
    workplace.write(lambda tx: give_new_code(tx, file.id))
    assert code_of(workplace, first) == CODE != code_of(workplace, second)
    assert code_of(workplace, second).startswith("QN-06838-2024-"), "the year is that of the file"
    assert (notice_of(workplace, first), notice_of(workplace, second)) == ("", "")
    history = "SELECT count(*) FROM change WHERE record=? AND kind='child_file'"
    assert workplace.read(lambda c: c.execute(history, (file.id,)).fetchone()) == (2,), (
        "what stood stays in the history"
    )


def test_two_records_of_one_child_may_share_it(workplace: Workplace, two: tuple[RecordId, RecordId]) -> None:
    first, second = two
    workplace.write(lambda tx: join(tx, second, first))
    assert notice_of(workplace, first) == ""


def test_a_file_without_a_code_shares_none(workplace: Workplace, two: tuple[RecordId, RecordId]) -> None:
    for person in two:
        record = workplace.read(partial(child_record, person=person))
        assert record is not None
        workplace.write(save_all(msgspec.structs.replace(record.file, case_number=None)))
    assert [notice_of(workplace, person) for person in two] == ["", ""]


@pytest.mark.parametrize("is_yes", [True, False])
def test_the_bar_gives_one_of_them_a_new_code(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, two: tuple[RecordId, RecordId], is_yes: bool
) -> None:
    first, second = two
    page = ChildPage(workplace, tasks, lambda _route: None, second)
    qtbot.addWidget(page)
    page.resize(1100, 800)
    page.show()
    assert not cut_texts(page)
    (bar,) = [one for one in page.findChildren(NoticeBar) if CODE in one.accessibleName()]
    asked: list[str] = []

    def say(dialog: MessageDialog) -> None:
        asked.append(dialog.accessibleDescription())
        dialog.accept() if is_yes else dialog.reject()

    when_asked(MessageDialog, say)
    (button,) = [one for one in bar.findChildren(QAbstractButton) if one.text() == "Cấp mã mới…"]
    button.click()
    assert CODE in asked[0]
    if not is_yes:
        assert code_of(workplace, second) == CODE
        return
    qtbot.waitUntil(lambda: code_of(workplace, second) != CODE)
    assert code_of(workplace, first) == CODE
    qtbot.waitUntil(lambda: not [one for one in page.findChildren(NoticeBar) if CODE in one.accessibleName()])
