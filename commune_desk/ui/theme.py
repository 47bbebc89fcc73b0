"""Colours, type and spacing of the whole program: the same token names in a light and a dark palette."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import NamedTuple

from PySide6.QtCore import QLocale, QSize
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette, QPen
from PySide6.QtWidgets import QApplication

from commune_desk.i18n import language
from commune_desk.program_files import resource
from commune_desk.ui.style_sheet import style_sheet

FAMILY = "Be Vietnam Pro"
BASE_POINTS = 10.5
LINE_EM = 1.43
"""Pitch of lines in em: 20 pixels for body text, so that stacked marks stay clear of the line above."""

RADIUS = 6
CARD_RADIUS = 8
USUAL_WINDOW = QSize(1366, 768)
SMALLEST_WINDOW = QSize(900, 440)
"""Fits 1366x768 at 150 % scaling with a task bar."""

_FONT_FILES = ("Regular", "Medium", "SemiBold", "Bold")


class Scheme(StrEnum):
    LIGHT = "light"
    DARK = "dark"


class Tone(StrEnum):
    """What a chip, notice or mark says. A tone never stands alone: words or an icon say it too."""

    DANGER = "danger"
    WARNING = "warning"
    GOOD = "good"
    NOTE = "note"
    QUIET = "quiet"
    OUTLINE = "outline"
    PLAIN = "plain"
    """Quiet words on the ground they stand on."""


class Size(StrEnum):
    """The sizes of text."""

    SMALL = "small"
    BODY = "body"
    HEADING = "heading"
    TITLE = "title"

    @property
    def points(self) -> float:
        return {"small": 9.5, "body": BASE_POINTS, "heading": 10.5, "title": 15.0}[self.value]


class Tokens(NamedTuple):
    """One palette. Every field is a colour `#RRGGBB`."""

    ground: str
    surface: str
    sunken: str
    line: str
    rim: str
    edge: str
    ink: str
    quiet: str
    accent: str
    accent_pressed: str
    accent_tint: str
    on_accent: str
    link: str
    sun: str
    danger: str
    danger_tint: str
    danger_line: str
    on_danger: str
    warning: str
    warning_tint: str
    warning_line: str
    good: str
    good_tint: str
    good_line: str
    note: str
    note_tint: str
    note_line: str
    quiet_tint: str


LIGHT = Tokens(
    ground="#F5F6F4",
    surface="#FFFFFF",
    sunken="#FAFAF9",
    line="#DCE2E0",
    rim="#BCC7C6",
    edge="#87969A",
    ink="#1B2A2F",
    quiet="#5B6B70",
    accent="#0F6B66",
    accent_pressed="#0B5C58",
    accent_tint="#E3F0EE",
    on_accent="#FFFFFF",
    link="#1F5FA8",
    sun="#E09A12",
    danger="#B3261E",
    danger_tint="#FCEEEC",
    danger_line="#E5A19C",
    on_danger="#FFFFFF",
    warning="#8A5A00",
    warning_tint="#FFF7E6",
    warning_line="#E6CB8B",
    good="#1F6B35",
    good_tint="#EEF8F0",
    good_line="#A5D2B1",
    note="#1F5FA8",
    note_tint="#EEF4FB",
    note_line="#A9C7EA",
    quiet_tint="#EDF0EF",
)

DARK = Tokens(
    ground="#12191B",
    surface="#1A2326",
    sunken="#161E20",
    line="#2E3A3D",
    rim="#4A595C",
    edge="#6F8185",
    ink="#E6ECEA",
    quiet="#A3B1B3",
    accent="#58B5AC",
    accent_pressed="#7CCBC3",
    accent_tint="#17332F",
    on_accent="#08201E",
    link="#93BEF2",
    sun="#F0B445",
    danger="#FF9C92",
    danger_tint="#3A1D1B",
    danger_line="#7A3B35",
    on_danger="#2A0906",
    warning="#F0C36A",
    warning_tint="#33280F",
    warning_line="#6B5525",
    good="#86D19A",
    good_tint="#16301F",
    good_line="#35633F",
    note="#93BEF2",
    note_tint="#18283C",
    note_line="#36557C",
    quiet_tint="#263134",
)

_PALETTES = {Scheme.LIGHT: LIGHT, Scheme.DARK: DARK}

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *((ink, ground) for ink in ("ink", "quiet") for ground in ("ground", "surface", "sunken", "quiet_tint")),
    *((ink, "accent_tint") for ink in ("ink", "quiet", "accent", "accent_pressed", "danger", "warning", "link")),
    *((ink, ground) for ink in ("accent", "link", "danger", "warning", "good") for ground in ("ground", "surface")),
    *((tone, f"{tone}_tint") for tone in ("danger", "warning", "good", "note")),
    *(("ink", f"{tone}_tint") for tone in ("danger", "warning", "good", "note")),
    ("on_accent", "accent"),
    ("on_accent", "accent_pressed"),
    ("on_danger", "danger"),
)
"""Every pair of text and ground that the program paints: each has a contrast of at least 4.5 to 1."""


class _Screen:
    """The one scheme that is shown at a time, and whether Qt knows our fonts."""

    scheme: Scheme = Scheme.LIGHT
    has_fonts = False


def scheme() -> Scheme:
    return _Screen.scheme


def tokens() -> Tokens:
    """The palette now shown; ask when painting, never keep it."""
    return _PALETTES[_Screen.scheme]


def colour(token: str) -> QColor:
    """The present colour of a token, e.g. `colour("accent")`."""
    return QColor(getattr(tokens(), token))


def pen(token: str, width: float = 1.0) -> QPen:
    """A pen in the present colour of a token; `QPen(colour)` would first make every name of `Qt`."""
    made = QPen()
    made.setColor(colour(token))
    made.setWidthF(width)
    return made


class ToneColours(NamedTuple):
    """Token names of a tone's text, ground and border."""

    ink: str
    ground: str
    line: str


def tone_colours(tone: Tone) -> ToneColours:
    if tone is Tone.QUIET:
        return ToneColours("quiet", "quiet_tint", "quiet_tint")
    if tone is Tone.PLAIN:
        return ToneColours("quiet", "surface", "surface")
    if tone is Tone.OUTLINE:
        return ToneColours("quiet", "surface", "rim")
    return ToneColours(tone.value, f"{tone.value}_tint", f"{tone.value}_line")


def font(size: Size = Size.BODY, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """A font of the family, with figures that stand in columns where the font has them."""
    made = QFont(FAMILY)
    made.setPointSizeF(size.points)
    made.setWeight(weight)
    return made


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours as WCAG 2 defines it, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(hex_colour: str) -> float:
    shown = QColor(hex_colour)
    return 0.2126 * _linear(shown.redF()) + 0.7152 * _linear(shown.greenF()) + 0.0722 * _linear(shown.blueF())


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def new_app() -> QApplication:
    """The application, in Fusion everywhere.

    It is asked for here and not with `setStyle`, which answers with the style: with it come all its names, 10 ms long.
    """
    return QApplication([*sys.argv[:1], "-style", "Fusion"])


def load_fonts() -> None:
    """Make the bundled family known to Qt. Raises FileNotFoundError when a file is missing."""
    if _Screen.has_fonts:
        return
    for style in _FONT_FILES:
        path = resource(f"fonts/BeVietnamPro-{style}.ttf")
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise FileNotFoundError(path.name)
    _Screen.has_fonts = True


def apply(app: QApplication, scheme: Scheme = Scheme.LIGHT) -> None:
    """Dress the program: our palette, our font, dates and numbers of the screen's language."""
    load_fonts()
    _Screen.scheme = scheme
    speak()
    app.setFont(font())
    app.setPalette(_qt_palette(tokens()))
    app.setStyleSheet(style_sheet(tokens()._asdict()))


def speak() -> None:
    """Dates and numbers of the screen's language, in widgets that are made from now on."""
    if language() == "en":
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    else:
        QLocale.setDefault(QLocale(QLocale.Language.Vietnamese, QLocale.Country.Vietnam))


def _qt_palette(t: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for target, token in {
        role.Window: t.ground,
        role.WindowText: t.ink,
        role.Base: t.surface,
        role.AlternateBase: t.sunken,
        role.Text: t.ink,
        role.PlaceholderText: t.quiet,
        role.Button: t.surface,
        role.ButtonText: t.ink,
        role.Highlight: t.accent,
        role.HighlightedText: t.on_accent,
        role.ToolTipBase: t.surface,
        role.ToolTipText: t.ink,
        role.Link: t.link,
        role.Accent: t.accent,
        role.Light: t.surface,
        role.Midlight: t.line,
        role.Mid: t.line,
        role.Dark: t.edge,
    }.items():
        palette.setColor(target, QColor(token))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(t.quiet))
    return palette
