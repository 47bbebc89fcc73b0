"""Folding, names, sort keys and search of Vietnamese text."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.domain.vietnamese.letters import ALPHABET
from commune_desk.domain.vietnamese.search_text import exact_marks_rank, match_query, search_text
from commune_desk.domain.vietnamese.text import (
    fold,
    given_name,
    initials,
    nfc,
    plain_sort_key,
    second_fold,
    sort_key,
    syllables,
    tidy,
)

WORDS = ["Đặng", "Thị", "Hoà", "Nguyễn", "Ánh", "Lý", "Quý", "Ơn", "ỡ", "Ứng", "Yến", "Đỗ", "Phùn", "Ẵm", "Ệ", "Wừ"]
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
anything = st.text(max_size=60)


@given(names)
def test_a_name_folds_alike_in_every_form_it_may_arrive_in(name: str) -> None:
    for form in (nfc(name), unicodedata.normalize("NFD", name), name.upper(), name.lower(), f" {name}\u00a0 "):
        assert fold(form) == fold(name)
    assert fold(name).isascii()


@given(anything)
def test_folding_any_text_is_stable_and_leaves_only_words(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert all(char == " " or unicodedata.category(char)[0] in "LN" for char in folded)
    assert "  " not in folded
    assert folded == folded.strip()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đặng Thị Hoà", "dang thi hoa"),
        ("Ðình", "dinh"),  # Icelandic eth, as old lists have it
        ("H'Mông, Bru-Vân/Kiều", "h mong bru van kieu"),
        ("Ng\u00adọc\u200b", "ngoc"),
        ("...", ""),
        ("Müller 12", "muller 12"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_tidy_composes_and_spaces_once_and_drops_what_is_not_seen() -> None:
    assert tidy("  Hoa\u0300\u00a0\u200b  Lan\n") == "Hoà Lan"


@given(anything)
def test_tidy_is_stable(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(("one", "other"), [("Lý", "Lí"), ("Quý", "Quí"), ("Mỹ Kỳ", "Mĩ Kì"), ("Quỳnh", "Quình")])
def test_i_and_y_are_one_for_a_second_chance(one: str, other: str) -> None:
    assert fold(one) != fold(other)
    assert second_fold(one) == second_fold(other)


@pytest.mark.parametrize(("one", "other"), [("May", "Mai"), ("Thuý", "Thúi"), ("Huy", "Hui"), ("Yến", "Iến")])
def test_i_and_y_that_sound_apart_stay_apart(one: str, other: str) -> None:
    assert second_fold(one) != second_fold(other)


def test_initials_and_given_name_leave_remarks_out() -> None:
    assert initials("Đặng Thị Hoà (bé Na)") == "dth"
    assert given_name("Đặng Thị Hoà (bé Na)") == "Hoà"
    assert given_name("  ") == initials("") == ""


def test_the_alphabet_is_in_its_order() -> None:
    keys = [plain_sort_key(letter) for letter in ALPHABET]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(ALPHABET)


def test_tones_are_in_their_order_and_decide_last() -> None:
    for one, next_one in pairwise(["ma", "mà", "mả", "mã", "má", "mạ", "man", "mă", "mân"]):
        assert plain_sort_key(one) < plain_sort_key(next_one)
    assert plain_sort_key("má an") < plain_sort_key("ma ăn")


def test_names_sort_by_given_name_then_family_then_middle() -> None:
    ordered = [
        "Lê An",
        "Vũ An",
        "Vũ Thị An",
        "Bế Ạn",
        "Lê Anh",
        "Trần Ánh",
        "Lê Ân",
        "Đỗ Dung",
        "An Đào",
        "Nguyễn Thị Hoa",
        "Vũ Thị Hoa",
        "An Thị Hoà",
    ]
    assert sorted(reversed(ordered), key=sort_key) == ordered


def test_numbers_in_names_of_places_sort_by_value() -> None:
    assert sorted(["Khu 10", "Khu 2", "Khu 02B", "Khe Lánh"], key=plain_sort_key)[1:3] == ["Khu 2", "Khu 02B"]


@given(names)
def test_where_the_tone_sits_does_not_part_a_name(name: str) -> None:
    moved = name.replace("oà", "òa").replace("uý", "úy")
    assert sort_key(moved) == sort_key(name)
    assert sort_key(unicodedata.normalize("NFD", name.upper())) == sort_key(name)


@given(st.lists(names, max_size=12))
def test_sqlite_orders_the_keys_as_python_does(several: list[str]) -> None:
    with_text = [(sort_key(name),) for name in several]
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE t(k TEXT COLLATE BINARY) STRICT")
    db.executemany("INSERT INTO t VALUES (?)", with_text)
    assert db.execute("SELECT k FROM t ORDER BY k").fetchall() == sorted(with_text)
    db.close()


@given(anything)
def test_keys_take_any_text(text: str) -> None:
    assert all(letters and tones for letters, tones in syllables(text))
    assert "\x00" not in sort_key(text) + plain_sort_key(text)


CHILDREN = {
    1: search_text("Đặng Thị Hoà", "Đặng Văn Đức", "Thôn Nà Làng", "0912345678", "022214001234"),
    2: search_text("Đặng Thị Hoa", "Lý Thị Quý", "Khu 2", None, "022314009876"),
    3: search_text("Nguyễn Văn Anh", "", "Khe Lánh", "02033825555"),
}


@pytest.fixture
def index() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(words, prefix='1 2 3', tokenize='unicode61')")
    db.executemany("INSERT INTO t(rowid, words) VALUES (?, ?)", CHILDREN.items())
    yield db
    db.close()


def found(index: sqlite3.Connection, typed: str, *, loose: bool = False) -> list[int]:
    query = match_query(typed, loose=loose)
    return [row[0] for row in index.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rowid", (query,))]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("dang thi hoa", [1, 2]),
        ("hoa đặng", [1, 2]),
        ("ĐẶNG TH", [1, 2]),
        ("duc", [1]),
        ("na lang hoa", [1]),
        ("1234", [1]),
        ("234", [1]),
        ("022214001234", [1]),
        ("0222", [1]),
        ("0912 345 678", [1]),
        ("+84 912 345 678", [1]),
        ("912345678", [1]),
        ("5678", [1]),
        ("khu 2", [2]),
        ("dth", [1, 2]),
        ("dt", [1, 2]),
        ("nva", [3]),
        ("nva 5555", [3]),
        ("z", []),
        ("12345", []),
        ("lan", [1, 3]),
    ],
)
def test_a_child_is_found_by(index: sqlite3.Connection, typed: str, expected: list[int]) -> None:
    assert found(index, typed) == expected


@pytest.mark.parametrize("typed", ["li qui", "ddawngj thij hoaf quys", "qui"])
def test_other_spellings_are_found_only_on_the_second_try(index: sqlite3.Connection, typed: str) -> None:
    assert found(index, typed) == []
    assert found(index, typed, loose=True) == [2]


@given(st.integers(3, 12))
def test_any_number_of_last_digits_finds_the_id(count: int) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(words, prefix='1 2 3', tokenize='unicode61')")
    db.execute("INSERT INTO t VALUES (?)", (search_text("Lê An", "022214987165"),))
    query = match_query("022214987165"[-count:])
    assert db.execute("SELECT count(*) FROM t WHERE t MATCH ?", (query,)).fetchone() == (1,)
    db.close()


hostile = st.one_of(
    st.text(max_size=200),
    st.text(alphabet='"*()-^:{}+ANDORTNE \ue000\ue001\x001234đ', max_size=200),
    st.lists(st.sampled_from(["AND", "NEAR(", '"', "a", "1", "words:"]), max_size=400).map(" ".join),
    st.text(st.characters(categories=["Cs", "Co", "Mn", "Mc", "Lo", "Nl", "No"]), max_size=30),
)


@given(typed=hostile, loose=st.booleans())
def test_nothing_typed_can_break_the_query(typed: str, loose: bool) -> None:
    query = match_query(typed, loose=loose)
    assert bool(query) is bool(fold(typed))
    if query:
        db = sqlite3.connect(":memory:")
        db.execute("CREATE VIRTUAL TABLE t USING fts5(words, prefix='1 2 3', tokenize='unicode61')")
        db.execute("INSERT INTO t VALUES (?)", (search_text(typed),))
        db.execute("SELECT rowid FROM t WHERE t MATCH ?", (query,)).fetchall()
        db.close()


@given(names)
def test_every_name_is_found_by_beginnings_of_its_words_in_any_order(name: str) -> None:
    words = name.split()
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(words, prefix='1 2 3', tokenize='unicode61')")
    db.execute("INSERT INTO t VALUES (?)", (search_text(name),))
    for typed in (" ".join(reversed(words)), " ".join(word[:2] for word in words), fold(name), initials(name)):
        query = match_query(typed)
        assert db.execute("SELECT count(*) FROM t WHERE t MATCH ?", (query,)).fetchone() == (1,), typed
    db.close()


@pytest.mark.parametrize("typed", ["", " . ", "\x00", "\ue000", "()"])
def test_nothing_to_search_for_is_an_empty_query(typed: str) -> None:
    assert match_query(typed) == ""


@pytest.mark.parametrize(
    ("typed", "name", "rank"),
    [
        ("dang thi hoa", "Đặng Thị Hoà", 0),
        ("Hoà", "Đặng Thị Hòa", 0),
        ("hoà", "Đặng Thị Hoa", 1),
        ("đă", "Đặng Thị Hoà", 0),
        ("đang", "Đặng Thị Hoà", 0),
        ("đâng", "Đặng Thị Hoà", 1),
        ("hoà đặng", "Đặng Thị Hoà", 0),
        ("hoá", "Đặng Thị Hoà", 1),
        ("", "", 0),
    ],
)
def test_marks_that_were_typed_rank_names_that_bear_them(typed: str, name: str, rank: int) -> None:
    assert exact_marks_rank(typed, name) == rank
