"""A province that was put back hears once more of an edit that had met another: people are asked about it again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from commune_desk.store.intake import asked as kept
from commune_desk.store.intake.conflicts import open_conflicts
from tests.sync.actors.couriers import Office, couriers

pytestmark = pytest.mark.usefixtures("store_engine")

OURS, THEIRS = 0, 1


@pytest.fixture
def office() -> Iterator[Office]:
    """Two phone numbers have met, and the province has heard of one of them since it was put back."""
    with couriers() as made:
        made.back_up()
        made.edit(OURS, "0912000001")
        made.edit(THEIRS, "0912000002")
        sync(made, OURS, THEIRS, OURS)
        assert asked(made, OURS) == asked(made, THEIRS) == ["0912000001", "0912000002"]
        made.put_back()
        sync(made, OURS, OURS)
        assert asked(made, OURS) == [], "begun anew and compared: whoever is away may not have it any more"
        yield made


def sync(office: Office, *desks: int) -> None:
    for desk in desks:
        office.desks[desk].sync()


def asked(office: Office, desk: int) -> list[object]:
    """The values between which a person is to choose."""
    found = office.desks[desk].register.write(lambda tx: open_conflicts(tx.connection)).result()[0]
    return [side.value for one in found for side in one.sides]


def test_once_the_other_is_back_both_are_asked(office: Office) -> None:
    sync(office, THEIRS, OURS)
    assert asked(office, OURS) == asked(office, THEIRS) == ["0912000001", "0912000002"]


def test_kept_closed_it_would_be_asked_at_one_of_them_alone(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(kept, "_OPEN_CONFLICT", "INSERT OR IGNORE INTO conflict VALUES (?,?,?,?,?,?,?,?,?,'open',NULL)")
    sync(office, THEIRS, OURS)
    assert (asked(office, OURS), asked(office, THEIRS)) == ([], ["0912000001", "0912000002"])
