"""A date as people type it: the day, or only the month or the year; never rewritten before the field is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QDate, QLocale, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QCalendarWidget, QLineEdit, QWidget

from commune_desk.domain.entered.dates import parse_partial_date
from commune_desk.domain.time.dates import ABOUT_YEAR, PartialDate
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _
from commune_desk.ui import theme
from commune_desk.ui.icons import icon
from commune_desk.ui.widgets.fields import LineEdit

TODAY_KEY = "Ctrl+;"
"""As in the spreadsheets that officers keep their lists in."""
_YEARS_AHEAD = 20


class DateField(LineEdit):
    """A typed date. Ctrl+; writes today, Alt+Down opens a calendar."""

    def __init__(
        self,
        name: str = "",
        *,
        partial: bool = False,
        future: bool = False,
        today: Callable[[], date],
        parent: QWidget | None = None,
    ) -> None:
        """`partial` takes a month, a year or a guess too; `future` takes days to come."""
        super().__init__(name, placeholder=_("dd/mm/yyyy"), parent=parent)
        self._partial, self._future, self._today = partial, future, today
        hint = _("{key} writes today's date, Alt+Down opens the calendar").format(key=TODAY_KEY)
        self.setToolTip(hint)
        self.setAccessibleDescription(hint)
        self.setMaximumWidth(190)
        self._calendar: QCalendarWidget | None = None
        pick = QAction(icon("calendar", "quiet"), _("Choose from the calendar"), self)
        pick.triggered.connect(self.open_calendar)
        self.addAction(pick, QLineEdit.ActionPosition.TrailingPosition)

    def stored(self) -> str:
        """The date in stored form (`2014`, `2014-05`, `2014-05-17`, `~2014`), empty when nothing is typed.

        Raises Invalid when it cannot be read.
        """
        today = self._today()
        horizon = date(today.year + _YEARS_AHEAD, 12, 31) if self._future else today
        found = parse_partial_date(self.text(), horizon)
        if found is None:
            return ""
        if not self._partial and found.day is None:
            raise Invalid(N_("Write the day as well: 17/05/2014."))
        return found.text

    def value(self) -> str:
        """The stored form, or an empty text while the field cannot be read."""
        try:
            return self.stored()
        except Invalid:
            return ""

    def set_value(self, text: str) -> None:
        """Show a stored date. Raises ValueError when it is none."""
        shown = PartialDate.stored(text).display(_(ABOUT_YEAR)) if text else ""
        if text != self.value() or not text:
            self.setText(shown)

    def settle(self) -> None:
        """Write a date that can be read in full form; leave anything else as it was typed."""
        stored = self.value()
        if stored:
            self.setText(PartialDate.stored(stored).display(_(ABOUT_YEAR)))
        self.left.emit(stored)

    def write_today(self) -> None:
        self.setText(PartialDate.of(self._today()).display())
        self.edited.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers()
        if modifiers == Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_Semicolon:
            self.write_today()
        elif modifiers == Qt.KeyboardModifier.AltModifier and event.key() == Qt.Key.Key_Down:
            self.open_calendar()
        else:
            super().keyPressEvent(event)

    def open_calendar(self) -> None:
        if self._calendar is None:
            self._calendar = self._make_calendar()
        stored = self.value()
        known = date.fromisoformat(stored) if len(stored) == 10 else self._today()
        if not self._future:
            self._calendar.setMaximumDate(_shown(self._today()))
        self._calendar.setSelectedDate(_shown(known))
        self._calendar.adjustSize()
        self._calendar.move(self._place_of(self._calendar.size()))
        self._calendar.show()
        self._calendar.setFocus()

    def _place_of(self, size: QSize) -> QPoint:
        """Below the field, or above it and further left where the screen ends."""
        screen = self.screen().availableGeometry().adjusted(4, 4, -4, -4)
        below, above = self.mapToGlobal(QPoint(0, self.height() + 2)), self.mapToGlobal(QPoint(0, -size.height() - 2))
        place = below if below.y() + size.height() <= screen.bottom() or above.y() < screen.top() else above
        return QPoint(max(min(place.x(), screen.right() - size.width()), screen.left()), place.y())

    def _make_calendar(self) -> QCalendarWidget:
        calendar = QCalendarWidget(self)
        calendar.setWindowFlags(Qt.WindowType.Popup)
        calendar.setLocale(QLocale())
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setAccessibleName(_("Calendar"))
        for weekend in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            dressed = calendar.weekdayTextFormat(weekend)
            dressed.setForeground(theme.colour("danger"))
            calendar.setWeekdayTextFormat(weekend, dressed)
        calendar.activated.connect(self._take)
        calendar.clicked.connect(self._take)
        return calendar

    def _take(self, day: QDate) -> None:
        self.setText(day.toString("dd/MM/yyyy"))
        self.edited.emit(self.text())
        if self._calendar is not None:
            self._calendar.hide()
        self.setFocus()


def _shown(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)
