"""Photos as a phone writes them: JPEG with EXIF that says where, when and how the phone was held."""

from __future__ import annotations

import struct
from random import Random

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

CAMERA, PLACE_NOTE, COMMENT = b"PhoneOfTheOfficer", b"Binh Lieu 21.52N 107.39E", b"Child at home, do not share"
ROTATED = 6
"""EXIF orientation: the camera was turned a quarter; the picture is shown turned clockwise."""


def jpeg_of(image: QImage, quality: int = 90, form: bytes = b"jpeg") -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    _write(buffer, image, quality, form)
    return bytes(buffer.data().data())


def _write(buffer: QBuffer, image: QImage, quality: int, form: bytes) -> None:
    writer = QImageWriter(buffer, QByteArray(form))
    writer.setQuality(quality)
    assert writer.write(image), writer.errorString()


def scene(width: int, height: int, *, noise: int = 40, seed: int = 1) -> QImage:
    """A picture with a red left half and a blue right half, and `noise` percent of what no camera is without."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(200, 40, 40))
    grain = QImage(Random(seed).randbytes(width * height), width // 2, height // 2, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.fillRect(width // 2, 0, width, height, QColor(40, 40, 200))
    painter.setOpacity(noise / 100)
    painter.drawImage(image.rect(), grain)
    painter.end()
    return image


def phone_photo(width: int = 320, height: int = 200, *, orientation: int = ROTATED, noise: int = 10) -> bytes:
    """A JPEG with EXIF (GPS, camera, orientation), XMP, a thumbnail's worth of APP2, IPTC, a comment and a tail."""
    plain = jpeg_of(scene(width, height, noise=noise))
    segments = (
        _segment(0xE1, b"Exif\0\0" + exif(orientation)),
        _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + PLACE_NOTE + b"</x:xmpmeta>"),
        _segment(0xE2, b"ICC_PROFILE\0\1\1" + b"not a profile"),
        _segment(0xED, b"Photoshop 3.0\0" + PLACE_NOTE),
        _segment(0xFE, COMMENT),
    )
    return plain[:2] + b"".join(segments) + plain[2:] + b"MotionPhoto" + PLACE_NOTE


def exif(orientation: int) -> bytes:
    """A little-endian TIFF with camera, orientation and a GPS directory: 21°31'12" N, 107°23'24" E."""
    make_at, gps_at = 200, 240
    zeroth = struct.pack("<H", 3)
    zeroth += struct.pack("<HHII", 0x010F, 2, len(CAMERA) + 1, make_at)
    zeroth += struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    zeroth += struct.pack("<HHII", 0x8825, 4, 1, gps_at)
    zeroth += struct.pack("<I", 0)
    gps = struct.pack("<H", 4)
    gps += struct.pack("<HHI4s", 1, 2, 2, b"N\0\0\0") + struct.pack("<HHII", 2, 5, 3, 320)
    gps += struct.pack("<HHI4s", 3, 2, 2, b"E\0\0\0") + struct.pack("<HHII", 4, 5, 3, 344)
    gps += struct.pack("<I", 0)
    data = b"II*\0" + struct.pack("<I", 8) + zeroth
    data = data.ljust(make_at, b"\0") + CAMERA + b"\0"
    data = data.ljust(gps_at, b"\0") + gps
    data = data.ljust(320, b"\0") + struct.pack("<6I", 21, 1, 31, 1, 12, 1) + struct.pack("<6I", 107, 1, 23, 1, 24, 1)
    return data + PLACE_NOTE


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body
