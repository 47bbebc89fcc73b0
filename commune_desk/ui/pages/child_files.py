"""The tab of a child's files: photos and scans, where the content of each is, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QWidget
from shiboken6 import isValid

from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _, format_size, translate_error
from commune_desk.presenters.child.files import ChildFiles, Content, FileView
from commune_desk.presenters.child.page import ChildView
from commune_desk.ui.dialogs.add_file import AddFileDialog
from commune_desk.ui.dialogs.frame import show_modal
from commune_desk.ui.dialogs.message import Message, confirm
from commune_desk.ui.dialogs.picture import PictureDialog
from commune_desk.ui.dialogs.save_as import ask_where_to
from commune_desk.ui.dialogs.take_back import TakeBackDialog
from commune_desk.ui.pages.child_tabs import Part
from commune_desk.ui.pictures import shown, shrunk
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.card import Card, IconLabel
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.notice import EmptyState, NoticeBar
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.attachments import FileFacts, Prepared

THUMBNAIL = 48


class Files(Part):
    """Content is read off the UI thread and lies in memory only; little images are kept while the page is open, and no
    longer than the lease opens what they show.

    Emits `said` when a sentence stands above the files.
    """

    said = Signal()

    def __init__(self, workplace: Workplace, tasks: Tasks, person: str) -> None:
        super().__init__()
        self._workplace, self._tasks = workplace, tasks
        self.state = ChildFiles(workplace, person)
        self._images: dict[str, QImage] = {}
        self.notice: NoticeBar | None = None
        self._looked_at: tuple[str, PictureDialog] | None = None

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody leaves the tab while a picture stands before it: the child has left this register, or was erased."""
        super().hideEvent(event)
        if not event.spontaneous():  # as of a window that is put down
            self._let_go_unless(())

    def _let_go_unless(self, files: Sequence[str]) -> None:
        """Close the picture that is looked at, unless it is one of these files."""
        if self._looked_at is not None and self._looked_at[0] not in files and isValid(self._looked_at[1]):
            self._looked_at[1].reject()

    def _cards(self, view: ChildView) -> list[Card]:
        self.add_button = LinkButton(_("Add a photo or scan"), "plus")
        self.add_button.clicked.connect(self._choose)
        if not view.can_write:
            self.add_button.hide()
        if self._workplace.register.is_closed:
            self._put_away()
        card = Card(_("Photos and scans"), "paperclip", action=self.add_button)
        files = self.state.view()
        self._let_go_unless([file.id for file in files])
        for file in files:
            card.add(self._row(file))
        if not files:
            card.add(EmptyState("paperclip", _("No photo and no scan is in this file yet.")))
        return [card]

    def _put_away(self) -> None:
        """What is sealed and stands on the screen goes with the lease."""
        self._images.clear()
        self._let_go_unless(())

    def _row(self, file: FileView) -> ListRow:
        chip = Chip(file.state, Tone(file.tone))
        row = ListRow(file.title, file.detail, second=file.second, chips=[chip], trailing=self._buttons(file))
        return row.lead_widget(self._mark(file))

    def _mark(self, file: FileView) -> QWidget:
        """The little image of a picture that is here, else what kind of file it is."""
        if not file.is_picture or not file.is_here:
            return _framed(IconLabel("file" if file.is_picture else "file-text", size=24, ink="quiet"))
        label = QLabel()
        label.setFixedSize(THUMBNAIL, THUMBNAIL)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        if file.id in self._images:
            label.setPixmap(QPixmap.fromImage(self._images[file.id]))
            return label
        read = self.state.thumbnail(file.id)
        self._tasks.query(
            lambda: _little(read()), lambda image: self._hang(label, file.id, image), _nothing, owner=self
        )
        return label

    def _hang(self, label: QLabel, file: str, image: QImage) -> None:
        self._images[file] = image
        if isValid(label):
            label.setPixmap(QPixmap.fromImage(image))

    def _buttons(self, file: FileView) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for text, spoken, act in self._actions(file):
            button = LinkButton(text, name=spoken.format(title=file.title))
            button.clicked.connect(lambda _checked=False, do=act: do())
            line.addWidget(button)
        return holder

    def _actions(self, file: FileView) -> list[tuple[str, str, Callable[[], object]]]:
        actions: list[tuple[str, str, Callable[[], object]]] = []
        if file.can_fetch:
            actions.append((_("Fetch"), _("Fetch {title}"), lambda: self._write(self.state.fetch(file.id))))
        if file.is_here and file.is_picture:
            actions.append((_("View"), _("View {title}"), lambda: self.look_at(file.id)))
        elif file.is_here:
            actions.append((_("Save a copy…"), _("Save a copy of {title}"), lambda: self._ask_where_to(file)))
        if file.can_take_back:
            actions.append((_("Take back"), _("Take back {title}"), lambda: self._ask_why(file.id)))
        return actions

    def _write(self, operation: Callable[..., object]) -> None:
        self._tasks.run(lambda: self._workplace.write(operation), on_error=self.say_error, owner=self)

    # Adding

    def _choose(self) -> None:
        kinds = _("Pictures and PDF (*.jpg *.jpeg *.png *.webp *.tif *.tiff *.bmp *.pdf)") + ";;" + _("All files (*)")
        chosen, _kind = QFileDialog.getOpenFileName(self, _("Choose a photo or scan"), "", kinds)
        if chosen:
            self.take_in(Path(chosen))

    def take_in(self, path: Path) -> None:
        """Read and shrink a file off the UI thread, then ask what it is."""
        self.add_button.setEnabled(False)
        prepare = self.state.prepare(path, shrunk)

        def read() -> tuple[Prepared, QImage | None]:
            ready = prepare()
            return ready, shown(ready.content) if ready.media_type == "image/jpeg" else None

        self._tasks.query(read, lambda made: self._ask_what(*made), self._refused, owner=self)

    def _refused(self, error: DeskError) -> None:
        self.add_button.setEnabled(True)
        self.say_error(error)

    def _ask_what(self, ready: Prepared, preview: QImage | None) -> None:
        self.add_button.setEnabled(True)
        dialog = self.question(ready, preview)
        if show_modal(dialog):
            self.keep(ready, dialog.facts)

    def question(self, ready: Prepared, preview: QImage | None) -> AddFileDialog:
        """The dialog that asks what a file is, not shown yet."""
        kept = (preview, format_size(len(ready.content)))
        state = self.state
        return AddFileDialog(
            state.documents(), state.occasions(), state.faults, self._workplace.latest_day, kept, self.window()
        )

    def keep(self, ready: Prepared, facts: FileFacts) -> None:
        """Add the file to the child's file."""
        self._write(self.state.add(ready, facts))

    # Looking, taking out, taking back

    def look_at(self, file: str) -> None:
        """Show a picture in a window of its own."""
        look = self.state.look_at(file)

        def read() -> tuple[Content, QImage]:
            content = look()
            return content, shown(content.data)

        self._tasks.query(read, lambda made: self._show(file, *made), self.say_error, owner=self)

    def _show(self, file: str, content: Content, image: QImage) -> None:
        dialog = PictureDialog(content.title, image, self.window())
        self._looked_at = (file, dialog)
        show_modal(dialog)
        self._looked_at = None

    def _ask_where_to(self, file: FileView) -> None:
        warning = Message(
            _("Save a copy outside the register?"),
            _("Nothing protects the copy there. Delete it when it is no longer needed. Who took it is written down."),
            Tone.WARNING,
        )
        if not confirm(self, warning, _("Save a copy…")):
            return
        path = ask_where_to(self, _("Save a copy"), _("Paper") + ".pdf", "PDF (*.pdf)")
        if path is not None:
            self.save_copy(file.id, path)

    def save_copy(self, file: str, path: Path) -> None:
        """Write a PDF outside the register."""
        self._tasks.query(self.state.copy_to(path, file), lambda _none: self._saved(), self.say_error, owner=self)

    def _saved(self) -> None:
        self._say(NoticeBar(_("The copy was written."), Tone.GOOD))

    def _ask_why(self, file: str) -> None:
        dialog = TakeBackDialog(self.state.reasons(), self.window())
        if show_modal(dialog):
            self._write(self.state.take_back(file, dialog.reason))

    def say_error(self, error: DeskError) -> None:
        """Above the files; where they are not shown, as of a child who has left meanwhile, above the page."""
        if not self.isVisible():
            self._tasks.failed.emit(error)
            return
        self._say(NoticeBar(translate_error(error), Tone.WARNING))

    def _say(self, bar: NoticeBar) -> None:
        """Show a sentence above the files until it is put away or another one comes."""
        if self.notice is not None and isValid(self.notice):
            self.column.removeWidget(self.notice)
            self.notice.deleteLater()
        self.notice = bar
        bar.dismissed.connect(bar.deleteLater)
        self.column.insertWidget(0, bar)
        bar.speak()
        self.said.emit()


def _little(data: bytes) -> QImage:
    size = QSize(THUMBNAIL, THUMBNAIL)
    return shown(data).scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _nothing(_error: DeskError) -> None:
    """A file that does not open says so when somebody opens it."""


def _framed(mark: QWidget) -> QWidget:
    holder = QWidget()
    holder.setFixedSize(THUMBNAIL, THUMBNAIL)
    box = QHBoxLayout(holder)
    box.setContentsMargins(0, 0, 0, 0)
    box.addWidget(mark, 0, Qt.AlignmentFlag.AlignCenter)
    return holder
