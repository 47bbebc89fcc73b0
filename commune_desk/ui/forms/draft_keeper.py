"""Keeps what is typed in a form as a draft: every two seconds while it is typed, and when the register is locked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from commune_desk.domain.words.errors import DeskError
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import Draft, Payload, drop_draft, load_draft, save_draft

EVERY_MS = 2_000
"""The most that a crash costs, of somebody who never pauses too: a keystroke does not put off what is due."""


class Typed(NamedTuple):
    """What stands in a form now: the field that has the focus, and every value as JSON can hold it."""

    focus: str
    payload: Payload


class DraftKeeper(QObject):
    """Watches one form. Emits `kept` when a draft was written and `not_kept` with the error when it could not be.

    `ending` comes before the form is read for the last time: a word that is being composed is to be typed by then.
    """

    ending = Signal()
    kept = Signal()
    not_kept = Signal(object)

    def __init__(
        self, form: str, record: str, read: Callable[[], Typed], workplace: Workplace, tasks: Tasks, parent: QObject
    ) -> None:
        """`read` tells what stands in the form; the keeper remembers what stood there when it was made."""
        super().__init__(parent)
        self.form, self.record = form, record
        self._read, self._workplace, self._tasks = read, workplace, tasks
        self._untouched = self._last = _plain(read().payload)
        self._is_watching = True
        self._due = QTimer(self, interval=EVERY_MS, singleShot=True)
        self._due.timeout.connect(self.save)

    def found(self) -> Draft | None:
        """The draft that this officer left for this form and record, or None."""
        officer = self._workplace.actor.officer
        return self._workplace.read(lambda c: load_draft(c, self.form, officer, self.record))

    def restored(self, draft: Draft) -> None:
        """Say that the form now shows `draft`."""
        self._last = draft.payload

    @property
    def is_touched(self) -> bool:
        """Whether anything was entered that is not saved."""
        return _plain(self._read().payload) != self._untouched

    @property
    def is_done(self) -> bool:
        """Whether the form was saved or thrown away: it is watched no more and has no draft."""
        return not self._is_watching and self.found() is None

    def left_behind(self) -> Callable[[Tx], bool] | None:
        """What keeps the draft of a form that is being left, kept before or not, and says whether it may be kept; None
        when nothing was entered."""
        self.ending.emit()
        return self.as_typed() if self._is_watching else None

    def as_typed(self) -> Callable[[Tx], bool] | None:
        """What keeps the form as it stands now, watched or not; None when nothing was entered."""
        if not self.is_touched:
            return None
        typed = self._read()
        return lambda tx: save_draft(tx, self.form, self.record, typed.focus, _plain(typed.payload))

    def drop(self) -> Callable[[Tx], None]:
        """What forgets the draft; from now on the form is not watched any more."""
        self.stop()
        return lambda tx: drop_draft(tx, self.form, self.record)

    def touch(self) -> None:
        """Something was typed: keep it soon."""
        if self._is_watching and not self._due.isActive():
            self._due.start()

    def save(self) -> None:
        """Keep the draft now, without waiting for it."""
        operation = self.flush()
        if operation is not None:
            self._tasks.run(
                lambda: self._workplace.write(operation),
                lambda _result: self.kept.emit(),
                self.was_not_kept,
                owner=self,
            )

    def last(self) -> Callable[[Tx], object] | None:
        """What keeps the present state before the form goes, as at lock; None when it is kept already."""
        self.ending.emit()
        return self.flush()

    def flush(self) -> Callable[[Tx], object] | None:
        """What keeps the present state; None when it is kept already."""
        self._due.stop()
        typed = self._read()
        payload = _plain(typed.payload)
        if not self._is_watching or payload == self._last:
            return None
        self._last = payload
        if payload == self._untouched:
            return lambda tx: drop_draft(tx, self.form, self.record)
        return lambda tx: save_draft(tx, self.form, self.record, typed.focus, payload)

    def stop(self) -> None:
        """Watch no longer: the form is being saved or thrown away."""
        self._is_watching = False
        self._due.stop()

    def resume(self) -> None:
        """Watch again, after a save that did not go through."""
        self._is_watching = True
        self.touch()

    def was_not_kept(self, error: DeskError) -> None:
        """What `flush` gave could not be written: it is tried again."""
        self._last = self._untouched
        self.not_kept.emit(error)


def _plain(payload: Payload) -> dict[str, Any]:
    """As JSON brings it back: what is kept and what stands in the form can be compared."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in payload.items()}
