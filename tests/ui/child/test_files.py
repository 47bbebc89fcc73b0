"""The tab of a child's files: a photo goes in without its place, is looked at from memory, and is taken back."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.files import file_queue
from commune_desk.ui.dialogs.add_file import AddFileDialog
from commune_desk.ui.dialogs.picture import PictureDialog
from commune_desk.ui.dialogs.take_back import TakeBackDialog
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.child_files import Files
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.attached import add_child, add_file, scan
from tests.helpers.builders import make_report, make_visit, save_all
from tests.helpers.dialogs import answer, when_asked
from tests.helpers.photos import PLACE_NOTE, phone_photo
from tests.helpers.tiffs import tiff
from tests.helpers.typing_vietnamese import commit_text
from tests.helpers.workplaces import work_for_real


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    workplace.write(work_for_real)
    person = add_child(workplace.register)
    workplace.write(save_all(make_visit(person, "2026-11-20"), make_report(person=person)))
    return person


@pytest.fixture
def files(qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route], child: RecordId) -> Files:
    page = ChildPage(workplace, tasks, routes.append, child)
    qtbot.addWidget(page)
    page.resize(1120, 640)
    with qtbot.waitExposed(page):
        page.show()
    page.tabs.choose("files")
    return page.files


def rows(files: Files) -> list[str]:
    return [row.accessibleName() for row in files.findChildren(ListRow) if row.isVisible()]


def button(files: Files, name: str) -> LinkButton:
    (found,) = [one for one in files.findChildren(LinkButton) if one.accessibleName() == name and one.isVisible()]
    return found


def audited(workplace: Workplace, action: AuditAction) -> int:
    sql = "SELECT count(*) FROM audit WHERE action=?"
    return int(workplace.read(lambda c: c.execute(sql, (action.value,)).fetchone()[0]))


def describe(dialog: AddFileDialog) -> None:
    dialog.submit()
    assert dialog.form.row("document").error
    dialog.document.set_value("photo")
    dialog.occasion.setCurrentIndex(2)
    dialog.caption.setFocus()
    commit_text(dialog.caption, "Nhà mới của cháu")
    dialog.submit()


@pytest.mark.parametrize("field", ["caption", "taken_on"])
def test_escape_asks_before_it_loses_what_was_typed_of_a_photo(
    qtbot: QtBot, files: Files, tmp_path: Path, field: str
) -> None:
    photo = tmp_path / "IMG_0001.jpg"
    photo.write_bytes(phone_photo())
    seen: list[tuple[list[str], str]] = []

    def type_and_escape(dialog: AddFileDialog) -> None:
        editor: LineEdit = getattr(dialog, field)
        commit_text(editor, "20/11/2026")
        asked = answer("reject")
        QTest.keyClick(editor, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: bool(asked))
        seen.append((asked, editor.text() if dialog.isVisible() else ""))

    when_asked(AddFileDialog, type_and_escape)
    files.take_in(photo)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(["Bỏ nội dung đã gõ?"], "20/11/2026")]


def test_a_photo_is_added_shown_and_looked_at(qtbot: QtBot, files: Files, workplace: Workplace, tmp_path: Path) -> None:
    photo = tmp_path / "IMG_0001.jpg"
    photo.write_bytes(phone_photo())
    answered = when_asked(AddFileDialog, describe)
    files.take_in(photo)
    qtbot.waitUntil(lambda: any("Nhà mới của cháu" in row for row in rows(files)))
    assert len(answered) == 1
    assert any("Thăm hộ ngày 20/11/2026" in row for row in rows(files))
    assert any("Chờ gửi" in row or "Đang chờ" in row for row in rows(files))
    sha = workplace.read(lambda c: c.execute("SELECT sha256 FROM attachment").fetchone()[0])
    kept = workplace.read(lambda c: file_queue.ciphertext_of(c, sha))
    assert kept is not None
    assert PLACE_NOTE not in kept
    seen: list[float] = []

    def look(dialog: PictureDialog) -> None:
        whole = dialog.scale
        QTest.keyClick(dialog, Qt.Key.Key_Plus)
        seen.append(dialog.scale / whole)
        QTest.keyClick(dialog, Qt.Key.Key_0)
        seen.append(dialog.scale / whole)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    when_asked(PictureDialog, look)
    button(files, "Xem Nhà mới của cháu").click()
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen == [pytest.approx(1.25), pytest.approx(1.0)]
    qtbot.waitUntil(lambda: audited(workplace, AuditAction.OPEN_FILE) == 1)
    assert sorted(one.name for one in tmp_path.iterdir() if "register" not in one.name) == ["IMG_0001.jpg"]


def test_a_caption_is_never_cut_and_told_when_it_is_too_long(
    qtbot: QtBot, files: Files, workplace: Workplace, tmp_path: Path
) -> None:
    """Also one whose marks come apart, as from some other programs: it is longer then, until it is tidied."""
    photo = tmp_path / "IMG_0002.jpg"
    photo.write_bytes(phone_photo())
    whole = "Nhà mới của cháu ở thôn Đồng Mô, phía sau điểm trường. " * 5
    said: list[str] = []

    def describe_at_length(dialog: AddFileDialog) -> None:
        dialog.document.set_value("photo")
        for text in (whole * 2, whole):
            QApplication.clipboard().setText(unicodedata.normalize("NFD", text))
            dialog.caption.selectAll()
            dialog.caption.paste()
            dialog.submit()
            said.append(dialog.form.row("caption").error)

    when_asked(AddFileDialog, describe_at_length)
    files.take_in(photo)
    qtbot.waitUntil(lambda: len(rows(files)) == 1 and len(said) == 2)
    assert str(len((whole * 2).strip())) in said[0]
    assert said[1] == ""
    qtbot.waitUntil(lambda: workplace.read(lambda c: c.execute("SELECT count(*) FROM attachment").fetchone()[0]) == 1)
    assert workplace.read(lambda c: c.execute("SELECT caption FROM attachment").fetchone()[0]) == whole.strip()


def test_what_cannot_be_added_is_told_above_the_files(qtbot: QtBot, files: Files, tmp_path: Path) -> None:
    letter = tmp_path / "thu.docx"
    letter.write_bytes(b"PK\x03\x04 a letter")
    files.take_in(letter)
    qtbot.waitUntil(lambda: files.notice is not None)
    assert files.notice is not None
    assert "không phải ảnh cũng không phải PDF" in files.notice.accessibleName()
    assert files.add_button.isEnabled()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (phone_photo(64, 48)[:-200], "bị cắt cụt. Chưa thêm gì; hãy chép lại từ điện thoại"),
        (tiff([(200, 0, 0), (0, 200, 0)]), "Tệp có 2 trang, chỉ giữ được trang đầu. Chưa thêm gì; hãy quét thành PDF"),
    ],
)
def test_what_could_not_be_kept_whole_is_told_and_not_added(
    qtbot: QtBot, files: Files, tmp_path: Path, data: bytes, said: str
) -> None:
    photo = tmp_path / "anh"
    photo.write_bytes(data)
    files.take_in(photo)
    qtbot.waitUntil(lambda: files.notice is not None)
    assert files.notice is not None
    assert said in files.notice.accessibleName()
    assert (files.add_button.isEnabled(), rows(files)) == (True, [])


def test_a_file_is_taken_back_with_a_reason(
    qtbot: QtBot, files: Files, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    tasks.run(
        lambda: (add_file(workplace.register, child, scan(500)), workplace.write(lambda tx: tx.topic("files"))[1])
    )
    qtbot.waitUntil(lambda: any("Biên bản thăm nhà" in row for row in rows(files)))

    def give_reason(dialog: TakeBackDialog) -> None:
        dialog.choice.set_value("wrong_child")
        dialog._submit()

    when_asked(TakeBackDialog, give_reason)
    button(files, "Rút lại Biên bản thăm nhà").click()
    qtbot.waitUntil(lambda: any("Đã rút lại" in row and "Nhầm trẻ" in row for row in rows(files)))


def test_a_copy_of_a_pdf_is_written_down(
    qtbot: QtBot, files: Files, workplace: Workplace, child: RecordId, tmp_path: Path
) -> None:
    file = add_file(workplace.register, child, scan(5000))
    files.save_copy(file.id, tmp_path / "copy.pdf")
    qtbot.waitUntil(lambda: files.notice is not None)
    assert (tmp_path / "copy.pdf").read_bytes() == scan(5000)
    qtbot.waitUntil(lambda: audited(workplace, AuditAction.SAVE_FILE) == 1)


def test_the_sync_page_says_what_waits_and_lifts_the_budget(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    add_file(workplace.register, child, scan(300_000))
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    page.show()
    card = page.files
    assert "1 tệp đang chờ" in card.waiting.text()
    card.budget.set_value("5")
    qtbot.waitUntil(lambda: "5 MB" in card.today.text())
    card.now.setFocus()
    card.now.click()
    qtbot.waitUntil(lambda: "không giới hạn" in card.today.text())
    assert page.focusWidget() is card.budget, "the keyboard stays in the card"
    assert not card.now.isEnabled()


def page_of(files: Files) -> ChildPage:
    widget: QWidget | None = files
    while not isinstance(widget, ChildPage):
        assert widget is not None
        widget = widget.parentWidget()
    return widget


def test_what_is_said_is_in_view_also_below_many_files(
    qtbot: QtBot, files: Files, workplace: Workplace, child: RecordId, tmp_path: Path
) -> None:
    file, *_more = [add_file(workplace.register, child, scan(300, number)) for number in range(9)]
    page = page_of(files)
    page.read_again()
    bar = page.scroll_area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    for target in (tmp_path / "copy.pdf", tmp_path / "not there" / "copy.pdf"):
        files.notice = None
        bar.setValue(bar.maximum())
        files.save_copy(file.id, target)
        qtbot.waitUntil(lambda: files.notice is not None)
        QApplication.processEvents()
        assert files.notice is not None
        top = files.notice.mapTo(page.scroll_area.viewport(), files.notice.rect().topLeft()).y()
        assert 0 <= top < page.scroll_area.viewport().height()
