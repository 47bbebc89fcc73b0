"""The province's address as people type it."""

from __future__ import annotations

import pytest

from commune_desk.domain.words.errors import Invalid
from sync.client.address import read_address


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("10.0.0.5:8743", "https://10.0.0.5:8743"),
        (" https://sync.province.test/ ", "https://sync.province.test"),
        ("[::1]:8743", "https://[::1]:8743"),
        ("đồng-bộ.quangninh.test", "https://đồng-bộ.quangninh.test"),
    ],
)
def test_an_address_as_people_type_it(typed: str, base: str) -> None:
    assert read_address(typed) == base


@pytest.mark.parametrize(
    "typed",
    [
        *("", "http://10.0.0.5", "10.0.0.5:99999", "host/path", "user@host", "https://", "[::1"),
        *("máy chủ tỉnh", "10.0.0.5 :8743", "\\\\server", "a..b", f"{'a' * 64}.vn", "10.0.0.5:8743#x", "10.0.0.5%00"),
        *("*.gov.vn", "10.0.0.5.:8743", ":8743"),
    ],
)
def test_an_address_that_cannot_be(typed: str) -> None:
    with pytest.raises(Invalid):
        read_address(typed)
