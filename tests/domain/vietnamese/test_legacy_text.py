"""TCVN3 and VNI-Windows lists: converted as they were meant, and nothing in order is touched."""

from __future__ import annotations

import json
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
import vietnam_provinces
from hypothesis import assume, given
from hypothesis import strategies as st

from commune_desk.domain.vietnamese.legacy_text import Encoding, detect, detect_column, from_unicode, to_unicode
from commune_desk.domain.vietnamese.text import nfc

PLACES = Path(vietnam_provinces.__file__).parent / "data" / "flat-divisions.json"
PLAIN = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
TONED = [nfc(vowel + tone) for vowel in PLAIN for tone in TONES[1:]]
LOWER = [nfc(vowel + tone) for vowel in PLAIN for tone in TONES] + ["đ"]
LEGACY = [Encoding.TCVN3, Encoding.VNI]
NAMES = [
    "Đặng Thị Hoà",
    "Nguyễn Văn Ánh",
    "Lý Thị Ổn",
    "Trần Đức Bình",
    "Chìu Sín Lỷ",
    "Phùn Quay Hếnh",
    "Hoàng Ưng Ỷ",
    "Tằng Dảu Tình",
    "Bế Thị Yến",
]
SYLLABLES = (
    "nguyễn trần lê phạm hoàng đặng bùi đỗ hồ ngô dương lý chìu tằng phùn nình voòng thị văn hữu đức quỳnh hương "
    "thuỷ nghĩa kiên tuấn ánh ổn ẩn ưng yến khuyên gì giếng quê quý"
)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


letters = st.text(alphabet="".join(LOWER) + "bcdghklmnpqrstvx ", max_size=30)
sentences = st.lists(st.sampled_from(SYLLABLES.split()), min_size=1, max_size=8).map(" ".join)
encodings = st.sampled_from(LEGACY)


def test_both_tables_hold_every_vietnamese_letter() -> None:
    for letter in LOWER:
        for encoding in LEGACY:
            code = from_unicode(letter, encoding)
            assert ord(max(code)) < 0x100
            assert to_unicode(code, encoding) == letter, (encoding, letter)
        upper = from_unicode(letter.upper(), Encoding.VNI)
        assert to_unicode(upper, Encoding.VNI) == letter.upper()


@pytest.mark.skipif(shutil.which("iconv") is None, reason="iconv is the independent witness")
def test_tcvn3_is_what_iconv_says() -> None:
    toned = "".join(letter for letter in LOWER if letter not in "aeiouy")
    code = from_unicode(toned, Encoding.TCVN3).encode("latin-1")
    said = subprocess.run(["iconv", "-f", "TCVN", "-t", "UTF-8"], input=code, capture_output=True, check=True)
    assert nfc(said.stdout.decode()) == toned


@pytest.mark.parametrize(
    ("old", "encoding", "meant"),
    [
        ("§Æng ThÞ Hoµ", Encoding.TCVN3, "Đặng Thị Hoà"),
        ("NguyÔn V¨n ¸nh", Encoding.TCVN3, "Nguyễn Văn Ánh"),
        ("NGUYÔN THÞ H\u00adNG", Encoding.TCVN3, "NGUYỄN THỊ HƯNG"),
        ("th«n Nµ Lµng", Encoding.TCVN3, "thôn Nà Làng"),
        ("hoµn c¶nh khã kh¨n", Encoding.TCVN3, "hoàn cảnh khó khăn"),
        ("Ph\u00adêng Cöa ¤ng", Encoding.TCVN3, "Phường Cửa Ông"),
        ("Xaõ Bình Minh", Encoding.VNI, "Xã Bình Minh"),
        ("Ñaëng Thò Hoaø", Encoding.VNI, "Đặng Thị Hoà"),
        ("NGUYEÃN VAÊN ÖÙNG", Encoding.VNI, "NGUYỄN VĂN ỨNG"),
        ("Hoaøng Thò Mî", Encoding.VNI, "Hoàng Thị Mỵ"),
    ],
)
def test_old_texts_are_seen_and_read(old: str, encoding: Encoding, meant: str) -> None:
    assert detect(old) is encoding
    assert to_unicode(old, encoding) == meant


@given(letters, encodings)
def test_small_letters_come_back_as_they_went(text: str, encoding: Encoding) -> None:
    assert to_unicode(from_unicode(text, encoding), encoding) == text


def capitals_show(text: str) -> bool:
    """Whether TCVN3 can write any of the capitals that show how the text was meant."""
    if text.isupper():
        return any(sum(char in "BCDGHKLMNPQRSTVXAEIOUY" for char in word) > 1 for word in text.split())
    return text.islower() or any(word[0].lower() not in TONED for word in text.split())


@given(sentences, encodings, st.sampled_from([str.lower, str.title, str.upper]))
def test_words_come_back_with_their_capitals(text: str, encoding: Encoding, case: Callable[[str], str]) -> None:
    cased = case(text)
    if encoding is Encoding.TCVN3:
        assume(capitals_show(cased))
    assert to_unicode(from_unicode(cased, encoding), encoding) == cased


@pytest.mark.parametrize("encoding", LEGACY)
@pytest.mark.parametrize("name", NAMES)
def test_whole_names_are_seen_for_what_they_are(name: str, encoding: Encoding) -> None:
    assert detect(from_unicode(name, encoding)) is encoding


@given(sentences, st.sampled_from([nfc, nfd]), st.sampled_from([str.lower, str.title, str.upper]))
def test_unicode_is_never_taken_for_another(text: str, form: Callable[[str], str], case: Callable[[str], str]) -> None:
    arrived = form(case(text))
    assert detect(arrived) is Encoding.UNICODE
    assert detect_column([arrived] * 3) is Encoding.UNICODE
    assert to_unicode(arrived, detect(arrived)) == case(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)), st.sampled_from(list(Encoding)))
def test_ascii_is_never_touched(text: str, encoding: Encoding) -> None:
    assert detect(text) is Encoding.UNICODE
    assert to_unicode(text, encoding) == text == from_unicode(text, encoding)


@pytest.mark.parametrize(
    "text",
    ["Müller", "François Noël", "São Paulo", "où", "goût", "25 µm", "m×n", "20 °C", "© 2014", "« Lan »", "§ 5", "½"],
)
def test_foreign_words_and_signs_are_left_alone(text: str) -> None:
    assert detect(text) is Encoding.UNICODE


def test_no_place_name_of_the_country_is_taken_for_another() -> None:
    names = [division["name"] for division in json.loads(PLACES.read_text(encoding="utf-8"))]
    assert len(names) > 3000
    assert [name for name in names if detect(name) is not Encoding.UNICODE] == []
    for encoding in LEGACY:
        old = [from_unicode(name, encoding) for name in names]
        seen = [detect(name) for name in old if not name.isascii()]
        assert set(seen) == {encoding, Encoding.UNICODE}
        assert seen.count(encoding) > 0.9 * len(seen)
        assert detect_column(old) is encoding


@pytest.mark.parametrize("text", ["Hoà", "cô Tý", "bà Là", "Tú", "Ðình"])
def test_a_word_that_reads_both_ways_counts_as_unicode(text: str) -> None:
    assert detect(text) is Encoding.UNICODE


def test_a_column_settles_what_one_value_cannot() -> None:
    old = [from_unicode(name, Encoding.TCVN3) for name in [*NAMES, "Tú"]]
    assert detect(old[-1]) is Encoding.UNICODE
    assert detect_column(old) is Encoding.TCVN3
    assert to_unicode(old[-1], detect_column(old)) == "Tú"


def test_a_mixed_column_stays_unicode_and_sure_unicode_survives_any_verdict() -> None:
    mixed = [*NAMES, from_unicode(NAMES[0], Encoding.TCVN3)]
    assert detect_column(mixed) is Encoding.UNICODE
    for encoding in LEGACY:
        assert to_unicode("Nguyễn Thị Ý", encoding) == "Nguyễn Thị Ý"


def test_a_font_of_capitals_can_be_told() -> None:
    assert to_unicode("nguyÔn thÞ hoµ", Encoding.TCVN3, capitals=True) == "NGUYỄN THỊ HOÀ"
