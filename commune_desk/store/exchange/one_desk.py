"""Transactions of an exchange: they count for the desk that it began as, give way to who saves, and the pages hear."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeAlias, TypeVar

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from commune_desk.store.desk.register import Register
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx

T = TypeVar("T")
Written: TypeAlias = "Future[tuple[T, ChangeSet]]"
"""A transaction that waits its turn or is over: its result, and what it changed."""


class EnrolledAnew(Fault):
    """The register goes on as another desk: what an exchange under the former name still brings counts for nothing."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This PC was enrolled anew, so the exchange under its former name was broken off. "
                "Everything is kept here."
            )
        )


class OneDesk:
    """The open register, under the name that it had when this was made; `changed` hears of every change.

    Each transaction raises EnrolledAnew once the register goes on as another desk: another province may lack what the
    former one said it had.
    """

    def __init__(self, register: Register, changed: Callable[[ChangeSet], None]) -> None:
        self._register = register
        self._changed = changed
        self._desk = register.identity.desk

    def _write(self, operation: Callable[[Tx], T]) -> T:
        return self._end(self._begin(operation))

    def _ask(self, question: Callable[[Connection], T]) -> T:
        """What the writer's own connection reads: behind all that this exchange handed in before."""
        return self._write(lambda tx: question(tx.connection))

    def _begin(self, operation: Callable[[Tx], T]) -> Written[T]:
        def as_the_same_desk(tx: Tx) -> T:
            if tx.ledger.desk != self._desk:
                raise EnrolledAnew
            return operation(tx)

        return self._register.write(as_the_same_desk, gives_way=True)

    def _end(self, written: Written[T]) -> T:
        result, changes = written.result()
        if changes:
            self._changed(changes)
        return result
