"""Reads a list into the register's waiting rows, some at a time: what each says, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import msgspec

from commune_desk.domain.lists.cells import Row, cell_text
from commune_desk.domain.lists.columns import Target
from commune_desk.domain.lists.ditto import without_dittos
from commune_desk.domain.lists.header import row_texts, says_again
from commune_desk.domain.lists.row_kinds import RowKind, is_signing
from commune_desk.domain.lists.rows import (
    OTHER_TABLE,
    ListedChild,
    ListPlan,
    ReadRow,
    read_row,
    refused,
)
from commune_desk.domain.model.access import require
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.model.record import kind_of
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.vietnamese.text import fold
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from commune_desk.store.lists import import_rows, imports
from commune_desk.store.lists.import_rows import LEVELS, Payload, RowState, StagedRow
from commune_desk.store.lists.import_twins import note_reached
from commune_desk.store.lists.imports import ImportState
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_source import ListSource, list_title, titles_key
from commune_desk.usecases.lists.import_twins import Comparison, RowTwin, keep, slim

BATCH = 200
NO_CHILDREN = N_("No child stands below the header. Nothing was imported. Choose another header row or sheet.")
_NAMES = (Target.FULL_NAME, Target.FAMILY_NAME, Target.GIVEN_NAME)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work is. A total of 0 means that nobody knows."""

    done: int
    total: int = 0
    is_over: bool = False


class ListReading:
    """Reads one list. Call `step` from the slow-query thread until it is over; leave off at any step to stop."""

    def __init__(self, workplace: Workplace, source: ListSource) -> None:
        self.import_id = uuid7()
        self._workplace, self._source = workplace, source
        self._rows: Iterator[tuple[int, Row]] = source.rows()
        self._plan = ListPlan(
            mapping=source.mapping,
            encodings=source.encodings,
            codebook=workplace.codes,
            today=workplace.today(),
            width=len(source.header.titles),
        )
        self._families = _Families()
        self._village: str | None = None
        self._above: Row = ()
        self._is_signed = False
        self._other_table = 0
        self._children: list[tuple[int, ListedChild]] = []
        self._done = 0
        self._has_begun = False
        self._comparison: Comparison | None = None
        self._found: Iterator[RowTwin] | None = None

    @property
    def is_comparing(self) -> bool:
        """Every row was read: what goes on is the search for children who stand twice."""
        return self._comparison is not None

    def step(self) -> Progress:
        """Read up to 200 rows and keep them, or compare some. Raises Fault when the file cannot be read further."""
        if not self._has_begun:
            self._write(self._begin)
            self._has_begun = True
        if self._found is not None:
            return self._conclude(list(islice(self._found, BATCH)))
        if self._comparison is not None:
            return self._compare(self._comparison)
        batch = list(islice(self._rows, BATCH))
        if not batch:
            return self._begin_comparison()
        staged = [one for number, cells in batch if (one := self._read(number, cells))]
        self._write(lambda tx: import_rows.add_rows(tx, self.import_id, staged))
        self._done += len(staged)
        return Progress(self._done)

    def _begin(self, tx: Tx) -> None:
        require(tx.actor, kind_of(ChildFile).write)
        header = self._source.header
        imports.begin(
            tx,
            self.import_id,
            file_digest=self._source.head.digest,
            title=list_title(self._source.head),
            columns=header.titles,
        )
        imports.remember_mapping(tx, titles_key(header.titles), dict(self._source.mapping))

    def _write(self, operation: Callable[[Tx], None]) -> None:
        self._workplace.write(operation)

    def _read(self, number: int, cells: Row) -> StagedRow | None:
        cells = without_dittos(cells, self._above, self._plan.mapping)
        read = self._placed(number, read_row(cells, self._plan, village=self._village))
        if read.kind is not RowKind.CHILD:
            return None
        self._above = cells
        payload = self._payload(number, cells, read)
        level = max((LEVELS[problem.level] for problem in read.problems), default=0)
        if read.child is None:
            return StagedRow(row=number, payload=payload, level=level, state=RowState.REJECTED)
        self._children.append((number, slim(read.child)))
        return StagedRow(row=number, payload=self._families.place(number, payload), level=level)

    def _placed(self, number: int, read: ReadRow) -> ReadRow:
        """The row as the rows above it make it: below the signatures, or in another table with other columns."""
        if read.kind is RowKind.SECTION:
            self._village, self._above = read.section, ()
        self._is_signed = read.kind is RowKind.SIGNATURE or (self._is_signed and is_signing(read.texts))
        if read.kind is RowKind.TITLES:
            self._other_table = 0 if says_again(read.texts, self._source.header.titles) else number
        if self._other_table and read.kind in (RowKind.TITLES, RowKind.CHILD):
            return refused(read, OTHER_TABLE, row=str(self._other_table))
        return ReadRow(RowKind.SIGNATURE) if read.kind is RowKind.CHILD and self._is_signed else read

    def _payload(self, number: int, cells: Row, read: ReadRow) -> Payload:
        """The row with its cells: it may be refused as late as when it is saved, and is then written out whole."""
        texts = tuple(map(cell_text, row_texts(cells, self._plan.encodings)))
        columns = {target: column for column, target in self._plan.mapping.items()}
        parts = [texts[columns[name]] for name in _NAMES if name in columns and columns[name] < len(texts)]
        return Payload(
            name=read.child.full_name if read.child else " ".join(filter(None, parts)),
            child=read.child,
            problems=read.problems,
            cells=texts,
            heading=self._village or "",
        )

    def _begin_comparison(self) -> Progress:
        if not self._done:
            self._write(lambda tx: imports.set_state(tx, self.import_id, ImportState.REMOVING))
            raise Fault(NO_CHILDREN)
        self._comparison = Comparison(self._children)
        return Progress(0, len(self._children))

    def _compare(self, comparison: Comparison) -> Progress:
        self._workplace.register.read_slowly(comparison.step).result()
        if comparison.is_over:
            self._found = iter(comparison.found)
        return Progress(comparison.looked_at, len(self._children))

    def _conclude(self, found: list[RowTwin]) -> Progress:
        """Keep some repetitions at a time, so that no save waits for all; without any the list is read."""
        if found:
            self._write(lambda tx: keep(tx, self.import_id, found))
            return Progress(self._done)
        self._write(self._be_ready)
        return Progress(self._done, self._done, is_over=True)

    def _be_ready(self, tx: Tx) -> None:
        imports.set_state(tx, self.import_id, ImportState.READY)
        if self._comparison is not None:
            note_reached(tx.connection, self.import_id, self._comparison.reached)


class _Families:
    """Which rows of one list speak of the same household, parents and carer: each is known by its first row."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, ...], int] = {}

    def place(self, row: int, payload: Payload) -> Payload:
        """The payload with the first rows that name its household, parents and carer.

        One name alone never makes two people one: parents must be the same couple or the same household's, a
        carer must have the same phone.
        """
        child = payload.child
        if child is None:
            return payload
        village, head = fold(child.village or ""), fold(child.household_head or "")
        father, mother = fold(child.father_name or ""), fold(child.mother_name or "")
        carer, phone = fold(child.caregiver_name or ""), child.phone or ""
        return msgspec.structs.replace(
            payload,
            household_row=self._row(row, "household", head, village) if head else 0,
            father_row=self._row(row, "father", father, mother or head, village)
            if father and (mother or head)
            else row,
            mother_row=self._row(row, "mother", mother, father or head, village)
            if mother and (father or head)
            else row,
            carer_row=self._row(row, "carer", carer, phone) if carer and phone else row,
        )

    def _row(self, row: int, *key: str) -> int:
        return self._first.setdefault(key, row)
