"""The window of one unlocked register: which pages it has, the way between them, and what waits on each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QSize, QTimer, Signal, SignalInstance
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.words.errors import DeskError, Fault
from commune_desk.i18n import _, translate_error
from commune_desk.presenters.day.today import badges
from commune_desk.presenters.frame.routes import Route, draft_route
from commune_desk.presenters.sync.page import sync_chip
from commune_desk.presenters.window.desk_window import next_due, officer, place, way_out
from commune_desk.store.pages.reports import count_taken_unsent
from commune_desk.store.pages.sync_status import sync_facts
from commune_desk.ui import site
from commune_desk.ui.forms.draft_keeper import DraftKeeper
from commune_desk.ui.main_window import Shell
from commune_desk.ui.report_bell import ReportBell
from commune_desk.ui.site import Surroundings
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.usecases.desk.pausing import is_paused
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.locked.window_state import WindowState, take_window
from commune_desk.usecases.records.drafts import DECISION, open_drafts
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.usecases.sync.agent import SyncStatus

if TYPE_CHECKING:
    # A page's module is loaded by the site map when the page is first shown.
    from commune_desk.ui.pages.register import RegisterPage
    from commune_desk.ui.pages.reports import ReportsPage
    from commune_desk.ui.pages.settings import SettingsPage
    from commune_desk.ui.pages.sync import SyncPage
    from commune_desk.usecases.registers.enrolment import EnrolTries

MINUTE_MS = 60_000


class _ClosingShell(Shell):
    closed = Signal()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)


class DeskWindow(QObject):
    """Emits `lock_asked`, `closed`, `sync_asked`, `pause_asked`, `call_held`, `language_asked`, and `role_changed`
    where what it offers is another role's."""

    lock_asked = Signal()
    closed = Signal()
    sync_asked = Signal()
    pause_asked = Signal(bool)
    call_held = Signal(bool)
    language_asked = Signal(str)
    role_changed = Signal()

    def __init__(self, desk: OpenDesk, workplace: Workplace, tasks: Tasks) -> None:
        super().__init__()
        self._desk, self._workplace, self._tasks = desk, workplace, tasks
        self._status, self._role = SyncStatus(), workplace.actor.role
        self._overs: list[tuple[Route, QWidget]] = []
        self._wired: list[QWidget] = []
        self._sync_page: SyncPage | None = None
        self._tries: EnrolTries | None = None
        self._before_help = (site.START, site.START)
        self._around = Surroundings(desk, workplace, tasks, self.navigate)
        self.shell = _ClosingShell(site.pages(self._around), place=place(workplace))
        self._bell = ReportBell(workplace, self.shell, self.navigate, self)
        self._connect()
        self._minute = QTimer(self, interval=MINUTE_MS)
        self._minute.timeout.connect(self._refresh)
        self._minute.start()

    def _connect(self) -> None:
        shell = self.shell
        shell.lock_requested.connect(self.lock_asked)
        shell.closed.connect(self.closed)
        shell.top.call_toggled.connect(self.call_held)
        shell.search_changed.connect(self._on_search)
        shell.search_accepted.connect(self._on_search_accepted)
        shell.top.search.stepped.connect(self._on_search_step)
        shell.page_chosen.connect(self._on_chosen)
        shell.page_changed.connect(self._on_page)
        shell.top.search.setVisible(site.has_register(self._workplace))
        self._tasks.register_changed.connect(self._on_changed)
        self._tasks.failed.connect(self._on_failed)

    def show(self, size: QSize, where: WindowState | None = None) -> None:
        """Show the window at `where`, or where one was before the lock, and a draft that waits."""
        self.shell.resize(size)
        self.shell.set_officer(*officer(self._workplace))
        self._refresh()
        self.navigate(site.START)
        self.shell.show()
        self.shell.focus_page()
        QTimer.singleShot(0, self, lambda: self._go_back_to(where or take_window(self._desk)))

    def _go_back_to(self, state: WindowState | None) -> None:
        """Where one was at the lock; after a crash or a power cut, to the form that was being filled in."""
        if state is not None:
            if state.page and state.page != site.START.page:
                self._go_over(state.below, Route(state.page, state.record, state.form))
            return
        officer_id = self._workplace.actor.officer
        drafts = [one for one in self._workplace.read(lambda db: open_drafts(db, officer_id)) if one.form != DECISION]
        if drafts:
            route = draft_route(drafts[0].form, drafts[0].record)
            self._go_over(site.PAGE_BELOW.get(route.page, route.page), route)

    def _go_over(self, page: str, route: Route) -> None:
        """Open a route with its page of the rail below it, if this desk has it."""
        if self.shell.has_page(page):
            self.navigate(Route(page))
        self.navigate(route)

    def navigate(self, route: Route) -> None:
        """Go to a page, or open a record or form over it; what lies over that place is left."""
        known = [place for place, _widget in self._overs]
        if route in known:
            self._leave_down_to(known.index(route) + 1)
            self.shell.stack.setCurrentWidget(self._overs[-1][1])
            return
        over = site.over(self._around, route)
        if over is not None:
            self._open_over(route, over)
            return
        self._leave_down_to(0)
        page = self.shell.show_page(route.page)
        if route.page == "reports" and route.record:
            cast("ReportsPage", page).show_report(route.record)
        elif route.page == "register" and route.form:
            cast("RegisterPage", page).show_only(route.form)
        elif route.page == "sync":
            self.shell.focus_page()  # at what is to be decided: most links to it say so

    def _open_over(self, route: Route, over: QWidget) -> None:
        while self._overs and self._overs[-1][0].form:
            self.back()
        self._overs.append((route, over))
        saved, thrown_away = getattr(over, "saved", None), getattr(over, "thrown_away", None)
        if isinstance(saved, SignalInstance):
            saved.connect(self.shell.show_passing)
        if isinstance(thrown_away, SignalInstance):
            thrown_away.connect(lambda: self._open_anew(route))
        if not route.form:
            QShortcut(QKeySequence("Esc"), over).activated.connect(self.back)
        self.shell.show_over(over)

    def back(self) -> None:
        """Leave what is open over the page, one step; what is typed there is kept as a draft."""
        if not self._overs:
            return
        route, widget = self._overs.pop()
        keepers = widget.findChildren(DraftKeeper)
        drafts = [kept for keeper in keepers if (kept := keeper.left_behind()) is not None]
        self.shell.leave_over(widget, self._overs[-1][1] if self._overs else None)
        if drafts:
            self._tasks.run(
                lambda: self._workplace.write(lambda tx: [keep(tx) for keep in drafts]),
                lambda done: self._let_go(widget, are_kept=all(done[0])),
                lambda error: self._bring_back(route, widget, error),
                owner=widget,
            )
            return
        for keeper in keepers:
            keeper.save()
        widget.deleteLater()

    def _let_go(self, widget: QWidget, *, are_kept: bool) -> None:
        widget.deleteLater()
        if are_kept:
            self._say_kept()
        else:
            gone = _("What this form was about was erased by law meanwhile. What you typed is not kept either.")
            self.shell.show_passing(gone, Tone.WARNING)

    def _bring_back(self, route: Route, widget: QWidget, error: DeskError) -> None:
        """The form was left and the disk refuses its draft: it is there again with all that was typed, below a form
        that was opened meanwhile."""
        if self._overs and self._overs[-1][0].form:
            self._overs.insert(-1, (route, widget))
            self.shell.stack.addWidget(widget)
        else:
            self._overs.append((route, widget))
            self.shell.show_over(widget)
        for keeper in widget.findChildren(DraftKeeper):
            keeper.was_not_kept(error)

    def show_call(self, is_held: bool) -> None:
        """Show whether a call holds the idle lock off."""
        self.shell.top.call.setChecked(is_held)

    def _say_kept(self) -> None:
        kept = _("What you typed is kept as a draft and comes back when you open the form.")
        self.shell.show_passing(kept, Tone.QUIET)

    def _open_anew(self, route: Route) -> None:
        """Open a form again, as it is before anything is typed."""
        self.back()
        self.navigate(route)

    def _leave_down_to(self, depth: int) -> None:
        while len(self._overs) > depth:
            self.back()

    def _on_chosen(self, key: str) -> None:
        if key == "help" and self.shell.current_page != "help":
            self._before_help = (Route(self.shell.current_page), self._place())
        self._leave_down_to(0)

    def _leave_help(self) -> None:
        for route in self._before_help:
            self.navigate(route)
        if not self._overs:  # a form goes on where one was
            self.shell.focus_page()

    def _on_page(self, key: str) -> None:
        page = self.shell.page(key)
        if page in self._wired:
            return
        self._wired.append(page)
        match key:
            case "sync":
                self._wire_sync(cast("SyncPage", page))
            case "settings":
                cast("SettingsPage", page).language_chosen.connect(self.language_asked)
            case "help":
                QShortcut(QKeySequence("Esc"), page).activated.connect(self._leave_help)
            case "register":
                self._wire_register(cast("RegisterPage", page))

    def _wire_sync(self, page: SyncPage) -> None:
        self._sync_page = page
        page.sync_asked.connect(self.sync_asked)
        page.pause_asked.connect(self.pause_asked)
        page.enrol_asked.connect(self._enrol_anew)
        page.lock_asked.connect(self.lock_asked)
        page.route_asked.connect(self.navigate)
        page.show_status(self._status_now())

    def _wire_register(self, page: RegisterPage) -> None:
        page.cleared.connect(self.shell.top.search.clear_search)
        page.searched_instead.connect(self.shell.top.search.set_value)
        page.typing_in = self.shell.top.search
        page.typing_in.begun.connect(page.table.leave_row)

    def _enrol_anew(self) -> None:
        from commune_desk.ui.dialogs.enrol import EnrolDialog
        from commune_desk.ui.dialogs.frame import show_modal
        from commune_desk.usecases.registers.enrolment import EnrolTries

        self._tries = self._tries or EnrolTries()
        is_enrolled = show_modal(EnrolDialog(self._desk, self._tasks, self.shell, tries=self._tries))
        if is_enrolled and self._workplace.actor.role is not self._role:
            self.role_changed.emit()

    def _on_search(self, typed: str) -> None:
        if not typed and self.shell.current_page != "register":
            return
        self._leave_down_to(0)
        self.shell.show_page("register")
        self._register().search(typed)

    def _on_search_step(self, rows: int) -> None:
        if self._shows_register():
            self._register().step(rows)

    def _on_search_accepted(self) -> None:
        if self._shows_register():
            self._register().open_found()

    def _shows_register(self) -> bool:
        """Whether the list of children is what one sees, and nothing over it."""
        return self.shell.current_page == "register" and not self._overs

    def _register(self) -> RegisterPage:
        return cast("RegisterPage", self.shell.page("register"))

    def show_status(self, status: SyncStatus) -> None:
        """The agent's news, on the UI thread."""
        self._status = status
        self._refresh_sync()

    def _on_changed(self, changes: ChangeSet) -> None:
        self._refresh()
        self._bell.hear(changes)

    def _refresh(self) -> None:
        now = self._workplace.present()
        for key, (count, tone) in self._workplace.read(lambda db: badges(db, now)).items():
            if self.shell.has_page(key):
                self.shell.set_badge(key, count, Tone(tone))
        self._refresh_sync()

    def _refresh_sync(self) -> None:
        facts = self._workplace.read(sync_facts)
        status = self._status_now()
        text, tone = sync_chip(facts, status, self._workplace.present())
        self.shell.set_sync(text, Tone(tone))
        if not facts.waiting_changes and not facts.is_training:
            self.shell.drop_passing(Tone.GOOD)  # those say that something is not sent yet
        if self.shell.current_page == "sync":
            cast("SyncPage", self.shell.page("sync")).show_status(status)

    def _status_now(self) -> SyncStatus:
        """The agent's last news, with the pause as it is kept: amid a sync the agent says nothing of it, and whoever
        asked for it would see nothing, and ask for it once more instead of taking it back."""
        paused = self._workplace.read(is_paused)
        return replace(self._status, is_paused=paused, next_try_at=None if paused else self._status.next_try_at)

    def _on_failed(self, error: DeskError) -> None:
        tone = Tone.DANGER if isinstance(error, Fault) else Tone.WARNING
        self.shell.show_notice(" ".join(filter(None, (translate_error(error), way_out(error)))), tone)

    def keepers(self) -> list[DraftKeeper]:
        """Those that keep the drafts of the open forms."""
        return self.shell.findChildren(DraftKeeper)

    def next_due(self) -> list[datetime]:
        """The instants that must ring while the register is locked."""
        return self._workplace.read(next_due)

    def taken_unsent(self) -> int:
        """How many reports were taken up here and the province does not know it yet."""
        return self._workplace.read(count_taken_unsent)

    def state(self) -> WindowState:
        """Where one is, or was before a form that is saved by now: empty, it would ask for the same once more."""
        page = self.shell.current_page
        route = next((route for route, widget in reversed(self._overs) if not _is_done(widget)), Route(page))
        return WindowState(route.page, route.record, route.form, below=page)

    def _place(self) -> Route:
        return self._overs[-1][0] if self._overs else Route(self.shell.current_page)

    def break_off(self) -> None:
        """Let nothing that takes long go on: the register is about to close."""
        if self._sync_page is not None:
            self._sync_page.break_off()

    def put_away(self) -> None:
        """Take the window down without asking anything; it hears of nothing any more."""
        self._minute.stop()
        self._tasks.register_changed.disconnect(self._on_changed)
        self._tasks.failed.disconnect(self._on_failed)
        self.shell.blockSignals(True)
        self.shell.hide()
        self.shell.deleteLater()


def _is_done(form: QWidget) -> bool:
    return any(keeper.is_done for keeper in form.findChildren(DraftKeeper))
