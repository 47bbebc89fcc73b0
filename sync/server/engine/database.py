"""The province's store as the rest of the server sees it: work in transactions, whichever engine keeps the rows."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import uniform
from time import sleep
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from commune_desk.domain.time.clock import monotonic
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_

T = TypeVar("T")
Work = Callable[[Connection], T]
"""What is done in one transaction. It may be begun again from its start, so it leaves no trace but in the database."""

MOST_TRIES = 8
PATIENCE_SECONDS = 15.0
_FIRST_PAUSE = 0.01
_OFTEN = 5
"""Tries after which the log says it: transactions cross now and then, but seldom so often."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reach:
    """For whom a transaction works: rows of other scopes, and what other desks had set aside, do not exist for it.

    The embedded engine takes its word for it; PostgreSQL holds it to it (row-level security).
    """

    scopes: frozenset[str]
    desk: str = ""
    whole: bool = False

    def and_also(self, scopes: Iterable[str]) -> Reach:
        """As far as this, and those scopes."""
        return replace(self, scopes=self.scopes | set(scopes))


WHOLE_PROVINCE = Reach(frozenset(), whole=True)
"""The province's own people and commands: every scope and every desk."""
NO_SCOPE = Reach(frozenset())
"""What belongs to no scope: desks, codes, the audit log."""


def reach_of(desk: str, scopes: Iterable[str]) -> Reach:
    """What a desk's request may touch."""
    return Reach(frozenset(scopes), desk)


BUSY = N_("The database is busy with another command. Nothing was lost; try again in a minute.")
SILENT_DISK = N_("The disk does not answer as it should. Nothing was lost; check the disk before anything else.")
ANOTHER_KEY = N_("The database does not open with this key-file: it belongs to another one, or the file is damaged.")
DAMAGED = N_("The database is damaged. Stop the server and restore the last backup; desks keep what they have.")


class StoreFault(Fault):
    """The database could not do it now: disk full, locked, read-only, damaged. Nothing of the transaction stays."""


class Crossed(StoreFault):
    """What the transaction works on is held by another: begun again, the same work holds `scopes` first, in order."""

    def __init__(self, scopes: Iterable[str]) -> None:
        super().__init__(BUSY)
        self.scopes = frozenset(scopes)


def met_before(connection: Connection) -> frozenset[str]:
    """The scopes that earlier tries of this transaction's work found held by another (Crossed)."""
    return frozenset(connection.get_execution_options().get("met", ()))


class Database(ABC):
    """Transactions on the province's store. An engine says how one begins, and what its driver's complaints mean."""

    is_shared = False
    """Whether several processes may serve the same store."""
    engine: Engine
    driver_errors: tuple[type[Exception], ...]
    """What the driver itself raises where SQLAlchemy is not between."""

    def write(self, work: Work[T], reach: Reach) -> T:
        """Do `work` in one writing transaction, committed at its end and undone by any exception."""
        met: set[str] = set()

        def attempt() -> T:
            try:
                return self._write(lambda connection: work(connection.execution_options(met=frozenset(met))), reach)
            except Crossed as crossed:
                met.update(crossed.scopes)
                raise

        return self._begun_again(attempt)

    def read(self, work: Work[T], reach: Reach) -> T:
        """Do `work` on one consistent view of what is committed."""
        return self._begun_again(lambda: self._read(work, reach))

    def glance(self, work: Work[T]) -> T:
        """Do `work` that only looks, at what belongs to no scope, each statement at what is committed by then."""
        return self._begun_again(lambda: self._glance(work))

    @abstractmethod
    def confine(self, connection: Connection, reach: Reach) -> None:
        """Let the rest of the transaction reach as far as this: it learnt more about whom it works for."""

    @abstractmethod
    def one_after_another(self, connection: Connection, what: str) -> None:
        """Until this transaction ends no other one gets past the same line for the same `what`."""

    @contextmanager
    def unconfined(self, connection: Connection, reach: Reach) -> Iterator[None]:
        """Every row for a moment, and afterwards those within `reach` again."""
        self.confine(connection, WHOLE_PROVINCE)
        yield
        self.confine(connection, reach)  # an exception undoes the transaction, and with it how far it reached

    def cut_log(self) -> bool:
        """Leave nothing of what was removed in the engine's log. Raises StoreFault.

        False where somebody reads of before. True of an engine whose log is kept by its own administrator.
        """
        return True

    def close(self) -> None:
        self.engine.dispose()

    @abstractmethod
    def _write(self, work: Work[T], reach: Reach) -> T: ...

    @abstractmethod
    def _read(self, work: Work[T], reach: Reach) -> T: ...

    def _glance(self, work: Work[T]) -> T:
        return self._read(work, NO_SCOPE)

    @abstractmethod
    def _crossed(self, error: Exception) -> bool:
        """Whether others were in the way of this transaction, so that the same work may succeed the next time."""

    @abstractmethod
    def _named(self, error: Exception) -> StoreFault | None:
        """The driver's complaint about its surroundings as a sentence; None for a bug in our SQL, which stays one."""

    def _begun_again(self, attempt: Callable[[], T]) -> T:
        until = monotonic() + PATIENCE_SECONDS
        errors: tuple[type[Exception], ...] = (Crossed, DBAPIError, *self.driver_errors)
        for tried in range(1, MOST_TRIES + 1):
            try:
                return attempt()
            except NoConnection:
                raise StoreFault(BUSY) from None
            except errors as error:
                said = error.orig if isinstance(error, DBAPIError) and isinstance(error.orig, Exception) else error
                again = tried < MOST_TRIES and monotonic() < until and self._is_crossed(said)
                if not again:
                    self._give_up(said)
                    raise
                worth_saying = logging.WARNING if tried >= _OFTEN else logging.INFO
                _log.log(worth_saying, "begun again, try %d: %s", tried, type(said).__name__)
            sleep(uniform(0, _FIRST_PAUSE * 2**tried))  # noqa: S311 - spreads those who met, decides nothing
        raise AssertionError("unreachable: the last try returns or raises")

    def _is_crossed(self, error: Exception) -> bool:
        return isinstance(error, Crossed) or self._crossed(error)

    def _give_up(self, error: Exception) -> None:
        fault = self._named(error)
        if fault is not None:
            raise fault from None
