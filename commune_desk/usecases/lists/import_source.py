"""A list before it is read: its sheets, its header, what its columns hold and what they held the last time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from commune_desk.domain.lists.cells import Row, cell_text
from commune_desk.domain.lists.columns import NAME_TARGETS, REPEATABLE, SHARED_TARGETS, guess_mapping, title_key
from commune_desk.domain.lists.header import HeaderGuess, column_encodings, find_header, header_at, row_texts
from commune_desk.domain.model.record import longest
from commune_desk.domain.records.children import GroupMembership
from commune_desk.domain.vietnamese.legacy_text import Encoding
from commune_desk.domain.vietnamese.text import fold
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from commune_desk.store.engine.database import Connection
from commune_desk.store.lists.imports import remembered_mapping
from commune_desk.usecases.sheets.list_guard import CHANGED, EMPTY, unreadable
from commune_desk.usecases.sheets.read_list import ListFile, open_list

HEAD_ROWS = 2_060
SAMPLES = 3
_SAMPLED_ROWS = 60
NO_NAME = N_("No column holds the child's name. Choose which one does.")
TWICE = N_("Two columns are said to hold the same. Choose another meaning for one of them.")


@dataclass(frozen=True, slots=True)
class SheetHead:
    """The first rows of a sheet, and the header found in them (None: a person must point at it)."""

    file: ListFile
    digest: str
    sheet: str
    rows: tuple[Row, ...]
    header: HeaderGuess | None

    def with_header(self, first_row: int, last_row: int) -> SheetHead:
        """The same sheet with the header a person pointed at; rows count from 0, both included."""
        return SheetHead(self.file, self.digest, self.sheet, self.rows, header_at(self.rows, first_row, last_row))


@dataclass(frozen=True, slots=True)
class ListSource:
    """Everything needed to read a list row by row."""

    head: SheetHead
    header: HeaderGuess
    mapping: Mapping[int, str]
    encodings: Mapping[int, Encoding]

    def rows(self) -> Iterator[tuple[int, Row]]:
        """(number in Excel, cells) of each row below the header.

        From the first row on it raises Fault as `ListFile.rows`, and when the file is not the one looked into.
        """
        path = self.head.file.path
        if _digest(path) != self.head.digest:
            raise Fault(CHANGED, name=path.name)
        shared = [column for column, target in self.mapping.items() if target in SHARED_TARGETS]
        rows = self.head.file.rows(self.head.sheet, shared, self.header.first_data_row)
        yield from islice(enumerate(rows, start=1), self.header.first_data_row, None)


def look_into(path: Path, sheet: str = "") -> SheetHead:
    """Open a list at `sheet`, or at the first sheet with a header, else with anything. Raises Fault."""
    file = open_list(path)
    digest = _digest(path)
    if sheet:
        return _head(file, digest, sheet)
    filled = []
    for name in file.sheets:
        head = _head(file, digest, name)
        if head.header:
            return head
        if any(cell is not None for row in head.rows for cell in row):
            filled.append(head)
    if not filled:
        raise Fault(EMPTY, name=path.name)
    return filled[0]


def _head(file: ListFile, digest: str, sheet: str) -> SheetHead:
    rows = file.rows(sheet)
    with closing(rows):  # type: ignore[type-var]  # every reader is a generator
        first = tuple(islice(rows, HEAD_ROWS))
    return SheetHead(file, digest, sheet, first, find_header(first))


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


def titles_key(titles: Sequence[str]) -> str:
    """What a mapping is remembered by: the titles, whatever their case and marks."""
    return "\n".join(map(title_key, titles))


def mapping_for(connection: Connection, header: HeaderGuess) -> dict[int, str]:
    """The target of each titled column: what a person chose for these titles before, otherwise a guess."""
    guessed = guess_mapping(header.titles)
    remembered = remembered_mapping(connection, titles_key(header.titles)) or {}
    return {column: remembered.get(column, target) for column, target in guessed.items()}


def mapping_problem(mapping: Mapping[int, str]) -> str | None:
    """The message id of what is missing or twice in a mapping, or None."""
    targets = [target for target in mapping.values() if target not in REPEATABLE]
    if not NAME_TARGETS.intersection(targets):
        return NO_NAME
    return TWICE if len(set(targets)) < len(targets) else None


def source_of(head: SheetHead, mapping: Mapping[int, str]) -> ListSource:
    """The list to read. The head must have a header."""
    if head.header is None:
        raise ValueError("no header was found or chosen")
    return ListSource(head, head.header, dict(mapping), column_encodings(head.rows, head.header))


def samples(head: SheetHead) -> dict[int, list[str]]:
    """The first values of each column, as they will be read."""
    if head.header is None:
        return {}
    encodings = column_encodings(head.rows, head.header)
    found: dict[int, list[str]] = {column: [] for column in range(len(head.header.titles))}
    for row in head.rows[head.header.first_data_row :][:_SAMPLED_ROWS]:
        for column, cell in enumerate(row_texts(row, encodings)):
            values = found.get(column)
            if values is not None and len(values) < SAMPLES and (text := cell_text(cell)) and text not in values:
                values.append(text)
    return found


def list_title(head: SheetHead) -> str:
    """What the list calls itself above its header, otherwise the file's name: the basis of the groups it gives."""
    above = head.rows[: head.header.first_row] if head.header else ()
    texts = [cell_text(cell) for row in above for cell in row_texts(row, {}) if isinstance(cell, str)]
    named = next((text for text in texts if fold(text).startswith("danh sach")), "")
    return (named or head.file.path.stem)[: longest(GroupMembership, "basis")]
