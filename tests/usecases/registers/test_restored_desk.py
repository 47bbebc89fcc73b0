"""A desk that comes out of a backup, at the real province: what it typed meets what others wrote meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.records.families import Person
from commune_desk.store.exchange.staged import pulled_once
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.writing.transaction import Tx
from sync.change import Change
from tests.helpers.builders import make_person, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import real_province


class SlowClock:
    """A PC an hour behind: what is written there later carries an earlier stamp."""

    def now(self) -> datetime:
        return datetime.now(UTC) - timedelta(hours=1)


class Pair:
    """A desk that is restored with one change nobody has, and a colleague who knows the same person."""

    def __init__(self, folder: Path, ours: EnrolledDesk, theirs: EnrolledDesk) -> None:
        self._folder = folder
        self.ours, self.theirs = ours, theirs
        self.person: Person = make_person()
        ours.open.register.write(save_all(self.person)).result()
        ours.sync()
        theirs.sync()

    def restore(self) -> None:
        """The desk breaks after its last backup and comes back under a new id."""
        self.ours.back_up(self._folder / "a.cdbackup")
        self.ours.close()
        self.ours = self.ours.restored(self._folder / "a.cdbackup", self._folder / "restored")

    def shown(self, field: str) -> tuple[object, object]:
        return self.ours.shown(self.person.id, field), self.theirs.shown(self.person.id, field)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with real_province(tmp_path) as province:
        made = Pair(
            tmp_path,
            enrolled_desk(province, tmp_path / "ours"),
            enrolled_desk(province, tmp_path / "theirs", clock=SlowClock()),
        )
        yield made
        made.ours.close()
        made.theirs.close()


def _typed_on_both_sides(pair: Pair) -> None:
    """The province is heard; what came out of the backup has no number yet."""
    pair.ours.edit(pair.person.id, occupation="nông dân")
    pair.restore()
    pair.theirs.edit(pair.person.id, occupation="thợ mỏ")
    pair.theirs.sync()
    pair.ours.enrol_anew()
    pair.ours.only_pull()


def test_what_was_typed_before_the_restore_is_not_hidden_by_what_others_wrote(pair: Pair) -> None:
    _typed_on_both_sides(pair)
    assert pair.shown("occupation") == ("nông dân", "thợ mỏ")
    pair.ours.sync()
    pair.theirs.sync()
    assert pair.shown("occupation") == ("nông dân", "nông dân")
    assert pair.ours.ask("SELECT count(*) FROM shadow") == [(0,)]


def test_a_pull_that_knew_only_of_numbered_changes_would_hide_it(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the officer's own work is gone from the page until it has been to the province and back."""
    monkeypatch.setattr(Incoming, "_waiting", lambda self, record: [])
    _typed_on_both_sides(pair)
    assert pair.shown("occupation") == ("thợ mỏ", "thợ mỏ")


def test_a_change_that_comes_back_is_shown_even_if_something_hid_it(pair: Pair) -> None:
    """Whatever a desk shows in the place of its own change, the province's word on that change puts right."""
    pair.ours.edit(pair.person.id, occupation="nông dân")
    pair.ours.ask("UPDATE person SET occupation='thợ mỏ', writers='' WHERE id=?", pair.person.id)
    pair.ours.sync()
    assert pair.ours.shown(pair.person.id, "occupation") == "nông dân"


def _bases(desk: EnrolledDesk, person: str) -> list[tuple[int, str | None]]:
    """Each numbered change of the phone in order, with the change its author saw."""
    rows = desk.ask("SELECT n, raw FROM change WHERE desk=? AND record=? ORDER BY n", desk.id, person)
    changes = [msgspec.json.decode(raw, type=Change) for _, raw in rows]
    return [(change.n, change.base.get("phone")) for change in changes if "phone" in change.set]


def _typed_on_before_the_first_pull(pair: Pair) -> None:
    pair.ours.edit(pair.person.id, phone="0912000001")
    pair.restore()
    pair.ours.enrol_anew()
    pair.ours.edit(pair.person.id, phone="0912000002")


def test_what_is_typed_before_the_first_pull_does_not_overtake_what_came_out_of_the_backup(pair: Pair) -> None:
    _typed_on_before_the_first_pull(pair)
    assert _bases(pair.ours, pair.person.id) == []
    pair.ours.sync()
    pair.theirs.sync()
    assert pair.shown("phone") == ("0912000002", "0912000002")
    assert pair.theirs.ask("SELECT count(*) FROM conflict") == [(0,)]
    assert [base is None for _n, base in _bases(pair.ours, pair.person.id)] == [True, False]


def test_numbered_at_once_it_would_contradict_itself(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the later change goes first, names one that the province has never seen, and a conflict opens."""
    pair.ours.edit(pair.person.id, phone="0912000001")
    pair.restore()
    pair.ours.enrol_anew()
    pair.ours.open.register.write(pulled_once).result()
    monkeypatch.setattr(Tx, "_release_staged", lambda self, record: None)
    pair.ours.edit(pair.person.id, phone="0912000002")
    pair.ours.sync()
    pair.theirs.sync()
    assert pair.theirs.ask("SELECT count(*) FROM conflict WHERE state='open'") == [(1,)]


def test_what_is_saved_while_the_rest_is_being_numbered_comes_after_it(pair: Pair) -> None:
    """Numbers are given in small batches; a save in between takes the older changes of its record with it."""
    pair.ours.edit(pair.person.id, phone="0912000001")
    pair.restore()
    pair.ours.enrol_anew()
    pair.ours.open.register.write(pulled_once).result()
    pair.ours.edit(pair.person.id, phone="0912000002")
    assert [base is None for _n, base in _bases(pair.ours, pair.person.id)] == [True, False]
