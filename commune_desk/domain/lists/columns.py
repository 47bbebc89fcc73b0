"""What a column of a commune's list holds, judged by its title."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence

from commune_desk.domain.lists.groups import find_groups
from commune_desk.domain.vietnamese.text import fold, tidy

JOIN = " / "
"""Between the two lines of a two-line header."""
GROUP_PREFIX = "group:"


class Target(enum.StrEnum):
    """Where the values of a column go. A column for one group has the target `group_target(code)` instead."""

    FULL_NAME = "full_name"
    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    SEX = "sex"
    SEX_MALE = "sex_male"
    SEX_FEMALE = "sex_female"
    BIRTH_DATE = "birth_date"
    BIRTH_MALE = "birth_male"
    BIRTH_FEMALE = "birth_female"
    BIRTH_DAY = "birth_day"
    BIRTH_MONTH = "birth_month"
    BIRTH_YEAR = "birth_year"
    ETHNICITY = "ethnicity"
    ID_NUMBER = "id_number"
    VILLAGE = "village"
    HOUSEHOLD_HEAD = "household_head"
    FATHER_NAME = "father_name"
    MOTHER_NAME = "mother_name"
    CAREGIVER_NAME = "caregiver_name"
    CAREGIVER_RELATION = "caregiver_relation"
    PHONE = "phone"
    GROUPS = "groups"
    NOTE = "note"
    IGNORE = "ignore"


NAME_TARGETS = frozenset({Target.FULL_NAME, Target.GIVEN_NAME})
SHARED_TARGETS = frozenset(
    {
        *(Target.VILLAGE, Target.ETHNICITY, Target.HOUSEHOLD_HEAD, Target.FATHER_NAME, Target.MOTHER_NAME),
        *(Target.CAREGIVER_NAME, Target.CAREGIVER_RELATION, Target.PHONE),
    }
)
"""What brothers and sisters have in common: lists write it once, in a cell merged over their rows."""
REPEATABLE = frozenset({Target.NOTE, Target.IGNORE})
"""What several columns of a list may hold."""

_SUBJECTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("head", re.compile(r"\bchu ho\b")),
    (
        "caregiver",
        re.compile(
            r"giam ho|cham soc|nuoi duong|do dau|phu huynh|\bncs\b|\bnguoi than\b"
            r"|\b(?:cha|bo) (?:va |hoac |hay )?me\b|\bme (?:va |hoac )?(?:cha|bo)\b|\bcon (?:ong|ba)\b"
        ),
    ),
    ("father", re.compile(r"\b(?:cha|bo)\b")),
    ("mother", re.compile(r"\bme\b")),
)
_ATTRIBUTES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("count", re.compile(r"^(?:stt|so tt|tt|so thu tu|so|no)$")),
    ("relation", re.compile(r"\bquan he\b")),
    ("phone", re.compile(r"dien thoai|\bs?dt(?:dd)?\b|\bdi dong\b|\blien he\b|\bzalo\b")),
    ("id", re.compile(r"dinh danh|\bs?ddcn\b|\bcccd\b|\bcmnd\b|\bcmt\b|can cuoc|^so dd$")),
    (
        "other",
        re.compile(
            r"\b(?:lop|truong|trinh do|nghe nghiep|bhyt|bao hiem|ton giao|quoc tich|que quan|noi sinh|khai sinh"
            r"|ngay cap|noi cap|tuoi|ngay lap|chu ky|ky nhan)\b"
        ),
    ),
    ("birth", re.compile(r"\b(?:ngay|thang|nam) ?sinh\b|\bsinh (?:ngay|nam)\b|\bntns\b|^sinh$")),
    ("sex", re.compile(r"gioi tinh|^gioi$|^phai$|^nam nu$")),
    ("ethnicity", re.compile(r"\bdan toc\b")),
    (
        "village",
        re.compile(
            r"^(?:thon|ban|khu|xom|to|khe)\b|\bthon\b|to dan pho|khu pho|dia chi|noi o|cho o|cu tru"
            r"|thuong tru|ho khau|tam tru|dia ban"
        ),
    ),
    ("note", re.compile(r"ghi chu|\bluu y\b|nhan xet|^khac$")),
    ("family", re.compile(r"^ho(?: va| lot)?(?: ten)?(?: dem)?$(?<!ho ten)(?<!ho va ten)|\bho (?:va )?(?:ten )?dem$")),
    ("given", re.compile(r"^ten$")),
    ("name", re.compile(r"\bho (?:va |, )?ten\b|\bhoten\b|\bten\b")),
    ("groups", re.compile(r"hoan canh|doi tuong|\bdien\b|\bnhom\b|nguy co")),
)
_CHILD_TARGETS: dict[str, Target] = {
    "count": Target.IGNORE,
    "other": Target.IGNORE,
    "relation": Target.CAREGIVER_RELATION,
    "phone": Target.PHONE,
    "id": Target.ID_NUMBER,
    "birth": Target.BIRTH_DATE,
    "sex": Target.SEX,
    "ethnicity": Target.ETHNICITY,
    "village": Target.VILLAGE,
    "note": Target.NOTE,
    "groups": Target.GROUPS,
    "family": Target.FAMILY_NAME,
    "given": Target.GIVEN_NAME,
    "name": Target.FULL_NAME,
}
_NAME_OF = {
    "father": Target.FATHER_NAME,
    "mother": Target.MOTHER_NAME,
    "caregiver": Target.CAREGIVER_NAME,
    "head": Target.HOUSEHOLD_HEAD,
}
_BIRTH_PARTS = {"ngay": Target.BIRTH_DAY, "thang": Target.BIRTH_MONTH, "nu": Target.BIRTH_FEMALE}
_STRONG_VILLAGE = re.compile(r"\b(?:thon|ban|khu|xom|khe|to dan pho)\b")


def group_target(code: str) -> str:
    """The target of a column that marks one group with an x."""
    return GROUP_PREFIX + code


def title_key(title: str) -> str:
    """What a mapping is remembered by: the same title in another spelling or case is the same column."""
    return fold(title)


def classify(title: str) -> str | None:
    """The target a title speaks of, `Target.IGNORE` for a known column we do not keep, None when not understood."""
    whole = fold(title)
    head, _, leaf = title.rpartition(JOIN)
    if not whole:
        return None
    return _leaf_target(fold(head), tidy(leaf).lower()) or _group_column(whole) or _by_subject(whole, title)


def _leaf_target(head: str, leaf: str) -> str | None:
    """Short second lines that mean something only under their first: Nam | Nữ, Ngày | Tháng | Năm, Cha | Mẹ."""
    word = fold(leaf)
    about_birth = "sinh" in head.split() and not _subject(head)
    if about_birth and word == "nam":
        return Target.BIRTH_YEAR if "ă" in leaf else Target.BIRTH_MALE
    if about_birth and word in _BIRTH_PARTS:
        return _BIRTH_PARTS[word]
    if word == "nam" and "ă" not in leaf:
        return Target.SEX_MALE
    return Target.SEX_FEMALE if word == "nu" else None


def _group_column(whole: str) -> str | None:
    """A column named after one group; a title that names several holds words, not marks."""
    codes, _ = find_groups(whole)
    if not codes or re.search(r"\bho ten\b|\bho va ten\b|danh sach", whole):
        return None
    return group_target(codes[0]) if len(codes) == 1 else Target.GROUPS


def _subject(whole: str) -> str | None:
    return next((name for name, words in _SUBJECTS if words.search(whole)), None)


def _by_subject(whole: str, title: str) -> str | None:
    leaf = fold(title.rpartition(JOIN)[2])
    attribute = _attribute(leaf) or _attribute(whole)
    subject = _subject(whole)
    if whole == "dt" and "đ" not in title.lower():
        return Target.ETHNICITY
    if subject is None:
        return _CHILD_TARGETS.get(attribute or "")
    if attribute in ("phone", "note", "count"):
        return _CHILD_TARGETS[attribute]
    if attribute == "relation":
        return Target.IGNORE if subject == "head" else Target.CAREGIVER_RELATION
    return _NAME_OF[subject] if attribute in (None, "name", "given") else Target.IGNORE


def _attribute(words: str) -> str | None:
    return next((name for name, pattern in _ATTRIBUTES if pattern.search(words)), None)


def guess_mapping(titles: Sequence[str], remembered: Mapping[str, str] | None = None) -> dict[int, str]:
    """Target of each titled column by its index. `remembered` maps `title_key` to what the officer chose before.

    A target is given once (notes apart): the second column that asks for it is ignored until a person decides.
    """
    known = remembered or {}
    wanted = {
        column: known.get(title_key(title)) or classify(title) or Target.IGNORE
        for column, title in enumerate(titles)
        if title.strip()
    }
    _settle_year(wanted)
    if Target.FULL_NAME not in wanted.values() and Target.FAMILY_NAME not in wanted.values():
        wanted = {c: Target.FULL_NAME if t == Target.GIVEN_NAME else t for c, t in wanted.items()}
    return _once_each(wanted, titles)


def _settle_year(wanted: dict[int, str]) -> None:
    """`Nam` typed without marks beside Ngày and Tháng is a year, not the boys' column."""
    targets = set(wanted.values())
    if Target.BIRTH_MONTH in targets and Target.BIRTH_FEMALE not in targets:
        for column, target in wanted.items():
            if target == Target.BIRTH_MALE:
                wanted[column] = Target.BIRTH_YEAR


def _once_each(wanted: Mapping[int, str], titles: Sequence[str]) -> dict[int, str]:
    def weakness(column: int) -> tuple[bool, int]:
        vague = wanted[column] == Target.VILLAGE and not _STRONG_VILLAGE.search(fold(titles[column]))
        return vague, column

    mapping = dict.fromkeys(wanted, str(Target.IGNORE))
    taken: set[str] = set()
    for column in sorted(wanted, key=weakness):
        target = wanted[column]
        if target in REPEATABLE or target not in taken:
            mapping[column] = str(target)
            taken.add(target)
    return mapping
