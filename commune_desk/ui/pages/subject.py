"""What the pages of a child and of a resident have in common: who it is at the top, and what must be said first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording.labels import ChipText
from commune_desk.ui.pages.live import LivePage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.card import Avatar
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.flow import Flow, clear_layout
from commune_desk.ui.widgets.notice import EmptyState, NoticeBar
from commune_desk.ui.widgets.text import Text
from commune_desk.ui.widgets.timeline import Timeline
from commune_desk.usecases.desk.workplace import Workplace


class SubjectHeader(QWidget):
    """Initials in a disc, the name, a line about the person, and chips."""

    def __init__(self) -> None:
        super().__init__()
        self._mark = QHBoxLayout()
        self._mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.name = Text("", size=Size.TITLE, bold=True, wrap=True)
        self._line = Text("", ink="quiet", wrap=True)
        self._chips = Flow()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(self._mark)
        column = QVBoxLayout()
        column.setSpacing(2)
        for widget in (self.name, self._line, self._chips):
            column.addWidget(widget)
        row.addLayout(column, 1)

    def show_subject(self, initials: str, name: str, line: str, chips: Sequence[ChipText]) -> None:
        clear_layout(self._mark)
        if initials:  # nobody has a portrait whose record is not here
            self._mark.addWidget(Avatar(initials))
        self.name.set_text(name)
        self._line.set_text(line)
        clear_layout(self._chips.layout())
        for chip in chips:
            self._chips.add(Chip(chip.text, Tone(chip.tone), chip.icon))


class Notices(QWidget):
    """Bars above the page that stay until what they say is no longer so; takes no room without any."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 12, 0)

    def show_bars(self, bars: Sequence[NoticeBar]) -> None:
        clear_layout(self._column)
        for bar in bars:
            self._column.addWidget(bar)
        self.setVisible(bool(bars))


class SubjectPage(LivePage):
    """The page of one person: the header, the notices, the timeline, and what stands there once the record is gone."""

    def __init__(
        self,
        title: str,
        workplace: Workplace,
        tasks: Tasks,
        navigate: Callable[[Route], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, workplace, tasks, parent)
        self._title, self._navigate = title, navigate
        self._gone: EmptyState | None = None
        self.header = SubjectHeader()
        self.set_header(self.header)
        self._notices = Notices()
        self.timeline = Timeline()

    def show_gone(self, told: Callable[[], tuple[str, str]], back: str, route: Route, *of_the_page: QWidget) -> None:
        """Nothing of the person, and what became of the record: `told` gives the sentence and more about it.

        `back` is the words of the button that leads to `route`; the widgets `of_the_page` are hidden.
        """
        for widget in of_the_page:
            widget.hide()
        self.header.show_subject("", self._title, "", ())
        self._notices.show_bars(())
        self.timeline.set_entries([])
        if self._gone is None:
            sentence, detail = told()
            self._gone = EmptyState("users", sentence, detail=detail, action=back)
            self._gone.acted.connect(lambda: self._navigate(route))
            self.add(self._gone)

    def show_here(self, *of_the_page: QWidget) -> None:
        """Once more what `show_gone` hid, where the record has come back while the page stands open."""
        if self._gone is not None:
            self._gone.hide()
            self._gone.deleteLater()
            self._gone = None
            for widget in of_the_page:
                widget.show()
