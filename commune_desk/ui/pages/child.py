"""A child's page: who it is, everything that happened, who belongs to it, what comes next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from commune_desk.i18n import _
from commune_desk.presenters.child.join import can_join, suggestions
from commune_desk.presenters.child.page import ChildPage as State
from commune_desk.presenters.child.page import ChildView
from commune_desk.presenters.frame.routes import JOIN, Route
from commune_desk.ui.dialogs.message import Message, confirm
from commune_desk.ui.dialogs.move_child import MoveDialog
from commune_desk.ui.dialogs.share_child import ShareDialog
from commune_desk.ui.pages.child_files import Files
from commune_desk.ui.pages.child_tabs import Details, Family, Groups, family_row, risk_card, steps_card
from commune_desk.ui.pages.moments import entry_of
from commune_desk.ui.pages.subject import SubjectPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Card, Surface
from commune_desk.ui.widgets.flow import clear_layout
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.page import TabBar, TwoColumns
from commune_desk.ui.widgets.tab_order import follow
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.duplicates import Sign


class ChildPage(SubjectPage):
    """The page of one child; make one for each child that is opened."""

    kinds = (
        *("child_file", "person", "relation", "group_membership", "household"),
        *("home_visit", "report", "placement_notice", "task", "conflicts", "sync", "departures", "arrivals"),
        *("attachment", "attachment_withdrawal", "files"),
    )

    def __init__(
        self,
        workplace: Workplace,
        tasks: Tasks,
        navigate: Callable[[Route], object],
        person: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Child"), workplace, tasks, navigate, parent)
        self._state = State(workplace, person)
        self.person: str = self._state.person
        self._kin_card: Card | None = None
        self._ways: dict[str, Route] = {}
        self._may_be = ""
        self._view: ChildView | None = None
        self._add_actions()
        self._add_tabs()
        self.read_again()
        if can_join(workplace):
            tasks.query(suggestions(workplace, self.person, only_hard=True), self._suggest, owner=self)

    def _suggest(self, found: list[tuple[str, Sign]]) -> None:
        """Say that another record may be of this child."""
        if found:
            self._may_be = found[0][0]
            self.read_again()

    def _add_actions(self) -> None:
        self.edit = SecondaryButton(_("Edit"), "pencil", shortcut="Ctrl+E")
        self.edit.clicked.connect(lambda: self._open("child"))
        self.visit = PrimaryButton(_("Record a visit"), "plus", shortcut="Alt+V")
        self.visit.clicked.connect(lambda: self._open("visit"))
        self.add_action(self.edit)
        self.add_action(self.visit)

    def _add_tabs(self) -> None:
        self.add_above(self._notices)
        self.tabs = TabBar(_("Parts of the file"))
        self.add_above(self.tabs)
        surface = Surface()
        surface.column.setContentsMargins(16, 16, 16, 16)
        surface.column.addWidget(self.timeline)
        self.details = Details(
            self._move_file, self._move_to_commune, self._share, self._take_back, join=lambda: self._open(JOIN)
        )
        self.family = Family(self._navigate, self._open, self._end_relation)
        self.groups = Groups(self._open, self._leave_group)
        self.files = Files(self._workplace, self._tasks, self.person)
        self.files.said.connect(lambda: self.scroll_area.ensureVisible(0, 0))
        self._parts: dict[str, QWidget] = {
            "timeline": surface,
            "details": self.details,
            "family": self.family,
            "groups": self.groups,
            "files": self.files,
        }
        self.columns = TwoColumns()
        for part in self._parts.values():
            self.columns.main.addWidget(part)
        texts = (_("Timeline"), _("Details"), _("Family"), _("Groups of the child"), _("Photos and scans"))
        for key, text in zip(self._parts, texts, strict=True):
            self.tabs.add(key, text)
        self.tabs.chosen.connect(self.show_part)
        self.setFocusProxy(self.tabs)
        follow(self.tabs, self.edit, self.visit)  # Tab jumps from the rail to the tabs
        self.show_part("timeline")
        self.timeline.opened.connect(self._open_moment)
        self.add(self.columns)

    def show_part(self, key: str) -> None:
        """Show one tab: timeline, details, family, groups or files."""
        for name, part in self._parts.items():
            part.setVisible(name == key)
        if self._kin_card is not None:
            self._kin_card.setVisible(key != "family")

    def is_overtaken(self) -> bool:
        return super().is_overtaken() or self._view != self._state.view()

    def read(self) -> None:
        view = self._view = self._state.view()
        if view is None:
            hidden = (self.columns, self.tabs, self.edit, self.visit)
            self.show_gone(self._state.gone, _("To the register"), Route("register"), *hidden)
        elif view.person != self.person:  # it was found to be one with another while it was open
            QTimer.singleShot(0, self, lambda: self._navigate(Route("child", view.person)))
        else:
            self.show_here(self.columns, self.tabs)
            self._show(view)

    def _show(self, view: ChildView) -> None:
        self.header.show_subject(view.initials, view.name, view.line, view.chips)
        self.edit.setVisible(view.can_edit)
        self.visit.setVisible(view.can_write and view.is_open)
        self._notices.show_bars(self._bars(view))
        self._ways = {moment.key: moment.route for moment in view.timeline if moment.route}
        self.timeline.set_entries([entry_of(moment) for moment in view.timeline])
        self.details.show_view(view)
        self.family.show_view(view)
        self.groups.show_view(view)
        self.files.show_view(view)
        self._show_side(view)
        if (looked_at := self._state.looked_at()) is not None:
            self.write(looked_at)

    def _bars(self, view: ChildView) -> list[NoticeBar]:
        told = (
            (view.notice, Tone.DANGER),
            (view.move.under_way, Tone.NOTE),
            ("" if view.move.under_way else view.move.set_aside, Tone.WARNING),
            (view.sharing.notice, Tone.NOTE),
            (view.sharing.set_aside, Tone.WARNING),
            (view.closed_notice, Tone.NOTE),
        )
        bars = [NoticeBar(text, tone, dismissable=False) for text, tone in told if text]
        if view.code_notice:
            bar = NoticeBar(
                view.code_notice, Tone.WARNING, action=_("New code…") if view.can_edit else "", dismissable=False
            )
            bar.acted.connect(self._give_new_code)
            bars.append(bar)
        if view.not_joined.said:
            bars.append(self._not_joined(view))
        if self._may_be and view.can_edit and not view.not_joined.said:
            said = _("Another record of the register may be of this child.")
            bar = NoticeBar(said, Tone.NOTE, action=_("Compare"))
            bar.acted.connect(lambda: self._open(f"{JOIN}:{self._may_be}"))
            bar.dismissed.connect(self._is_another)
            bars.append(bar)
        if view.conflict_notice:
            bar = NoticeBar(view.conflict_notice, Tone.WARNING, action=_("Decide"), dismissable=False)
            bar.acted.connect(lambda: self._navigate(Route("sync")))
            bars.append(bar)
        return bars

    def _not_joined(self, view: ChildView) -> NoticeBar:
        can_put_back = view.can_edit and bool(view.not_joined.taken)
        action = _("Put it back…") if can_put_back else ""
        bar = NoticeBar(view.not_joined.said, Tone.WARNING, action=action, dismissable=not view.not_joined.taken)
        bar.acted.connect(self._put_back)
        return bar

    def _put_back(self) -> None:
        asked = self._state.question_put_back()
        if confirm(self, Message(asked.title, asked.detail, Tone.WARNING), asked.yes):
            self.write(self._state.put_back())

    def _give_new_code(self) -> None:
        asked = self._state.question_new_code()
        if confirm(self, Message(asked.title, asked.detail, Tone.WARNING), asked.yes):
            self.write(self._state.give_new_code())

    def _is_another(self) -> None:
        self._may_be = ""

    def _show_side(self, view: ChildView) -> None:
        clear_layout(self.columns.side)
        kin = Card(_("Family"), "users")
        for row in [row for row in view.family if not row.is_past]:
            kin.add(family_row(row, self._navigate))
        self._kin_card = kin if kin.rows else None
        if kin.rows:
            self.columns.side.addWidget(kin)
            kin.setVisible(self.family.isHidden())
        if view.steps:
            self.columns.side.addWidget(steps_card(view.steps))
        if view.risk:
            self.columns.side.addWidget(risk_card(view.risk))
        self.columns.side.addStretch(1)

    def _open(self, form: str) -> None:
        self._navigate(Route("child", self.person, form))

    def _open_moment(self, key: str) -> None:
        self._navigate(self._ways[key])

    def _move_file(self, status: str) -> None:
        self.write_once(self._state.move_file(status), "file")

    def _move_to_commune(self) -> None:
        move = self._state.move()
        if to := MoveDialog(move, self).ask():
            self.write(move.operation(to))

    def _share(self) -> None:
        share = self._state.share()
        place, ground = ShareDialog(share, self).ask()
        if place:
            self.write(share.operation(place, ground))

    def _take_back(self, place: str) -> None:
        share = self._state.share()
        asked = share.question_back(place)
        if confirm(self, Message(asked.title, asked.detail, Tone.WARNING), asked.yes, is_dangerous=True):
            self.write(share.take_back(place))

    def _end_relation(self, relation: str) -> None:
        self.write(self._state.end_relation(relation))

    def _leave_group(self, membership: str) -> None:
        self.write(self._state.leave_group(membership))
