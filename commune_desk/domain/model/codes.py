"""Code lists: communes, ethnic groups, groups of children, relations and the rest, read from `resources/codes`.

Codes are what is stored; names in two languages are what is shown. Lists are data: the province may send newer ones.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Generic, TypeVar

import msgspec

from commune_desk.domain.vietnamese.text import fold, tidy


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a list; `aliases` are other ways in which people write it."""

    code: str
    name_vi: str
    name_en: str
    aliases: tuple[str, ...] = ()


class Commune(Code, frozen=True, kw_only=True):
    """A ward, commune or special zone. Valid on days from `valid_from` to `valid_to`, both included; None is open."""

    kind: str
    code_aliases: tuple[str, ...] = ()
    old_district: str = ""
    """A label only: the borders of 2025 cut across the old districts."""
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid_on(self, on: date) -> bool:
        return (self.valid_from or date.min) <= on <= (self.valid_to or date.max)

    @property
    def short_name(self) -> str:
        """Without the kind: "Bình Liêu"."""
        return self.name_vi.removeprefix(_KIND_NAMES[self.kind]).strip()


class EthnicGroup(Code, frozen=True, kw_only=True):
    """An ethnic group with its number in the statistics office's list; `pick_order` 1.. for those frequent here."""

    pick_order: int = 0


class ChildGroup(Code, frozen=True, kw_only=True):
    """A group of children: `special` circumstances (Law on Children 102/2016/QH13 art. 10) or `at_risk`."""

    kind: str
    short_vi: str = ""
    short_en: str = ""
    """A main group in a few words, for chips and lists; empty for a sub-group."""
    parent: str = ""
    law_letter: str = ""
    decree_article: str = ""
    """The article of Decree 56/2017/ND-CP that describes the group."""
    is_restricted: bool = False


def is_special_group(code: str) -> bool:
    """Whether a code, of this version or a newer one, is that of a group in special circumstances; see `ChildGroup`."""
    return code.startswith("HCDB")


def is_at_risk_group(code: str) -> bool:
    """Whether a code, of this version or a newer one, is that of a group at risk."""
    return code.startswith("NGCO")


class Relation(Code, frozen=True, kw_only=True):
    """What a relative is to a person; `side` is `paternal` (nội), `maternal` (ngoại) or empty."""

    side: str = ""


SPECIAL, AT_RISK = "special", "at_risk"
_CHILD_LISTS = ("sexes", "risk_levels", "disability_types", "disability_degrees", "schooling", "present", "needs")
_FAMILY_LISTS = ("household_classes", "life_statuses")
_REPORT_LISTS = ("report_sources", "abuse_forms", "abuse_settings", "abuser_relations")
_SHELTER_LISTS = ("bed_kinds", "admission_reasons", "discharge_reasons", "care_log_kinds")
_FILE_LISTS = ("document_kinds", "withdrawal_reasons")
LISTS: dict[str, type[Code]] = {
    "communes": Commune,
    "ethnic_groups": EthnicGroup,
    "child_groups": ChildGroup,
    "relations": Relation,
    **dict.fromkeys(_CHILD_LISTS + _FAMILY_LISTS + _REPORT_LISTS + _SHELTER_LISTS + _FILE_LISTS, Code),
}
"""Every list by name; its file is `resources/codes/<name>.csv`."""

_KIND_NAMES = {"ward": "Phường", "commune": "Xã", "special_zone": "Đặc khu"}
_CHILD_HEAD = re.compile("^(?:nhom )?tre(?: em)? ")
_LIST_MARK = "|"

C = TypeVar("C", bound=Code)


class _Finder(Generic[C]):
    """Entries by what people write: code, then name or alias with its marks, then without. Ambiguous is not found."""

    def __init__(self, entries: Iterable[C], spellings: Callable[[C], Iterable[str]]) -> None:
        self._exact: dict[str, C | None] = {}
        self._folded: dict[str, C | None] = {}
        self._codes: dict[str, C] = {}
        for entry in entries:
            self._codes[entry.code.lower()] = entry
            for spelling in spellings(entry):
                self._put(self._exact, tidy(spelling).lower(), entry)
                self._put(self._folded, fold(spelling), entry)

    @staticmethod
    def _put(index: dict[str, C | None], key: str, entry: C) -> None:
        index[key] = entry if index.get(key, entry) is entry else None

    def find(self, text: str) -> C | None:
        key = tidy(text).lower()
        return self._codes.get(key) or self._exact.get(key) or self._folded.get(fold(text))


class CodeBook:
    """All code lists of this program, with lookups. Build one with `parse` and hand it around."""

    def __init__(self, lists: Mapping[str, tuple[Code, ...]]) -> None:
        self._lists = lists
        self._by_code = {name: {entry.code: entry for entry in entries} for name, entries in lists.items()}
        self._finders = {name: _Finder(entries, _spellings) for name, entries in lists.items() if name != "communes"}
        self.communes = self._typed("communes", Commune)
        self.ethnic_groups = self._typed("ethnic_groups", EthnicGroup)
        self.child_groups = self._typed("child_groups", ChildGroup)
        self.relations = self._typed("relations", Relation)

    @classmethod
    def parse(cls, read: Callable[[str], str]) -> CodeBook:
        """From CSV texts: `read("communes.csv")` gives the text of that file.

        Raises ValueError naming file and line.
        """
        return cls({name: tuple(_rows(read(f"{name}.csv"), name, struct)) for name, struct in LISTS.items()})

    def _typed(self, name: str, struct: type[C]) -> tuple[C, ...]:
        return tuple(entry for entry in self._lists[name] if isinstance(entry, struct))

    def entries(self, list_name: str) -> tuple[Code, ...]:
        """A list in the order in which it is offered."""
        return self._lists[list_name]

    def entry(self, list_name: str, code: str) -> Code | None:
        """The entry with exactly this code. For communes prefer `commune`, which asks for the day."""
        return self._by_code[list_name].get(code)

    def label(self, list_name: str, code: str, language: str = "vi") -> str:
        """The name to show; a code that is not in the list is shown as it is."""
        entry = self.entry(list_name, code)
        return code if entry is None else code_label(entry, language)

    def find(self, list_name: str, text: str) -> Code | None:
        """The entry meant by a code, name or alias, marks or not; None when unknown or ambiguous."""
        return self._finders[list_name].find(text)

    def commune(self, code: str, on: date) -> Commune | None:
        """The commune that bore this code, or an alias of it, on that day.

        The day is asked for because codes are used again: 06652 was another ward before July 2025.
        """
        wanted = code.strip().zfill(5)
        known = (c for c in self.communes if wanted == c.code or wanted in c.code_aliases)
        return next((c for c in known if c.is_valid_on(on)), None)

    def ethnic_group(self, text: str) -> EthnicGroup | None:
        """By number, name or alias: "9", "Dao", "Dao Thanh Y", "H'Mông", "dân tộc Tày"."""
        bare = re.sub(r"^\s*(?:dân tộc|người)\s+", "", tidy(text), flags=re.IGNORECASE)
        found = self._find(EthnicGroup, "ethnic_groups", bare) or self._find(EthnicGroup, "ethnic_groups", text)
        return found or (self._find(EthnicGroup, "ethnic_groups", bare.zfill(2)) if bare.isdigit() else None)

    def ethnic_picker(self) -> tuple[EthnicGroup, ...]:
        """For choosing: those frequent in the province first, then all by number."""
        return tuple(sorted(self.ethnic_groups, key=lambda group: (group.pick_order or 1000, group.code)))

    def relation(self, text: str) -> Relation | None:
        """By code, name or alias; "bà" alone is None, for nội and ngoại stay apart."""
        return self._find(Relation, "relations", text)

    def child_group(self, text: str) -> ChildGroup | None:
        """By code, name or alias, with or without "trẻ em" before it."""
        found = self._find(ChildGroup, "child_groups", text)
        return found or self._find(ChildGroup, "child_groups", _CHILD_HEAD.sub("", fold(text)))

    def _find(self, struct: type[C], list_name: str, text: str) -> C | None:
        found = self._finders[list_name].find(text)
        return found if isinstance(found, struct) else None


def code_label(entry: Code, language: str) -> str:
    """The entry's name: English for `en` and its regions, otherwise Vietnamese."""
    return entry.name_en if language.startswith("en") else entry.name_vi


def _spellings(entry: Code) -> Iterator[str]:
    yield entry.name_vi
    yield entry.name_en
    yield from entry.aliases
    if isinstance(entry, ChildGroup):
        yield _CHILD_HEAD.sub("", fold(entry.name_vi))


def _rows(text: str, name: str, struct: type[C]) -> Iterator[C]:
    for line, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        try:
            yield msgspec.convert(_typed_row(row, struct), struct, strict=False)
        except (msgspec.ValidationError, KeyError, AttributeError) as error:
            raise ValueError(f"{name}.csv line {line}: {error}") from error


def _typed_row(row: dict[str, str], struct: type[Code]) -> dict[str, object]:
    """Empty cells keep the field's default; columns ending in `aliases` hold several values."""
    values: dict[str, object] = {}
    for column, cell in row.items():
        if column == "name_aliases":
            column = "aliases"
        if cell:
            values[column] = tuple(cell.split(_LIST_MARK)) if column.endswith("aliases") else cell
    return values
