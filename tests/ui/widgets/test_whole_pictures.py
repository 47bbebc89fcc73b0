"""A picture is kept whole or not at all: cut short, with further pages, or moving, it is refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from commune_desk.domain.words.errors import Invalid
from commune_desk.ui import pictures
from commune_desk.ui.pictures import shown, shrunk
from commune_desk.usecases.records.attachments import prepared
from tests.helpers.photos import jpeg_of, phone_photo, scene
from tests.helpers.tiffs import tiff

pytestmark = pytest.mark.qt_log_ignore("TIFF directory count", "Failed to read directory", extend=True)


def _progressive() -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    _write_progressive(buffer, scene(320, 200))
    return bytes(buffer.data().data())


def _write_progressive(buffer: QBuffer, image: QImage) -> None:
    writer = QImageWriter(buffer, QByteArray(b"jpeg"))
    writer.setProgressiveScanWrite(True)
    assert writer.write(image)


def _chunk(name: bytes, body: bytes) -> bytes:
    """Of a WebP."""
    return name + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)


def _webp(frames: int) -> bytes:
    """A WebP that may move, 64 by 48 points."""
    points = jpeg_of(scene(64, 48), form=b"webp")[12:]
    size = (63).to_bytes(3, "little") + (47).to_bytes(3, "little")
    frame = _chunk(b"ANMF", bytes(6) + size + (100).to_bytes(3, "little") + b"\0" + points)
    body = _chunk(b"VP8X", b"\2\0\0\0" + size) + _chunk(b"ANIM", bytes(6)) + frame * frames
    return _chunk(b"RIFF", b"WEBP" + body)


PICTURES: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: jpeg_of(scene(320, 200)),
    "progressive JPEG": _progressive,
    "BMP": lambda: jpeg_of(scene(320, 200), form=b"bmp"),
    "PNG": lambda: jpeg_of(scene(320, 200), form=b"png"),
    "WebP": lambda: jpeg_of(scene(320, 200), form=b"webp"),
    "TIFF": lambda: jpeg_of(scene(320, 200), form=b"tiff"),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_what_was_cut_short_is_refused(kind: str) -> None:
    """The stick was pulled out, or the card is broken: half of a picture is no picture of what was there."""
    whole = PICTURES[kind]()
    assert shown(prepared(whole, shrunk).content).width() == 320
    for left in (0.999, 0.95, 0.5, 0.1):
        with pytest.raises(Invalid, match=r"cut short.*; copy it again"):
            prepared(whole[: int(len(whole) * left)], shrunk)


@pytest.mark.parametrize(("kind", "missing"), [("JPEG", "#808080"), ("BMP", "#000000")])
@pytest.mark.qt_log_ignore("Corrupt JPEG data")
def test_unrefused_it_would_be_kept_with_the_lower_part_empty(
    monkeypatch: pytest.MonkeyPatch, kind: str, missing: str
) -> None:
    """The twin: a decoder paints what it does not find."""
    monkeypatch.setattr(pictures, "check_whole", lambda data, form: None)
    whole = PICTURES[kind]()
    image = shown(prepared(whole[: len(whole) // 2], shrunk).content)
    assert image.pixelColor(20, 10 if kind == "BMP" else 190).name() == missing


def test_a_photo_with_all_that_a_phone_lays_beside_it_is_whole() -> None:
    assert shown(prepared(phone_photo() + bytes(4096), shrunk).content).width() == 200


def test_a_second_page_is_not_left_out_in_silence() -> None:
    with pytest.raises(Invalid, match=r"only the first.*; scan them as a PDF") as caught:
        prepared(tiff([(200, 0, 0), (0, 200, 0), (0, 0, 200)]), shrunk)
    assert caught.value.params == {"count": 3}
    assert shown(prepared(tiff([(200, 0, 0)]), shrunk).content).pixelColor(9, 9).red() > 190


def test_unrefused_the_first_page_would_pass_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(pictures, "check_whole", lambda data, form: None)
    kept = prepared(tiff([(200, 0, 0), (0, 200, 0)]), shrunk).content
    assert shown(kept).pixelColor(9, 9).red() > 190


def test_a_picture_that_moves_is_not_made_to_stand_in_silence() -> None:
    with pytest.raises(Invalid, match="moving picture") as caught:
        prepared(_webp(2), shrunk)
    assert caught.value.params == {"count": 2}
    assert shown(prepared(_webp(1), shrunk).content).width() == 64
