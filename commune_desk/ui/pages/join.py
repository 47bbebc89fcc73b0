"""Two records of one child: which other one it is, which of the two is kept, what stands of each, and the act."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _
from commune_desk.presenters.child.form import SIGNS
from commune_desk.presenters.child.join import KEPT, OTHER, JoinForm, JoinView, suggestions
from commune_desk.presenters.child.picker import options_of
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.dialogs.message import Message, confirm, show_error
from commune_desk.ui.forms.child_picker import ChildPicker
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.bullets import bullet
from commune_desk.ui.widgets.buttons import PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.compare import CompareRow, CompareTable, Version
from commune_desk.ui.widgets.flow import clear_layout
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.options import RadioRow
from commune_desk.ui.widgets.page import Page
from commune_desk.ui.widgets.rows import ButtonRow
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.duplicates import Sign


class JoinPage(Page):
    """First whom the record is to be joined with, then both side by side. `saved` carries what to tell afterwards."""

    saved = Signal(str)

    def __init__(
        self,
        workplace: Workplace,
        tasks: Tasks,
        navigate: Callable[[Route], object],
        route: Route,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Two records of one child"), parent=parent)
        self._workplace, self._tasks, self._navigate = workplace, tasks, navigate
        self.person = route.record
        self.form: JoinForm | None = None
        self.table: CompareTable | None = None
        holder = QWidget()
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.add(holder)
        other = route.form.partition(":")[2]
        if other:
            self.compare(other)
        else:
            self._ask_whom()
        self._add_actions()  # after the picker: Tab jumps from the rail to it

    def _add_actions(self) -> None:
        self.cancel = SecondaryButton(_("Cancel"), shortcut="Esc")
        self.cancel.clicked.connect(lambda: self._navigate(Route("child", self.person)))
        self.add_action(self.cancel)

    def _ask_whom(self) -> None:
        """Those who look alike, and a search for any other."""
        (own,) = options_of(self._workplace, [self.person])[:1] or (None,)
        self.title.set_text(_("Which other record is of the same child?"))
        if own is not None:
            self.subtitle.set_text(own.name)
            self.subtitle.show()
        self.alike = Card(_("These look alike"), "users")
        self._column.addWidget(self.alike)
        self.alike.hide()
        card = Card(_("Another record"), "search")
        self.picker = ChildPicker(self._workplace)
        self.picker.chosen.connect(self.compare)
        card.add_padded(self.picker)
        self._column.addWidget(card)
        self.setFocusProxy(self.picker)
        self._tasks.query(suggestions(self._workplace, self.person), self._suggest, owner=self)

    def _suggest(self, found: list[tuple[str, Sign]]) -> None:
        if self.form is not None:
            return
        signs = dict(found)
        for option in options_of(self._workplace, [person for person, _sign in found]):
            row = ButtonRow(option.name, option.detail, second=_(SIGNS[signs[option.id]]))
            row.activated.connect(lambda one=option.id: self.compare(one))
            self.alike.add(row)
        self.alike.setVisible(bool(found))

    def compare(self, other: str) -> None:
        """Show the record beside that of the person `other`."""
        if other == self.person:
            self._say(_("This is the same record. Choose another one."))
            return
        try:
            self.form = JoinForm(self._workplace, self.person, other)
        except ValueError:
            self._say(_("These two are no longer two records of the register. Nothing was changed."))
            return
        self.title.set_text(_("Two records of one child"))
        self.subtitle.set_text(_("Compare them, choose what stands, and join them only if you are sure."))
        self.subtitle.show()
        self._show(self.form.view())
        self.keep.setFocus()

    def _say(self, sentence: str) -> None:
        self._column.insertWidget(0, NoticeBar(sentence, Tone.WARNING))

    def _show(self, view: JoinView) -> None:
        clear_layout(self._column)
        if view.why_not:
            self._column.addWidget(NoticeBar(view.why_not, Tone.WARNING, dismissable=False))
        self._column.addWidget(self._which(view))
        if view.rows:
            self._column.addWidget(self._details(view))
        self._column.addWidget(self._meaning(view))

    def _which(self, view: JoinView) -> Card:
        card = Card(_("Which record is kept?"), "file-text")
        self.keep = RadioRow(_("Which record is kept?"), view.records)
        self.keep.set_value(view.kept)
        self.keep.chosen.connect(self._keep)
        card.add_padded(self.keep)
        return card

    def _details(self, view: JoinView) -> Card:
        card = Card(_("What stands where they differ"), "pencil")
        rows = [
            CompareRow(row.key, row.label, "", (Version(KEPT, row.kept), Version(OTHER, row.other)))
            for row in view.rows
        ]
        heads = [_("Kept: {record}").format(record=view.heads[0]), _("Joined: {record}").format(record=view.heads[1])]
        self.table = table = CompareTable(heads, rows, tells_before=False)
        for row in view.rows:
            table.choose(row.key, row.chosen)
        table.decided.connect(lambda: self._take(table))
        card.add(table)
        return card

    def _meaning(self, view: JoinView) -> Card:
        card = Card(_("What will happen"), "info")
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for sentence in view.consequences:
            column.addWidget(bullet(sentence))
        column.addWidget(Text(_("It cannot be undone by anybody."), bold=True, wrap=True))
        told = _("Works without a connection; the province and the other PCs hear of it with the next sync.")
        line = QHBoxLayout()
        line.addWidget(Text(told, size=Size.SMALL, ink="quiet", wrap=True), 1)
        self.go = PrimaryButton(_("Join the two records…"))
        self.go.setEnabled(not view.why_not)
        self.go.setAccessibleDescription(view.why_not)
        self.go.clicked.connect(self.submit)
        line.addWidget(self.go)
        column.addLayout(line)
        card.add_padded(holder)
        return card

    def _keep(self, person: str) -> None:
        if self.form is not None:
            self._show(self.form.keep(person))
            self.keep.setFocus()

    def _take(self, table: CompareTable) -> None:
        if self.form is not None:
            for key, side in table.decision().items():
                self.form.choose(key, side)

    def submit(self) -> None:
        """Ask once more, and join."""
        form = self.form
        if form is None:
            return
        asked = form.question()
        if confirm(self, Message(asked.title, asked.detail, Tone.WARNING), asked.yes, is_dangerous=True):
            self.go.setEnabled(False)
            operation = form.operation()
            self._tasks.run(
                lambda: self._workplace.write(operation), lambda done: self._joined(done[0]), self._refused, owner=self
            )

    def _joined(self, kept: str) -> None:
        self._navigate(Route("child", kept))
        self.saved.emit(_("The two records are one child from now on."))  # above the page that is shown by now

    def _refused(self, error: DeskError) -> None:
        """What stands may have changed meanwhile: both are shown as they are now."""
        if self.form is not None:
            self._show(self.form.look_again())
        show_error(self, error)
