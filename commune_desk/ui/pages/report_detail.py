"""One report, as it is read beside the list: its clock, what was said, what was done, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.frame.moments import Moment
from commune_desk.presenters.reports.page import ACKNOWLEDGE, CLOSE, LINK, MEASURES, REOPEN, ReportDetail
from commune_desk.presenters.reports.page import ReportsPage as State
from commune_desk.presenters.wording.deadline_texts import ClockText
from commune_desk.ui.forms.child_picker import ChildPicker
from commune_desk.ui.pages.moments import entry_of
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import IconButton, LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Card, IconLabel
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.flow import Flow
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.tab_order import rest_focus
from commune_desk.ui.widgets.text import Run, Text
from commune_desk.ui.widgets.timeline import Timeline
from commune_desk.usecases.desk.workplace import Workplace

_LABEL_WIDTH = 128


class ReportCard(QWidget):
    """Emits `acted` with an action and the report, `linked` with the report and a person, `child_asked`."""

    acted = Signal(str, str)
    linked = Signal(str, str)
    child_asked = Signal(str)

    def __init__(self, workplace: Workplace, state: State, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workplace, self._state = workplace, state
        self.report = ""
        self._detail: ReportDetail | None = None
        self._clock: tuple[IconLabel, Text, Text] | None = None
        self.buttons: dict[str, SecondaryButton | PrimaryButton | LinkButton] = {}
        self.card: Card | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.stop_linking = IconButton("x", _("Close the search for a child"))
        self.stop_linking.clicked.connect(self._stop_linking)
        self.linking = Card(_("Child in the register"), "user", action=self.stop_linking)
        """Stands while a child is looked for, whatever becomes of the report meanwhile."""
        closing = QShortcut(QKeySequence("Esc"), self.linking, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        closing.activated.connect(self._stop_linking)
        self.linking.hide()
        self._column.addWidget(self.linking)
        self._offer_picker()

    def _offer_picker(self) -> None:
        self.linking.clear()
        self.picker = ChildPicker(self._workplace)
        self.picker.chosen.connect(lambda person: self.linked.emit(self.report, person))
        self.linking.add_padded(self.picker)

    def _stop_linking(self) -> None:
        """Look for no child after all; the keyboard goes back to what began it."""
        rest_focus(self.linking)
        self.linking.hide()
        began = self.buttons.get(LINK)
        if began is not None:
            began.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_report(self, report: str) -> None:
        """Open a report; that it was read is written down."""
        self.report = report
        self.linking.hide()
        self._render(self._state.open(report))

    def read_again(self) -> None:
        """Show the same report after it changed. What one looks at or types in stays: the informant, a child's name."""
        former = self._detail
        detail = self._state.again(self.report, with_informant=bool(former and former.informant))
        if detail == former:
            return
        if detail is not None and former is not None and _is_later(detail, former):
            self._detail = detail
            self._show_clock(detail.clock)
        else:
            self._render(detail)

    def tick(self) -> None:
        """Word the clock anew; and whatever report it is, what is sealed in it goes with the lease."""
        if self._detail is not None:
            self.read_again()

    def focus_first(self) -> None:
        """Go to the first thing that can be done."""
        first = next(iter(self.buttons.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def _render(self, detail: ReportDetail | None) -> None:
        self._detail = detail
        focused = next((action for action, button in self.buttons.items() if button.hasFocus()), "")
        if detail is None or LINK not in detail.actions or detail.person:
            self.linking.hide()
        if self.card is not None:
            self.card.hide()
            self.card.deleteLater()
        self.buttons = {}
        self.card = None
        if detail is None:
            return
        self.card = card = Card(detail.title, "file-warning")
        card.add_padded(self._top(detail))
        for heading, text in ((_("What was reported"), detail.description), (_("What was done"), detail.measures)):
            if text:
                card.add_padded(_paragraph(heading, text))
        for label, text in detail.lines:
            card.add(ListRow("", text).lead(label, ink="quiet", width=_LABEL_WIDTH))
        self._add_informant(card, detail)
        _add_kept(card, detail.kept)
        self._column.addWidget(card)
        if focused in self.buttons:
            self.buttons[focused].setFocus()

    def _top(self, detail: ReportDetail) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        if detail.clock is not None:
            self._add_clock(column, detail.clock)
        chips = Flow(*(Chip(chip.text, Tone(chip.tone), chip.icon) for chip in detail.chips))
        column.addWidget(chips)
        column.addWidget(self._actions(detail))
        return holder

    def _add_clock(self, column: QVBoxLayout, clock: ClockText) -> None:
        icon = IconLabel(clock.icon, size=18)
        left, law = Text("", size=Size.TITLE, bold=True), Text("", ink="quiet", wrap=True)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(icon)
        line.addWidget(left, 1)
        column.addLayout(line)
        column.addWidget(law)
        self._clock = icon, left, law
        self._show_clock(clock)

    def _show_clock(self, clock: ClockText | None) -> None:
        if clock is not None and self._clock is not None:
            icon, left, law = self._clock
            icon.set(clock.icon, clock.tone)
            left.set_runs([Run(clock.left, True, clock.tone)])
            law.set_text(_("for emergency measures, {due}").format(due=clock.due))

    def _actions(self, detail: ReportDetail) -> QWidget:
        names = {
            ACKNOWLEDGE: _("Take up"),
            MEASURES: _("Record measures…"),
            CLOSE: _("Close the report"),
            REOPEN: _("Take up again"),
            LINK: _("Link to a child…"),
        }
        for place, action in enumerate(detail.actions):
            if action == LINK and detail.person:
                continue
            button = PrimaryButton(names[action]) if place == 0 else SecondaryButton(names[action])
            button.clicked.connect(lambda _checked=False, a=action: self._on_action(a))
            self.buttons[action] = button
        if detail.person:
            opener = SecondaryButton(_("Open the child's file"))
            opener.clicked.connect(lambda: self.child_asked.emit(detail.person))
            self.buttons["child"] = opener
        return Flow(*self.buttons.values(), gap=8)

    def _on_action(self, action: str) -> None:
        if action == LINK:
            if self.linking.isHidden():
                self._offer_picker()
                self.linking.show()
            self.picker.setFocus()
        else:
            self.acted.emit(action, self.report)

    def _add_informant(self, card: Card, detail: ReportDetail) -> None:
        for label, text in detail.informant:
            card.add(ListRow("", text).lead(label, ink="quiet", width=_LABEL_WIDTH))
        if detail.has_informant and not detail.informant:
            link = LinkButton(_("Show (this is written down)"))
            link.clicked.connect(self._show_informant)
            row = ListRow("", _("sealed"), trailing=link).lead(_("Informant"), ink="quiet", width=_LABEL_WIDTH)
            card.add(row)

    def _show_informant(self) -> None:
        self._render(self._state.open(self.report, with_informant=True))


def _is_later(detail: ReportDetail, former: ReportDetail) -> bool:
    """Whether nothing but time has passed, and the clock still runs."""
    has_clock = detail.clock is not None and former.clock is not None
    return has_clock and replace(detail, clock=former.clock) == former


def _add_kept(card: Card, moments: Sequence[Moment]) -> None:
    if moments:
        timeline = Timeline()
        timeline.set_entries([entry_of(moment) for moment in moments])
        card.add_padded(_below(_("Values that do not stand"), timeline))


def _paragraph(heading: str, text: str) -> QWidget:
    return _below(heading, Text(text, wrap=True))


def _below(heading: str, words: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(Text(heading, size=Size.SMALL, ink="quiet"))
    column.addWidget(words)
    return holder
