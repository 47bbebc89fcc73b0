"""Real desks: what an officer of the former commune wrote late is decided in the new one, with open eyes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.i18n import set_language
from commune_desk.presenters.child.page import ChildPage
from commune_desk.presenters.day.today import TodayPage
from commune_desk.presenters.sync.conflict_page import ConflictCard, conflict_cards, decision
from commune_desk.program_files import code_book
from commune_desk.store.intake import conflicts
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import ChildEntry, register_child
from sync.merge import apply_delta
from tests.helpers.builders import make_file, make_person
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.two_communes import Two, move, two_communes

pytestmark = pytest.mark.usefixtures("store_engine")

WALKS, SEES = "KT1", "KT3"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    set_language("en")
    with two_communes(tmp_path, Two) as made:
        yield made


@pytest.fixture
def child(two: Two) -> RecordId:
    file = msgspec.structs.replace(make_file(RecordId("")), disability_types=(WALKS,))
    entry = ChildEntry(person=make_person("Chìu Văn Sáng"), file=file)
    entry = msgspec.structs.replace(entry, file=msgspec.structs.replace(file, person=entry.person.id))
    person: RecordId = two.old.register.write(lambda tx: register_child(tx, entry)).result()[0]
    two.sync()
    return person


def at(desk: RealDesk) -> Workplace:
    return Workplace(desk.register, code_book())


def disabilities(desk: RealDesk, *codes: str) -> None:
    def run(tx: Tx) -> None:
        (row,) = tx.connection.execute("SELECT id FROM child_file").fetchall()
        tx.save(msgspec.structs.replace(tx.existing(ChildFile, row[0]), disability_types=codes))

    desk.register.write(run).result()


def stored(desk: RealDesk) -> tuple[str, ...]:
    (row,) = desk.ask("SELECT id FROM child_file")
    return desk.register.write(lambda tx: tx.existing(ChildFile, row[0]).disability_types).result()[0]


def the_card(desk: RealDesk) -> ConflictCard:
    (card,), more = conflict_cards(at(desk), most=5)
    assert more == 0
    return card


def decide(desk: RealDesk, card: ConflictCard, place: int) -> None:
    operation = decision(card, chosen=card.hands[place].key)
    assert callable(operation), operation
    at(desk).write(operation)


def test_the_card_says_that_a_value_comes_from_the_former_commune(two: Two, child: RecordId) -> None:
    two.late.edit(Person, child, phone="0912000111")
    move(two.old, child)
    two.old.sync()
    two.sync()
    card = the_card(two.new)
    stands, late = card.hands
    assert (stands.text, stands.author) == ("(empty)", "as it stands, nobody wrote it")
    assert late.text == "0912 000 111"
    assert "Officer of another place" in late.author
    assert late.author.endswith("Bình Liêu Commune")
    assert card.note.startswith("One value comes from Bình Liêu Commune, where the child was before")
    decide(two.new, card, 0)
    two.sync()
    assert two.new.ask("SELECT state FROM conflict") == [("closed",)]
    assert two.new.ask("SELECT phone FROM person WHERE id=?", child) == [(None,)]


@pytest.mark.parametrize(("place", "expected"), [(0, (WALKS,)), (1, (WALKS, SEES))])
def test_a_list_is_shown_and_decided_as_a_list(
    two: Two, child: RecordId, place: int, expected: tuple[str, ...]
) -> None:
    disabilities(two.late, WALKS, SEES)
    move(two.old, child)
    two.old.sync()
    two.sync()
    card = the_card(two.new)
    both = [hand.text for hand in card.hands]
    assert (card.base, both[0]) == (both[0], card.base)
    assert both[1].startswith(f"{both[0]}; ")
    assert not any(sign in text for text in both for sign in ("+", "−", WALKS))
    decide(two.new, card, place)
    assert stored(two.new) == expected
    two.sync()
    assert stored(two.new) == expected
    assert two.new.ask("SELECT state FROM conflict") == [("closed",)]
    assert two.new.ask("SELECT count(*) FROM shadow") == [(0,)]


def test_a_raw_change_of_a_list_could_not_be_decided_for(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: `+code` is no list, and would stand as one."""
    disabilities(two.late, WALKS, SEES)
    move(two.old, child)
    two.old.sync()
    two.sync()
    monkeypatch.setattr(conflicts, "_as_lists", lambda members, sides: sides)
    decide(two.new, the_card(two.new), 1)
    assert stored(two.new) == (f"+{SEES}",)


def test_steps_of_one_desk_are_taken_together(two: Two, child: RecordId) -> None:
    disabilities(two.late, WALKS, SEES)
    disabilities(two.late, SEES)
    move(two.old, child)
    two.old.sync()
    two.sync()
    card = the_card(two.new)
    assert [side.value for side in card.conflict.sides] == [(WALKS,), (WALKS, SEES), (SEES,)]
    decide(two.new, card, 2)
    two.sync()
    assert stored(two.new) == (SEES,)
    assert two.new.ask("SELECT DISTINCT state FROM conflict") == [("closed",)]


def test_a_decision_meets_a_colleagues_addition(two: Two, child: RecordId) -> None:
    disabilities(two.late, WALKS, SEES)
    move(two.old, child)
    two.old.sync()
    two.sync()
    disabilities(two.new, WALKS, "KT4")
    card = the_card(two.new)
    assert card.conflict.sides[0].value == (WALKS,)
    assert card.conflict.sides[1].value == tuple(apply_delta((WALKS,), [f"+{SEES}"]))
    two.sync()
    card = the_card(two.new)
    assert card.conflict.sides[1].value == (WALKS, SEES, "KT4")
    assert card.base == "(not known here)"


def test_the_new_commune_is_told_who_came(two: Two, child: RecordId) -> None:
    move(two.old, child)
    two.sync()
    arrivals = next(one for one in TodayPage(at(two.new)).read().main if one.key == "arrivals")
    assert [row.title for row in arrivals.rows] == ["Chìu Văn Sáng"]
    page = ChildPage(at(two.new), child)
    view = page.view()
    assert view is not None
    assert "Moved between communes" in {moment.heading for moment in view.timeline}
    looked_at = page.looked_at()
    assert looked_at is not None
    at(two.new).write(looked_at)
    assert "arrivals" not in {one.key for one in TodayPage(at(two.new)).read().main}
