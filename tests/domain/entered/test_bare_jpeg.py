"""A bare JPEG holds tables, frames and scans, and nothing that anybody wrote beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.domain.entered import bare_jpeg as module
from commune_desk.domain.entered.bare_jpeg import MOST_SCANS, bare_jpeg, refuse_endless
from commune_desk.domain.words.errors import Invalid

TABLE = b"\xff\xdb\x00\x04ab"
FRAME = b"\xff\xc0\x00\x05\x08\x00\x01"
SCAN = b"\xff\xda\x00\x03\x01" + b"\x12\xff\x00\x34\xff\xd0\x56"
ADOBE = b"\xff\xee\x00\x0eAdobe" + bytes(7)
EXIF = b"\xff\xe1\x00\x0aExif\0\0GP"
PLAIN = b"\xff\xd8" + TABLE + FRAME + SCAN + b"\xff\xd9"


def test_a_bare_picture_stays_as_it_is() -> None:
    assert bare_jpeg(PLAIN) == PLAIN


@pytest.mark.parametrize("marker", [*range(0xE0, 0xF0), *range(0xF0, 0xFF)])
def test_what_is_not_picture_is_left_out(marker: int) -> None:
    beside = bytes((0xFF, marker)) + b"\x00\x08secret"
    data = b"\xff\xd8" + beside + TABLE + beside + FRAME + SCAN + beside + SCAN + b"\xff\xd9 and a tail: secret"
    assert bare_jpeg(data) == b"\xff\xd8" + TABLE + FRAME + SCAN + SCAN + b"\xff\xd9"


def test_how_colours_are_coded_stays_and_nothing_longer_under_that_name() -> None:
    assert ADOBE in bare_jpeg(PLAIN[:2] + ADOBE + PLAIN[2:])
    long = b"\xff\xee\x00\x14Adobe" + bytes(7) + b"secret"
    assert bare_jpeg(PLAIN[:2] + long + PLAIN[2:]) == PLAIN


def test_fill_bytes_before_a_marker_are_no_way_around() -> None:
    assert bare_jpeg(PLAIN[:2] + b"\xff\xff" + EXIF + PLAIN[2:]) == PLAIN


@given(st.integers(0, len(PLAIN) - 1))
def test_what_was_cut_short_is_refused(length: int) -> None:
    with pytest.raises(Invalid):
        bare_jpeg(PLAIN[:length])


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    for tried in (data, b"\xff\xd8" + data, PLAIN[:-2] + data):
        try:
            made = bare_jpeg(tried)
        except Invalid:
            continue
        assert bare_jpeg(made) == made


def test_a_picture_of_endlessly_many_scans_is_none() -> None:
    """Each goes over all points once more: a few bytes are ten milliseconds, and a file has room for ten thousands."""
    for data in (_of_scans(MOST_SCANS), b"no picture", PLAIN[:5]):
        refuse_endless(data)
    for damaged in (b"", b"between"):  # what a decoder reads over
        with pytest.raises(Invalid):
            refuse_endless(_of_scans(MOST_SCANS + 1, damaged))
    with pytest.raises(Invalid):
        bare_jpeg(_of_scans(MOST_SCANS + 1))


def test_what_lies_beside_the_picture_is_no_scan_of_it() -> None:
    """A phone lays a film behind its photo, in which these two bytes stand by chance."""
    beside = b"\xff\xe1\x04\x02" + SCAN[:2] * 512
    refuse_endless(PLAIN[:2] + beside + PLAIN[2:] + SCAN * 2 * MOST_SCANS)


def test_uncounted_any_number_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SCANS", 1 << 30)
    refuse_endless(_of_scans(MOST_SCANS + 1))


def _of_scans(count: int, between: bytes = b"") -> bytes:
    return b"\xff\xd8" + TABLE + FRAME + between + SCAN * count + b"\xff\xd9"
