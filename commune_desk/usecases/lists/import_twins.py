"""Which rows of a list may be a child twice: in the list itself, or in the list and in the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from commune_desk.domain.lists.repeats import LIKELY, SAME_ID, Repeats, duplicate_keys, likeness
from commune_desk.domain.lists.rows import ListedChild
from commune_desk.domain.vietnamese.text import fold
from commune_desk.store.engine.database import Connection
from commune_desk.store.lists import import_rows
from commune_desk.store.lists.import_twins import Known, known_children, mother_of
from commune_desk.store.writing.transaction import Tx

_SOME = 2_000


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


class Comparison:
    """The search for rows that may be a child twice: first within the list, then in the register; some at a time.

    `after`: the place in the register up to which the rows were compared before, and with each other.
    """

    def __init__(self, rows: Sequence[tuple[int, ListedChild]], *, after: int | None = None) -> None:
        self._rows = rows
        self._repeats = Repeats() if after is None else None
        self._looked_at = 0
        self._wanted: dict[str, list[int]] = {}
        self.reached = after or 0
        self._in_list: dict[int, RowTwin] = {}
        self._in_register: dict[int, RowTwin] = {}
        self.is_over = False

    @property
    def looked_at(self) -> int:
        """Rows of the list that were compared with those before them."""
        return self._looked_at

    @property
    def found(self) -> list[RowTwin]:
        """Each row once, with the likelier of the two; of equals with the earlier row of the list."""
        rows = self._in_register | self._in_list
        return [max(one, self._in_register.get(row, one), key=lambda twin: twin.score) for row, one in rows.items()]

    def step(self, connection: Connection) -> None:
        """Compare up to 2,000 rows or children. Call it until `is_over`."""
        if self._looked_at < len(self._rows):
            self._look_in_list(self._rows[self._looked_at : self._looked_at + _SOME])
            return
        known = known_children(connection, self.reached, _SOME)
        for child in known:
            self._look_for(connection, child)
            self.reached = child[0]
        self.is_over = not known

    def _look_in_list(self, rows: Sequence[tuple[int, ListedChild]]) -> None:
        for number, child in rows:
            for key in duplicate_keys(child):
                self._wanted.setdefault(key, []).append(self._looked_at)
            self._looked_at += 1
            found = self._repeats.add(child) if self._repeats else None
            if found is not None:
                first, earlier = self._rows[found.first]
                self._in_list[number] = RowTwin(
                    number, found.score, twin_row=first, is_sure=_is_sure(found.score, earlier, child)
                )

    def _look_for(self, connection: Connection, known: Known) -> None:
        _place, person, name, birth_date, id_number = known
        stored = ListedChild(full_name=name, birth_date=birth_date, id_number=id_number)
        places = {place for key in duplicate_keys(stored) for place in self._wanted.get(key, ())}
        if not places:
            return
        stored = ListedChild(
            full_name=name, birth_date=birth_date, id_number=id_number, mother_name=mother_of(connection, person)
        )
        for place in places:
            row, child = self._rows[place]
            score = likeness(stored, child)
            best = self._in_register.get(row)
            if score >= LIKELY and (best is None or score > best.score):
                self._in_register[row] = RowTwin(row, score, person=person, is_sure=_is_sure(score, stored, child))


def keep(tx: Tx, import_id: str, found: Sequence[RowTwin]) -> None:
    """Ask about these repetitions, whatever was decided of the rows before; what is sure is decided at once."""
    for twin in found:
        import_rows.set_twin(tx, import_id, twin.row, twin_row=twin.twin_row, person=twin.person, score=twin.score)
    import_rows.decide(tx, import_id, [twin.row for twin in found], "")
    import_rows.decide(tx, import_id, [twin.row for twin in found if twin.is_sure], "same")


def _is_sure(score: float, one: ListedChild, other: ListedChild) -> bool:
    """The same number under two names is as often a slip of the pen as one child."""
    return score == SAME_ID and fold(one.full_name) == fold(other.full_name)
