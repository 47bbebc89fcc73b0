"""Brings a list that was read into the register: batches nobody sees, shown at once when the last row is saved."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import msgspec

from commune_desk.domain.lists.cells import ListLevel
from commune_desk.domain.lists.rows import Problem
from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.time.clock import local_day, monotonic
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.exchange.staged import release_next
from commune_desk.store.lists import import_rows, imports
from commune_desk.store.lists.import_rows import RowState, StagedRow
from commune_desk.store.lists.imports import ImportState
from commune_desk.store.writing.joined import kept_of
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_fill import fill_child
from commune_desk.usecases.lists.import_reading import BATCH, Progress
from commune_desk.usecases.lists.import_records import Origin, entry_of, save_entry
from commune_desk.usecases.lists.newcomers import Newcomers

SAME, DIFFERENT = "same", "different"
BATCH_SECONDS = 0.06
"""A batch ends early on a slow disk, so that nobody's save waits for it noticeably."""
CHANGED = ChangeSet.of({}, ("imports", "child_file", "person", "sync"))
"""What pages are told when a list is shown or taken back: too many records to name them one by one."""
UNDECIDED = N_("{count} possible repetitions are not decided yet. Nothing was imported.")
NOT_READY = N_("This import was ended meanwhile. Nothing was imported; choose the file again.")


def decide(tx: Tx, import_id: str, rows: Iterable[int], decision: str) -> None:
    """Decide about possible repetitions: `same` child, `different` children, or "" to leave it open again."""
    import_rows.decide(tx, import_id, rows, decision)


def start(tx: Tx, import_id: str) -> int:
    """Begin to save the rows; returns how many there are to save. Raises Refusal while a repetition is undecided."""
    known = imports.import_named(tx.connection, import_id)
    if known is None or known.state not in (ImportState.READY, ImportState.RUNNING):
        raise Refusal(NOT_READY)
    if known.state is ImportState.READY:
        undecided = import_rows.counts(tx.connection, import_id).undecided
        if undecided:
            raise Refusal(UNDECIDED, count=undecided)
        import_rows.settle_twins(tx, import_id, *_roots(import_rows.twins(tx.connection, import_id)))
        imports.set_state(tx, import_id, ImportState.RUNNING)
        tx.audit(AuditAction.IMPORT, record=import_id)
    return import_rows.count_in(tx.connection, import_id, RowState.STAGED, RowState.FILLING)


def _roots(twins: Iterable[tuple[int, int, str, str]]) -> tuple[dict[int, int], dict[int, str]]:
    """Where each repeated row goes in the end: into an earlier row, or into a child of the register."""
    joins: dict[int, int] = {}
    fills: dict[int, str] = {}
    for row, twin_row, person, decision in twins:
        if decision != SAME:
            continue
        if person or twin_row in fills:
            fills[row] = person or fills[twin_row]
        else:
            joins[row] = joins.get(twin_row, twin_row)
    return joins, fills


class ListSaving:
    """Saves one import. Call `step` until it is over; each is at most one short transaction or a few.

    Leaving off keeps what was saved, unseen, until somebody goes on or discards it.
    """

    def __init__(self, workplace: Workplace, import_id: str) -> None:
        self.import_id = import_id
        self._workplace = workplace
        self._total = self._done = 0
        self._newcomers: Newcomers | None = Newcomers(workplace, import_id)
        self.is_shown = False
        """Whether the children are in the register now; what then remains needs no waiting for."""

    def step(self) -> Progress:
        """Raises Refusal from the first step when the import may not start."""
        if self._newcomers is not None and self._newcomers.step():
            return Progress(0)
        self._newcomers = None
        if not self._total and not self.is_shown:
            return self._begin()
        done = self._save() if not self.is_shown else 0
        self._done += done
        if not self.is_shown and not done:
            self._workplace.write(partial(_complete, import_id=self.import_id))
            self.is_shown = True
        elif self.is_shown and not self._settle():
            return Progress(self._total, self._total, is_over=True)
        return Progress(min(self._done, self._total), self._total)

    def _begin(self) -> Progress:
        known = self._workplace.write(lambda tx: imports.import_named(tx.connection, self.import_id))[0]
        if known is not None and known.state is ImportState.COMPLETE:
            self.is_shown = True
        else:
            self._total = max(self._workplace.write(partial(start, import_id=self.import_id))[0], 1)
        return Progress(0, self._total)

    def _save(self) -> int:
        operation = partial(save_next, import_id=self.import_id)
        return self._workplace.register.write(operation, import_id=self.import_id).result()[0]

    def _settle(self) -> int:
        """What follows when the children are shown; 0 when nothing is left to do."""
        write = self._workplace.write
        filled = write(partial(fill_next, import_id=self.import_id))[0]
        self._done += filled
        return filled + write(release_next)[0]


def save_next(tx: Tx, import_id: str) -> int:
    """Save the next rows, at most 200 or what fits into a moment; returns how many were dealt with."""
    origin = origin_of(tx, import_id)
    rows = import_rows.next_rows(tx.connection, import_id, RowState.STAGED, BATCH)
    joined = import_rows.joined_to(tx.connection, import_id, [one.row for one in rows]) if rows else {}
    done, states = 0, list[tuple[int, RowState]]()
    end = monotonic() + BATCH_SECONDS
    for one in rows:
        states += _save_one(tx, origin, one, joined.get(one.row, []))
        done += 1
        if monotonic() > end:
            break
    import_rows.finish_rows(tx, import_id, states)
    return done


def _save_one(tx: Tx, origin: Origin, one: StagedRow, joined: list[StagedRow]) -> list[tuple[int, RowState]]:
    """What became of the row. Where it is refused, those that were to join it stay out with it, by the same reason."""
    try:
        entry = entry_of(tx, origin, one, joined)
    except Invalid as refused:
        for row in (one, *joined):
            _keep_out(tx, origin.import_id, row, refused)
        return [(row.row, RowState.REJECTED) for row in (one, *joined)]
    save_entry(tx, origin, entry)
    return [(one.row, RowState.SAVED), *((row.row, RowState.JOINED) for row in joined)]


def _keep_out(tx: Tx, import_id: str, one: StagedRow, refused: Invalid) -> None:
    params = {name: str(value) for name, value in refused.params.items()}
    reasons = [Problem(None, ListLevel.ERROR, text, params) for text in refused.fields.values() or [refused.text]]
    payload = msgspec.structs.replace(one.payload, problems=(*one.payload.problems, *reasons))
    import_rows.set_payload(tx, import_id, one.row, payload, level=2)


def fill_next(tx: Tx, import_id: str) -> int:
    """Fill in what the list knows more about children who were in the register; returns how many rows."""
    origin = origin_of(tx, import_id)
    rows = import_rows.next_rows(tx.connection, import_id, RowState.FILLING, BATCH // 4)
    for one in (_about_who_is_kept(tx, import_id, row) for row in rows):
        filled = fill_child(tx, origin, one)
        payload = msgspec.structs.replace(one.payload, filled=filled)
        import_rows.set_payload(tx, import_id, one.row, payload, level=one.level)
    import_rows.finish_rows(tx, import_id, [(one.row, RowState.FILLED) for one in rows])
    return len(rows)


def _about_who_is_kept(tx: Tx, import_id: str, one: StagedRow) -> StagedRow:
    """The row, which was taken for a record that may be joined to another since: there it is filled in, and emptied."""
    kept = kept_of(tx.connection, one.twin_person)
    if kept == one.twin_person:
        return one
    import_rows.set_twin(tx, import_id, one.row, twin_row=one.twin_row, person=kept, score=one.score)
    return msgspec.structs.replace(one, twin_person=kept)


def _complete(tx: Tx, import_id: str) -> None:
    imports.complete(tx, import_id)
    tx.audit(AuditAction.IMPORT_COMPLETE, record=import_id)


def origin_of(tx: Tx, import_id: str) -> Origin:
    """The basis and the day of an import: the day it was begun, also when it ends the day after."""
    known = imports.import_named(tx.connection, import_id)
    if known is None:
        raise Refusal(NOT_READY)
    return Origin(import_id, known.title, local_day(known.at).isoformat())
