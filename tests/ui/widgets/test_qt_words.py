"""What Qt itself says is Vietnamese too: the file dialog on Linux, its questions, the menus of text fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, QTranslator
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QMessageBox,
    QPushButton,
    QToolButton,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from commune_desk.domain.time.clock import SystemClock
from commune_desk.i18n import Language, _, set_language
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.ui.qt_words import WORDS, QtWords, speak_qt
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.text_edit import TextEdit
from commune_desk.usecases.registers.profile import Profile

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Listener(QTranslator):
    """Hears what Qt asks to be translated."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, set[str]] = {}

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        self.asked.setdefault(context, set()).add(text)
        return None

    def isEmpty(self) -> bool:
        return False


@pytest.fixture
def spoken(qapp: QApplication) -> Iterator[Listener]:
    speak_qt()
    listener = Listener()
    qapp.installTranslator(listener)
    yield listener
    qapp.removeTranslator(listener)
    for words in qapp.findChildren(QtWords):
        qapp.removeTranslator(words)
        words.deleteLater()
        QApplication.sendPostedEvents(words, QEvent.Type.DeferredDelete)


def ask(qtbot: QtBot, folder: Path, *, to_save: bool) -> QFileDialog:
    dialog = QFileDialog(None, "", str(folder), "*.txt")
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile if to_save else QFileDialog.FileMode.ExistingFile)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave if to_save else QFileDialog.AcceptMode.AcceptOpen)
    qtbot.addWidget(dialog)
    dialog.show()
    QApplication.processEvents()
    return dialog


def question_of(dialog: QFileDialog, typed: str) -> str:
    """What the dialog says to a name that it does not take at once."""
    said: list[str] = []

    def listen() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        said.extend([box.text(), *(button.text() for button in box.buttons())])
        box.reject()

    QTimer.singleShot(100, listen)
    field = dialog.findChild(QLineEdit)
    assert field is not None
    field.setText(typed)
    dialog.accept()
    return " | ".join(said)


def words_on(widget: QWidget) -> set[str]:
    shown = [one for one in widget.findChildren(QWidget) if one.isVisibleTo(widget)]
    texts = {one.text() for one in shown if isinstance(one, QLabel | QPushButton)}
    texts |= {one.toolTip() for one in shown if isinstance(one, QToolButton)}
    for view in widget.findChildren(QTreeView):
        head = view.header().model()
        texts |= {str(head.headerData(at, Qt.Orientation.Horizontal)) for at in range(head.columnCount())}
    return {text for text in texts if text.strip()}


def open_menus(dialog: QFileDialog) -> None:
    """The menus of the right mouse button over the list of files."""

    def close() -> None:
        menu = QApplication.activePopupWidget()
        if isinstance(menu, QMenu):
            menu.close()

    for view in (*dialog.findChildren(QListView), *dialog.findChildren(QTreeView)):
        QTimer.singleShot(50, close)
        view.customContextMenuRequested.emit(QPoint(5, 5))


@pytest.mark.parametrize("to_save", [False, True])
def test_the_file_dialog_asks_for_no_word_that_is_not_known(
    qtbot: QtBot, spoken: Listener, tmp_path: Path, to_save: bool
) -> None:
    (tmp_path / "here.txt").touch()
    dialog = ask(qtbot, tmp_path, to_save=to_save)
    question = question_of(dialog, "here.txt" if to_save else "gone.txt")
    open_menus(dialog)
    keys = {text for texts in spoken.asked.values() for text in texts if text.startswith("Alt+")}
    for context in WORDS:
        assert spoken.asked.get(context, set()) - keys <= set(WORDS[context])
    assert spoken.asked["QFileDialog"]
    assert ("đã có" if to_save else "Không tìm thấy") in question
    english = {text.replace("&", "") for texts in WORDS.values() for text in texts}
    assert {text.replace("&", "") for text in words_on(dialog)} & english == set()


def test_the_dialog_in_which_a_folder_is_chosen_asks_for_no_other_word(
    qtbot: QtBot, spoken: Listener, tmp_path: Path
) -> None:
    """As a courier's stick is chosen."""
    (tmp_path / "USB").mkdir()
    said: set[str] = set()

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        said.update(words_on(dialog))
        dialog.reject()

    QTimer.singleShot(100, look)
    assert QFileDialog.getExistingDirectory(None, "USB", str(tmp_path)) == ""
    keys = {text for texts in spoken.asked.values() for text in texts if text.startswith("Alt+")}
    for context in WORDS:
        assert spoken.asked.get(context, set()) - keys <= set(WORDS[context])
    assert "Thư mục:" in said
    assert said & {text for texts in WORDS.values() for text in texts} == set()


def test_in_english_qt_speaks_for_itself(qtbot: QtBot, spoken: Listener, tmp_path: Path) -> None:
    set_language("en")
    dialog = ask(qtbot, tmp_path, to_save=False)
    assert {"File &name:", "Date Modified", "&Open"} <= words_on(dialog)


@pytest.mark.parametrize(("language", "cut"), [("vi", "Cắt"), ("en", "Cu&t")])
def test_the_menu_of_a_text_field_speaks_too(qtbot: QtBot, spoken: Listener, language: Language, cut: str) -> None:
    set_language(language)
    for field in (LineEdit("x"), TextEdit("x")):
        qtbot.addWidget(field)
        menu = field.createStandardContextMenu()
        texts = [action.text().partition("\t")[0] for action in menu.actions() if not action.isSeparator()]
        assert cut in texts
        assert len(texts) == 7
        assert (set(texts) & set(WORDS["QLineEdit"]) == set()) is (language == "vi")
        menu.deleteLater()


def test_every_word_has_a_translation_and_keeps_its_place_for_a_name() -> None:
    for text in {text for texts in WORDS.values() for text in texts}:
        assert _(text) != text or text == "OK"
        assert _(text).count("%1") == text.count("%1")


def test_qt_speaks_from_the_first_page_on(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    window = OpeningWindow(Profile(tmp_path), SystemClock())
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: len(qapp.findChildren(QtWords)) == 1)
    speak_qt()
    assert len(qapp.findChildren(QtWords)) == 1
