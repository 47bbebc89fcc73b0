"""The columns of a list: what stands in each, and what a person may say that it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from commune_desk.domain.lists.cells import cell_text
from commune_desk.domain.lists.columns import Target, group_target
from commune_desk.domain.lists.header import are_titles, row_texts
from commune_desk.domain.model.codes import CodeBook
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Option
from commune_desk.usecases.lists.import_source import SheetHead, samples

TARGET_NAMES: dict[str, str] = {
    Target.IGNORE: N_("Not taken over"),
    Target.FULL_NAME: N_("Child: full name"),
    Target.FAMILY_NAME: N_("Child: family and middle name"),
    Target.GIVEN_NAME: N_("Child: given name"),
    Target.SEX: N_("Child: sex"),
    Target.SEX_MALE: N_("Marked for boys"),
    Target.SEX_FEMALE: N_("Marked for girls"),
    Target.BIRTH_DATE: N_("Child: birth date"),
    Target.BIRTH_MALE: N_("Birth date of boys"),
    Target.BIRTH_FEMALE: N_("Birth date of girls"),
    Target.BIRTH_DAY: N_("Day of birth"),
    Target.BIRTH_MONTH: N_("Month of birth"),
    Target.BIRTH_YEAR: N_("Year of birth"),
    Target.ETHNICITY: N_("Child: ethnic group"),
    Target.ID_NUMBER: N_("Child: personal ID number"),
    Target.VILLAGE: N_("Village"),
    Target.HOUSEHOLD_HEAD: N_("Head of household"),
    Target.FATHER_NAME: N_("Father"),
    Target.MOTHER_NAME: N_("Mother"),
    Target.CAREGIVER_NAME: N_("Carer: name"),
    Target.CAREGIVER_RELATION: N_("Carer: relation to the child"),
    Target.PHONE: N_("Carer: phone"),
    Target.GROUPS: N_("Groups, in words"),
    Target.NOTE: N_("Note"),
}
_HEADER_CHOICES = 30
_HEADER_CHARS = 70


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column of the list with its first values and its target."""

    column: int
    title: str
    samples: str
    target: str


def target_options(codes: CodeBook) -> list[Option]:
    """Everything a column can hold, a column to tick for each group last."""
    named = [(str(code), _(name)) for code, name in TARGET_NAMES.items()]
    groups = [entry for entry in codes.entries("child_groups") if "." not in entry.code]
    marked = [
        (group_target(entry.code), _("Marked: {group}").format(group=labels.group_tick(codes, entry.code)))
        for entry in groups
    ]
    return [*named, *marked]


@dataclass(frozen=True, slots=True)
class Looked:
    """A sheet that was looked into, with what showing it needs: made once, off the UI thread."""

    head: SheetHead
    samples: Mapping[int, list[str]]
    header_options: tuple[Option, ...]


def looked(head: SheetHead) -> Looked:
    """Everything the page shows of a sheet."""
    return Looked(head, samples(head), tuple(header_options(head)))


def column_rows(sheet: Looked, mapping: Mapping[int, str]) -> tuple[ColumnRow, ...]:
    """The titled columns from left to right, each with three values."""
    header = sheet.head.header
    titles = header.titles if header else ()
    return tuple(
        ColumnRow(column, titles[column], " · ".join(sheet.samples.get(column, ())), target)
        for column, target in sorted(mapping.items())
    )


def header_options(head: SheetHead) -> list[Option]:
    """The rows that may be the header, as `first-last` counted from 0: the one found, each of the first by itself, and
    further down each that begins another table."""
    chosen = header_code(head)
    options = [] if "-" not in chosen or len(set(chosen.split("-"))) == 1 else [(chosen, _some_rows(head))]
    for number, row in enumerate(head.rows):
        texts = [text for cell in row_texts(row, {}) if (text := cell_text(cell))]
        if len(texts) > 1 and (number < _HEADER_CHOICES or are_titles(texts)):
            text = " | ".join(texts)
            shown = text if len(text) <= _HEADER_CHARS else text[:_HEADER_CHARS] + "…"
            options.append((f"{number}-{number}", _("Row {row}: {text}").format(row=number + 1, text=shown)))
    return options


def _some_rows(head: SheetHead) -> str:
    header = head.header
    if header is None:
        return ""
    titles = " | ".join(filter(None, header.titles))
    shown = titles if len(titles) <= _HEADER_CHARS else titles[:_HEADER_CHARS] + "…"
    return _("Rows {first} to {last}: {text}").format(first=header.first_row + 1, last=header.last_row + 1, text=shown)


def header_code(head: SheetHead) -> str:
    """The header in use as `first-last`, or an empty text."""
    return f"{head.header.first_row}-{head.header.last_row}" if head.header else ""
