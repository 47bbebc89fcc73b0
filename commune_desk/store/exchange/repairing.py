"""One comparison with the province: what the register holds, counted beside the work, and what is put right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec

from commune_desk.domain.model.batches import batched
from commune_desk.domain.time.pace import Pace
from commune_desk.store.desk.register import Register
from commune_desk.store.engine.database import Connection
from commune_desk.store.intake import comparing, restating, speaking_for
from commune_desk.store.intake.comparing import Comparison
from commune_desk.store.intake.restating import RESTATE_AT_ONCE
from commune_desk.store.intake.speaking_for import RECORDS_AT_ONCE
from commune_desk.store.intake.standing import Step
from commune_desk.store.writing.transaction import Tx
from sync.change import FeedPosition
from sync.checksums import ScopeSums, sums_of


class Repair:
    """From `begin` to `found`; counting reads on a connection of its own, so that typing never waits for it."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._found = Comparison()
        self._there: dict[str, dict[str, str]] = {}
        """What the province has of the records that are not as here: by field the change that wrote it."""

    def begin(self, now: str) -> str:
        """The scope to compare, if a comparison is due at `now` (the province's time); else empty."""
        self._found, self._there = Comparison(), {}
        is_due = self._register.read_slowly(lambda connection: comparing.is_due(connection, now)).result()
        return self._register.identity.scope if is_due else ""

    def held(self, scope: str, at: FeedPosition) -> ScopeSums | None:
        """What the register holds, if that position is where it stands and nothing waits."""

        def count(connection: Connection) -> ScopeSums | None:
            is_there = comparing.position_of(connection, scope) == at
            return sums_of(comparing.terms(connection, scope).items()) if is_there else None

        return self._register.read_slowly(count).result()

    def unheard(self, scope: str, ranges: Sequence[int]) -> list[str]:
        """What wrote, in these ranges, what stands here, and has no place in the feed as it is heard now."""
        return self._register.read_slowly(lambda connection: comparing.unheard(connection, scope, set(ranges))).result()

    def put_right(
        self,
        scope: str,
        at: FeedPosition,
        ranges: Sequence[int],
        events: Sequence[Step],
        restate: Callable[[list[list[Step]]], None],
    ) -> bool:
        """Restate the records of these ranges; False, and nothing done, when the feed has moved on."""
        before = self._terms(scope, ranges)[0]
        if self._register.read_slowly(lambda connection: comparing.cursor_of(connection, scope)).result() != at:
            return False
        expected: dict[str, int] = {}
        there: dict[str, dict[str, str]] = {}
        for records in restating.portions(events, Pace(RESTATE_AT_ONCE)):
            said = comparing.terms_of_lines(records)
            expected |= said
            there |= {lines[0][1].change.record: comparing.writers_of_lines(lines) for lines in records}
            restate([lines for lines in records if _is_unlike(lines, said, before)])
        after, busy = self._terms(scope, ranges)
        told = expected.keys() - busy
        alone = after.keys() - expected.keys() - busy
        unlike = {one for one in told if after.get(one) != expected[one]}
        self._there |= {one: there.get(one, {}) for one in alone | unlike}
        self._found = msgspec.structs.replace(
            self._found,
            put_right=self._found.put_right + sum(before.get(one) != after.get(one) for one in told),
            only_here=self._found.only_here + len(alone),
            unlike=self._found.unlike + len(unlike),
        )
        return True

    def speak_for(self, write: Callable[[Callable[[Tx], set[str]]], set[str]]) -> bool:
        """Have what only stands here written once more, where a person asked for it; whether there was something."""
        spoken: set[str] = set()
        if self._register.read_slowly(speaking_for.is_asked).result():
            for some in batched(self._there.items(), RECORDS_AT_ONCE):
                spoken |= write(partial(speaking_for.speak_for, there=dict(some)))
        return bool(spoken)

    def found(self, now: str) -> Comparison:
        """What the comparison came to."""
        return msgspec.structs.replace(self._found, at=now)

    def _terms(self, scope: str, ranges: Sequence[int]) -> tuple[dict[str, int], set[str]]:
        """The terms of the ranges, and the records of which something of ours is on its way."""

        def read(connection: Connection) -> tuple[dict[str, int], set[str]]:
            return comparing.terms(connection, scope, set(ranges)), comparing.under_way(connection, scope)

        return self._register.read_slowly(read).result()


def _is_unlike(lines: Sequence[Step], said: Mapping[str, int], before: Mapping[str, int]) -> bool:
    """Whether the record is not as its lines say; what only says where it is held is always kept."""
    record = lines[0][1].change.record
    return record not in said or before.get(record) != said[record]
