"""A picture that lacks its end is told from one that has all kinds of things beside it, by its structure alone."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.domain.entered.whole_picture import check_whole
from commune_desk.domain.words.errors import Invalid
from tests.helpers.tiffs import REDUCED, tiff

TABLE = b"\xff\xdb\x00\x04ab"
FRAME = b"\xff\xc0\x00\x05\x08\x00\x01"
SCAN = b"\xff\xda\x00\x03\x01" + b"\x12\xff\x00\x34\xff\xd0\x56\xff\xff\x00\xff\xd7\x78"
PLAIN = b"\xff\xd8" + TABLE + FRAME + SCAN + b"\xff\xd9"
THUMBNAIL = b"\xff\xe1" + (len(PLAIN) + 8).to_bytes(2) + b"Exif\0\0" + PLAIN
WITHIN = PLAIN[:2] + THUMBNAIL + TABLE + FRAME + SCAN + TABLE + SCAN
PHOTO = WITHIN + b"\xff\xd9"
"""As a camera writes it: its thumbnail with an end of its own, restarts, several scans."""
RED, GREEN = (200, 0, 0), (0, 200, 0)


def bmp(width: int, height: int, bits: int, *, packing: int = 0, size: int = 0) -> bytes:
    """With as many bytes of points as it should have."""
    points = size or (width * bits + 31) // 32 * 4 * abs(height)
    head = [40, width, height]
    info = b"".join(one.to_bytes(4, "little", signed=True) for one in head) + b"\1\0" + bits.to_bytes(2, "little")
    info += packing.to_bytes(4, "little") + size.to_bytes(4, "little") + bytes(16)
    return b"BM" + bytes(8) + (54).to_bytes(4, "little") + info + bytes(points)


def old_bmp(width: int, height: int) -> bytes:
    """Of OS/2, with 24 bits for a point."""
    numbers = (width, height, 1, 24)
    info = (12).to_bytes(4, "little") + b"".join(one.to_bytes(2, "little") for one in numbers)
    return b"BM" + bytes(8) + (26).to_bytes(4, "little") + info + bytes((width * 24 + 31) // 32 * 4 * height)


@given(st.integers(2, len(PHOTO) - 1))
def test_a_photo_cut_anywhere_lacks_its_end(length: int) -> None:
    with pytest.raises(Invalid, match="cut short"):
        check_whole(PHOTO[:length], "jpeg")


def test_asked_for_an_end_anywhere_the_thumbnail_would_have_given_its_own() -> None:
    """The twin."""
    assert b"\xff\xd9" in WITHIN[:-20]


@pytest.mark.parametrize(
    "behind", [b"", bytes(4096), b"noise \xff\xda", b"MotionPhoto \0\0\0\x18ftypmp42", PHOTO, PHOTO[:40]]
)
def test_what_lies_behind_the_end_says_nothing_of_the_picture(behind: bytes) -> None:
    check_whole(PHOTO + behind, "jpeg")


@pytest.mark.parametrize("between", [b"\xff\xff\xff", b"noise", bytes(512), b"\xff\x00\xff\x02\xff\xbf"])
def test_what_a_decoder_reads_over_is_no_missing_end(between: bytes) -> None:
    check_whole(PLAIN[:2] + THUMBNAIL + between + TABLE + FRAME + SCAN + between + b"\xff\xd9", "jpeg")


def test_the_end_of_a_second_picture_is_not_that_of_the_first() -> None:
    """A phone lays a second one behind its photo; of this one the end of the first was lost."""
    large = PLAIN[:-2] + bytes(70_000) + b"\xff\xd9"
    check_whole(large, "jpeg")
    for second in (PHOTO, large):
        with pytest.raises(Invalid, match="cut short"):
            check_whole(PHOTO[:-9] + second, "jpeg")


@pytest.mark.parametrize(
    "whole",
    [
        bmp(5, 7, 24),
        bmp(5, -7, 24),
        bmp(33, 3, 1),
        bmp(5, 7, 32, packing=3),
        bmp(64, 64, 8, packing=1, size=77),
        old_bmp(5, 7),
    ],
)
def test_a_bitmap_has_as_many_bytes_as_its_header_says(whole: bytes) -> None:
    check_whole(whole, "bmp")
    check_whole(whole + bytes(2), "bmp")
    for length in range(14, len(whole)):
        with pytest.raises(Invalid, match="cut short"):
            check_whole(whole[:length], "bmp")


@pytest.mark.parametrize("order", "<>")
def test_pages_are_counted_and_thumbnails_are_none(order: str) -> None:
    with pytest.raises(Invalid, match="pages") as caught:
        check_whole(tiff([RED, GREEN], order=order), "tiff")
    assert caught.value.params == {"count": 2}
    check_whole(tiff([RED], order=order), "tiff")
    check_whole(tiff([RED, GREEN], kinds=(0, REDUCED), order=order), "tiff")


def test_a_second_page_that_was_cut_off_is_missed() -> None:
    """Its directory lies behind its points; Qt takes the first page for all that there is."""
    two = tiff([RED, GREEN])
    for length in (len(two) - 1, len(two) - 100, len(two) * 6 // 10):
        with pytest.raises(Invalid, match="cut short"):
            check_whole(two[:length], "tiff")


def test_pages_in_a_ring_are_counted_once() -> None:
    one = tiff([RED])
    check_whole(one[:-4] + one[4:8], "tiff")


@given(st.sampled_from(["jpeg", "bmp", "tiff", "png", "webp"]), st.binary(max_size=300))
def test_no_bytes_break_it(form: str, data: bytes) -> None:
    for tried in (data, PHOTO[:60] + data, b"II*\0\x08\0\0\0" + data, b"BM" + data):
        with contextlib.suppress(Invalid):
            check_whole(tried, form)
