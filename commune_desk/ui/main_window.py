"""The window: rail, top bar, notices, and a stack of pages that are built when first shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.ui import theme
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.nav import NavRail, RailItem
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.page import Page
from commune_desk.ui.widgets.topbar import LOCK_KEYS, SEARCH_KEYS, TopBar

_NOTICES = 3


@dataclass(frozen=True)
class PageEntry:
    """A page of the rail. `build` is called once, when the page is first shown."""

    key: str
    label: str
    icon: str
    build: Callable[[], QWidget]
    badge: int = 0
    badge_tone: Tone = Tone.QUIET


class Shell(QMainWindow):
    """The window of an unlocked register. Its title is the product's name and nothing else, ever.

    Keys: Alt+1 to Alt+0 open the pages, Ctrl+K or Ctrl+F searches, Ctrl+L or F12 locks at once, F1 opens help,
    F6 moves between rail, search and page. `page_chosen` comes before a page chosen by hand is shown.
    """

    search_changed = Signal(str)
    search_accepted = Signal()
    lock_requested = Signal()
    page_chosen = Signal(str)
    page_changed = Signal(str)

    def __init__(self, pages: Sequence[PageEntry], *, place: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Sunshine Register"))
        self.setMinimumSize(theme.SMALLEST_WINDOW)
        self.resize(theme.USUAL_WINDOW)
        self._entries = {entry.key: entry for entry in pages}
        self._built: dict[str, QWidget] = {}
        self._current = ""
        self._passing: list[NoticeBar] = []
        self.top = TopBar()
        self.rail = NavRail([RailItem(e.key, e.label, e.icon) for e in pages], place=place)
        self.stack = QStackedWidget()
        self._notices = QVBoxLayout()
        self._arrange()
        self._connect()
        for entry in pages:
            self.rail.set_badge(entry.key, entry.badge, entry.badge_tone)

    def _arrange(self) -> None:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addWidget(self.rail)
        right = QVBoxLayout()
        right.setSpacing(0)
        self._notices.setContentsMargins(20, 0, 20, 0)
        self._notices.setSpacing(6)
        right.addLayout(self._notices)
        right.addWidget(self.stack, 1)
        below.addLayout(right, 1)
        column.addLayout(below, 1)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        self.rail.chosen.connect(self._choose)
        self.stack.currentChanged.connect(lambda _index: self.drop_passing())
        self.top.search_changed.connect(self.search_changed)
        self.top.search_accepted.connect(self.search_accepted)
        self.top.lock_requested.connect(self.lock_requested)
        if "sync" in self._entries:
            self.top.sync_requested.connect(lambda: self._choose("sync"))
        for key in SEARCH_KEYS:
            self._key(key, self.focus_search)
        for key in LOCK_KEYS:
            self._key(key, self.lock_requested.emit)
        for position, entry in enumerate(islice(self._entries.values(), 10), start=1):
            self._key(f"Alt+{position % 10}", partial(self._choose, entry.key))
        if "help" in self._entries:
            self._key("F1", lambda: self._choose("help"))
        self._key("F6", self._next_region)

    def _key(self, sequence: str, action: Callable[[], object]) -> None:
        QShortcut(QKeySequence(sequence), self).activated.connect(lambda: action())

    @property
    def current_page(self) -> str:
        return self._current

    def has_page(self, key: str) -> bool:
        """Whether this desk has the page `key`."""
        return key in self._entries

    def page(self, key: str) -> QWidget:
        """The page `key`, built if need be. Raises KeyError for a page this desk does not have."""
        if key not in self._built:
            built = self._entries[key].build()
            self._built[key] = built
            self.stack.addWidget(built)
        return self._built[key]

    def _choose(self, key: str) -> None:
        self.page_chosen.emit(key)
        self.show_page(key)
        self.focus_page()

    def show_page(self, key: str) -> QWidget:
        """Show the page `key` and return it. Raises KeyError."""
        shown = self.page(key)
        self.stack.setCurrentWidget(shown)
        self.rail.set_current(key)
        if key != self._current:
            self._current = key
            self.page_changed.emit(key)
        return shown

    def show_over(self, widget: QWidget) -> None:
        """Show a widget that is no page of the rail (a child, a form) over the current page."""
        self.stack.addWidget(widget)
        self.stack.setCurrentWidget(widget)
        widget.setFocus()

    def leave_over(self, widget: QWidget, below: QWidget | None = None) -> None:
        """Take such a widget from sight and show what lies below it, the page when nothing else does; the focus is
        again where it was there. The widget is the caller's, to delete or to show again."""
        if below is not None or self._current:
            self.stack.setCurrentWidget(below or self._built[self._current])
        self.stack.removeWidget(widget)

    def set_badge(self, key: str, count: int, tone: Tone = Tone.QUIET) -> None:
        """Show how much waits on a page. Raises KeyError."""
        self.rail.set_badge(key, count, tone)

    def set_sync(self, text: str, tone: Tone) -> None:
        self.top.set_sync(text, tone)

    def set_officer(self, name: str, role: str) -> None:
        self.top.set_officer(name, role)

    def set_place(self, place: str) -> None:
        self.rail.set_place(place)

    def focus_search(self) -> None:
        self.top.search.begin()

    def show_passing(self, sentence: str, tone: Tone = Tone.GOOD) -> NoticeBar:
        """Show a notice that goes with the page, for what is true of this moment only."""
        notice = self.show_notice(sentence, tone)
        self._passing.append(notice)
        return notice

    def drop_passing(self, tone: Tone | None = None) -> None:
        """Take the passing notices away, or only those of `tone`; the others stay until dismissed."""
        gone = [notice for notice in self._passing if tone in (None, notice.tone)]
        self._passing = [notice for notice in self._passing if notice not in gone]
        for notice in self.notices:
            if notice in gone:
                self.drop_notice(notice)

    def show_notice(self, sentence: str, tone: Tone = Tone.NOTE, *, action: str = "") -> NoticeBar:
        """Show a notice above the page until it is dismissed; the same sentence stands there once."""
        for notice in self.notices:
            if notice.accessibleName() == sentence:
                return notice
        for oldest in self.notices[: -_NOTICES + 1 or None] if len(self.notices) >= _NOTICES else ():
            self.drop_notice(oldest)
        notice = NoticeBar(sentence, tone, action=action)
        notice.dismissed.connect(lambda: self.drop_notice(notice))
        self._notices.addWidget(notice)
        self._pad_notices()
        notice.speak()
        return notice

    @property
    def notices(self) -> list[NoticeBar]:
        items = (self._notices.itemAt(i) for i in range(self._notices.count()))
        return [w for item in items if item is not None and isinstance(w := item.widget(), NoticeBar)]

    def drop_notice(self, notice: NoticeBar) -> None:
        """Take a notice away; one that is gone already may be named."""
        if notice not in self.notices:
            return
        self._notices.removeWidget(notice)
        notice.hide()
        notice.deleteLater()
        self._pad_notices()

    def _pad_notices(self) -> None:
        self._notices.setContentsMargins(20, 12 if self.notices else 0, 20, 0)

    def _next_region(self) -> None:
        focused = self.focusWidget()
        if focused is not None and self.rail.isAncestorOf(focused):
            self.focus_search()
            if not self.top.search.hasFocus():
                self._focus_inside()
        elif focused is not None and self.top.isAncestorOf(focused):
            self._focus_inside()
        else:
            self.rail.focus_current()

    def focus_page(self) -> None:
        """Let the keyboard begin in what is shown: where it says, or at its first field."""
        shown = self.stack.currentWidget()
        begin = shown.first_focus() if isinstance(shown, Page) else None
        if begin is not None:
            begin.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._focus_first()

    def _focus_inside(self) -> None:
        """Where one was in the page; else as `focus_page`, but never outside it, as in the search field."""
        shown = self.stack.currentWidget()
        was = shown.focusWidget() if shown is not None else None
        if shown is not None and was is not None and was is not shown and was.isVisibleTo(shown) and was.isEnabled():
            was.setFocus(Qt.FocusReason.OtherFocusReason)  # as by Tab, all of a text would be marked, to be typed over
            return
        begin = shown.first_focus() if isinstance(shown, Page) else None
        if begin is not None and shown is not None and shown.isAncestorOf(begin):
            begin.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._focus_first()

    def _focus_first(self) -> None:
        """The first thing of the page that takes the keyboard; where nothing does the page itself, which its keys then
        scroll: left in the search field, they would move in a list that is not seen."""
        shown = self.stack.currentWidget()
        if shown is None:
            return
        first = shown.nextInFocusChain()
        while first is not None and shown.isAncestorOf(first):
            if first.focusPolicy() & Qt.FocusPolicy.TabFocus and first.isVisibleTo(shown) and first.isEnabled():
                first.setFocus(Qt.FocusReason.TabFocusReason)
                return
            first = first.nextInFocusChain()
        shown.setFocus(Qt.FocusReason.OtherFocusReason)
