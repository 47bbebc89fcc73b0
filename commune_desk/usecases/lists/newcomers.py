"""Children who came into the register since a list was read: a colleague's list arrived, or a child was entered.

The rows that are to become children of their own are compared with these alone, before the first one is saved.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from commune_desk.store.lists import import_rows, imports
from commune_desk.store.lists.import_twins import known_children, note_reached, reached
from commune_desk.store.lists.imports import ImportState
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_reading import BATCH
from commune_desk.usecases.lists.import_twins import Comparison, RowTwin, keep, slim


class Newcomers:
    """Looks for them, some at a time. Call `step` until it says that nothing is left to do."""

    def __init__(self, workplace: Workplace, import_id: str) -> None:
        self._workplace, self._import_id = workplace, import_id
        self._comparison: Comparison | None = None
        self._found: Iterator[RowTwin] | None = None
        self._has_begun = False

    def step(self) -> bool:
        """Whether there is more to do. What was found is kept with the rows, and asked for where it is not sure."""
        if not self._has_begun:
            self._has_begun = True
            self._comparison = self._begun()
        elif self._comparison is not None and not self._comparison.is_over:
            self._workplace.register.read_slowly(self._comparison.step).result()
        elif self._comparison is not None:
            self._keep_some(self._comparison)
        return self._comparison is not None

    def _begun(self) -> Comparison | None:
        """None where nobody came; the list that goes on after it was left off must not meet its own rows."""
        known = self._workplace.write(lambda tx: imports.import_named(tx.connection, self._import_id))[0]
        if known is None or known.state is not ImportState.READY:
            return None
        after = self._workplace.read(lambda c: reached(c, self._import_id))
        if after is None or not self._workplace.read(lambda c: known_children(c, after, 1)):
            return None
        rows = self._workplace.register.read_slowly(lambda c: import_rows.children_to_come(c, self._import_id)).result()
        return Comparison([(row, slim(child)) for row, child in rows], after=after)

    def _keep_some(self, comparison: Comparison) -> None:
        """Some at a time, so that no save waits for all."""
        if self._found is None:
            self._found = iter(comparison.found)
        if some := list(islice(self._found, BATCH)):
            self._workplace.write(lambda tx: keep(tx, self._import_id, some))
            return
        self._workplace.write(lambda tx: note_reached(tx.connection, self._import_id, comparison.reached))
        self._comparison = None
