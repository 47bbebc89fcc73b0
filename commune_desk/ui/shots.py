"""Pictures of widgets for help and for judging: at 1366x768, and at 125 % scaling of the same screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from commune_desk.i18n import Language, language, set_language
from commune_desk.ui import theme
from commune_desk.ui.theme import Scheme

SCREEN = QSize(1366, 768)
SCALED = 1.25


def settle(app: QApplication) -> None:
    """Let layouts and queued results come to rest."""
    for _turn in range(6):
        app.processEvents()


def grab(widget: QWidget, path: Path, *, screen: QSize = SCREEN, scale: float = 1.0) -> Path:
    """Write `widget` as a PNG of `screen` pixels, as it looks at `scale`; returns the path. Raises OSError."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("no QApplication")
    widget.resize(round(screen.width() / scale), round(screen.height() / scale))
    widget.show()
    settle(app)
    return _save(widget, path, scale)


def grab_own_size(widget: QWidget, path: Path, *, scale: float = 1.0) -> Path:
    """Write a dialog or a part as a PNG in the size it takes by itself. Raises OSError."""
    widget.adjustSize()
    return grab(widget, path, screen=widget.size() * scale, scale=scale)


def _save(widget: QWidget, path: Path, scale: float) -> Path:
    pixmap = QPixmap(round(widget.width() * scale), round(widget.height() * scale))
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.white)
    widget.render(pixmap, QPoint())
    path.parent.mkdir(parents=True, exist_ok=True)
    if not pixmap.save(str(path)):
        raise OSError(f"cannot write {path.name}")
    return path


@contextmanager
def dressed(app: QApplication, code: Language, scheme: Scheme = Scheme.LIGHT) -> Iterator[None]:
    """Speak a language and wear a palette inside the block, and the former ones after it."""
    former_language, former_scheme = language(), theme.scheme()
    set_language(code)
    theme.apply(app, scheme)
    try:
        yield
    finally:
        set_language(former_language)
        theme.apply(app, former_scheme)


def shoot(app: QApplication, out: Path, name: str, build: Callable[[], QWidget]) -> list[Path]:
    """Write `name` in Vietnamese and English, at 100 % and at 125 %; each picture from a widget of its own."""
    written = []
    for code in ("vi", "en"):
        with dressed(app, code):
            for scale, suffix in ((1.0, ""), (SCALED, "-125")):
                widget = build()
                written.append(grab(widget, out / f"{name}-{code}{suffix}.png", scale=scale))
                widget.close()
                widget.deleteLater()
    return written
