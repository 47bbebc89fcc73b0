"""Rows of a commune's list as children: values as the register stores them, and every problem by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import msgspec

from commune_desk.domain.entered.people import check_id_number
from commune_desk.domain.lists.cells import (
    PHONE_SEVERAL,
    PHONE_UNREADABLE,
    Cell,
    ListFinding,
    ListLevel,
    Reading,
    Row,
    cell_text,
    is_marked,
    is_spreadsheet_error,
    read_birth,
    read_id_number,
    read_name,
    read_phone,
    read_sex,
)
from commune_desk.domain.lists.columns import GROUP_PREFIX, Target
from commune_desk.domain.lists.groups import read_groups
from commune_desk.domain.lists.header import row_texts
from commune_desk.domain.lists.row_kinds import RowKind, kind_of_row
from commune_desk.domain.model.codes import CodeBook
from commune_desk.domain.model.record import longest
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Household, Person
from commune_desk.domain.time.dates import PartialDate
from commune_desk.domain.vietnamese.legacy_text import Encoding
from commune_desk.domain.words.labels import N_

ETHNICITY_UNKNOWN = N_("The ethnic group “{value}” is not known; it is kept in the note.")
RELATION_UNKNOWN = N_("The relation “{value}” is not clear; it is kept in the note.")
GROUP_UNKNOWN = N_("“{value}” names a group that is not known; it is kept in the note.")
BOTH_SEXES = N_("Both Nam (male) and Nữ (female) are filled in; the sex is left open.")
UNTITLED = N_("“{value}” stands to the right of the last title and is not taken over.")
SPREADSHEET_ERROR = N_("The cell shows “{value}”, an error of the spreadsheet, and was read as empty.")
BROKEN_LETTERS = N_("“{value}” holds a letter that the file lost.")
OTHER_TABLE = N_(
    "Row {row} begins another table with other columns. Choose that row for the titles and import the file once more."
)
TEXT_CUT = N_("The text is longer than {limit} characters and would be cut.")

_LONGEST_NAME = longest(Person, "full_name")
_LONGEST_NOTE = longest(ChildFile, "note")
_LONGEST = {"village": longest(Person, "village"), "household_head": longest(Household, "head_name")}
_NAME_PARTS = (Target.FAMILY_NAME, Target.FULL_NAME, Target.GIVEN_NAME)


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding about a row, and the index of the column it stands in (None: the column is missing)."""

    column: int | None
    level: ListLevel
    text: str
    params: Mapping[str, str] = field(default_factory=dict)


class ListedChild(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A child as a list tells it: codes of the code lists, partial birth date, ID and phone as stored.

    Texts alone, which need no garbage collector: over a list of 200,000 it would hold up the whole program.
    """

    full_name: str
    sex: str | None = None
    birth_date: str | None = None
    ethnicity: str | None = None
    id_number: str | None = None
    village: str | None = None
    household_head: str | None = None
    father_name: str | None = None
    mother_name: str | None = None
    caregiver_name: str | None = None
    caregiver_relation: str | None = None
    phone: str | None = None
    groups: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlan:
    """How to read the rows of one sheet: target and encoding of each column, code lists, and today."""

    mapping: Mapping[int, str]
    encodings: Mapping[int, Encoding] = field(default_factory=dict)
    codebook: CodeBook
    today: date
    width: int = 1 << 14
    """Columns that the header speaks of."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row that was read. `child` only for a child's row without errors; `section` is the village of a heading.

    `texts` are its cells as they were read.
    """

    kind: RowKind
    child: ListedChild | None = None
    problems: tuple[Problem, ...] = ()
    section: str | None = None
    texts: tuple[str, ...] = ()


def read_row(cells: Row, plan: ListPlan, *, village: str | None = None) -> ReadRow:
    """Read one row below the header. `village` is the heading above, for a list divided by village without a column."""
    reader = _RowReader(cells, plan)
    kind, section = reader.judge()
    if kind is not RowKind.CHILD:
        return ReadRow(kind, section=section, texts=reader.texts)
    child = reader.child(village)
    is_refused = any(problem.level is ListLevel.ERROR for problem in reader.problems)
    return ReadRow(kind, None if is_refused else child, tuple(reader.problems), texts=reader.texts)


def refused(read: ReadRow, text: str, **params: str) -> ReadRow:
    """The same row as one that cannot be taken over, for one reason alone."""
    return ReadRow(RowKind.CHILD, problems=(Problem(None, ListLevel.ERROR, text, params),), texts=read.texts)


class _RowReader:
    """One row and what was found in it so far."""

    def __init__(self, cells: Row, plan: ListPlan) -> None:
        self._plan = plan
        read = row_texts(cells, plan.encodings)
        self._errors = {column: cell_text(cell) for column, cell in enumerate(read) if is_spreadsheet_error(cell)}
        self._cells = tuple(None if column in self._errors else cell for column, cell in enumerate(read))
        self.texts = tuple(map(cell_text, self._cells))
        self._columns: dict[str, list[int]] = {}
        for column, target in plan.mapping.items():
            self._columns.setdefault(target, []).append(column)
        self._notes: list[str] = []
        self.problems: list[Problem] = []

    def judge(self) -> tuple[RowKind, str | None]:
        """What kind of row this is; a village heading also gives the village."""
        parts = (self._text(column) for target in _NAME_PARTS for column in self._columns.get(target, ())[:1])
        return kind_of_row(self.texts, " ".join(filter(None, parts)), self._is_born)

    def _is_born(self) -> bool:
        births = [self._cell(column) for column in self._columns.get(Target.BIRTH_DATE, ())]
        return any(read_birth(cell, self._plan.today).value for cell in births)

    def child(self, village: str | None) -> ListedChild:
        name = self._name()
        sex, birth = self._sex_and_birth()
        id_number = self._take(Target.ID_NUMBER, read_id_number)
        self._check_id(id_number, sex, birth)
        self._check_letters()
        phone = self._phone()
        relation = self._code(Target.CAREGIVER_RELATION, RELATION_UNKNOWN)
        groups = self._groups()
        self._notes += [text for column in self._columns.get(Target.NOTE, ()) if (text := self._text(column))]
        return ListedChild(
            full_name=name or "",
            sex=sex,
            birth_date=birth,
            ethnicity=self._code(Target.ETHNICITY, ETHNICITY_UNKNOWN),
            id_number=id_number,
            village=self._value(Target.VILLAGE) or village,
            household_head=self._value(Target.HOUSEHOLD_HEAD),
            father_name=self._value(Target.FATHER_NAME),
            mother_name=self._value(Target.MOTHER_NAME),
            caregiver_name=self._value(Target.CAREGIVER_NAME),
            caregiver_relation=relation,
            phone=phone,
            groups=groups,
            note=self._note(),
        )

    def _note(self) -> str | None:
        """What stands in the columns of remarks and found no other place; a row whose remarks would be cut is named."""
        whole = "\n".join(self._notes)
        if len(whole) > _LONGEST_NOTE:
            column = next(iter(self._columns.get(Target.NOTE, ())), None)
            self._report(column, ListFinding(ListLevel.ERROR, TEXT_CUT, {"limit": str(_LONGEST_NOTE)}))
        return whole[:_LONGEST_NOTE] or None

    def _check_letters(self) -> None:
        """What the file itself spoilt: values and letters that it lost, cells that an unquoted separator pushed out."""
        for column, text in self._errors.items():
            if self._plan.mapping.get(column, Target.IGNORE) != Target.IGNORE:
                self._report(column, ListFinding(ListLevel.WARNING, SPREADSHEET_ERROR, {"value": text}))
        for column, text in enumerate(self.texts):
            if text and column >= self._plan.width:
                self._report(column, ListFinding(ListLevel.WARNING, UNTITLED, {"value": text}))
            elif "\ufffd" in text and self._plan.mapping.get(column, Target.IGNORE) != Target.IGNORE:
                self._report(column, ListFinding(ListLevel.WARNING, BROKEN_LETTERS, {"value": text}))

    def _cell(self, column: int) -> Cell:
        return self._cells[column] if column < len(self._cells) else None

    def _text(self, column: int) -> str:
        return self.texts[column] if column < len(self.texts) else ""

    def _column(self, target: str) -> int | None:
        return next(iter(self._columns.get(target, ())), None)

    def _value(self, *targets: str) -> str | None:
        """The text of the first of these columns that has any, no longer than the register takes."""
        for target in targets:
            column = self._column(target)
            text = self._text(column) if column is not None else ""
            limit = _LONGEST.get(target, _LONGEST_NAME)
            if len(text) > limit:
                self._report(column, ListFinding(ListLevel.ERROR, TEXT_CUT, {"limit": str(limit)}))
            if text:
                return text[:limit]
        return None

    def _report(self, column: int | None, finding: ListFinding | None) -> None:
        if finding:
            self.problems.append(Problem(column, finding.level, finding.text, finding.params))

    def _accept(self, column: int | None, reading: Reading) -> str | None:
        self._report(column, reading.finding)
        return reading.value

    def _take(self, target: str, read: Callable[[Cell], Reading]) -> str | None:
        column = self._column(target)
        return None if column is None else self._accept(column, read(self._cell(column)))

    def _name(self) -> str | None:
        whole = self._value(Target.FULL_NAME)
        parts = (self._value(Target.FAMILY_NAME), whole, self._value(Target.GIVEN_NAME))
        column = self._column(Target.FULL_NAME)
        if column is None:
            column = self._column(Target.GIVEN_NAME)
        return self._accept(column, read_name(" ".join(filter(None, parts))))

    def _sex_and_birth(self) -> tuple[str | None, str | None]:
        sex = self._take(Target.SEX, read_sex) or self._marked_sex(Target.SEX_MALE, Target.SEX_FEMALE, is_marked)
        birth = self._column(Target.BIRTH_DATE)
        if birth is not None:
            return sex, self._accept(birth, read_birth(self._cell(birth), self._plan.today))
        if self._column(Target.BIRTH_YEAR) is not None:
            return sex, self._split_birth()
        return self._birth_by_sex(sex)

    def _marked_sex(self, male: str, female: str, is_filled: Callable[[Cell], bool]) -> str | None:
        boy, girl = self._column(male), self._column(female)
        is_boy = boy is not None and is_filled(self._cell(boy))
        is_girl = girl is not None and is_filled(self._cell(girl))
        if is_boy and is_girl:
            self._report(girl, ListFinding(ListLevel.WARNING, BOTH_SEXES))
        if is_boy is is_girl:
            return None
        return "male" if is_boy else "female"

    def _split_birth(self) -> str | None:
        """Day, month and year in columns of their own; an empty day or month is unknown."""
        day, month, year = (self._column(part) for part in (Target.BIRTH_DAY, Target.BIRTH_MONTH, Target.BIRTH_YEAR))
        texts = [self._text(part) if part is not None else "" for part in (day, month, year)]
        typed = "/".join(text or "00" for text in texts) if texts[2] else ""
        return self._accept(year, read_birth(typed, self._plan.today))

    def _birth_by_sex(self, sex: str | None) -> tuple[str | None, str | None]:
        """The birth date stands in the boys' or in the girls' column, and so tells the sex."""
        filled = self._marked_sex(Target.BIRTH_MALE, Target.BIRTH_FEMALE, lambda cell: bool(cell_text(cell)))
        column = self._column(Target.BIRTH_FEMALE if filled == "female" else Target.BIRTH_MALE)
        cell = self._cell(column) if column is not None else None
        return sex or filled, self._accept(column, read_birth(cell, self._plan.today))

    def _check_id(self, id_number: str | None, sex: str | None, birth: str | None) -> None:
        known = PartialDate.stored(birth) if birth else None
        for finding in check_id_number(id_number or "", sex=sex, birth=known):
            self._report(self._column(Target.ID_NUMBER), ListFinding(ListLevel(finding.level), finding.text))

    def _code(self, target: str, unknown: str) -> str | None:
        """A code by its name; what is not known goes to the note, so that nothing written is dropped."""
        column = self._column(target)
        text = self._text(column) if column is not None else ""
        if not text:
            return None
        book = self._plan.codebook
        entry = book.ethnic_group(text) if target == Target.ETHNICITY else book.relation(text)
        if entry is None:
            self._report(column, ListFinding(ListLevel.WARNING, unknown, {"value": text}))
            self._notes.append(text)
        return entry.code if entry else None

    def _phone(self) -> str | None:
        phone = self._take(Target.PHONE, read_phone)
        if any(problem.text in (PHONE_UNREADABLE, PHONE_SEVERAL) for problem in self.problems):
            self._notes.append(self._text(self._columns[Target.PHONE][0]))
        return phone

    def _groups(self) -> tuple[str, ...]:
        codes: dict[str, None] = {}
        for target, columns in self._columns.items():
            if target.startswith(GROUP_PREFIX) and any(is_marked(self._cell(column)) for column in columns):
                codes[target.removeprefix(GROUP_PREFIX)] = None
        for column in self._columns.get(Target.GROUPS, ()):
            text = self._text(column)
            named, rest = read_groups(text, self._plan.codebook)
            codes |= dict.fromkeys(named)
            if rest:
                self._notes.append(text)
            if rest and not named:
                self._report(column, ListFinding(ListLevel.WARNING, GROUP_UNKNOWN, {"value": text}))
        return tuple(codes)
