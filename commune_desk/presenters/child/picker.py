"""Children to choose from while a name is typed."""

from __future__ import annotations

from dataclasses import dataclass

from commune_desk.presenters.wording import labels
from commune_desk.store.pages.children import child_rows
from commune_desk.store.pages.search import Filters, search_children
from commune_desk.usecases.desk.workplace import Workplace

SHOWN = 6


@dataclass(frozen=True, slots=True)
class ChildOption:
    """A child as one line to choose: `id` is the person's."""

    id: str
    name: str
    detail: str


def find_options(workplace: Workplace, typed: str) -> list[ChildOption]:
    """At most SHOWN children in the register that `typed` may mean; none while nothing is typed."""
    ids = workplace.read(lambda c: search_children(c, typed, Filters())).ids[:SHOWN]
    return options_of(workplace, ids)


def options_of(workplace: Workplace, ids: list[str]) -> list[ChildOption]:
    """The lines of these persons, in this order; without those who have no file here."""
    today = workplace.today()
    rows = {row.id: row for row in workplace.read(lambda c: child_rows(c, ids))}
    return [
        ChildOption(
            row.id,
            row.name,
            labels.joined(
                labels.age_text(row.birth_date, today),
                labels.village_text(row.village),
                row.carer.name if row.carer else "",
            ),
        )
        for one in ids
        if (row := rows.get(one)) is not None
    ]
