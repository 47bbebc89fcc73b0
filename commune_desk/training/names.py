"""How people of Bình Liêu are named and where they live: one grammar of names for each ethnic group."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class NameGrammar:
    """Family names and given parts (middle and given name together), boys and girls apart; `share` in per cent."""

    ethnicity: str
    share: int
    families: tuple[str, ...]
    boys: tuple[str, ...]
    girls: tuple[str, ...]
    villages: tuple[str, ...]


def _each(middles: str, givens: str) -> tuple[str, ...]:
    return tuple(f"{middle} {given}" for middle in middles.split() for given in givens.split())


TAY = NameGrammar(
    "02",
    43,
    ("Hoàng", "Lô", "La", "Vi", "Nông", "Lương", "Hà", "Loan", "Mạ", "Tô"),
    _each("Văn Minh Đức Quốc", "An Bảo Chiến Cường Dũng Đạt Hải Hiếu Huy Khánh Long Nam Phúc Quân Sơn Thành Tuấn Việt"),
    _each("Thị Thu Ngọc Bích", "Ánh Chi Diễm Hà Hằng Hương Lan Liên Mai Nga Ngân Nhung Phượng Thảo Thuỷ Trang Vân Yến"),
    ("Thôn Nà Kẻ", "Thôn Nà Làng", "Thôn Chang Nà", "Thôn Bản Cáu", "Thôn Nà Phạ", "Khu Bình Đẳng"),
)
DAO = NameGrammar(
    "09",
    29,
    ("Chíu", "Tằng", "Phùn", "Dường", "Triệu", "Bàn", "Đặng", "Chìu"),
    (
        *_each("Dảu A Sềnh Chăn", "Sáng Sinh Tài Nàm Hếnh Phúc Lìn Quay Tiến Phí Sếnh"),
        "Văn Hùng",
        "Văn Phong",
        "Minh Tâm",
    ),
    (
        *_each("Sau Sám Tài Nhì", "Mẩy Múi Kíu Lan Phây Nhì Líu Sếnh Lỷ Dảo"),
        "Thị Mùi",
        "Thị Hạnh",
        "Thị Nga",
        "Thị Thương",
    ),
    ("Thôn Khe Lặc", "Thôn Khe Bốc", "Bản Sông Moóc", "Thôn Ngàn Chi", "Thôn Khe Mó"),
)
SAN_CHI = NameGrammar(
    "15",
    18,
    ("Lỷ", "Trần", "Nình", "Lục", "Hoàng", "Ninh", "Tằng", "Vòong"),
    _each("A Văn Sồi Tắc", "Cắm Chắn Dì Hồng Lộc Phúc Sáng Sinh Thàm Thìn Vày Dưỡng"),
    _each("Thị A Móc Nhì", "Bình Hoa Lan Lương Múi Mằn Nguyệt Phương Sông Sỉ Xuân Loan"),
    ("Thôn Lục Ngù", "Thôn Cao Thắng", "Thôn Nà Ếch", "Thôn Đồng Mô"),
)
KINH = NameGrammar(
    "01",
    8,
    ("Nguyễn", "Trần", "Phạm", "Lê", "Vũ", "Bùi", "Đỗ", "Đoàn"),
    _each("Văn Đức Gia Minh", "Anh Bách Đăng Dương Hưng Khang Khoa Kiên Lâm Mạnh Nguyên Phong Quang Thiện Trung Vinh"),
    _each("Thị Ngọc Khánh Phương Bảo", "An Châu Dung Giang Hiền Huyền Linh Ly My Nhi Quỳnh Thư Trâm Uyên Vy"),
    ("Khu Bình Quyền", "Khu Bình Công", "Khu Bình Quân"),
)
HOA = NameGrammar(
    "04",
    2,
    ("Lý", "Chương", "Voòng", "Sẩm"),
    _each("Văn Chí A", "Minh Cường Phát Thắng"),
    _each("Thị Mỹ", "Linh Phượng Sìn Lệ"),
    ("Khu Bình Công",),
)
GRAMMARS = (TAY, DAO, SAN_CHI, KINH, HOA)
"""Shares as in the hills of Bình Liêu, where the Kinh are few."""

_OLDER_WOMEN = ("Thị Mùi", "Thị Tư", "Thị Sáu", "Thị Lành", "Thị Bảy", "Thị Nhàn")
_OLDER_MEN = ("Văn Thọ", "Văn Tư", "A Lộc", "Văn Sáng", "Văn Quý", "Văn Bảy")


def pick_grammar(rng: Random) -> NameGrammar:
    """A grammar by its share."""
    return rng.choices(GRAMMARS, [grammar.share for grammar in GRAMMARS])[0]


def person_name(rng: Random, grammar: NameGrammar, family: str, *, is_male: bool) -> str:
    """A full name of the family."""
    return f"{family} {rng.choice(grammar.boys if is_male else grammar.girls)}"


def elder_name(rng: Random, grammar: NameGrammar, family: str | None, *, is_male: bool) -> str:
    """A grandparent's name; `family` None takes any of the grammar."""
    return f"{family or rng.choice(grammar.families)} {rng.choice(_OLDER_MEN if is_male else _OLDER_WOMEN)}"
