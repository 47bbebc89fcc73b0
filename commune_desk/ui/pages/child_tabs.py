"""The tabs of a child's page beside the timeline, and the cards at its right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.child.family import FamilyRow
from commune_desk.presenters.child.page import ChildView, GroupRow, RiskPoint
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording.labels import RISK_NAMES
from commune_desk.presenters.wording.next_steps import Step
from commune_desk.ui.dialogs.message import Message, confirm
from commune_desk.ui.pages.child_sharing import sharing_card
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import LinkButton, SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.chart import ChartPoint, MiniChart
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.flow import Flow, clear_layout
from commune_desk.ui.widgets.notice import EmptyState
from commune_desk.ui.widgets.offer import Offer
from commune_desk.ui.widgets.rows import ButtonRow, ListRow
from commune_desk.ui.widgets.text import Text

Navigate = Callable[[Route], object]
_FACT_WIDTH = 190
_STEP_WIDTH = 92


def family_row(row: FamilyRow, navigate: Navigate, *, trailing: QWidget | None = None) -> ListRow | ButtonRow:
    """A relative; the whole row opens their file when they have one."""
    chips = [Chip(_("has a file"))] if row.has_file else []
    if not row.has_file or trailing is not None:
        return ListRow(row.name, row.detail, second=row.second, chips=chips, trailing=trailing)
    shown = ButtonRow(row.name, row.detail, second=row.second, chips=chips)
    shown.activated.connect(lambda: navigate(Route("child", row.person)))
    return shown


def steps_card(steps: Sequence[Step]) -> Card:
    """What comes next, days first."""
    card = Card(_("Next steps"), "check")
    for step in steps:
        row = ListRow("", step.text, second=_("overdue") if step.is_late else "")
        row.lead(step.when, ink="warning" if step.is_late else "ink", width=_STEP_WIDTH)
        card.add(row)
    return card


def risk_card(points: Sequence[RiskPoint]) -> Card:
    """The level of risk at each of the last visits."""
    card = Card(_("Risk at each visit"), "bar-chart")
    chart = MiniChart(
        [_(name) for name in RISK_NAMES.values()],
        [ChartPoint(point.level, point.text) for point in points],
        name=_("Risk at each visit"),
    )
    card.add_padded(chart)
    return card


def _card(title: str, icon: str, offer: Offer) -> Card:
    card = Card(title, icon)
    card.add_padded(offer)
    return card


class Part(QWidget):
    """A tab's contents: cards below each other, made anew for each view, when somebody looks at the tab."""

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(12)
        self._waiting: ChildView | None = None

    def show_view(self, view: ChildView) -> None:
        self._waiting = view
        if self.isVisible():
            self._make()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._make()

    def _make(self) -> None:
        if self._waiting is None:
            return
        view, self._waiting = self._waiting, None
        clear_layout(self.column)
        for card in self._cards(view):
            self.column.addWidget(card)
        self.column.addStretch(1)

    def _cards(self, view: ChildView) -> list[Card]:
        raise NotImplementedError


class Details(Part):
    """Every detail of the child and the file, who else holds the record, and what may become of them: moved, joined
    with another, closed."""

    def __init__(
        self,
        move_file: Callable[[str], object],
        move_to_commune: Callable[[], object],
        share: Callable[[], object],
        take_back: Callable[[str], object],
        join: Callable[[], object],
    ) -> None:
        super().__init__()
        self._join = join
        self._move_file, self._move_to_commune = move_file, move_to_commune
        self._share, self._take_back = share, take_back

    def _cards(self, view: ChildView) -> list[Card]:
        card = Card(_("Details"), "file-text")
        for fact in view.facts:
            card.add(ListRow("", fact.value).lead(fact.label, ink="quiet", width=_FACT_WIDTH))
        cards = [card]
        if view.sharing.rows or view.sharing.can_share:
            cards.append(sharing_card(view.sharing, self._share, self._take_back))
        if not view.can_edit:
            return cards
        return [*cards, *([self._move(view)] if view.is_open else []), self._second_record(), self._closings(view)]

    def _second_record(self) -> Card:
        """A child whom two officers entered, each without knowing of the other."""
        said = _("Two records of one child can be joined into one; nothing that was written is lost.")
        offer = Offer(said, _("Join with another record…"), self._join)
        return _card(_("The child is in the register twice"), "users", offer)

    def _move(self, view: ChildView) -> Card:
        """A child who lives in another commune of the province by now; not for one who left the province."""
        said = _("The whole file goes into the register of that commune and leaves this one.")
        offer = Offer(said, _("Move to another commune…"), self._move_to_commune, why_not=view.move.why_not)
        return _card(_("The child lives in another commune of the province"), "arrow-right", offer)

    def _closings(self, view: ChildView) -> Card:
        card = Card(_("Close the file") if view.is_open else _("Reopen the file"), "archive")
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        if view.is_open:
            said = _("Choose why; you are asked once more, and the file can be reopened at any time.")
            column.addWidget(Text(said, ink="quiet", wrap=True))
        column.addWidget(Flow(*(self._closing(status, text) for status, text in view.closings), gap=8))
        card.add_padded(holder)
        return card

    def _closing(self, status: str, name: str) -> SecondaryButton:
        """Closing asks first, reopening does not; closed for nothing else is closed for another reason."""
        reason = _("Another reason") if status == "closed" else name
        button = SecondaryButton(_("Reopen the file") if status == "active" else _("{reason}…").format(reason=reason))
        button.clicked.connect(lambda _checked=False: self._ask(status, reason))
        return button

    def _ask(self, status: str, name: str) -> None:
        if status == "active" or confirm(
            self,
            Message(
                _("Close the file: {status}?").format(status=name),
                _("The file and its history stay; it can be reopened at any time."),
            ),
            _("Close the file"),
        ):
            self._move_file(status)


class Family(Part):
    """Everybody who belongs to the child, those of former times last."""

    def __init__(
        self, navigate: Navigate, open_form: Callable[[str], object], end_relation: Callable[[str], object]
    ) -> None:
        super().__init__()
        self._navigate, self._open, self._end = navigate, open_form, end_relation

    def _cards(self, view: ChildView) -> list[Card]:
        add = LinkButton(_("Add a family member"), "plus")
        add.clicked.connect(lambda: self._open("relation"))
        if not view.can_edit:
            add.hide()
        card = Card(_("Family"), "users", action=add)
        for row in view.family:
            card.add(family_row(row, self._navigate, trailing=self._buttons(row) if view.can_edit else None))
        if not view.family:
            card.add(EmptyState("users", _("Nobody of the family is in the register yet.")))
        return [card]

    def _buttons(self, row: FamilyRow) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        actions: list[tuple[str, str, Callable[[], object]]] = []
        if row.has_file:
            actions.append((_("Open the file"), "", lambda: self._navigate(Route("child", row.person))))
        if row.is_here and not row.is_past:
            actions.append((_("Edit"), _("Edit {name}"), lambda: self._open(f"relation:{row.relation}")))
        if not row.is_past:
            actions.append((_("Take away"), _("Take {name} away"), lambda: self._ask(row)))
        for text, spoken, action in actions:
            button = LinkButton(text, name=(spoken or text).format(name=row.name))
            button.clicked.connect(lambda _checked=False, act=action: act())
            line.addWidget(button)
        return holder

    def _ask(self, row: FamilyRow) -> None:
        if confirm(
            self,
            Message(
                _("Take this relative away from the child?"), _("The relation ends today; it stays in the history.")
            ),
            _("Take away"),
        ):
            self._end(row.relation)


class Groups(Part):
    """The groups of special circumstances and risk, with their dates and papers."""

    def __init__(self, open_form: Callable[[str], object], leave: Callable[[str], object]) -> None:
        super().__init__()
        self._open, self._leave = open_form, leave

    def _cards(self, view: ChildView) -> list[Card]:
        add = LinkButton(_("Joins a group"), "plus")
        add.clicked.connect(lambda: self._open("group"))
        if not view.can_edit:
            add.hide()
        card = Card(_("Groups of the child"), "list", action=add)
        for row in view.groups:
            card.add(self._row(row, can_write=view.can_edit))
        if not view.groups:
            card.add(EmptyState("list", _("The child belongs to no group.")))
        return [card]

    def _row(self, row: GroupRow, *, can_write: bool) -> ListRow:
        chips = [Chip(_("now"), Tone.NOTE)] if row.is_open else []
        second = " · ".join(filter(None, (row.period, row.basis)))
        leave: LinkButton | None = None
        if row.is_open and can_write:
            leave = LinkButton(_("Leaves the group"), name=_("{group}: leaves the group").format(group=row.name))
            leave.clicked.connect(lambda: self._ask(row))
        return ListRow(row.name, second=second, chips=chips, trailing=leave)

    def _ask(self, row: GroupRow) -> None:
        if confirm(
            self,
            Message(_("Does the child leave this group today?"), _("The time in the group stays in the history.")),
            _("Leaves the group"),
        ):
            self._leave(row.membership)
