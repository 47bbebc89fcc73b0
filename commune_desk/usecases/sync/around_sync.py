"""What a desk does around an exchange with the province, whichever way it goes: number what waits, then catch up."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.ids import is_shelter_scope
from commune_desk.store.desk.register import Register
from commune_desk.store.engine import settings
from commune_desk.store.exchange.staged import pulled_once, release_next
from commune_desk.store.files.file_queue import count_going_up
from commune_desk.store.intake import departures
from commune_desk.store.writing.drafts import drop_decided
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.unheard_ends import let_files_go_on
from commune_desk.usecases.shelter.commune_notices import follow_moves, keep_told
from commune_desk.usecases.shelter.states import let_last_words_stand
from commune_desk.usecases.shelter.tasks_of_stays import ask_after_all

T = TypeVar("T")


class AroundSync:
    """The steps before and after an exchange; `hear` is told of everything that the exchange changed."""

    def __init__(self, register: Register, changed: Callable[[ChangeSet], None]) -> None:
        self._register = register
        self._changed = changed
        self._stays: set[str] = set()
        """The stays that the exchange changed."""

    def hear(self, changes: ChangeSet) -> None:
        self._stays |= changes.records.get("placement", frozenset())
        self._changed(changes)

    def release_staged(self) -> int:
        """Number and sign what may go; how many changes that was. Who stayed for a draft that is no more goes first,
        and drafts of what nobody is asked any more."""
        self._note(self._write(_let_go).result()[1])
        total = 0
        while True:
            released, changes = self._write(release_next).result()
            self._note(changes)
            total += released
            if not released:
                return total

    def pulled_everything(self) -> bool:
        """After a full pull: whether it was the first of a new enrolment, and something waited for it to go up."""
        if not self._write(_awaits_pull).result()[0]:
            return False
        self._note(self._write(pulled_once).result()[1])
        return self.release_staged() > 0 or self._register.read_slowly(count_going_up).result() > 0

    def keep_told(self) -> None:
        """What follows from what was heard, and goes with the next sync.

        Files go on that were ended unheard. In a shelter the stay of a child who moved follows, notices that two desks
        wrote apart follow the stay that came of it, of whom two let go it is asked how it goes, and the state of a stay
        is what was written last.
        """
        stays, self._stays = self._stays, set()
        self._note(self._write(let_files_go_on).result()[1])
        if is_shelter_scope(self._register.identity.scope):
            self._note(self._write(follow_moves).result()[1])
            if stays:
                self._note(self._write(keep_told).result()[1])
                self._note(self._write(lambda tx: ask_after_all(tx, stays)).result()[1])
            self._note(self._write(lambda tx: let_last_words_stand(tx, stays)).result()[1])

    def _write(self, operation: Callable[[Tx], T]) -> Future[tuple[T, ChangeSet]]:
        return self._register.write(operation, gives_way=True)

    def _note(self, changes: ChangeSet) -> None:
        if changes:
            self._changed(changes)


def _let_go(tx: Tx) -> None:
    departures.let_go(tx)
    drop_decided(tx.connection)


def _awaits_pull(tx: Tx) -> bool:
    return settings.get(tx.connection, settings.AWAITS_PULL, bool, False)
