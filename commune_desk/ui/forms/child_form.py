"""The form of a child's file: one page, keyboard from top to bottom, and at the right who it may be already."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout

from commune_desk.i18n import _
from commune_desk.presenters.child.form import ChildForm, ChildFormState, TwinAnswer, TwinView
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.forms.entry_page import WIDTH, EntryPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.flow import clear_layout
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.page import TwoColumns
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.text import Text
from commune_desk.ui.widgets.toggles import Tick
from commune_desk.usecases.desk.workplace import Workplace

_LABEL_WIDTH = 124


class ChildFormPage(EntryPage):
    """A new child, or with `person` a stored file."""

    def __init__(
        self, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object], person: str = ""
    ) -> None:
        self.child = ChildForm(workplace, person)
        self._shown_twins: tuple[TwinView, ...] = ()
        self._question: NoticeBar | None = None
        self.other = Tick(_("This is another child"))
        super().__init__(self.child, workplace, tasks, navigate)

    def arrange(self) -> None:
        card = Card(_("Details"), "file-text")
        card.add_padded(self.form)
        self.twins = QVBoxLayout()
        if not self.child.is_new:
            card.setMaximumWidth(WIDTH)
            self.add(card)
            return
        columns = TwoColumns()
        columns.main.addWidget(card)
        columns.side.addLayout(self.twins)
        self.twins.addWidget(_nobody_yet())
        self.add(columns)

    def render_more(self, state: ChildFormState) -> None:
        if self._shown_twins != state.twins:
            self._shown_twins = state.twins
            self._show_twins(state)
        if state.twins and self.other.isChecked() == state.must_confirm:
            self.other.setChecked(not state.must_confirm)
        if self._question is not None and not state.must_confirm:
            if self._question is self.notice:
                self._question.hide()
            self._question = None

    def _show_twins(self, state: ChildFormState) -> None:
        was_asking = self.other.hasFocus()
        clear_layout(self.twins)
        if state.twins:
            self.twins.addWidget(Text(_("In the register already?"), size=Size.HEADING, bold=True))
        else:
            self.twins.addWidget(_nobody_yet())
        for twin in state.twins:
            self.twins.addWidget(self._twin_card(twin))
        if state.twins:
            self.other = Tick(_("This is another child"))
            self.other.setChecked(not state.must_confirm)
            self.other.toggled.connect(lambda is_on: self.render_state(self.child.say_other(is_on)))
            self.twins.addWidget(self.other)
            if was_asking:
                self._focus_other()

    def submit(self) -> None:
        """Save once it is known who in the register may be this child."""
        if not self.save.isEnabled():
            return
        self._finish_typing()
        self._take_all()
        question = self.child.twin_question()
        if question is None:
            super().submit()
            return
        self.hold()
        self._tasks.query(question, self._save_unless_known, self._refused, owner=self)

    def _save_unless_known(self, answer: TwinAnswer) -> None:
        self.let_go()
        self.child.found(answer)
        super().submit()

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """With nothing wrong in a field, who the child may be is what is in the way."""
        super().show_errors(errors)
        if not errors and self.child.state().must_confirm:
            said = _("Not saved yet: the child may be in the register already. Open that file or say it is another.")
            self._say(said, Tone.WARNING)
            self._question = self.notice
            self._focus_other()
            QTimer.singleShot(0, self, lambda: self.scroll_area.ensureWidgetVisible(self.other))

    def _focus_other(self) -> None:
        self.other.show()  # made just now, it would be shown too late for the focus
        self.other.setFocus(Qt.FocusReason.TabFocusReason)

    def _bring_back(self) -> None:
        super()._bring_back()
        self._look_for_twins()

    def _left(self, name: str) -> None:
        super()._left(name)
        if self.child.asks_for_twins(name) and not self._is_rendering:
            self._look_for_twins()

    def _look_for_twins(self) -> None:
        question = self.child.twin_question()
        if question is not None:
            self._tasks.query(question, lambda answer: self.render_more(self.child.found(answer)), owner=self)

    def _twin_card(self, twin: TwinView) -> Card:
        opener = LinkButton(_("Open"), name=_("Open the file of {name}").format(name=twin.name))
        opener.clicked.connect(lambda: self._navigate(Route("child", twin.person)))
        card = Card(twin.sign, "users", action=opener, tone="warning")
        for line in twin.lines:
            same = line.entered.strip().lower() == line.stored.strip().lower()
            second = "" if same or not line.entered else _("entered: {text}").format(text=line.entered)
            card.add(ListRow("", line.stored or "–", second=second).lead(line.label, ink="quiet", width=_LABEL_WIDTH))
        return card


def _nobody_yet() -> Card:
    """What will stand at the right of a new child's form."""
    card = Card(_("In the register already?"), "users")
    told = _("Once you have typed a name or an ID number, the children of the register who may be this one stand here.")
    card.add_padded(Text(told, size=Size.SMALL, ink="quiet", wrap=True))
    return card
