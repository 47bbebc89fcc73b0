"""Takes an import back as a whole: without a trace while it has no numbers, otherwise by withdrawing its files."""

from __future__ import annotations

from functools import partial

import msgspec

from commune_desk.domain.records.children import WITHDRAWN, ChildFile
from commune_desk.domain.time.clock import local_day
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.exchange.staged import release_next
from commune_desk.store.lists import import_rows, imports
from commune_desk.store.lists.import_rows import RowState
from commune_desk.store.lists.import_undo import (
    active_files,
    count_changed,
    forget_index,
    has_staged,
    is_numbered,
    remove_next,
)
from commune_desk.store.lists.imports import ImportState
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_fill import take_back
from commune_desk.usecases.lists.import_reading import BATCH, Progress

CHANGED_SINCE = N_(
    "{count} files of this list were worked on since it was imported, so it is not taken back as a whole. "
    "Nothing was changed. Close the files that do not belong here one by one."
)
ALREADY_UNDONE = N_("This import was taken back already.")
SYNC_FIRST = N_(
    "Part of this list is with the province, and this PC has no number of its own yet after a restore. "
    "Nothing was changed. Sync once, then take the list back."
)
_BROKEN_OFF = (ImportState.STAGING, ImportState.READY, ImportState.RUNNING, ImportState.REMOVING)


class ListUndo:
    """Takes one import back, or discards one that was broken off. Call `step` until it is over."""

    def __init__(self, workplace: Workplace, import_id: str) -> None:
        self.import_id = import_id
        self._workplace = workplace
        self._state: ImportState | None = None
        self._done = 0

    def step(self) -> Progress:
        """Raises Refusal, before anything is changed, when people have worked on files of the list since."""
        write = self._workplace.write
        if self._state is None:
            self._state = write(partial(_begin, import_id=self.import_id))[0]
        elif self._state is ImportState.COMPLETE:
            if not write(release_next)[0]:
                self._state = write(partial(_begin, import_id=self.import_id, is_released=True))[0]
        else:
            done = write(partial(_take_some, import_id=self.import_id, state=self._state))[0]
            self._done += done
            return Progress(self._done, is_over=not done)
        return Progress(self._done)


def _begin(tx: Tx, import_id: str, *, is_released: bool = False) -> ImportState:
    """Choose the way back and take the list out of sight.

    Numbered changes cannot be taken out of the chain: what is still without a number gets one first (`COMPLETE`).
    """
    known = imports.import_named(tx.connection, import_id)
    if known is None or known.state is ImportState.UNDONE:
        raise Refusal(ALREADY_UNDONE)
    if known.state is ImportState.COMPLETE:
        changed = count_changed(tx.connection, import_id)
        if changed:
            raise Refusal(CHANGED_SINCE, count=changed)
    if known.state in _BROKEN_OFF or not is_numbered(tx.connection, import_id):
        state = ImportState.REMOVING
    elif known.state is ImportState.WITHDRAWING or not has_staged(tx.connection, import_id):
        state = ImportState.WITHDRAWING
    elif is_released:
        raise Refusal(SYNC_FIRST)
    else:
        return ImportState.COMPLETE
    imports.hide(tx, import_id, state)
    tx.audit(AuditAction.IMPORT_UNDO, record=import_id)
    return state


def _take_some(tx: Tx, import_id: str, state: ImportState) -> int:
    """The next part of the way back; 0 when the import is undone."""
    done = _empty_some(tx, import_id)
    if not done:
        done = remove_next(tx, import_id, BATCH) if state is ImportState.REMOVING else _withdraw_some(tx, import_id)
    if not done and state is ImportState.REMOVING:
        done = forget_index(tx, import_id, BATCH)
    done = done or import_rows.drop_rows(tx, import_id, BATCH)
    if not done:
        imports.set_state(tx, import_id, ImportState.UNDONE)
    return done


def _empty_some(tx: Tx, import_id: str) -> int:
    """Take back what the list added to children who were in the register before it."""
    rows = import_rows.next_rows(tx.connection, import_id, RowState.FILLED, BATCH // 4)
    for one in rows:
        if one.payload.filled is not None:
            take_back(tx, one.twin_person, one.payload.filled, _today(tx))
    import_rows.finish_rows(tx, import_id, [(one.row, RowState.REJECTED) for one in rows])
    return len(rows)


def _withdraw_some(tx: Tx, import_id: str) -> int:
    files = active_files(tx.connection, import_id, BATCH // 2)
    for one in files:
        tx.save(msgspec.structs.replace(tx.existing(ChildFile, one), status=WITHDRAWN))
    return len(files)


def _today(tx: Tx) -> str:
    return local_day(tx.present()).isoformat()
