"""Old Vietnamese encodings in Excel lists: TCVN3 (fonts .VnTime, .VnTimeH) and VNI-Windows, to and from Unicode.

Both were 8-bit codes behind special fonts; a reader hands them over as Latin-1 letters and signs. Convert before
`tidy`: TCVN3 writes ư with the soft hyphen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from commune_desk.domain.vietnamese.spelling import is_syllable
from commune_desk.domain.vietnamese.text import fold, nfc


class Encoding(StrEnum):
    """How the Vietnamese letters of a text are written."""

    UNICODE = "unicode"
    TCVN3 = "tcvn3"
    VNI = "vni"


def _run(first: int, letters: str) -> dict[str, str]:
    return {chr(first + offset): letter for offset, letter in enumerate(letters)}


_TCVN3: dict[str, str] = {
    **_run(0xA1, "ĂÂÊÔƠƯĐăâêôơưđ"),
    **_run(0xB5, "àảãáạ"),
    **_run(0xBB, "ằẳẵắ"),
    **_run(0xC6, "ặầẩẫấậè"),
    **_run(0xCE, "ẻẽéẹềểễếệìỉ"),
    **_run(0xDC, "ĩíịò"),
    **_run(0xE1, "ỏõóọồổỗốộờởỡớợù"),
    **_run(0xF1, "ủũúụừửữứựỳỷỹýỵ"),
}

_VNI_TONED = {"a": "áàảãạ", "e": "éèẻẽẹ", "o": "óòỏõọ", "ô": "ớờởỡợ", "u": "úùủũụ", "ö": "ứừửữự", "y": "ýỳỷỹ"}
_VNI_MARKED = {
    "a": {"âáàåãä": "âấầẩẫậ", "êéèúüë": "ăắằẳẵặ"},
    "e": {"âáàåãä": "êếềểễệ"},
    "o": {"âáàåãä": "ôốồổỗộ"},
}
_VNI_SINGLE = dict(zip("ôöñíìæóòî", "ơưđíìỉĩịỵ", strict=True))


def _vni_lower() -> dict[str, str]:
    pairs = dict(_VNI_SINGLE)
    for vowel, toned in _VNI_TONED.items():
        pairs |= {vowel + mark: letter for mark, letter in zip("ùøûõï", toned, strict=False)}
    for vowel, rows in _VNI_MARKED.items():
        for marks, letters in rows.items():
            pairs |= {vowel + mark: letter for mark, letter in zip(marks, letters, strict=True)}
    return pairs


def _vni_all() -> dict[str, str]:
    """With capitals; the case of a pair is that of its vowel, whatever the case of its mark."""
    pairs: dict[str, str] = {}
    for code, letter in _vni_lower().items():
        head, mark = code[0], code[1:]
        pairs |= {head + mark.upper(): letter, head.upper() + mark: letter.upper()}
        pairs |= {code.upper(): letter.upper(), code: letter}
    return pairs


_VNI = _vni_all()
_VNI_PIECE = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)) + "|.", re.DOTALL)
_TO_TCVN3 = {letter: code for code, letter in _TCVN3.items()}
_TO_VNI = {letter: code for code, letter in _VNI.items() if code[1:].isupper() is letter.isupper() or len(code) == 1}

_WORD = re.compile("[A-Za-z\u00a1-\u00ff]+")
_SURE = re.compile("[ĂăĐđĨĩŨũƠơƯư\u0300-\u036f\u1ea0-\u1ef9]")
_LOUD = re.compile("[A-Z]")
_QUIET = re.compile("[a-z]")
_FORMULA = re.compile("[A-Za-z][×÷·][A-Za-z]")
_FIRST_TONED = "\u00b5"


def detect(text: str) -> Encoding:
    """How one text is written. In doubt it is Unicode: a name in order is never spoilt.

    Legacy only when its words are no Vietnamese as they stand and are Vietnamese once converted.
    """
    if text.isascii() or _SURE.search(text):
        return Encoding.UNICODE
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    if all(is_syllable(word, any_tone=True) for word in words):
        return Encoding.UNICODE
    scores = {encoding: _score(words, encoding) for encoding in (Encoding.TCVN3, Encoding.VNI)}
    best = max(scores, key=lambda encoding: scores[encoding])
    is_clear = scores[best] > 0 and len(set(scores.values())) > 1
    return best if is_clear else Encoding.UNICODE


def detect_column(values: Iterable[str]) -> Encoding:
    """How a column is written: a legacy encoding when most of its values that show one agree.

    Columns are often mixed. Convert each value with `detect(value)` when this says Unicode, else with this.
    """
    counts = dict.fromkeys(Encoding, 0)
    for value in values:
        encoding = detect(value)
        if encoding is not Encoding.UNICODE or _SURE.search(value):
            counts[encoding] += 1
    best = max(counts, key=lambda encoding: counts[encoding])
    return best if counts[best] * 2 > sum(counts.values()) else Encoding.UNICODE


def to_unicode(text: str, encoding: Encoding, *, capitals: bool = False) -> str:
    """The text in Unicode, NFC. Text that is surely Unicode comes back as it was, whatever `encoding` says.

    `capitals` is for a font that draws small letters as capitals (.VnTimeH and its like).
    """
    if encoding is Encoding.UNICODE or text.isascii() or _SURE.search(text):
        return nfc(text)
    converted = _decode_vni(text) if encoding is Encoding.VNI else _restore_capitals(text, _decode_tcvn3(text))
    return nfc(converted.upper() if capitals else converted)


def from_unicode(text: str, encoding: Encoding) -> str:
    """The text as an old list would hold it. TCVN3 has no capitals with a tone: they become small letters."""
    composed = nfc(text)
    if encoding is Encoding.VNI:
        return "".join(_TO_VNI.get(char, char) for char in composed)
    if encoding is Encoding.TCVN3:
        return "".join(_TO_TCVN3.get(char) or _TO_TCVN3.get(char.lower(), char) for char in composed)
    return composed


def _decode_tcvn3(text: str) -> str:
    return "".join(_TCVN3.get(char, char) for char in text)


def _decode_vni(text: str) -> str:
    return _VNI_PIECE.sub(lambda piece: _VNI.get(piece[0], piece[0]), text)


def _is_complete(word: str, encoding: Encoding) -> bool:
    table = _TCVN3 if encoding is Encoding.TCVN3 else _VNI
    pieces = word if encoding is Encoding.TCVN3 else _VNI_PIECE.findall(word)
    return all(piece in table or piece.isascii() for piece in pieces)


def _score(words: list[str], encoding: Encoding) -> int:
    """Words that read well in an encoding; 0 when more than one in four does not."""
    decode = _decode_tcvn3 if encoding is Encoding.TCVN3 else _decode_vni
    good = bad = 0
    for word in words:
        converted = decode(word)
        if not _is_complete(word, encoding) or not is_syllable(converted):
            bad += 1
        elif not _is_weak(word, converted):
            good += 1
    return good if bad * 3 <= good else 0


def _is_weak(word: str, converted: str) -> bool:
    """Whether a word proves nothing: "25 µm" reads as a syllable without onset, "m×n" as a short one."""
    return fold(converted)[0] in "aeiouy" or bool(_FORMULA.fullmatch(word))


def _restore_capitals(text: str, converted: str) -> str:
    """Capitals with a tone, which TCVN3 leaves to the font: in NGUYÔN, and at the head of a name's words."""
    before, after = text.split(" "), converted.split(" ")
    loud = [len(_LOUD.findall(word)) > 1 and not _QUIET.search(word) for word in before]
    if any(loud):
        all_loud = not _QUIET.search(text)
        return " ".join(w.upper() if all_loud or is_loud else w for w, is_loud in zip(after, loud, strict=True))
    heads = [now[0] for old, now in zip(before, after, strict=True) if old[:1].strip() and old[0] < _FIRST_TONED]
    if heads and all(head.isupper() for head in heads):
        after = [word[:1].upper() + word[1:] for word in after]
    return " ".join(after)
