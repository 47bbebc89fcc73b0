"""The sync page with real widgets: a conflict between two officers is read, decided and kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from commune_desk.presenters.sync.file_budget import send_files_now
from commune_desk.store.engine.settings import Pins
from commune_desk.store.intake import comparing, speaking_for
from commune_desk.store.intake.conflicts import open_conflicts
from commune_desk.ui import theme
from commune_desk.ui.pages.decision_card import DecisionCard
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.tab_order import stops
from commune_desk.ui.widgets.text import Text
from commune_desk.ui.widgets.toggles import Dot
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.sync.agent import SyncStatus
from sync.client.errors import NoLine
from tests.helpers.attached import add_child, add_file, scan
from tests.helpers.builders import make_child, save_all
from tests.helpers.in_conflict import in_conflict
from tests.helpers.moving import THERE, know_the_communes
from tests.helpers.pages import show
from tests.helpers.typing_vietnamese import commit_text, compose
from tests.helpers.workplaces import be_another, clock_of, make_workplace, work_for_real
from tests.story.cut_texts import cut_texts


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        yield Tasks(writer, slow)


def test_three_values_are_shown_with_what_stood_before(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    in_conflict(workplace, "0987111223", "0366404505", "0912000111")
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    card = page.findChildren(DecisionCard)[0]
    assert card.card.base == "0987 111 222"
    assert [hand.text for hand in card.card.hands] == ["0987 111 223", "0366 404 505", "0912 000 111"]
    assert [hand.author.startswith("Đang dùng: ") for hand in card.card.hands] == [True, False, False]


def test_a_decision_closes_the_conflict_and_keeps_the_other_values(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    person = in_conflict(workplace, "0987111223", "0366404505")
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    card = page.findChildren(DecisionCard)[0]
    card.table.choose("phone", card.card.hands[1].key)
    card.button.click()
    qtbot.waitUntil(lambda: workplace.read(open_conflicts) == [])
    qtbot.waitUntil(lambda: tasks.is_idle)
    phone = workplace.read(lambda db: db.execute("SELECT phone FROM person WHERE id=?", (person.id,)).fetchone()[0])
    kept = workplace.read(lambda db: db.execute("SELECT count(*) FROM change WHERE record=?", (person.id,)).fetchone())
    assert phone == "0366404505"
    assert kept[0] == 4


@pytest.mark.parametrize("others", [1, 2])
def test_what_this_pc_cannot_read_is_told_and_not_offered(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, others: int
) -> None:
    in_conflict(workplace, "0987111223", *("0366404505", "0912000111")[:others])
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    card = page.cards[0].card
    stands, sealed, *rest = card.hands
    sealed = replace(sealed, text="(chỉ đọc được ở Xã Bình Liêu)", is_readable=False)
    shown = DecisionCard(replace(card, hands=(stands, sealed, *rest)), lambda *_asked: "", workplace, tasks)
    qtbot.addWidget(shown)
    shown.resize(800, 400)
    with qtbot.waitExposed(shown):
        shown.show()
    names = [dot.accessibleName() for dot in shown.findChildren(Dot)]
    assert [hand.text in name for hand, name in zip((stands, *rest), names, strict=True)] == [True] * others
    assert any(text.plain == sealed.text for text in shown.findChildren(Text))
    first = shown.findChildren(Dot)[0]
    assert [one for one in stops(shown) if one.isVisible()] == [first, shown.write, shown.button]
    shown.take_up(page.cards[0])
    assert cut_texts(shown) == []


def test_another_value_may_be_written(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    person = in_conflict(workplace, "0987111223", "0366404505")
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    page.show()
    card = page.findChildren(DecisionCard)[0]
    card.other.show()
    card.other.set_value("0977000999")
    card.submit()
    qtbot.waitUntil(lambda: workplace.read(open_conflicts) == [])
    qtbot.waitUntil(lambda: tasks.is_idle)
    phone = workplace.read(lambda db: db.execute("SELECT phone FROM person WHERE id=?", (person.id,)).fetchone()[0])
    assert phone == "0977000999"


def test_another_decision_leaves_what_is_chosen_and_written_alone_and_the_keyboard_goes_on(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    for child in range(3):
        in_conflict(workplace, "0987111223", "0366404505", after=10 * child)
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    first, second, third = page.cards
    second.table.choose("phone", second.card.hands[1].key)
    third.other.show()
    commit_text(third.other, "0977")
    compose(third.other, "0")
    first.table.choose("phone", first.card.hands[0].key)
    first.button.setFocus()
    QTest.keyClick(first.button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.cards == [second, third])
    assert second.table.decision() == {"phone": second.card.hands[1].key}
    assert third.other.text() == "0977"
    focused = QApplication.focusWidget()
    assert focused is not None
    assert second.isAncestorOf(focused)
    qtbot.waitUntil(lambda: tasks.is_idle)


def test_each_of_four_values_can_be_read_to_its_end_in_the_smallest_window(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    in_conflict(workplace, *(f"09000000{n:02d}" for n in range(4)))
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    page.resize(theme.SMALLEST_WINDOW.width() - 210, 440)
    page.show()
    QApplication.processEvents()
    assert cut_texts(page.cards[0]) == []
    assert all(text.height() >= text.heightForWidth(text.width()) for text in page.cards[0].findChildren(Text))


def test_nothing_chosen_is_said_and_changes_nothing(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    in_conflict(workplace, "0987111223", "0366404505")
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    card = page.findChildren(DecisionCard)[0]
    card.submit()
    assert card.error.plain == "Hãy chọn một giá trị, hoặc nhập giá trị khác."
    assert len(workplace.read(open_conflicts)) == 1


def test_without_conflicts_the_page_says_so(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    assert page.findChildren(DecisionCard) == []
    assert not page.now.isVisibleTo(page), "a training register has nothing to sync with"


@pytest.fixture
def page(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> SyncPage:
    """Of a register that sends, as it was never in touch."""
    workplace.write(work_for_real)
    made = SyncPage(workplace, tasks)
    qtbot.addWidget(made)
    made.show()
    return made


def words_of(card: Card) -> str:
    """What a screen reader says of its rows; those taken away are gone."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return " ".join(row.accessibleName() for row in card.findChildren(ListRow))


def test_the_log_for_support_is_written_and_said(
    qtbot: QtBot, page: SyncPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "log.txt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_asked: (str(target), ""))
    page.log.click()
    qtbot.waitUntil(lambda: page.notice is not None)
    assert page.notice is not None
    assert page.notice.tone is Tone.GOOD
    assert target.read_text("ascii").startswith("Commune Desk sync log")
    page.save_log(tmp_path / "not there" / "log.txt")
    qtbot.waitUntil(lambda: page.notice is not None and page.notice.tone is Tone.DANGER)


def test_what_became_of_the_log_is_in_view_where_the_page_is_longer_than_the_window(
    qtbot: QtBot, page: SyncPage, tmp_path: Path
) -> None:
    page.resize(theme.SMALLEST_WINDOW.width() - 210, 300)
    bar = page.scroll_area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    for target in (tmp_path / "log.txt", tmp_path / "not there" / "log.txt"):
        page._forget_notice()
        bar.setValue(bar.maximum())  # where the link is
        page.save_log(target)
        qtbot.waitUntil(lambda: page.notice is not None)
        assert page.notice is not None
        QApplication.processEvents()
        top = page.notice.mapTo(page.scroll_area.viewport(), page.notice.rect().topLeft()).y()
        assert 0 <= top < page.scroll_area.viewport().height()


def test_why_nothing_goes_is_said_beside_the_button_that_sends_all_the_same(qtbot: QtBot, page: SyncPage) -> None:
    page.show_status(SyncStatus(is_held=True))
    assert "tính tiền theo dung lượng" in words_of(page.line)
    page.show_status(SyncStatus(failure=NoLine()))
    assert "không có mạng" in words_of(page.line)
    assert "tính tiền" not in words_of(page.line)


def test_what_waits_is_counted_in_records_changes_bytes_and_time(
    qtbot: QtBot, page: SyncPage, workplace: Workplace
) -> None:
    assert "Không còn gì chờ gửi" not in words_of(page.waiting), "the officer's own record waits"
    person, file = make_child()
    workplace.write(save_all(person, file))
    page.refresh()
    told = words_of(page.waiting)
    assert "3 bản ghi" in told
    assert "thay đổi" in told
    assert "gửi khoảng" in told
    assert "mạng này chưa được đo" in told


def test_a_person_may_ask_for_a_comparison_and_reads_what_it_found(
    qtbot: QtBot, page: SyncPage, workplace: Workplace
) -> None:
    with qtbot.waitSignal(page.sync_asked):
        page.compare.click()
    assert workplace.read(lambda db: comparing.is_due(db, "2026-11-26T00:00:00Z"))
    found = comparing.Comparison(at="2026-11-26T00:00:00Z", put_right=2, only_here=1)
    workplace.write(lambda tx: comparing.keep(tx, found))
    page.refresh()
    shown = " ".join(row.accessibleName() for row in page.proven.findChildren(ListRow))
    assert "2 bản ghi đã được sửa lại cho đúng" in shown
    assert "1 bản ghi chỉ có ở máy này" in shown


def test_what_only_this_pc_has_is_sent_if_a_person_says_so(qtbot: QtBot, page: SyncPage, workplace: Workplace) -> None:
    pins = Pins(address="province.test", ca_pem=b"", authority_public=bytes(32), escrow_public=bytes(32))
    workplace.write(lambda tx: be_another(tx, pins=pins))
    page.refresh()
    assert (page.compare.isHidden(), page.speak.isHidden()) == (False, True), "nothing is here alone"
    workplace.write(lambda tx: comparing.keep(tx, comparing.Comparison(at="2026-11-26T00:00:00Z", only_here=1)))
    page.refresh()
    assert not page.speak.isHidden()
    assert page.speak in stops(page)
    assert not workplace.read(speaking_for.is_asked)
    with qtbot.waitSignal(page.sync_asked):
        page.speak.click()
    assert workplace.read(speaking_for.is_asked)
    assert workplace.read(lambda db: comparing.is_due(db, "2026-11-26T00:00:00Z"))


def test_a_decision_that_was_refused_can_be_taken_again(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    person = in_conflict(workplace, "0987111223", "0366404505")
    know_the_communes(workplace)
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    (card,) = page.cards
    card.table.choose("phone", card.card.hands[1].key)
    workplace.write(lambda tx: move_child(tx, person.id, THERE))
    with qtbot.waitSignal(tasks.failed):
        card.button.click()
    assert page.cards == [card]
    assert card.button.isEnabled()


def test_of_a_value_written_and_one_chosen_after_it_the_chosen_one_stands(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    person = in_conflict(workplace, "0987111223", "0366404505")
    page = SyncPage(workplace, tasks)
    show(qtbot, page)
    (card,) = page.cards
    theirs = card.card.hands[1].key
    card.table.choose("phone", theirs)
    next(link for link in card.findChildren(LinkButton) if link.text().startswith("Nhập giá trị")).click()
    assert card.table.decision() == {}
    commit_text(card.other, "0977000999")
    card.table.choose("phone", theirs)
    card.button.click()
    qtbot.waitUntil(lambda: workplace.read(open_conflicts) == [])
    phone = workplace.read(lambda db: db.execute("SELECT phone FROM person WHERE id=?", (person.id,)).fetchone()[0])
    assert phone == "0366404505"


def test_the_budget_of_files_is_that_of_the_day_though_the_page_stands_open_over_midnight(
    qtbot: QtBot, tmp_path: Path, tasks: Tasks
) -> None:
    workplace = make_workplace(tmp_path, at=datetime(2026, 11, 23, 16, 59, tzinfo=UTC))
    register = workplace.register
    add_file(register, add_child(register), scan(30_000))
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    workplace.write(send_files_now())
    page.files.refresh()
    assert not page.files.now.isEnabled()
    clock_of(workplace).pass_by(minutes=2)
    page.show_status(SyncStatus())
    assert page.files.now.isEnabled()
    register.close()
