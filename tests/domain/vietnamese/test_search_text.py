"""Hits are ordered by how much of what was typed the child's own name says."""

from __future__ import annotations

import pytest

from commune_desk.domain.vietnamese.search_text import own_name_rank


@pytest.mark.parametrize(
    ("typed", "name", "rank"),
    [
        ("dang thi hoa", "Đặng Thị Hoà", 0),
        ("hoa dang", "Đặng Thị Hòa", 0),
        ("dang thi ho", "Đặng Thị Hoà", 1),
        ("dang thi hoa", "Đặng Thị Hoàng", 1),
        ("dang thi hoa", "Hoàng Thị Diễm", 2),
        ("0912", "Đặng Thị Hoà", 2),
    ],
)
def test_the_own_name_ranks_before_the_family(typed: str, name: str, rank: int) -> None:
    assert own_name_rank(typed, name) == rank
