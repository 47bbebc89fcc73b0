"""Who begins with a snapshot after children moved has those who came, as who pulled everything has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.desk.versions import begin_all_anew
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.two_communes import Two, move, two_communes, visit

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 1)
    with two_communes(tmp_path, Two) as made:
        yield made


def test_a_child_that_came_by_a_move_is_in_the_snapshot_whole(two: Two, child: RecordId) -> None:
    visit(two.old, child)
    move(two.old, child)
    two.old.sync()
    two.new.sync()
    assert two.new.ask("SELECT count(*) FROM change WHERE seq>0") != [(0,)]
    assert two.new.ask("SELECT full_name FROM person WHERE id=?", child) == [("Chìu Văn Sáng",)]
    assert two.new.ask("SELECT count(*) FROM home_visit") == [(1,)]
    assert two.new.ask("SELECT person FROM child_index") == [(child,)]


def test_who_begins_anew_after_a_child_left_hears_of_that_too(two: Two, child: RecordId) -> None:
    """The snapshot holds what stands, and absence removes nothing: the leave has to be in it by itself."""
    move(two.old, child)
    two.old.sync()
    two.late.register.write(begin_all_anew).result()
    two.late.sync()
    assert two.late.ask("SELECT count(*) FROM person WHERE id=?", child) == [(0,)]
    assert two.late.ask("SELECT is_gone FROM departure WHERE record=? AND kind='person'", child) == [(1,)]


def test_who_never_held_the_child_gets_no_line_about_it(two: Two, child: RecordId, tmp_path: Path) -> None:
    move(two.old, child)
    two.old.sync()
    make_register(tmp_path / "later.db", two.real.enrol({COMMUNE: Role.COMMUNE_OFFICER}))
    later = RealDesk(tmp_path / "later.db", SystemClock(), two.real.transport)
    later.sync()
    assert later.ask("SELECT count(*) FROM departure") == [(0,)]
    assert later.ask("SELECT count(*) FROM purge_receipt") == [(0,)]
    later.register.close()


def test_what_is_kept_for_the_province_alone_goes_to_it_again_when_it_was_put_back(two: Two, child: RecordId) -> None:
    move(two.old, child)
    two.sync()
    kept = two.old.ask("SELECT count(*) FROM change WHERE state='left'")[0][0]
    assert kept
    replica = two.old.replica()
    replica.resend_from(1)
    assert len(replica.pending(0, 500, 1 << 20)) == replica.last_n()
    two.old.sync()
    assert two.old.ask("SELECT count(*) FROM change WHERE state='left'") == [(kept,)]
    assert two.old.ask("SELECT count(*) FROM person WHERE id=?", child) == [(0,)]
