"""Who in a list may be one and the same child."""

from __future__ import annotations

import pytest

from commune_desk.domain.lists import repeats
from commune_desk.domain.lists.repeats import LIKELY, duplicate_keys, likeness
from commune_desk.domain.lists.rows import ListedChild
from tests.helpers.lists import repeats_in

A = ListedChild(full_name="Đặng Thị Hoà", birth_date="2012-02-03", mother_name="Bàn Tài Múi", id_number="022312004518")


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (ListedChild(full_name="Tên Khác", id_number="022312004518"), True),
        (ListedChild(full_name="DANG THI HÒA", birth_date="2012-02-03", mother_name="Bàn Tài Múi"), True),
        (ListedChild(full_name="Đặng Thị Hoà", birth_date="2012-02-03"), True),
        (ListedChild(full_name="Đặng Thị Hoà", birth_date="2012", mother_name="Bàn Tài Múi"), True),
        (ListedChild(full_name="Đặng Thị Hoà", birth_date="2012-02-03", mother_name="Vi Thị An"), False),
        (ListedChild(full_name="Đặng Thị Hoà", birth_date="2013-02-03", mother_name="Bàn Tài Múi"), False),
        (ListedChild(full_name="Đặng Thị Hoà"), False),
        (ListedChild(full_name="Đặng Thị Hoa Mai", birth_date="2012-02-03"), False),
        (ListedChild(full_name="Đặng Thị Hoà", birth_date="2012-02-03", id_number="022312999999"), False),
    ],
)
def test_who_is_shown_as_perhaps_the_same_child(other: ListedChild, is_same: bool) -> None:
    assert (likeness(A, other) >= LIKELY) is is_same
    assert (likeness(other, A) >= LIKELY) is is_same
    assert bool(set(duplicate_keys(A)) & set(duplicate_keys(other))) or not is_same


def test_repeats_in_a_list_agree_with_comparing_every_pair() -> None:
    others = [
        ListedChild(full_name="Vi Văn An", birth_date="2015"),
        ListedChild(full_name="ĐẶNG THỊ HÒA", birth_date="2012", mother_name="bàn tài múi"),
        ListedChild(full_name="Đặng Thị Hoà", birth_date="~2013", mother_name="Bàn Tài Múi"),
        ListedChild(full_name="Đặng Thị Hoà", mother_name="Bàn Tài Múi"),
        ListedChild(full_name="Khác Hẳn", id_number="022312004518"),
    ]
    children = [A, *others]
    expected = {j for j in range(len(children)) if any(likeness(children[i], children[j]) >= LIKELY for i in range(j))}
    assert {repeat.second for repeat in repeats_in(children)} == expected == {2, 3, 4, 5}


@pytest.mark.parametrize("mother", [None, "Chíu Thị Múi"])
@pytest.mark.parametrize("birth", ["2016-06-05", None])
def test_a_list_of_one_name_takes_no_more_than_some_comparisons_a_row(
    monkeypatch: pytest.MonkeyPatch, mother: str | None, birth: str | None
) -> None:
    """A column without names taken for the names: every row against every other would never end."""
    compared: list[ListedChild] = []

    def counted(one: ListedChild, other: ListedChild) -> float:
        compared.append(other)
        return likeness(one, other)

    monkeypatch.setattr(repeats, "likeness", counted)
    rows = [
        ListedChild(full_name="Xã Bình Liêu", birth_date=birth, mother_name=mother, id_number=f"022316{n:06}")
        for n in range(400)
    ]
    list(repeats_in(rows))
    assert len(compared) <= 2 * repeats._MOST_RIVALS * len(rows)
    same = [ListedChild(full_name="Lý Thị Mẩy", birth_date="2016-06-05")] * 400
    compared.clear()
    assert [(found.first, found.second) for found in repeats_in(same)] == [(0, n) for n in range(1, 400)]
    assert len(compared) == 399


def test_a_name_that_is_spelled_with_i_or_y_is_one_name() -> None:
    """As the form for one child has it. Whether it is one child a person decides."""
    one = ListedChild(full_name="Lý Thị Quý", birth_date="2016-06-05", mother_name="Chíu Thị Lỳ")
    other = ListedChild(full_name="Lí Thị Quí", birth_date="2016-06-05", mother_name="Chíu Thị Lì")
    assert likeness(one, other) > likeness(one, ListedChild(full_name="Lí Thị Quí", birth_date="2016-06-05")) >= LIKELY
    assert set(duplicate_keys(one)) & set(duplicate_keys(other))
    assert [(found.first, found.second) for found in repeats_in([one, other])] == [(0, 1)]
