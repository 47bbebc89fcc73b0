"""A province in error that offers a snapshot again and again: a desk fetches it, and says what happened."""

from __future__ import annotations

import itertools

import pytest

from sync import protocol
from sync.change import START
from sync.client.snapshots import begin_scope
from tests.sync.actors.real_desks import RealDesk
from tests.sync.client.test_snapshots import Office, a_history, office, picture

__all__ = ["office"]

pytestmark = pytest.mark.usefixtures("store_engine")

_ENOUGH = 5


def _newcomer_offered_it_always(office: Office, monkeypatch: pytest.MonkeyPatch) -> tuple[RealDesk, list[str]]:
    """A desk, and the scopes that it has begun; the fifth beginning breaks off."""
    a_history(office.desk(), office.desk())
    monkeypatch.setattr("sync.server.answers.pull._is_better_begun", lambda request, cursor, head: True)
    begun: list[str] = []
    turns = itertools.count(1)

    def counted(*args: object, **kwargs: object) -> int:
        begun.append(str(args[4]))
        assert next(turns) < _ENOUGH
        return begin_scope(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("sync.client.session.begin_scope", counted)
    return office.desk(), begun


def test_a_snapshot_that_brings_nothing_new_ends_the_sync(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, begun = _newcomer_offered_it_always(office, monkeypatch)
    with pytest.raises(protocol.Malformed):
        desk.sync()
    assert len(begun) == 3  # the second time as of now
    assert picture(desk) == picture(office.desks[0])
    with pytest.raises(protocol.Malformed):
        desk.sync()
    assert len(begun) == 4


def test_believed_it_would_be_fetched_without_end(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: a place that never stands where it stood."""
    desk, _ = _newcomer_offered_it_always(office, monkeypatch)
    turns = itertools.count()
    replica = desk.replica()
    honest = replica.positions
    monkeypatch.setattr(replica, "positions", lambda: {**honest(), str(next(turns)): START})
    with pytest.raises(AssertionError):
        desk.sync(replica)
