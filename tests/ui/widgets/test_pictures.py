"""A photo of a phone loses its place, its hour and its weight, and stands the right way up."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest
from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QColor, QImage, QImageReader

from commune_desk.domain.records.attachments import JPEG
from commune_desk.domain.words.errors import Invalid
from commune_desk.ui import pictures
from commune_desk.ui.pictures import GOOD_SIZE, LONGEST_SIDE, shown, shrunk
from commune_desk.usecases.records.attachments import prepared
from tests.helpers.photos import CAMERA, COMMENT, PLACE_NOTE, ROTATED, exif, jpeg_of, phone_photo, scene

TRACES = (CAMERA, COMMENT, PLACE_NOTE, b"Exif", b"xmpmeta", b"ICC_PROFILE", b"Photoshop", b"MotionPhoto", b"JFIF")


def is_like(colour: QColor, red: int, blue: int) -> bool:
    return abs(colour.red() - red) < 60 and abs(colour.blue() - blue) < 60


def test_place_camera_and_comment_are_gone_and_the_picture_is_turned() -> None:
    photo = phone_photo(320, 200, orientation=ROTATED)
    assert all(trace in photo for trace in TRACES)
    kept = prepared(photo, shrunk).content
    assert [trace for trace in TRACES if trace in kept] == []
    image = shown(kept)
    assert (image.width(), image.height()) == (200, 320), "a quarter turn: upright"
    assert is_like(image.pixelColor(100, 40), 200, 40), "what was left is above"
    assert is_like(image.pixelColor(100, 280), 40, 200)


PLACE = PLACE_NOTE + b", 9 m"


def _chunk(name: bytes, body: bytes) -> bytes:
    """Of a PNG."""
    return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)


def _beside(marker: int, body: bytes, *, last: bool = False) -> bytes:
    """A JPEG with one more segment, behind its beginning or before its end."""
    plain = jpeg_of(scene(64, 48))
    at = len(plain) - 2 if last else 2
    return plain[:at] + bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body + plain[at:]


def _png_with(*chunks: bytes) -> bytes:
    plain = jpeg_of(scene(64, 48), form=b"png")
    return plain[:33] + b"".join(chunks) + plain[33:]


def _webp_with(body: bytes) -> bytes:
    plain = jpeg_of(scene(64, 48), form=b"webp") + b"EXIF" + len(body).to_bytes(4, "little") + body
    return plain[:4] + (len(plain) - 8).to_bytes(4, "little") + plain[8:]


PLACES = {
    "extended XMP": lambda: _beside(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + PLACE),
    "IPTC": lambda: _beside(0xED, b"Photoshop 3.0\0" + b"8BIM" + PLACE),
    "a thumbnail": lambda: _beside(0xE0, b"JFXX\0\x10" + _beside(0xE1, b"Exif\0\0" + PLACE)),
    "a comment at the end": lambda: _beside(0xFE, PLACE, last=True),
    "a second picture": lambda: _beside(0xE2, b"MPF\0" + bytes(60)) + _beside(0xE1, b"Exif\0\0" + PLACE),
    "a tail": lambda: jpeg_of(scene(64, 48)) + PLACE,
    "PNG": lambda: _png_with(_chunk(b"eXIf", exif(1) + PLACE), _chunk(b"tEXt", b"Place\0" + PLACE)),
    "WebP": lambda: _webp_with(exif(1) + PLACE * 2),
    "TIFF": lambda: jpeg_of(scene(64, 48), form=b"tiff") + PLACE,
    "a JPEG that names PDF": lambda: _beside(0xFE, b"%PDF-1.7 " + PLACE),
    "a PNG that names PDF": lambda: _png_with(_chunk(b"tEXt", b"Software\0%PDF-1.7 " + PLACE)),
}
"""Where else than in the EXIF of a JPEG a place may stand."""


@pytest.mark.parametrize("where", PLACES)
def test_no_place_is_kept_wherever_it_stands(where: str) -> None:
    photo = PLACES[where]()
    assert PLACE in photo
    kept = prepared(photo, shrunk)
    assert (kept.media_type, PLACE_NOTE in kept.content, b"Exif" in kept.content) == (JPEG, False, False)
    assert shown(kept.content).width() == 64


def test_asked_for_the_mark_of_a_pdf_first_a_picture_would_stay_as_it_is() -> None:
    """The twin: the mark is where readers of PDF look for it."""
    assert b"%PDF-" in PLACES["a JPEG that names PDF"]()[:1024]
    assert PLACE in prepared(b"\n%PDF-1.7" + PLACE + b"%%EOF", shrunk).content


def test_only_made_anew_a_picture_would_still_say_things_beside_it() -> None:
    """The twin: without the bare structure what Qt writes has segments of its own."""
    assert b"JFIF" in shrunk(phone_photo(), "jpeg")


def test_without_turning_it_would_lie_on_its_side() -> None:
    """The twin of the orientation: as it is stored, the picture is wide."""
    buffer = QBuffer()
    buffer.setData(QByteArray(phone_photo(320, 200, orientation=ROTATED)))
    assert QImageReader(buffer, QByteArray(b"jpeg")).read().width() == 320


def test_a_photo_of_many_megabytes_becomes_one_that_a_poor_line_carries() -> None:
    large = jpeg_of(scene(4000, 3000, noise=40), quality=95)
    assert len(large) > 6_000_000
    kept = prepared(large, shrunk).content
    assert len(kept) <= GOOD_SIZE
    assert max(shown(kept).width(), shown(kept).height()) in (1024, 1280, LONGEST_SIDE)


@pytest.mark.parametrize("form", ["png", "webp", "bmp", "tiff"])
def test_other_kinds_of_pictures_become_jpeg_too(form: str) -> None:
    image = scene(64, 32)
    image.setText("Comment", COMMENT.decode())
    kept = prepared(jpeg_of(image, form=form.encode()), shrunk).content
    assert COMMENT not in kept
    assert (shown(kept).width(), shown(kept).height()) == (64, 32)


def test_what_is_transparent_is_white() -> None:
    image = QImage(32, 32, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    assert shown(prepared(jpeg_of(image, form=b"png"), shrunk).content).pixelColor(16, 16).red() > 240


def test_a_picture_of_too_many_points_is_refused_before_it_is_read() -> None:
    photo = bytearray(jpeg_of(scene(64, 32)))
    at = photo.index(b"\xff\xc0") + 5
    photo[at : at + 4] = (20_000).to_bytes(2) + (20_000).to_bytes(2)
    with pytest.raises(Invalid, match="64 million"):
        shrunk(bytes(photo), "jpeg")


def _of_many_scans(count: int) -> bytes:
    """A progressive JPEG of 64 by 64 grey points and `count` scans, each of which says for all blocks: nothing new."""
    parts = [
        (0xDB, b"\0" + bytes([1] * 64)),
        (0xC2, b"\x08\0\x40\0\x40\1\1\x11\0"),
        (0xC4, b"\0\1" + bytes(15) + b"\0"),
        (0xC4, b"\x10\1" + bytes(15) + b"\x60"),
        (0xDA, b"\1\1\0\0\0\0"),
    ]
    head = b"".join(bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body for marker, body in parts)
    scan = b"\xff\xda\0\x08\1\1\0\1\x3f\0\1"
    return b"\xff\xd8" + head + bytes(8) + scan * count + b"\xff\xd9"


@pytest.mark.parametrize("read", [shown, lambda data: shrunk(data, "jpeg")])
def test_a_picture_of_endlessly_many_scans_is_not_read(read: Callable[[bytes], object]) -> None:
    """A colleague's file, or what somebody sent to an officer: while it is read, nothing is found and nothing locks."""
    read(_of_many_scans(3))
    with pytest.raises(Invalid, match="damaged"):
        read(_of_many_scans(1000))


def test_unrefused_it_is_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "refuse_endless", lambda data: None)
    assert shown(_of_many_scans(1000)).width() == 64


@pytest.mark.qt_log_ignore("Not a JPEG file")
def test_what_says_it_is_one_kind_is_not_read_as_another() -> None:
    with pytest.raises(Invalid, match="damaged"):
        shrunk(jpeg_of(scene(64, 32), form=b"png"), "jpeg")
