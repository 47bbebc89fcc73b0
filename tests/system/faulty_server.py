"""The server's program with a control taken out: `python -m tests.system.faulty_server FAULT serve …`. For twins."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import func

from commune_desk.domain.model.ids import is_scope
from sync.change import GENESIS, Change, FeedPosition
from sync.server.__main__ import main
from sync.server.identity.scopes import ensure_scope
from sync.server.intake.feeds import Feeds
from sync.server.intake.ordering import _Intake
from sync.server.intake.whereabouts import Whereabouts


def places_of_a_sequence() -> None:
    """A feed's places are numbers of a sequence, taken without the scope's lock."""

    def lock(self: Feeds, scopes: Iterable[str]) -> None:
        for scope in sorted(set(scopes) - self._heads.keys()):
            ensure_scope(self._connection, scope)
            place = self._connection.execute(func.nextval("place")).scalar_one()
            self._heads[scope] = FeedPosition(place - 1, GENESIS)

    Feeds.lock = lock  # type: ignore[method-assign]


def looked_at_once() -> None:
    """Where records are held is read before their scopes are locked, and not again under the locks."""

    def find(self: _Intake, changes: Sequence[Change]) -> Whereabouts:
        with self._unconfined():
            found = Whereabouts.of(self._connection, changes)
        named = {one for change in changes for one in (change.scope, change.to) if is_scope(one)}
        self._reach = self._reach.and_also(named | found.all_scopes)
        self._province.database.confine(self._connection, self._reach)
        self._feeds.lock(named | found.all_scopes)
        return found

    _Intake._lock_and_locate = find  # type: ignore[method-assign]


FAULTS: dict[str, Callable[[], None]] = {one.__name__: one for one in (places_of_a_sequence, looked_at_once)}

if __name__ == "__main__":
    FAULTS[sys.argv[1]]()
    sys.exit(main(sys.argv[2:]))
