"""Pictures by Qt: read in bounded memory, the right way up, and written small enough for a poor line.

May be called off the UI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageReader, QImageWriter, QPainter

from commune_desk.domain.entered.bare_jpeg import refuse_endless
from commune_desk.domain.entered.whole_picture import check_whole, damaged
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_

LONGEST_SIDE = 1600
"""Pixels: a page of A4 with about 140 dots per inch, on which small print can be read."""
GOOD_SIZE = 350_000
"""Bytes that a line of 256 kbit/s carries in eleven seconds."""
_TRIES = ((1600, 82), (1600, 70), (1600, 58), (1280, 58), (1280, 45), (1024, 45))
"""Longest side and quality, until the picture has a good size; the last is taken as it is."""
_MOST_PIXELS = 64_000_000


def shrunk(data: bytes, form: str) -> bytes:
    """A JPEG of a picture's bytes and format, turned as its camera was held. Raises Invalid."""
    check_whole(data, form)
    image = _flat(_read(data, form, LONGEST_SIDE))
    made = b""
    for side, quality in _TRIES:
        made = _jpeg(image, side, quality)
        if len(made) <= GOOD_SIZE:
            break
    return made


def shown(data: bytes) -> QImage:
    """A kept picture. Raises Invalid."""
    return _read(data, "jpeg", LONGEST_SIDE)


def _read(data: bytes, form: str, longest: int) -> QImage:
    if form == "jpeg":
        refuse_endless(data)
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    return _read_from(buffer, form, longest)  # a reader may still look at its buffer when it goes


def _read_from(buffer: QBuffer, form: str, longest: int) -> QImage:
    reader = QImageReader(buffer, QByteArray(form.encode()))
    reader.setAutoDetectImageFormat(False)  # bytes that say they are one kind are never read as another
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and size.width() * size.height() > _MOST_PIXELS:
        raise Invalid(N_("The picture has more than 64 million points. Nothing was added; take or scan it smaller."))
    if size.isValid() and max(size.width(), size.height()) > longest:
        reader.setScaledSize(size.scaled(longest, longest, Qt.AspectRatioMode.KeepAspectRatio))
    if reader.supportsAnimation() and (count := reader.imageCount()) > 1:
        raise Invalid(
            N_(
                "This is a moving picture of {count} frames, and only one could be kept. Nothing was added; "
                "take a screenshot of what it should show, and add that."
            ),
            count=count,
        )
    image = reader.read()
    if image.isNull():
        raise damaged()
    return image


def _flat(image: QImage) -> QImage:
    """Points and nothing else, on white: texts and colour profiles stay behind."""
    space = image.colorSpace()
    srgb = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if space.isValid() and space != srgb:
        image.convertToColorSpace(srgb)
    flat = QImage(image.size(), QImage.Format.Format_RGB32)
    flat.fill(Qt.GlobalColor.white)
    painter = QPainter(flat)
    painter.drawImage(QPoint(0, 0), image)
    painter.end()
    return flat


def _jpeg(image: QImage, side: int, quality: int) -> bytes:
    if max(image.width(), image.height()) > side:
        box = QSize(side, side)
        image = image.scaled(box, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    _write_to(buffer, image, quality)
    return bytes(buffer.data().data())


def _write_to(buffer: QBuffer, image: QImage, quality: int) -> None:
    writer = QImageWriter(buffer, QByteArray(b"jpeg"))
    writer.setQuality(quality)
    writer.setOptimizedWrite(True)
    writer.write(image)
