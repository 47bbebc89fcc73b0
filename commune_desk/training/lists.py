"""The lists that a training commune has kept for years, with the defects real lists have, each one counted."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from random import Random

from commune_desk.domain.lists.cells import Cell
from commune_desk.domain.vietnamese.legacy_text import Encoding, from_unicode
from commune_desk.training.people import RELATION_WORDS, TrainingChild, training_children

AS_OF = date(2026, 9, 30)
SEED = 6838
CURRENT_NAME, OLD_NAME = "ds-tre-em-binh-lieu.xlsx", "ds-tre-em-cu.xls"
_CHILDREN, _IN_OLD_LIST = 600, 130

ETHNIC_WORDS = {"01": "Kinh", "02": "Tày", "04": "Hoa", "09": "Dao", "15": "Sán Chỉ"}
GROUP_WORDS = {
    "HCDB01": "Mồ côi cả cha và mẹ",
    "HCDB02": "Bị bỏ rơi",
    "HCDB03": "Không nơi nương tựa",
    "HCDB04": "Khuyết tật",
    "HCDB05": "Nhiễm HIV",
    "HCDB06": "Vi phạm pháp luật",
    "HCDB08": "Bỏ học kiếm sống",
    "HCDB09": "Bị bạo lực",
    "HCDB11": "Bị xâm hại tình dục",
    "HCDB12": "Bị mua bán",
    "HCDB13": "Bệnh hiểm nghèo",
    "HCDB14": "Di cư",
    "NGCO01": "Hộ nghèo",
    "NGCO02": "Hộ cận nghèo",
    "NGCO03": "Mồ côi cha",
    "NGCO04": "Bố mẹ ly hôn",
    "NGCO05": "Bố mẹ đi làm ăn xa",
    "NGCO06": "Bạo lực gia đình",
    "NGCO07": "Gia đình có người nghiện",
    "NGCO08": "Bố đi tù",
    "NGCO10": "Mẹ bị tâm thần",
    "NGCO11": "Nguy cơ bỏ học",
    "NGCO12": "Tảo hôn",
}

NAME, BOY, GIRL, BORN, ETHNIC, ID, VILLAGE, FATHER, MOTHER, CARER, RELATION, PHONE, GROUPS, NOTE = range(1, 15)
"""Columns of the current list; 0 is the number of the row."""
_TEXT_COLUMNS = (NAME, ETHNIC, VILLAGE, FATHER, MOTHER, CARER, RELATION, GROUPS)

Line = list[Cell]


@dataclass(slots=True)
class TrainingSheet:
    """A sheet to be written: rows of cells, merged ranges (first row, first column, last row, last column), font."""

    rows: list[Line]
    merged: list[tuple[int, int, int, int]]
    font: str
    child_rows: int
    defects: Counter[str] = field(default_factory=Counter)


def demo_lists() -> dict[str, TrainingSheet]:
    """Both lists by file name; the same in every run."""
    children = list(training_children(_CHILDREN, seed=SEED, today=AS_OF, special=0.30, at_risk=0.35))
    rng = Random(SEED)  # noqa: S311 - where a made-up list goes wrong is no secret
    current, old = children[:-_IN_OLD_LIST], children[-_IN_OLD_LIST:]
    in_both = rng.sample(current[2:], 5)
    return {CURRENT_NAME: _current_list(current, rng), OLD_NAME: _old_list(old, in_both)}


def manifest(sheets: dict[str, TrainingSheet]) -> dict[str, object]:
    """What was planted, counted while planting: the truth that an import is measured against."""
    return {
        "as_of": AS_OF.isoformat(),
        "children": _CHILDREN,
        "files": {
            name: {"child_rows": sheet.child_rows, "defects": dict(sorted(sheet.defects.items()))}
            for name, sheet in sheets.items()
        },
    }


def _current_list(children: Sequence[TrainingChild], rng: Random) -> TrainingSheet:
    lines = [_current_line(child) for child in children]
    defects: Counter[str] = Counter()
    _spoil(lines, rng, defects)
    _repeat(lines, children, rng, defects)
    for number, line in enumerate(lines, start=1):
        line[0] = number
    head, merged = _current_head()
    foot: list[Line] = [
        [None, f"Tổng cộng: {len(lines)} trẻ em"],
        [],
        [*[None] * CARER, "Bình Liêu, ngày 30 tháng 9 năm 2026"],
        [None, "NGƯỜI LẬP BIỂU", *[None] * (CARER - 2), "TM. UỶ BAN NHÂN DÂN"],
    ]
    return TrainingSheet([*head, *lines, *foot], merged, "Times New Roman", len(lines), defects)


def _current_head() -> tuple[list[Line], list[tuple[int, int, int, int]]]:
    """Letterhead, title, a header of two lines and a row of numbers."""
    above: Line = ["STT", "Họ và tên", "Giới tính", None, "Ngày, tháng, năm sinh", "Dân tộc", "Số định danh cá nhân"]
    above += ["Thôn/bản/khu", "Họ tên cha", "Họ tên mẹ", "Người chăm sóc", None, None, "Hoàn cảnh", "Ghi chú"]
    below: Line = [None, None, "Nam", "Nữ", *[None] * 6, "Họ và tên", "Quan hệ với trẻ", "Số điện thoại", None, None]
    rows: list[Line] = [
        ["UỶ BAN NHÂN DÂN XÃ BÌNH LIÊU", *[None] * (MOTHER - 1), "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["PHÒNG VĂN HOÁ - XÃ HỘI", *[None] * (MOTHER - 1), "Độc lập - Tự do - Hạnh phúc"],
        [],
        ["DANH SÁCH TRẺ EM CÓ HOÀN CẢNH ĐẶC BIỆT, CÓ NGUY CƠ VÀ ĐANG ĐƯỢC THEO DÕI"],
        ["(Tính đến ngày 30/09/2026; số liệu tập huấn, không có thật)"],
        [],
        above,
        below,
        [f"({number})" for number in range(1, NOTE + 2)],
    ]
    merged = [(0, 0, 0, ETHNIC), (0, MOTHER, 0, NOTE), (1, 0, 1, ETHNIC), (1, MOTHER, 1, NOTE)]
    merged += [(3, 0, 3, NOTE), (4, 0, 4, NOTE), (6, BOY, 6, GIRL), (6, CARER, 6, PHONE)]
    merged += [(6, column, 7, column) for column in range(NOTE + 1) if above[column] and not below[column]]
    return rows, merged


def _current_line(child: TrainingChild) -> Line:
    line: Line = [None] * (NOTE + 1)
    line[NAME] = child.full_name
    line[BOY if child.sex == "male" else GIRL] = "x"
    line[BORN] = child.born
    line[ETHNIC] = ETHNIC_WORDS[child.ethnicity]
    line[ID] = child.id_number
    line[VILLAGE] = child.village
    line[FATHER], line[MOTHER], line[CARER] = child.father_name, child.mother_name, child.caregiver_name
    line[RELATION] = RELATION_WORDS[child.caregiver_relation]
    line[PHONE] = child.phone
    line[GROUPS] = _group_words(child)
    return line


def _group_words(child: TrainingChild) -> str | None:
    return "; ".join(GROUP_WORDS[code] for code in child.groups) or None


def _dotted(line: Line) -> None:
    line[BORN] = f"{line[BORN]:%d/%m/%Y}"


def _short_year(line: Line) -> None:
    line[BORN] = f"{line[BORN]:%d/%m/%y}"


def _only_year(line: Line) -> None:
    line[BORN] = int(f"{line[BORN]:%Y}")


def _in_capitals(line: Line) -> None:
    line[NAME] = str(line[NAME]).upper()


def _rewrite(change: Callable[[str], str]) -> Callable[[Line], None]:
    """A spoiler that changes every text of the row."""

    def spoil(line: Line) -> None:
        for column in _TEXT_COLUMNS:
            cell = line[column]
            line[column] = change(cell) if isinstance(cell, str) else cell

    return spoil


def _serial(line: Line) -> None:
    born = line[BORN]
    line[BORN] = (born - date(1899, 12, 30)).days if isinstance(born, date) else born


def _put(column: int, *values: Cell) -> Callable[[Line], None]:
    """A spoiler that puts each of these values in turn."""
    state = iter(values * 20)

    def spoil(line: Line) -> None:
        line[column] = next(state)

    return spoil


def _as_number(column: int) -> Callable[[Line], None]:
    def spoil(line: Line) -> None:
        line[column] = int(str(line[column]))

    return spoil


def _other_sex(line: Line) -> None:
    line[BOY], line[GIRL] = line[GIRL], line[BOY]


def _longer_id(line: Line) -> None:
    line[ID] = f"{line[ID]}7"


def _spoilers() -> tuple[tuple[str, int, Callable[[Line], None]], ...]:
    """Defect, how many rows have it, and how it comes about; no row has two of these."""
    return (
        ("date_does_not_exist", 7, _put(BORN, "31/02/2015", "29/02/2019", "32/05/2016", "15/13/2014")),
        ("already_sixteen", 4, _put(BORN, date(2009, 3, 14), "05/09/2008")),
        ("name_missing", 2, _put(NAME, None)),
        ("id_of_13_digits", 5, _longer_id),
        ("id_of_other_sex", 4, _other_sex),
        ("year_of_two_digits", 8, _short_year),
        ("year_only", 12, _only_year),
        ("date_as_serial_number", 20, _serial),
        ("ethnic_group_unknown", 3, _put(ETHNIC, "Không rõ ràng")),
        ("relation_unclear", 5, _put(RELATION, "Bà", "Ông")),
        ("phone_unreadable", 3, _put(PHONE, "không có ĐT", "0912")),
        ("tcvn3_row", 9, _rewrite(lambda text: from_unicode(text, Encoding.TCVN3))),
        ("nfd_row", 40, _rewrite(lambda text: unicodedata.normalize("NFD", text))),
        ("name_in_capitals", 20, _in_capitals),
        ("stray_spaces", 15, _rewrite(lambda text: " " + text.replace(" ", "\u00a0 ") + "  ")),
        ("id_as_number", 90, _as_number(ID)),
        ("phone_as_number", 70, _as_number(PHONE)),
    )


def _spoil(lines: Sequence[Line], rng: Random, defects: Counter[str]) -> None:
    """Plant each defect in rows of its own; then some sound dates are typed as text. The first two rows stay sound."""
    places = rng.sample(range(2, len(lines)), len(lines) - 2)
    for name, count, spoil in _spoilers():
        for _ in range(count):
            spoil(lines[places.pop()])
        defects[name] = count
    for place in places[::2]:
        _dotted(lines[place])


def _repeat(lines: list[Line], children: Sequence[TrainingChild], rng: Random, defects: Counter[str]) -> None:
    """Enter sound children a second time: with their ID and the name spelt otherwise, or without the ID."""
    sound = [place for place in range(2, len(children)) if lines[place] == _current_line(children[place])]
    chosen = [place for place in rng.sample(sound, 60) if children[place].mother_name][:18]
    for number, place in enumerate(chosen):
        again = _current_line(children[place])
        if number < 12:
            again[NAME] = children[place].full_name.upper()
        else:
            again[ID] = None
        lines.insert(rng.randrange(len(lines) // 2, len(lines)), again)
    defects["repeated_with_id"], defects["repeated_without_id"] = 12, 6


def _old_list(children: Iterable[TrainingChild], in_both: Sequence[TrainingChild]) -> TrainingSheet:
    """One village after the other under its heading, birth dates in a column for each sex, all in a TCVN3 font."""
    everyone = sorted((*children, *in_both), key=lambda child: child.village)
    rows: list[Line] = [
        ["UBND huyện Bình Liêu"],
        ["Danh sách trẻ em cần được bảo vệ, chăm sóc"],
        [],
        ["Số TT", "Họ và tên trẻ", "Ngày, tháng, năm sinh", None, "Dân tộc", "Họ tên bố, mẹ (người nuôi dưỡng)"],
        [None, None, "Nam", "Nữ", None, None, None, None],
    ]
    rows[3] += ["Hoàn cảnh", "Điện thoại"]
    number = 0
    for heading, (village, group) in enumerate(groupby(everyone, key=lambda child: child.village), start=1):
        rows.append([heading, village])
        for child in group:
            number += 1
            rows.append(_old_line(number, child))
    rows += [[None, f"Cộng: {number} cháu"], [None, "Người lập biểu"]]
    legacy = [[from_unicode(cell, Encoding.TCVN3) if isinstance(cell, str) else cell for cell in row] for row in rows]
    merged = [(0, 0, 0, 3), (1, 0, 1, 7), (3, 2, 3, 3), *((3, column, 4, column) for column in (0, 1, 4, 5, 6, 7))]
    defects = Counter({"tcvn3_row": number, "also_in_current_list": len(in_both)})
    return TrainingSheet(legacy, merged, ".VnTime", number, defects)


def _old_line(number: int, child: TrainingChild) -> Line:
    born = f"{child.born:%d/%m/%Y}"
    is_boy = child.sex == "male"
    return [
        number,
        child.full_name,
        born if is_boy else None,
        None if is_boy else born,
        ETHNIC_WORDS[child.ethnicity],
        child.caregiver_name,
        _group_words(child),
        child.phone,
    ]
