"""Who may be in the register already: hard signs first, then names that look alike.

The library that compares names is loaded with the first look: pages name this use case, few days need it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from commune_desk.domain.model.batches import batched
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.dates import may_be_born_together
from commune_desk.domain.vietnamese.text import fold, given_name, second_fold
from commune_desk.store.engine.database import Connection
from commune_desk.store.pages.children import ChildRow, child_rows, kin_of_child, person_named
from commune_desk.store.pages.duplicates import persons_born, persons_named, persons_with_id

ALIKE = 88.0
"""Of 100: how much of two folded names must agree to be shown as alike."""
MOST_SHOWN = 5
MOTHERS = ("mother", "adoptive_mother")


class Sign(StrEnum):
    """Why two may be one, strongest first."""

    SAME_ID = "same_id"
    SAME_NAME_BIRTH_MOTHER = "same_name_birth_mother"
    SAME_NAME_BIRTH = "same_name_birth"
    ALIKE = "alike"


class Twin(msgspec.Struct, frozen=True):
    """A child of the register who may be the one being entered."""

    row: ChildRow
    sign: Sign
    id_number: str | None
    mother: str


def find_twins(connection: Connection, person: Person, mother: str = "") -> list[Twin]:
    """Children who may be `person`, strongest sign first, at most five; never `person` itself."""
    hard = set(persons_with_id(connection, person.id_number)) if person.id_number else set()
    near = hard | set(persons_named(connection, given_name(person.full_name))) if person.full_name else hard
    if person.birth_date:
        near |= set(persons_born(connection, person.birth_date))
    near.discard(person.id)
    twins = [
        twin for row in _rows(connection, sorted(near)) if (twin := _compare(connection, person, mother, row, hard))
    ]
    return sorted(twins, key=lambda twin: (list(Sign).index(twin.sign), twin.row.name, twin.row.id))[:MOST_SHOWN]


def _rows(connection: Connection, ids: list[str]) -> Iterable[ChildRow]:
    for some in batched(ids):
        yield from child_rows(connection, some)


def _compare(connection: Connection, person: Person, mother: str, row: ChildRow, hard: set[str]) -> Twin | None:
    if row.id in hard:
        return _twin(connection, row, Sign.SAME_ID)
    same_name = second_fold(row.name) == second_fold(person.full_name)
    if same_name and row.birth_date and row.birth_date == person.birth_date:
        twin = _twin(connection, row, Sign.SAME_NAME_BIRTH)
        is_same_mother = bool(mother) and fold(twin.mother) == fold(mother)
        return msgspec.structs.replace(twin, sign=Sign.SAME_NAME_BIRTH_MOTHER) if is_same_mother else twin
    if alike(row.name, person.full_name) and may_be_born_together(row.birth_date, person.birth_date):
        return _twin(connection, row, Sign.ALIKE)
    return None


def _twin(connection: Connection, row: ChildRow, sign: Sign) -> Twin:
    kin = kin_of_child(connection, row.id)
    mother = next((one.person.full_name for one in kin if one.relation.relation in MOTHERS), "")
    return Twin(row, sign, _id_number(connection, row.id), mother)


def _id_number(connection: Connection, person: str) -> str | None:
    known = person_named(connection, person)
    return known.id_number if known else None


def alike(one: str, other: str) -> bool:
    """Whether two names look alike without their marks, words in any order."""
    from rapidfuzz import fuzz

    return fuzz.token_sort_ratio(second_fold(one), second_fold(other)) >= ALIKE


def similar_names(names: Iterable[str], typed: str, most: int = MOST_SHOWN) -> list[str]:
    """The names that `typed` may be a slip of, the likeliest first. Takes a while over many names."""
    known = list(names)
    wanted = fold(typed)
    if len(wanted) < 3:
        return []
    from rapidfuzz import fuzz, process

    hits = process.extract(
        wanted, [fold(name) for name in known], scorer=fuzz.token_sort_ratio, limit=most, score_cutoff=70
    )
    return list(dict.fromkeys(known[place] for _, _, place in hits))
