"""A child moves away and back before a desk hears of either: however the page is cut, the desk has it whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.i18n import set_language
from commune_desk.store.intake import departures
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.children import ChildEntry, register_child
from commune_desk.usecases.records.moves import move_child
from sync.client.session import Session
from tests.helpers.builders import make_file, make_person
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.two_communes import Two, move, two_communes, visit
from tests.sync.moves.test_late_edits_decided import decide, the_card

pytestmark = pytest.mark.usefixtures("store_engine")

CUTS = {"between": 1, "behind the return": 2, "nowhere": 200}
"""Events in one transaction of the register: the child's leave and its return are the first two that come."""


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    set_language("en")
    with two_communes(tmp_path, Two) as made:
        yield made


@pytest.fixture
def child(two: Two) -> RecordId:
    entry = ChildEntry(person=make_person("Chìu Văn Sáng"), file=make_file(RecordId("")))
    person: RecordId = two.old.register.write(lambda tx: register_child(tx, entry)).result()[0]
    two.sync()
    return person


def there_and_back(two: Two, child: RecordId) -> None:
    """And a visit of the other commune that is late: it comes by the move that brought the child back."""
    move(two.old, child)
    two.old.sync()
    two.new.sync()
    come_back(two.new, child)
    visit(two.new, child)
    two.new.sync()


def come_back(desk: RealDesk, child: RecordId) -> None:
    def run(tx: Tx) -> None:
        move_child(tx, child, Scope(COMMUNE))

    desk.register.write(run).result()


def pull(desk: RealDesk, cut: str, meantime: Callable[[], None] | None = None) -> None:
    """`meantime`: what happens between push and pull."""
    replica = desk.replica()
    replica.meantime = meantime
    Session(desk.connect(), replica, apply_at_once=CUTS[cut]).sync()


def write_visit(desk: RealDesk, child: RecordId) -> None:
    visit(desk, child)


@pytest.mark.parametrize("cut", CUTS)
def test_a_late_visit_is_taken_after_it(two: Two, child: RecordId, cut: str) -> None:
    there_and_back(two, child)
    pull(two.late, cut)
    assert two.late.ask("SELECT person FROM home_visit") == [(child,)]
    assert two.late.ask("SELECT record, come_from FROM arrival") == [(child, OTHER_COMMUNE)]
    assert two.late.ask("SELECT count(*) FROM departure WHERE record=?", child) == [(0,)]
    assert two.late.ask("SELECT full_name FROM person") == [("Chìu Văn Sáng",)]


def decided_elsewhere(two: Two, child: RecordId) -> None:
    """Two numbers stand against each other, and the commune where the child was meanwhile decides."""
    two.old.edit(Person, child, phone="0912000111")
    two.late.edit(Person, child, phone="0912000222")
    two.sync()
    assert two.late.ask("SELECT state FROM conflict") == [("open",)]
    move(two.old, child)
    two.old.sync()
    two.new.sync()
    decide(two.new, the_card(two.new), 0)
    two.new.sync()
    come_back(two.new, child)
    two.new.sync()


@pytest.mark.parametrize("cut", ["behind the return", "nowhere"])
@pytest.mark.parametrize("has_unsent", [False, True])
def test_what_was_decided_elsewhere_is_not_asked_again(two: Two, child: RecordId, cut: str, has_unsent: bool) -> None:
    decided_elsewhere(two, child)
    pull(two.late, cut, (lambda: write_visit(two.late, child)) if has_unsent else None)
    assert two.late.ask("SELECT count(*) FROM conflict WHERE state='open'") == [(0,)]
    assert two.late.ask("SELECT person FROM child_file") == [(child,)]
    assert two.late.ask("SELECT count(*) FROM home_visit") == [(int(has_unsent),)]


def test_taken_as_it_had_been_it_would_be_asked_for_ever(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what left is not removed before it comes again."""
    monkeypatch.setattr(departures, "arrive", lambda tx, kind, record: None)
    decided_elsewhere(two, child)
    pull(two.late, "nowhere")
    assert two.late.ask("SELECT count(*) FROM conflict WHERE state='open'") == [(1,)]
