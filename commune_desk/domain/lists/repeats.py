"""Which children of a list may be one and the same: candidates for a person to compare, never merged here."""

from __future__ import annotations

from dataclasses import dataclass

from commune_desk.domain.lists.rows import ListedChild
from commune_desk.domain.time.dates import may_be_born_together
from commune_desk.domain.vietnamese.text import second_fold

SAME_ID = 1.0
SAME_BIRTH_AND_MOTHER = 0.9
SAME_BIRTH = 0.8
SAME_MOTHER = 0.6
LIKELY = SAME_MOTHER
_WHOLE_DATE = 10
_MOST_RIVALS = 20
"""Different children of one name and day that a row is compared with: only a column that holds no names has more."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Two places in a sequence of children that may be one child; `score` as in `likeness`."""

    first: int
    second: int
    score: float


def duplicate_keys(child: ListedChild) -> tuple[str, ...]:
    """Keys of which two records of one child share at least one; most that share one are still two children."""
    keys = (f"id:{child.id_number}",) if child.id_number else ()
    return *keys, f"name:{second_fold(child.full_name)}"


def likeness(one: ListedChild, other: ListedChild) -> float:
    """0.0 to 1.0: how sure it is that both are one child.

    The same ID number, or the same folded name (Lý and Lí are one) with birth dates and mothers that agree; what one of
    them does not say speaks neither for nor against. Two different ID numbers need name, birth and mother to agree.
    """
    if one.id_number and one.id_number == other.id_number:
        return SAME_ID
    if not _is_one_name(one.full_name, other.full_name) or not may_be_born_together(one.birth_date, other.birth_date):
        return 0.0
    mothers = _agreement(one.mother_name, other.mother_name)
    if mothers is False:
        return 0.0
    is_same_day = (
        one.birth_date is not None and one.birth_date == other.birth_date and len(one.birth_date) == _WHOLE_DATE
    )
    if is_same_day and mothers:
        return SAME_BIRTH_AND_MOTHER
    if one.id_number and other.id_number:
        return 0.0
    if is_same_day:
        return SAME_BIRTH
    return SAME_MOTHER if mothers else 0.0


class Repeats:
    """Takes the children of a list one by one, and tells of each whether an earlier one is likely the same child."""

    def __init__(self) -> None:
        self._children: list[ListedChild] = []
        self._by_id: dict[str, int] = {}
        self._met: dict[tuple[str, ...], dict[tuple[str | None, ...], int]] = {}

    def add(self, child: ListedChild) -> Repeat | None:
        """The next child of the list, with the likeliest earlier one."""
        place = len(self._children)
        self._children.append(child)
        seen = self._by_id.get(child.id_number) if child.id_number else None
        keys = _meeting_keys(child)
        rivals = {rival for key in keys for rival in self._met.get(key, {}).values()} if seen is None else {seen}
        scored = [(likeness(self._children[rival], child), -rival) for rival in rivals]
        score, rival = max(scored, default=(0.0, 0))
        self._remember(place, child, keys)
        return Repeat(-rival, place, score) if score >= LIKELY else None

    def _remember(self, place: int, child: ListedChild, keys: list[tuple[str, ...]]) -> None:
        told = (child.birth_date, child.id_number, second_fold(child.mother_name or ""))
        for key in keys:
            here = self._met.setdefault(key, {})
            if len(here) < _MOST_RIVALS:
                here.setdefault(told, place)
        if child.id_number:
            self._by_id.setdefault(child.id_number, place)


def _meeting_keys(child: ListedChild) -> list[tuple[str, ...]]:
    """Keys of which two likely repetitions without a common ID number share one: the name with a day or a mother."""
    name = second_fold(child.full_name)
    keys: list[tuple[str, ...]] = [("mother", name, second_fold(child.mother_name))] if child.mother_name else []
    if child.birth_date and len(child.birth_date) == _WHOLE_DATE:
        keys.append(("day", name, child.birth_date))
    return keys


def _agreement(one: str | None, other: str | None) -> bool | None:
    if not one or not other:
        return None
    return _is_one_name(one, other)


def _is_one_name(one: str, other: str) -> bool:
    return second_fold(one) == second_fold(other)
