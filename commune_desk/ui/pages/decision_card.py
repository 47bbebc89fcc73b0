"""One field to decide on the Sync page, and what goes over to the card that is shown in its place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.sync.conflict_page import ConflictCard
from commune_desk.ui.forms.draft_keeper import DraftKeeper, Typed
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.compare import CompareRow, CompareTable, Version
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.forms import announce
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import DECISION

FieldOf = tuple[str, str]
"""Record and name of a field to decide."""


def field_of(card: ConflictCard) -> FieldOf:
    return card.conflict.record, card.conflict.field


class DecisionCard(Card):
    """One field to decide: choose a value or write another. A lock keeps the one that is being written."""

    def __init__(
        self,
        card: ConflictCard,
        decide: Callable[[DecisionCard, str, str], str],
        workplace: Workplace,
        tasks: Tasks,
    ) -> None:
        super().__init__(_("To decide: {whose}").format(whose=card.title), "alert-triangle")
        self.card, self._decide = card, decide
        if card.note:
            self.add_padded(Text(card.note, ink="quiet", wrap=True))
        is_open = not card.why_not and not card.says_same
        self.table = CompareTable(
            [hand.author for hand in card.hands],
            [
                CompareRow(
                    card.conflict.field,
                    card.label,
                    card.base,
                    tuple(Version(hand.key, hand.text, hand.is_readable and is_open) for hand in card.hands),
                )
            ],
        )
        self.table.decided.connect(self._choose)
        self.add(self.table)
        if card.waited:
            self.add_padded(Text(card.waited, size=Size.SMALL, ink="warning", wrap=True))
        self._whose = f"{card.title}, {card.label}"
        spoken = _("Another value: {whose}").format(whose=self._whose)
        self.other = LineEdit(spoken, placeholder=_("Another value"))
        self.other.returnPressed.connect(self.submit)
        putting_away = QShortcut(QKeySequence("Esc"), self.other, context=Qt.ShortcutContext.WidgetShortcut)
        putting_away.activated.connect(self._put_away)
        self.other.hide()
        self.write: LinkButton | None = None
        self.error = Text("", size=Size.SMALL, ink="danger", wrap=True)
        self.error.hide()
        self.button = PrimaryButton(_("Let it stand") if card.says_same else _("Decide"))
        self.button.setAccessibleName(f"{self.button.text()}: {self._whose}")
        self.button.clicked.connect(self.submit)
        self.add_padded(self._foot())
        self.keeper = DraftKeeper(DECISION, card.conflict.ids[0], self._typed, workplace, tasks, self)
        self._keep_written()

    def _typed(self) -> Typed:
        """The record is named for the day on which it is erased by law."""
        return Typed("", {"written": self.written, "record": self.card.conflict.record})

    def _keep_written(self) -> None:
        draft = self.keeper.found()
        if draft is not None and self.card.can_write:
            self.other.set_value(str(draft.payload.get("written", "")))
            self.table.leave_open(self.card.conflict.field)
            self.other.show()
            self.keeper.restored(draft)
        self.keeper.ending.connect(self.other.finish_composing)
        self.other.textChanged.connect(lambda _text: self.keeper.touch())

    def _foot(self) -> QWidget:
        foot = QWidget()
        column = QVBoxLayout(foot)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.other)
        column.addWidget(self.error)
        line = QHBoxLayout()
        if self.card.can_write:
            spoken = _("Write another value…: {whose}").format(whose=self._whose)
            self.write = LinkButton(_("Write another value…"), name=spoken)
            self.write.clicked.connect(self._write_other)
            line.addWidget(self.write)
        told = self.card.why_not or ("" if self.card.says_same else _("Values not chosen stay in the history."))
        line.addWidget(Text(told, size=Size.SMALL, ink="quiet", wrap=True), 1)
        line.addWidget(self.button)
        if self.card.why_not:
            self.button.hide()
        column.addLayout(line)
        return foot

    def _write_other(self) -> None:
        self._say("")
        self.table.leave_open(self.card.conflict.field)
        self.other.show()
        self.other.setFocus()

    def _put_away(self) -> None:
        self.other.hide()
        self.keeper.touch()
        if self.write is not None:
            self.write.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self) -> None:
        """What was chosen last counts: a value written before is put away, and comes back when it is asked for."""
        self._say("")
        self.other.hide()
        self.keeper.touch()

    @property
    def written(self) -> str:
        """The value written, where it is not put away."""
        return "" if self.other.isHidden() else self.other.value()

    @property
    def is_touched(self) -> bool:
        """Whether something was chosen or written that no decision has taken with it."""
        return self.button.isEnabled() and bool(self.written or self.table.decision())

    def take_up(self, former: DecisionCard) -> None:
        """Go on where somebody was on the card that asked the same. A value that is another one now is chosen anew."""
        field = self.card.conflict.field
        former.keeper.stop()
        chosen = former.table.decision().get(field, "")
        is_offered = not self.card.why_not and not self.card.says_same
        if chosen and is_offered and self.card.text_of(chosen) == former.card.text_of(chosen):
            self.table.choose(field, chosen)
        self.button.setEnabled(former.button.isEnabled())
        self.other.set_value(former.other.text())
        is_written = self.write is not None and not former.other.isHidden()
        if is_written:
            self.table.leave_open(field)
        self.other.setVisible(is_written)
        self.keeper.touch()

    def submit(self) -> None:
        """Decide with the value chosen, or with the one written."""
        chosen = self.table.decision().get(self.card.conflict.field, "")
        problem = self._decide(self, chosen, self.other.value() if self.other.isVisible() else "")
        self._say(problem)
        self.button.setEnabled(bool(problem))

    def _say(self, problem: str) -> None:
        """Show what is wrong, aloud too; nothing when it is mended or about to be."""
        self.error.set_text(problem)
        self.error.setVisible(bool(problem))
        if problem:
            announce(self.error, problem)
