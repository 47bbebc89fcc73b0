"""A house writes in a child's record while the child moves, and after it has let go of it: every feed goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId
from commune_desk.store.intake import departures
from commune_desk.usecases.records.tasks import add_task
from sync import protocol
from sync.server.answers import snapshots
from sync.server.intake import whereabouts
from sync.server.intake.whereabouts import Whereabouts, _Way
from tests.helpers.builders import make_person, make_relation, save_all
from tests.sync.actors.real_province import COMMUNE, OFFICE, OTHER_COMMUNE, SHELTER
from tests.sync.actors.sheltered_office import ShelteredOffice, asked, correct, decide, held_by
from tests.sync.actors.travelled_office import Traveller

THIRD = "C:06862"
Ways = pytest.mark.parametrize("way", ["take_back", "hand_back"])


@pytest.fixture
def child(sheltered: ShelteredOffice) -> RecordId:
    """In the register of the commune and of the house."""
    person = sheltered.child("Chìu Văn Sáng")
    sheltered.share(person)
    return person


def let_go(sheltered: ShelteredOffice, child: RecordId, way: str) -> None:
    """The house has lost the record, and its other desk has not heard of that yet."""
    end: Callable[[RecordId], None] = getattr(sheltered, way)
    end(child)
    sheltered.sync("ours", "house", "ours", "colleague")


def remind(house: Traveller, child: RecordId, words: str) -> None:
    """A task that people of the house set themselves."""
    house.register.write(lambda tx: add_task(tx, words, None, child)).result()


def begun_now(sheltered: ShelteredOffice, monkeypatch: pytest.MonkeyPatch) -> Traveller:
    """One more desk of the commune, which begins with a snapshot."""
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 3)
    fresh = sheltered.join("fresh", OFFICE)
    sheltered.sync("fresh")
    assert fresh.ask("SELECT count(*) FROM person")[0][0] > 0
    return fresh


def test_what_the_house_corrects_after_the_child_has_moved_comes_to_the_new_commune(
    sheltered: ShelteredOffice, child: RecordId
) -> None:
    sheltered.move("ours", child, OTHER_COMMUNE)
    sheltered.sync()
    correct(sheltered.house, child, village="Khe Bốc")
    sheltered.sync()
    assert sheltered.there.ask("SELECT village FROM person") == [("Khe Bốc",)]
    sheltered.hand_back(child)
    sheltered.sync()
    assert held_by(sheltered.there, child) == []
    assert sheltered.unrest() == {}


def test_by_a_share_of_the_former_commune_the_new_ones_feed_would_stand_still(
    sheltered: ShelteredOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the house was brought the record by a commune where the child does not live any more."""
    monkeypatch.setattr(Whereabouts, "_load_ways_of_guests", lambda *_: None)
    sheltered.move("ours", child, OTHER_COMMUNE)
    sheltered.sync()
    correct(sheltered.house, child, village="Khe Bốc")
    sheltered.sync("house")
    with pytest.raises(protocol.Malformed):
        sheltered.sync("there")


@Ways
@pytest.mark.parametrize("moves", [False, True])
def test_what_is_written_after_the_house_has_let_go_waits_for_a_person_where_the_child_lives(
    sheltered: ShelteredOffice, child: RecordId, way: str, *, moves: bool
) -> None:
    let_go(sheltered, child, way)
    home = sheltered.there if moves else sheltered.ours
    if moves:
        sheltered.move("ours", child, OTHER_COMMUNE)
        sheltered.sync("ours", "there", "colleague")
    correct(sheltered.shift, child, village="Khe Bốc")
    sheltered.sync()
    assert asked(home) == [(child, "village")]
    decide(home, "village", "Khe Bốc")
    sheltered.sync()
    assert home.ask("SELECT village FROM person WHERE id=?", child) == [("Khe Bốc",)]
    assert sheltered.unrest() == {}


def test_by_the_word_of_the_house_the_communes_feed_would_stand_still(
    sheltered: ShelteredOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(whereabouts, "_way_of_a_guest", lambda _c, _scope, _record, end: _Way(end.change.id))
    let_go(sheltered, child, "hand_back")
    correct(sheltered.shift, child, village="Khe Bốc")
    sheltered.sync("shift")
    with pytest.raises(protocol.Malformed):
        sheltered.sync("ours")


@Ways
def test_a_desk_that_began_after_the_house_had_let_go_takes_it_too(
    sheltered: ShelteredOffice, child: RecordId, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go(sheltered, child, way)
    fresh = begun_now(sheltered, monkeypatch)
    correct(sheltered.shift, child, village="Khe Bốc")
    sheltered.sync()
    assert asked(fresh) == asked(sheltered.colleague) == [(child, "village")]
    assert held_by(fresh, child) == held_by(sheltered.ours, child) == []
    assert sheltered.unrest() == {}


@Ways
def test_a_desk_that_begins_then_is_not_told_that_the_house_holds_it_still(
    sheltered: ShelteredOffice, child: RecordId, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something that the house wrote stands, another waits: each names the share."""
    correct(sheltered.house, child, phone="0912000111")
    sheltered.sync()
    let_go(sheltered, child, way)
    correct(sheltered.shift, child, village="Khe Bốc")
    sheltered.sync()
    fresh = begun_now(sheltered, monkeypatch)
    sheltered.sync()
    assert held_by(fresh, child) == []
    assert asked(fresh) == [(child, "village")]
    assert sheltered.unrest() == {}


def test_by_the_share_alone_it_would_seem_to_stand(
    sheltered: ShelteredOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(snapshots, "_ends_of", lambda *_: set())
    correct(sheltered.house, child, phone="0912000111")
    sheltered.sync()
    let_go(sheltered, child, "take_back")
    assert held_by(begun_now(sheltered, monkeypatch), child) == [SHELTER]


def test_a_mother_who_was_held_for_her_childs_sake_is_heard_of_at_home_after_it_has_moved_on(
    sheltered: ShelteredOffice,
) -> None:
    """Her home knows nothing of the move by which the second commune lost her."""
    child, brother = sheltered.child("Chìu Văn Sáng"), sheltered.child("Lò Văn Minh")
    mother = make_person("Chìu Thị Mây")
    sheltered.ours.run(save_all(mother, make_relation(child, mother.id), make_relation(brother, mother.id)))
    sheltered.sync()
    sheltered.move("ours", child, OTHER_COMMUNE)
    late = sheltered.join("late", {OTHER_COMMUNE: Role.COMMUNE_OFFICER})
    sheltered.sync()
    sheltered.move("there", child, THIRD)
    sheltered.sync("there", "ours")
    correct(late, mother.id, phone="0912000222")
    sheltered.sync()
    assert asked(sheltered.ours) == [(mother.id, "phone")]
    assert sheltered.unrest() == {}


def test_what_a_house_sets_itself_to_do_stays_there_when_the_record_is_handed_back(
    sheltered: ShelteredOffice, child: RecordId
) -> None:
    """Written before, or by a desk that has not heard of it: where the house lies is in such words."""
    remind(sheltered.house, child, "Đón cháu ở số 9")
    sheltered.sync()
    let_go(sheltered, child, "hand_back")
    remind(sheltered.shift, child, "Đưa cháu về số 9")
    sheltered.sync()
    assert set(sheltered.homes("task").values()) == {SHELTER}
    for desk in (sheltered.house, sheltered.shift):
        assert len(desk.ask("SELECT id FROM task")) == 2
    for desk in (sheltered.ours, sheltered.colleague):
        assert "số 9" not in desk.words()
    assert sheltered.unrest() == {}


def test_taken_for_the_childs_it_would_go_to_the_commune(
    sheltered: ShelteredOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: as what a commune writes about a child that has left it."""
    monkeypatch.setattr(_Way, "left_at", 1)
    let_go(sheltered, child, "take_back")
    remind(sheltered.shift, child, "Đưa cháu về số 9")
    sheltered.sync()
    assert set(sheltered.homes("task").values()) == {COMMUNE}


def test_taken_away_with_the_child_it_would_be_gone_from_the_house_alone(
    sheltered: ShelteredOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the province holds it still."""
    monkeypatch.setattr(departures, "_is_told_here", lambda *_: False)
    remind(sheltered.house, child, "Đón cháu ở số 9")
    sheltered.sync()
    let_go(sheltered, child, "hand_back")
    sheltered.sync()
    assert sheltered.house.ask("SELECT id FROM task") == []
    assert "sums" in sheltered.unrest()["house"]  # type: ignore[operator]
