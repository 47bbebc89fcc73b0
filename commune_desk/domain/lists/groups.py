"""How communes name the groups of children in their lists: a column of its own, or words in a cell."""

from __future__ import annotations

import re

from commune_desk.domain.model.codes import CodeBook
from commune_desk.domain.vietnamese.text import fold

_PARENT = r"(?:cha|bo|me|cha me|bo me|phu huynh)"

_PHRASES: tuple[tuple[str, str], ...] = (
    ("NGCO09", rf"\b{_PARENT}\b.{{0,25}}\b(?:hiv|aids)\b"),
    ("NGCO10", rf"\b{_PARENT}\b.{{0,20}}\b(?:khuyet tat|tam than)\b(?:.{{0,20}}\btam than\b)?"),
    (
        "NGCO07",
        rf"\b(?:{_PARENT}|gia dinh|thanh vien|nguoi nha)\b.{{0,20}}\b(?:nghien|ma tuy|te nan)\b"
        r"(?:.{0,30}\bte nan(?: xa hoi)?\b| ruou| ma tuy)?",
    ),
    ("NGCO06", rf"\b(?:gia dinh|{_PARENT})\b.{{0,12}}\bbao luc\b|\bbao luc gia dinh\b"),
    ("HCDB01", r"\bmo coi (?:ca )?(?:cha|bo)(?: va| lan)? me\b|\bmo coi ca hai\b"),
    ("NGCO03", r"\bmo coi(?: (?:cha|bo) hoac me| cha| bo| me)?\b"),
    ("HCDB02", r"\bbi bo roi\b|\bbo roi\b"),
    ("HCDB03", r"\bkhong (?:noi|co noi|co ai) nuong tua\b"),
    ("HCDB04", r"\bkhuyet tat\b|\bkt\b|\btan tat\b"),
    ("HCDB05", r"\b(?:hiv|aids)(?: aids)?\b"),
    ("HCDB06", r"\bvi pham phap luat\b|\bvppl\b|\blam trai phap luat\b"),
    ("HCDB07", r"\bnghien(?: ma tuy)?\b"),
    ("HCDB08", r"\bbo hoc.{0,4}\b(?:di )?kiem song\b|\bkiem song\b|\blang thang\b"),
    ("NGCO11", r"\b(?:nguy co )?bo hoc\b"),
    ("HCDB11", r"\bxam hai(?: tinh duc)?\b|\bxhtd\b"),
    ("HCDB09", r"(?:\bton hai nghiem trong\b.{0,35})?\bbao luc\b"),
    ("HCDB10", r"\bboc lot\b"),
    ("HCDB12", r"\bmua ban\b|\bbuon ban nguoi\b"),
    (
        "HCDB13",
        r"\b(?:hiem ngheo|(?:dieu tri|benh) dai ngay|benh nang)\b(?:.{0,40}\bho ngheo hoac (?:ho )?can ngheo\b)?",
    ),
    ("HCDB14", r"\bdi cu\b|\blanh nan\b|\bt[iy] nan\b"),
    ("NGCO02", r"\b(?:ho )?can ngheo\b"),
    ("NGCO01", r"\b(?:ho )?ngheo\b"),
    ("NGCO04", rf"(?:\b{_PARENT} )?\bl[iy] (?:hon|than)\b"),
    ("NGCO05", rf"(?:\b{_PARENT} )?\bdi lam(?: an)? xa\b|\blam an xa\b"),
    ("NGCO08", rf"(?:\b{_PARENT} )?\b(?:di tu|trai giam|phat tu|chap hanh an)\b"),
    ("NGCO12", r"\btao hon\b|\bket hon som\b|\bmang thai som\b"),
    ("NGCO13", r"\b(?:thien tai|bien gioi|hai dao)\b"),
)
"""Group and the folded words that name it. The first that fits takes its words, so the narrow ones stand first."""

_PATTERNS = tuple((code, re.compile(words)) for code, words in _PHRASES)
_CODE = re.compile(r"\b(hcdb|ngco) ?(\d{1,2})\b(?: (\d{1,2})\b)?")
_FILLER = re.compile(
    r"\b(?:tre|em|chau|thuoc|dien|ho|bi|mac|va|hoac|nhom|co|cha|me|bo|nang|nhe|dac biet|benh|nhiem|phai|do|con|gia dinh"
    r"|dai ngay|vung|o)\b"
)
_BETWEEN = re.compile(r"[;+\n•]|(?:^|\s)-\s")
_NOTHING = frozenset({"", "0", "khong", "khong co", "binh thuong"})


def find_groups(text: str) -> tuple[tuple[str, ...], str]:
    """The group codes named in a cell, and the folded words that named none of them ("" when all is understood)."""
    rest = fold(text)
    codes: dict[str, None] = {}
    for match in _CODE.finditer(rest):
        detail = f".{match[3]}" if match[3] else ""
        codes[f"{match[1].upper()}{int(match[2]):02d}{detail}"] = None
    rest = _CODE.sub("|", rest)
    for code, pattern in _PATTERNS:
        if pattern.search(rest):
            codes[code] = None
            rest = pattern.sub("|", rest)
    left = " ".join(_FILLER.sub(" ", rest).replace("|", " ").split())
    return tuple(codes), "" if left in _NOTHING else left


def read_groups(text: str, codebook: CodeBook) -> tuple[tuple[str, ...], str]:
    """As `find_groups`, with the names and aliases of the code list tried first, whole and part by part."""
    codes: dict[str, None] = {}
    rest: list[str] = []
    for part in filter(str.strip, _BETWEEN.split(text)):
        named = codebook.child_group(part)
        found, left = ((named.code,), "") if named else find_groups(part)
        codes |= dict.fromkeys(code for code in found if codebook.entry("child_groups", code))
        rest += [left] if left else []
    return tuple(codes), " ".join(rest)
