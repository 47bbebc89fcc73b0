"""The beds of the house on the screen: add some, close one for a while, use it again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.i18n import _
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.shelter.beds_form import BedLine, BedsForm
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.forms.entry_page import WIDTH, EntryPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import SecondaryButton
from commune_desk.ui.widgets.card import Card, Hairline
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.flow import clear_layout
from commune_desk.ui.widgets.forms import FieldRow
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.tab_order import rest_focus
from commune_desk.usecases.desk.workplace import Workplace


class BedsFormPage(EntryPage):
    """Names the house and adds beds; below, the beds there are."""

    def __init__(self, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object]) -> None:
        self._beds = BedsForm(workplace)
        super().__init__(self._beds, workplace, tasks, navigate)
        tasks.register_changed.connect(self._on_changed)
        self.show_beds()

    def arrange(self) -> None:
        super().arrange()
        self.why = LineEdit(_("Why a bed is closed"), placeholder=_("for example: being repaired"))
        self.list = Card(_("Beds of the house"), "bed")
        self.list.setMaximumWidth(WIDTH)
        self._beds_shown = QWidget()
        self._rows = QVBoxLayout(self._beds_shown)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._buttons: dict[str, SecondaryButton] = {}
        self.list.add_padded(FieldRow(_("Why a bed is closed"), self.why))
        self.list.column.addWidget(self._beds_shown)
        self.add(self.list)

    def _on_changed(self, changes: ChangeSet) -> None:
        if changes.touches("bed", "placement"):
            self.show_beds()

    def show_beds(self) -> None:
        """Read and show the beds anew; somebody may be typing why one is closed.

        The keyboard stays on its button, or on none once that one is gone.
        """
        beds, focused = self._beds.beds(), self.window().focusWidget()
        waits = rest_focus(self._beds_shown)
        self.list.setVisible(bool(beds))
        clear_layout(self._rows)
        self._buttons = {}
        for bed in beds:
            self._rows.addWidget(Hairline())
            row = self._row(bed)
            self._rows.addWidget(row)
            row.show()  # or it would be shown too late for the focus
        held = self._buttons.get(focused.accessibleName()) if waits is not None and focused is not None else None
        if held is not None:
            held.setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, bed: BedLine) -> ListRow:
        button = None
        if bed.action:
            text = _("Close") if bed.action == "close" else _("Use again")
            spoken = _("{action} bed {bed}").format(action=text, bed=bed.label)
            button = SecondaryButton(text, name=spoken)
            button.clicked.connect(lambda _checked=False: self._act(bed))
            self._buttons[spoken] = button
        chip = Chip(bed.chip.text, Tone(bed.chip.tone), bed.chip.icon)
        return ListRow(bed.label, bed.kind, chips=[chip], second=bed.second, trailing=button)

    def _act(self, bed: BedLine) -> None:
        if bed.action == "reopen":
            self._write(self._beds.reopen(bed.id), lambda _done: None)
        else:
            why = self.why.value()
            self._write(self._beds.close(bed.id, why), lambda _done: self._closed(why))

    def _closed(self, why: str) -> None:
        """The reason is used up, unless another one is typed by now."""
        if self.why.value() == why:
            self.why.clear()

    def _write(self, operation: Callable[[Tx], None], done: Callable[[object], None]) -> None:
        self._tasks.run(partial(self._workplace.write, operation), done, owner=self)
