"""The card of the sync page for a courier's stick: write to one, read from one, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMargins, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _
from commune_desk.presenters.sync.courier import failure_line, read_lines, wipe_label, wiped_line, written_lines
from commune_desk.presenters.sync.handing_on import handed_on_lines, not_handed_on_lines, offer_label, offer_line
from commune_desk.presenters.sync.status_line import StatusLine
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import LinkButton, SecondaryButton
from commune_desk.ui.widgets.card import ROW_MARGINS, Card, Hairline
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.flow import clear_layout
from commune_desk.ui.widgets.forms import announce
from commune_desk.ui.widgets.notice import ProgressRow
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.tab_order import follow
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.sync.courier import Courier, WroteOut
from commune_desk.usecases.sync.handing_on import HandedOn, HandingOn
from commune_desk.usecases.sync.stick_bundles import ReadIn

_LOOK_MS = 200


class CourierCard(Card):
    """Two buttons, and below them how the last of the two went. Emits `said` with the first and the last new line.

    `ended`: the register was marked to be removed; whoever holds it open lets go of it.
    """

    said = Signal(object, object)
    ended = Signal()

    def __init__(self, courier: Courier, tasks: Tasks, handing_on: Callable[[], HandingOn]) -> None:
        """`handing_on` makes what hands one stick on over the line."""
        super().__init__(_("Without a line: by USB stick"), "usb")
        self._courier, self._tasks = courier, tasks
        self.handing_on = handing_on
        self._stop: Callable[[], object] = courier.stop
        """Breaks off what is under way."""
        self._folder = ""
        self._done = (0, 0)
        self._begun: SecondaryButton | None = None
        self.write_button = SecondaryButton(_("Write to a stick…"), "upload")
        self.write_button.clicked.connect(self._choose_to_write)
        self.read_button = SecondaryButton(_("Read from a stick…"), "download")
        self.read_button.clicked.connect(self._choose_to_read)
        self.add_padded(self._foot())
        self._said = QVBoxLayout()
        self._said.setSpacing(0)
        self.column.addLayout(self._said)
        self.lines: list[ListRow] = []
        self.wipe_button: LinkButton | None = None
        self.hand_on_button: SecondaryButton | None = None
        self._progress: ProgressRow | None = None
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._show_progress)

    def _foot(self) -> QWidget:
        foot = QWidget()
        line = QHBoxLayout(foot)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.write_button)
        line.addWidget(self.read_button)
        line.addSpacing(8)
        about = _("Sealed for the province and for this PC; no name stands outside.")
        line.addWidget(Text(about, size=Size.SMALL, ink="quiet", wrap=True), 1)
        return foot

    def break_off(self) -> None:
        """Stop after the step that is under way."""
        self._courier.stop()
        self._stop()

    def _choose_to_write(self) -> None:
        self._choose(_("Choose the stick to write to, or a folder on it"), self.write_to)

    def _choose_to_read(self) -> None:
        self._choose(_("Choose the stick to read from, or a folder on it"), self.read_from)

    def _choose(self, asked: str, use: Callable[[Path], None]) -> None:
        chosen = QFileDialog.getExistingDirectory(self, asked, self._folder)
        if chosen:
            self._folder = chosen
            use(Path(chosen))

    def write_to(self, folder: Path) -> None:
        """Write bundles into `folder`, off the UI thread."""
        self._begin(self.write_button, _("Writing to the stick…"), self._courier.stop)
        work = partial(self._courier.write_out, folder, self._note)
        self._tasks.query(work, self._wrote, self._failed, owner=self)

    def read_from(self, folder: Path) -> None:
        """Read the bundles in `folder`, off the UI thread."""
        self._begin(self.read_button, _("Reading from the stick…"), self._courier.stop)
        work = partial(self._courier.read_in, folder, self._note)
        self._tasks.query(work, partial(self._have_read, folder), self._failed, owner=self)

    def hand_on(self, folder: Path, names: Sequence[str]) -> None:
        """Hand bundles of another PC on over the line; nothing waits for it, and a window that goes away ends it."""
        handing = self.handing_on()
        self._begin(self.read_button, _("Handing the stick on over the line…"), handing.stop)
        self.destroyed.connect(lambda _card: handing.stop())
        work = partial(handing.hand_on, folder, names, self._note)
        self._tasks.errand(work, self._handed_on, self._not_handed_on, owner=self)

    def _handed_on(self, done: HandedOn) -> None:
        self._end()
        self._show(handed_on_lines(done))

    def _not_handed_on(self, error: DeskError) -> None:
        self._end()
        self._show(not_handed_on_lines(error))

    def _note(self, done: int, of: int) -> None:
        """From the thread of the work: only looked at by the timer, for this card may be gone."""
        self._done = (done, of)

    def _begin(self, button: SecondaryButton, doing: str, stop: Callable[[], object]) -> None:
        self._courier.forget_stop()
        self._stop = stop
        self._show(())
        self._begun, self._done = button, (0, 0)
        self._progress = ProgressRow(doing)
        self._progress.cancelled.connect(stop)
        self._say(self._progress)
        self._progress.cancel.setFocus()
        self.write_button.setEnabled(False)
        self.read_button.setEnabled(False)
        self._look.start()

    def _show_progress(self) -> None:
        if self._progress is not None and self._done != (0, 0):
            self._progress.set_progress(*self._done)

    def _end(self) -> None:
        self._look.stop()
        had_focus = self._progress is not None and self._progress.cancel is self.window().focusWidget()
        self.write_button.setEnabled(True)
        self.read_button.setEnabled(True)
        if had_focus and self._begun is not None:
            self._begun.setFocus()

    def _wrote(self, wrote: WroteOut) -> None:
        self._end()
        self._show(written_lines(wrote))

    def _have_read(self, folder: Path, read: ReadIn) -> None:
        self._end()
        self._show(read_lines(read))
        if read.to_hand_on:
            self._offer_to_hand_on(folder, read.to_hand_on)
        if read.done_with:
            self._offer_wipe(folder, read.done_with)
        if read.removal is not None and read.removal.is_decided:
            self.ended.emit()

    def _offer_to_hand_on(self, folder: Path, names: Sequence[str]) -> None:
        self.hand_on_button = SecondaryButton(offer_label(), "send")
        self.hand_on_button.clicked.connect(lambda: self.hand_on(folder, names))
        line = offer_line(len(names))
        row = ListRow(line.text, second=line.detail)
        self._say(row)
        self.lines.append(row)
        foot = QWidget()
        box = QHBoxLayout(foot)
        box.setContentsMargins(ROW_MARGINS + QMargins(0, 0, 0, 8))
        box.addWidget(self.hand_on_button)
        box.addStretch(1)
        self._said.addWidget(foot)
        follow(self.read_button, self.hand_on_button)

    def _offer_wipe(self, folder: Path, fingerprints: Sequence[str]) -> None:
        self.wipe_button = LinkButton(wipe_label(len(fingerprints)))
        self.wipe_button.clicked.connect(lambda: self._wipe(folder, fingerprints))
        row = ListRow(
            _("What is finished can leave the stick"),
            second=_("The province has signed for it, or it was read in here."),
            trailing=self.wipe_button,
        )
        self._say(row)
        self.lines.append(row)
        follow(self.read_button, self.wipe_button)

    def _wipe(self, folder: Path, fingerprints: Sequence[str]) -> None:
        if self.wipe_button is not None:
            self.wipe_button.setEnabled(False)
        work = partial(self._courier.wipe, folder, fingerprints)
        self._tasks.query(work, lambda count: self._show((wiped_line(count),)), self._failed, owner=self)

    def _failed(self, error: DeskError) -> None:
        self._end()
        self._show((failure_line(error),))

    def _show(self, lines: Sequence[StatusLine]) -> None:
        """Put the lines in place of what was said before, and have the first one spoken."""
        focused = self.window().focusWidget()
        had_focus = focused is not None and any(row is focused or row.isAncestorOf(focused) for row in self.lines)
        clear_layout(self._said)
        self._progress, self.wipe_button, self.hand_on_button = None, None, None
        self.lines = [self._row(line) for line in lines]
        for row in self.lines:
            self._say(row)
        if had_focus:
            self.read_button.setFocus()  # only its lines have something to press
        if lines:
            announce(self, lines[0].text)
            self.said.emit(self.lines[0], self.lines[-1])

    def _say(self, row: QWidget) -> None:
        self._said.addWidget(Hairline())
        self._said.addWidget(row)

    def _row(self, line: StatusLine) -> ListRow:
        row = ListRow(line.text, second=line.detail)
        if line.tone in ("warning", "danger"):
            row.lead_chip(Chip(_("note") if line.tone == "warning" else _("not done"), Tone(line.tone)))
        return row
