"""A line that carries all text and no reply of the daily comparison: the sync is whole, and compares another time."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.engine import settings
from commune_desk.store.intake import comparing
from sync.client import errors, session
from tests.sync.actors.two_communes import Two, visit

pytestmark = pytest.mark.usefixtures("store_engine")

PARTS = ("/v1/ranges", "/v1/records")


def is_due(two: Two) -> bool:
    """Whether the comparison that was asked for is still to come."""
    asked = two.old.register.write(lambda tx: settings.get(tx.connection, comparing.ASKED, bool, False))
    return bool(asked.result()[0])


def differing(two: Two, child: RecordId) -> None:
    """Something that a comparison fetches records for."""
    two.old.register.write(lambda tx: tx.connection.execute("DELETE FROM person WHERE id=?", (child,))).result()
    two.old.register.write(comparing.ask).result()


@pytest.mark.parametrize("part", PARTS)
def test_all_text_is_through_and_it_is_compared_when_the_line_is_better(two: Two, child: RecordId, part: str) -> None:
    differing(two, child)
    visit(two.old, child)
    two.real.line.lose_reply_of = part
    assert two.old.sync().pushed == 1
    assert is_due(two)
    two.real.line.lose_reply_of = ""
    two.old.sync()
    assert not is_due(two)
    assert two.old.ask("SELECT count(*) FROM person WHERE id=?", child) == [(1,)]


@pytest.mark.parametrize("part", PARTS)
def test_the_sync_would_fail_for_it(two: Two, child: RecordId, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(session, "TOO_MUCH_FOR_THE_LINE", ())
    differing(two, child)
    two.real.line.lose_reply_of = part
    with pytest.raises(errors.HalfPage):
        two.old.sync()


def test_whatever_else_is_wrong_is_told(two: Two, child: RecordId) -> None:
    differing(two, child)
    two.real.line.down_at = PARTS[0]
    with pytest.raises(errors.NoLine):
        two.old.sync()
