"""What the page of imports shows at each of its steps, and how many rows are what, in words."""

from __future__ import annotations

from dataclasses import dataclass

from commune_desk.i18n import _, format_number, ngettext
from commune_desk.presenters.lists.columns import ColumnRow
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.lists.import_rows import Counts, View


@dataclass(frozen=True, slots=True)
class PastImport:
    """An import that is in the register, or was broken off."""

    id: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class ColumnsView:
    """The columns of the list. `problem` says why its rows cannot be read yet, `remark` what is worth knowing."""

    subtitle: str
    sheets: tuple[Option, ...]
    sheet: str
    headers: tuple[Option, ...]
    header: str
    columns: tuple[ColumnRow, ...]
    problem: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class CheckView:
    """The rows of the list. `tabs` are (view, text with its count); `to_decide` are repetitions still open, `decided`
    those that somebody has decided about."""

    tabs: tuple[Option, ...]
    ids: tuple[str, ...]
    to_decide: int
    decided: int
    import_text: str
    hint: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A child who was imported with a warning; `person` opens the file."""

    person: str
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ResultView:
    """What became of the list: (tone, number, sentence) of each outcome that happened, and what is worth a look."""

    title: str
    lines: tuple[tuple[str, str, str], ...]
    has_rejects: bool
    remarks: tuple[Remark, ...]
    more_remarks: str


def back_question() -> tuple[str, str]:
    """What is asked before the columns are shown again, which takes with it what was decided about rows."""
    return (
        _("Go back to the columns?"),
        _("What you have decided about repetitions is forgotten, and is asked again once the rows are read."),
    )


def rejects_saved(count: int) -> str:
    """What is said of a workbook of refused rows: it is the one file with names that anyone can read."""
    text = ngettext(
        "{count} row was saved. Put it right there and bring in that file.",
        "{count} rows were saved. Put them right there and bring in that file.",
        count,
    )
    warning = _("Its names are not encrypted: delete the file as soon as you are done with it.")
    return f"{text.format(count=format_number(count))} {warning}"


def tabs_of(counts: Counts) -> tuple[Option, ...]:
    """The views of the rows, each with how many it has."""
    named = (
        (View.ALL, _("All"), counts.total),
        (View.ERRORS, _("Errors"), counts.errors),
        (View.DUPLICATES, _("Repetitions"), counts.duplicates),
        (View.WARNINGS, _("Warnings"), counts.warnings),
        (View.FINE, _("Fine"), counts.fine),
    )
    return tuple((view.value, f"{name} {format_number(count)}") for view, name, count in named)


def hint_of(counts: Counts) -> str:
    """What stands in the way of the import, or what stays out of it."""
    if counts.undecided:
        return ngettext(
            "{count} possible repetition is to be decided before the list can be imported.",
            "{count} possible repetitions are to be decided before the list can be imported.",
            counts.undecided,
        ).format(count=format_number(counts.undecided))
    if counts.errors:
        return ngettext(
            "{count} row has errors and stays out; you can save it with the reason afterwards.",
            "{count} rows have errors and stay out; you can save them with the reasons afterwards.",
            counts.errors,
        ).format(count=format_number(counts.errors))
    if counts.left:
        return ngettext(
            "{count} row is about a child who has left this register meanwhile, and stays out.",
            "{count} rows are about children who have left this register meanwhile, and stay out.",
            counts.left,
        ).format(count=format_number(counts.left))
    return _("Every row can be imported.")
