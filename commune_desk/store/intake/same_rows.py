"""Records that stand here exactly as the province's lines say: only where those lie in the feed is written down.

A desk that sent a whole commune is handed it back as what stands. Asking of each field what it hides takes minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from commune_desk.domain.model.batches import batched
from commune_desk.domain.model.record import Kind
from commune_desk.store.changes import writers
from commune_desk.store.changes.journal import UNDER_WAY
from commune_desk.store.engine.schema import SELECT
from commune_desk.store.intake.new_rows import NewRows
from commune_desk.store.writing.transaction import Tx
from sync import protocol
from sync.change import Change, Line

_BUSY = (
    "SELECT record FROM shadow WHERE record IN ({})",
    "SELECT record FROM conflict WHERE record IN ({})",
    "SELECT record FROM departure WHERE record IN ({})",
    "SELECT record FROM change WHERE record IN ({}) AND " + UNDER_WAY,  # noqa: S608 - constants only
)
"""Records of which more is to be asked than whether the row is the same."""
_PLACE = "UPDATE change SET seq=?, outcomes=NULL, desk=?, n=?, raw=?, signature=? WHERE id=? AND coalesce(seq, 0)=0"


class Given(NamedTuple):
    """A record by its kind and the lines that say what stands in it."""

    kind: Kind
    lines: Sequence[tuple[protocol.Event, Line]]

    @property
    def record(self) -> str:
        return self.lines[0][1].change.record

    @property
    def name(self) -> tuple[str, str]:
        """Kind and id: another desk may have given one id to two records."""
        return self.kind.name, self.record


class SameRows:
    """Finds them in a portion, inside the writer's transaction `tx`."""

    def __init__(self, tx: Tx, new: NewRows) -> None:
        self._tx = tx
        self._db = tx.connection
        self._new = new

    def place(self, portion: Sequence[Given]) -> set[tuple[str, str]]:
        """Write down where the lines of those records lie; their kinds and ids."""
        same = [one for one in portion if all(map(_is_plain, one.lines))]
        busy = {row[0] for query in _BUSY for row in self._ask(query, [one.record for one in same])}
        changes = [line.change.id for one in same for _, line in one.lines]
        states = dict(self._ask("SELECT id, state FROM change WHERE id IN ({})", changes))
        same = [one for one in same if one.record not in busy and self._are_heard(one, states)]
        rows = self._rows_of(same)
        same = [one for one in same if self._is_same(one, rows.get(one.name))]
        steps = [step for one in same for step in one.lines]
        self._db.executemany(_PLACE, [_placed(event, line) for event, line in steps])
        self._tx.ledger.saw(*(line.change.stamp for _, line in steps))
        return {one.name for one in same}

    def _ask(self, query: str, ids: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        for some in batched(ids):
            yield from self._db.execute(query.format(",".join("?" * len(some))), some).fetchall()

    def _are_heard(self, one: Given, states: Mapping[str, str]) -> bool:
        """Whether each change is here, ours with the province's receipt, another's as it came."""
        return all(self._is_heard(line.change, states.get(line.change.id)) for _, line in one.lines)

    def _is_heard(self, change: Change, state: str | None) -> bool:
        return state == "accepted" or (state == "received" and change.desk != self._tx.ledger.desk)

    def _rows_of(self, same: Sequence[Given]) -> dict[tuple[str, str], tuple[Any, ...]]:
        found: dict[tuple[str, str], tuple[Any, ...]] = {}
        for name in {one.kind.name for one in same}:
            ids = [one.record for one in same if one.kind.name == name]
            found |= {(name, row[0]): row for row in self._ask(f"{SELECT[name]} WHERE id IN ({{}})", ids)}
        return found

    def _is_same(self, one: Given, here: tuple[Any, ...] | None) -> bool:
        if here is None:
            return False
        _, scope, written, *values = self._new.row_of(one.kind, one.lines)
        return [scope, values] == [here[1], list(here[3:])] and writers.parse(written) == writers.parse(here[2])


def _is_plain(step: tuple[protocol.Event, Line]) -> bool:
    """Written for this scope and applied as it is, nothing opened or closed by it."""
    event, line = step
    says_more = event.outcomes or event.values or event.opened or event.closed or event.left or event.entered
    return line.change.scope == event.scope and not says_more


def _placed(event: protocol.Event, line: Line) -> tuple[Any, ...]:
    return event.seq, line.change.desk, line.change.n, line.raw, line.signature or None, line.change.id
