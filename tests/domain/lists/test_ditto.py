"""Ditto marks in a list: what they stand for, and what is none."""

from __future__ import annotations

import pytest

from commune_desk.domain.lists.columns import Target
from commune_desk.domain.lists.ditto import without_dittos

MAPPING = {0: Target.FULL_NAME, 1: Target.VILLAGE, 2: Target.PHONE, 3: Target.ID_NUMBER, 4: Target.NOTE}
ABOVE = ("Lý Thị Mẩy", "Pắc Liềng", 912345678.0, "022316004519", "nội trú")


@pytest.mark.parametrize(
    "mark", ["nt", "NT", "nt.", "-nt-", "n.t", " nt ", '"', "”", "″", "''", "//", "-//-", "Như trên"]
)
def test_a_ditto_is_the_value_above(mark: str) -> None:
    assert without_dittos(("Lý Văn Sơn", mark, mark), ABOVE, MAPPING) == ("Lý Văn Sơn", "Pắc Liềng", 912345678.0)


@pytest.mark.parametrize("text", ["-", "x", "Nà Nhái", "ntt", "0", "", "/", "'"])
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert without_dittos(("Lý Văn Sơn", text), ABOVE, MAPPING) == ("Lý Văn Sơn", text)


def test_names_numbers_and_remarks_are_never_taken_from_above() -> None:
    row = ("nt", "nt", None, "nt", "NT", "nt")
    assert without_dittos(row, ABOVE, MAPPING) == ("nt", "Pắc Liềng", None, "nt", "NT", "nt")


def test_with_nothing_above_a_ditto_says_nothing() -> None:
    assert without_dittos(("Lý Văn Sơn", "nt", 5), (), MAPPING) == ("Lý Văn Sơn", None, 5)
