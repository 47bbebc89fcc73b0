"""A picture of a child's file, from memory: the whole of it first, nearer with the keys + and -."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.buttons import IconButton, PrimaryButton
from commune_desk.ui.widgets.text import Text

STEP = 1.25
_NEAREST, _FURTHEST = 4.0, 0.1
_SCREEN_PART = 0.85
_NEARER = (Qt.Key.Key_Plus, Qt.Key.Key_Equal)


class PictureDialog(QDialog):
    """Plus and minus zoom, 0 shows the whole picture, arrows move it, Escape closes. Its title names nobody."""

    def __init__(self, title: str, image: QImage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = image
        self._scale = 0.0
        """0 while the whole picture is fitted in."""
        self.setWindowTitle(_("Sunshine Register"))
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(Text(title, size=Size.HEADING, bold=True, wrap=True))
        self.picture = QLabel()
        self.picture.setAccessibleName(title)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.area = QScrollArea()
        self.area.setAccessibleName(_("Picture; plus and minus zoom, arrows move it"))
        self.area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.area.setWidget(self.picture)
        column.addWidget(self.area, 1)
        column.addLayout(self._foot())
        screen = self.screen().availableSize()
        self.resize(QSize(round(screen.width() * _SCREEN_PART), round(screen.height() * _SCREEN_PART)))
        self.area.setFocus()

    def _foot(self) -> QHBoxLayout:
        line = QHBoxLayout()
        for icon, name, act in (
            ("minus", _("Smaller (−)"), lambda: self.zoom(1 / STEP)),
            ("plus", _("Larger (+)"), lambda: self.zoom(STEP)),
            ("file", _("The whole picture (0)"), self.fit),
        ):
            button = IconButton(icon, name)
            button.clicked.connect(lambda _checked=False, do=act: do())
            line.addWidget(button)
        line.addStretch(1)
        close = PrimaryButton(_("Close"))
        close.clicked.connect(self.reject)
        line.addWidget(close)
        return line

    @property
    def scale(self) -> float:
        """How large a point of the picture is shown."""
        return self._scale or self._whole()

    def fit(self) -> None:
        """Show the whole picture."""
        self._scale = 0.0
        self._draw()

    def zoom(self, factor: float) -> None:
        self._scale = min(max(self.scale * factor, _FURTHEST), _NEAREST)
        self._draw()

    def _whole(self) -> float:
        room = self.area.maximumViewportSize()
        fitting = min(room.width() / max(1, self._image.width()), room.height() / max(1, self._image.height()))
        return min(1.0, max(fitting, _FURTHEST))

    def _draw(self) -> None:
        size = self._image.size() * self.scale
        shown = self._image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        self.picture.setPixmap(QPixmap.fromImage(shown))
        self.picture.resize(shown.size())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _NEARER:
            self.zoom(STEP)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(1 / STEP)
        elif event.key() == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)
