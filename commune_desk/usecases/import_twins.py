"""Which rows of a list may be a child twice: in the list itself, or in the list and in the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from commune_desk.domain.list_repeats import LIKELY, SAME_ID, duplicate_keys, find_repeats, likeness
from commune_desk.domain.lists import ListedChild
from commune_desk.domain.text import fold
from commune_desk.store.database import Connection
from commune_desk.store.import_twins import Known, known_children, mother_of


@dataclass(frozen=True, slots=True)
class RowTwin:
    """An earlier row or a child of the register who may be the same; `is_sure` needs no person to look."""

    row: int
    score: float
    twin_row: int = 0
    person: str = ""
    is_sure: bool = False


def slim(child: ListedChild) -> ListedChild:
    """What comparing needs, so that a long list can be held in memory."""
    return ListedChild(
        full_name=child.full_name,
        birth_date=child.birth_date,
        id_number=child.id_number,
        mother_name=child.mother_name,
    )


def twins_in_list(rows: Sequence[tuple[int, ListedChild]]) -> list[RowTwin]:
    """Later rows that may repeat an earlier one."""
    children = [child for _, child in rows]
    return [
        RowTwin(
            rows[found.second][0],
            found.score,
            twin_row=rows[found.first][0],
            is_sure=_is_sure(found.score, children[found.first], children[found.second]),
        )
        for found in find_repeats(children)
    ]


def twins_in_register(connection: Connection, rows: Sequence[tuple[int, ListedChild]]) -> list[RowTwin]:
    """Rows whose child may be in the register already, each with the likeliest. Reads every child's name once."""
    wanted: dict[str, list[int]] = {}
    for place, (_, child) in enumerate(rows):
        for key in duplicate_keys(child):
            wanted.setdefault(key, []).append(place)
    best: dict[int, RowTwin] = {}
    for known in known_children(connection):
        _compare(connection, known, rows, wanted, best)
    return list(best.values())


def _compare(
    connection: Connection,
    known: Known,
    rows: Sequence[tuple[int, ListedChild]],
    wanted: Mapping[str, list[int]],
    best: dict[int, RowTwin],
) -> None:
    person, name, birth_date, id_number = known
    stored = ListedChild(full_name=name, birth_date=birth_date, id_number=id_number)
    places = {place for key in duplicate_keys(stored) for place in wanted.get(key, ())}
    if not places:
        return
    stored = ListedChild(
        full_name=name, birth_date=birth_date, id_number=id_number, mother_name=mother_of(connection, person)
    )
    for place in places:
        row, child = rows[place]
        score = likeness(stored, child)
        if score >= LIKELY and (place not in best or score > best[place].score):
            best[place] = RowTwin(row, score, person=person, is_sure=_is_sure(score, stored, child))


def _is_sure(score: float, one: ListedChild, other: ListedChild) -> bool:
    """The same number under two names is as often a slip of the pen as one child."""
    return score == SAME_ID and fold(one.full_name) == fold(other.full_name)
