"""What every use case and page works with: the open register, the code lists, the clock and who is at work."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from commune_desk.domain.model.access import Actor
from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.codes import CodeBook
from commune_desk.domain.time.clock import local_day
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.desk.register import Register
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Workplace:
    """An officer at an unlocked register."""

    register: Register
    codes: CodeBook

    @property
    def actor(self) -> Actor:
        return self.register.actor

    def today(self) -> date:
        """The present day in Viet Nam."""
        return local_day(self.present())

    def latest(self) -> datetime:
        """The latest instant that may have come; what is of a later one has not happened yet."""
        return self.read(lambda connection: settings.latest(connection, self.register.clock.now()))

    def latest_day(self) -> date:
        """The same as a day in Viet Nam."""
        return local_day(self.latest())

    def present(self) -> datetime:
        """What the pages show, a form offers and the program writes down as the present."""
        return self.read(lambda connection: settings.present(connection, self.register.clock.now()))

    def read(self, query: Callable[[Connection], T]) -> T:
        """A short query on the UI thread's own connection, all of it in one state of the register."""
        return self.register.read(query)

    def write(self, operation: Callable[[Tx], T]) -> tuple[T, ChangeSet]:
        """One transaction on the writer thread; waits for it, so call it from a task, never from the UI thread."""
        return self.register.write(operation).result()

    def note(self, action: AuditAction, kind: str = "", record: str = "", detail: object = "") -> None:
        """Write down that something was read (a child's page, a search, an export) without making the reader wait."""
        self.register.write(lambda tx: tx.audit(action, kind, record, detail)).add_done_callback(_log_failure)


def _log_failure(future: Future[Any]) -> None:
    error = future.exception()
    if error is not None:
        log.error("an audit row could not be written", exc_info=error)
