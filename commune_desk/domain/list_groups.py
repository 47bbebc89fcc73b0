"""How communes name the groups of children in their lists: a column of its own, or words in a cell."""

from __future__ import annotations

import re

from commune_desk.domain.text import fold

_PARENT = r"(?:cha|bo|me|cha me|bo me|phu huynh)"

_PHRASES: tuple[tuple[str, str], ...] = (
    ("NGCO09", rf"\b{_PARENT}\b.{{0,25}}\b(?:hiv|aids)\b"),
    ("NGCO10", rf"\b{_PARENT}\b.{{0,20}}\b(?:khuyet tat|tam than)\b"),
    ("NGCO07", rf"\b(?:{_PARENT}|gia dinh|thanh vien|nguoi nha)\b.{{0,20}}\b(?:nghien|ma tuy|nghien ruou|te nan)\b"),
    ("NGCO06", rf"\b(?:gia dinh|{_PARENT})\b.{{0,12}}\bbao luc\b|\bbao luc gia dinh\b"),
    ("HCDB01", r"\bmo coi (?:ca )?(?:cha|bo)(?: va| lan)? me\b|\bmo coi ca hai\b"),
    ("NGCO03", r"\bmo coi(?: (?:cha|bo) hoac me| cha| bo| me)?\b"),
    ("HCDB02", r"\bbi bo roi\b|\bbo roi\b"),
    ("HCDB03", r"\bkhong (?:noi|co noi|co ai) nuong tua\b"),
    ("HCDB04", r"\bkhuyet tat\b|\bkt (?:nang|nhe|dac biet nang)\b|\btan tat\b"),
    ("HCDB05", r"\b(?:hiv|aids)(?: aids)?\b"),
    ("HCDB06", r"\bvi pham phap luat\b|\bvppl\b|\blam trai phap luat\b"),
    ("HCDB07", r"\bnghien(?: ma tuy)?\b"),
    ("HCDB08", r"\bbo hoc.{0,4}\b(?:di )?kiem song\b|\bkiem song\b|\blang thang\b"),
    ("NGCO11", r"\b(?:nguy co )?bo hoc\b"),
    ("HCDB11", r"\bxam hai(?: tinh duc)?\b"),
    ("HCDB09", r"\bbao luc\b"),
    ("HCDB10", r"\bboc lot\b"),
    ("HCDB12", r"\bmua ban\b|\bbuon ban nguoi\b"),
    ("HCDB13", r"\b(?:benh )?hiem ngheo\b|\bdieu tri dai ngay\b|\bbenh nang\b"),
    ("HCDB14", r"\bdi cu\b|\blanh nan\b|\bt[iy] nan\b"),
    ("NGCO02", r"\b(?:ho )?can ngheo\b"),
    ("NGCO01", r"\b(?:ho )?ngheo\b"),
    ("NGCO04", rf"(?:\b{_PARENT} )?\bl[iy] (?:hon|than)\b"),
    ("NGCO05", rf"(?:\b{_PARENT} )?\bdi lam(?: an)? xa\b|\blam an xa\b"),
    ("NGCO08", rf"(?:\b{_PARENT} )?\b(?:di tu|trai giam|phat tu|chap hanh an)\b"),
    ("NGCO12", r"\btao hon\b|\bket hon som\b|\bmang thai som\b"),
    ("NGCO13", r"\bthien tai\b|\bvung bien gioi\b"),
)
"""Group and the folded words that name it. The first that fits takes its words, so the narrow ones stand first."""

_PATTERNS = tuple((code, re.compile(words)) for code, words in _PHRASES)
_CODE = re.compile(r"\b(hcdb|ngco) ?(\d{1,2})\b(?: \d{1,2}\b)?")
_FILLER = re.compile(r"\b(?:tre|em|chau|thuoc|dien|ho|bi|mac|va|nhom|co|cha|me|bo|nang|nhe|dac biet|benh|do|con|gia dinh)\b")
_NOTHING = frozenset({"", "0", "khong", "khong co", "binh thuong"})


def find_groups(text: str) -> tuple[tuple[str, ...], str]:
    """The group codes named in a cell, and the folded words that named none of them ("" when all is understood)."""
    rest = fold(text)
    codes: dict[str, None] = {}
    for match in _CODE.finditer(rest):
        codes[f"{match[1].upper()}{int(match[2]):02d}"] = None
    rest = _CODE.sub("|", rest)
    for code, pattern in _PATTERNS:
        if pattern.search(rest):
            codes[code] = None
            rest = pattern.sub("|", rest)
    left = " ".join(_FILLER.sub(" ", rest).replace("|", " ").split())
    return tuple(codes), "" if left in _NOTHING else left
