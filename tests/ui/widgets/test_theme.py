"""Colours that can be read, a font that has every letter, icons that take the palette's colour."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontInfo, QFontMetricsF, QIcon, QPixmap, QRawFont
from PySide6.QtWidgets import QApplication

from commune_desk.program_files import resource
from commune_desk.ui import theme
from commune_desk.ui.icons import icon, icon_pixmap
from commune_desk.ui.style_sheet import style_sheet
from commune_desk.ui.theme import DARK, LIGHT, TEXT_PAIRS, Scheme, Size, Tokens, Tone, contrast, tone_colours
from commune_desk.ui.widgets.text import BOLD, TALLEST, line_box

LETTERS = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-on-".join)
def test_every_text_can_be_read(palette: Tokens, pair: tuple[str, str]) -> None:
    ink, ground = pair
    assert contrast(getattr(palette, ink), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_fields_and_focus_rings_stand_out(palette: Tokens) -> None:
    for ink in ("edge", "accent"):
        for ground in ("surface", "ground"):
            assert contrast(getattr(palette, ink), getattr(palette, ground)) >= 2.8, (ink, ground)
    assert contrast(palette.edge, palette.surface) >= 3
    assert contrast(palette.accent, palette.surface) >= 3


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_every_tone_is_among_the_pairs_that_are_checked() -> None:
    for tone in Tone:
        colours = tone_colours(tone)
        assert (colours.ink, colours.ground) in TEXT_PAIRS


def test_the_sheet_knows_every_token_it_names() -> None:
    sheet = style_sheet(LIGHT._asdict())
    assert "$" not in sheet
    with pytest.raises(KeyError):
        style_sheet({"ink": "#000000"})


def test_the_bundled_font_is_used_and_has_every_vietnamese_letter() -> None:
    assert QFontInfo(theme.font()).family() == theme.FAMILY
    for style in ("Regular", "Medium", "SemiBold", "Bold"):
        raw = QRawFont(str(resource(f"fonts/BeVietnamPro-{style}.ttf")), 14)
        missing = [c for c in LETTERS + LETTERS.upper() + "–“”…·₫" if not raw.supportsCharacter(ord(c))]
        assert missing == [], style


@pytest.mark.parametrize("size", list(Size))
def test_lines_keep_the_room_that_marks_need(size: Size) -> None:
    font = theme.font(size)
    box = line_box(font)
    assert box.pitch >= 1.35 * QFontMetricsF(font).ascent()
    for weight in (font.weight(), BOLD):
        ink = QFontMetricsF(theme.font(size, weight)).tightBoundingRect(TALLEST)
        assert -ink.top() <= box.baseline
        assert ink.bottom() <= box.height - box.baseline


def test_every_icon_draws_something_in_the_colour_asked_for() -> None:
    names = sorted(p.stem for p in resource("icons").glob("*.svg"))
    assert len(names) > 50
    for name in names:
        image = icon_pixmap(name, 24, "accent").toImage()
        colours = {
            image.pixelColor(x, y).name() for x in range(24) for y in range(24) if image.pixelColor(x, y).alpha() == 255
        }
        assert colours <= {LIGHT.accent.lower()}, name
        assert any(image.pixelColor(x, y).alpha() > 0 for x in range(24) for y in range(24)), name


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        icon_pixmap("no-such-icon")


def test_icons_are_as_sharp_as_the_screen() -> None:
    pixmap = icon_pixmap("sun", 16, "sun", 1.25)
    assert pixmap.width() == 20
    assert pixmap.devicePixelRatio() == 1.25


def _darkest(pixmap: QPixmap) -> int:
    image = pixmap.toImage()
    points = [(x, y) for x in range(image.width()) for y in range(image.height())]
    return min(image.pixelColor(x, y).lightness() for x, y in points if image.pixelColor(x, y).alpha() == 255)


def test_icons_follow_the_palette(dressed: QApplication) -> None:
    made: QIcon = icon("lock")
    light = _darkest(made.pixmap(20, 20))
    theme.apply(dressed, Scheme.DARK)
    assert _darkest(QIcon(made).pixmap(20, 20)) > light + 100
