"""A child whom the house protects moves: the new commune is told and the name stays there."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import Placement
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Refusal
from commune_desk.store.pages.shares import sharing_of
from commune_desk.store.writing.relocating import relocate
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.shelter.placements import Admission, Leaving, admit_to_shelter, discharge
from commune_desk.usecases.sync import around_sync
from sync.change import Verb
from sync.server.intake import relocating
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.sheltered_office import THERE, ShelteredOffice, asked, held_by
from tests.sync.actors.travelled_office import Traveller

pytestmark = pytest.mark.usefixtures("store_engine")

NAME = "Chìu Văn Sáng"
IN_THE_HOUSE = "SELECT full_name FROM person"
TOLD = "SELECT case_code, status FROM placement_notice ORDER BY case_code"
ASIDE = "SELECT code FROM change WHERE state='quarantined'"


def admit(house: Traveller, child: RecordId, case: str, commune: str = COMMUNE) -> RecordId:
    """The shared child gets a place in the house, by the case code of its file; the commune is told."""

    def run(tx: Tx) -> RecordId:
        stay = Placement(
            id=new_record_id(),
            scope=THERE,
            alias="Hoa Sen",
            admitted_at=to_iso(tx.ledger.now()),
            reason="isolation",
            home_commune=commune.partition(":")[2] or None,
            case_code=case,
        )
        return admit_to_shelter(tx, Admission(person=tx.existing(Person, child), placement=stay))

    stay: RecordId = house.register.write(run).result()[0]
    return stay


def end(house: Traveller, stay: RecordId) -> None:
    house.run(lambda tx: discharge(tx, Leaving(stay=stay, at=to_iso(tx.ledger.now()), reason="left")))


class Protected:
    """A child whom the house protects, and its commune is told."""

    def __init__(self, office: ShelteredOffice) -> None:
        self.office = office
        self.child = office.child(NAME)
        ((self.case,),) = office.ours.ask("SELECT case_number FROM child_file WHERE person=?", self.child)
        office.share(self.child)
        self.stay = admit(office.house, self.child, self.case)
        office.sync()
        assert self.told() == {"ours": [(self.case, "staying")], "there": []}

    def move(self, by: str = "ours", to: str = OTHER_COMMUNE) -> None:
        """Neither desk of the house has heard of it yet."""
        self.office.move(by, self.child, to)
        self.office.sync("ours", "there", "ours", "there")

    def told(self) -> dict[str, list[tuple[str, str]]]:
        return {name: self.office.desks[name].ask(TOLD) for name in ("ours", "there")}

    def homes(self) -> list[list[tuple[str, str]]]:
        """The home commune of the stay, as each desk of the house shows it."""
        return [desk.ask("SELECT home_commune, status FROM placement") for desk in self.houses()]

    def houses(self) -> tuple[Traveller, Traveller]:
        return self.office.house, self.office.shift

    def is_at_rest(self) -> bool:
        return self.office.unrest() == {} and not any(asked(desk) for desk in self.office.desks.values())

    def ask_back_unheard(self, by: str) -> None:
        """As a program asks that knows of no notice."""
        desk = self.office.desks[by]
        desk.run(lambda tx: relocate(tx, tx.existing(Person, self.child), Verb.UNSHARE, THERE))
        desk.go()


@pytest.fixture
def protected(sheltered: ShelteredOffice) -> Protected:
    return Protected(sheltered)


@pytest.mark.parametrize("heard_by", [("house", "shift"), ("house", "house", "shift"), ("shift", "shift", "house")])
def test_the_new_commune_is_told_once_and_the_former_one_hears_the_end(
    protected: Protected, heard_by: tuple[str, ...]
) -> None:
    """Both desks of the house hear the move and neither hears the other, or one is first."""
    protected.move()
    protected.office.sync(*heard_by)
    protected.office.sync()
    assert protected.told() == {"ours": [(protected.case, "ended")], "there": [(protected.case, "staying")]}
    assert protected.homes() == [[(OTHER_COMMUNE[2:], "staying")]] * 2
    with pytest.raises(Refusal, match="under protection"):
        protected.office.take_back(protected.child, by="there")
    assert protected.is_at_rest()
    assert protected.office.house.ask(IN_THE_HOUSE) == [(NAME,)]


def test_where_no_stay_follows_the_new_commune_would_hear_nothing(
    protected: Protected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(around_sync, "follow_moves", lambda tx: None)
    protected.move()
    protected.office.sync()
    assert protected.told() == {"ours": [(protected.case, "staying")], "there": []}


def test_after_the_stay_both_have_heard_the_end_and_the_new_commune_may_take_back(protected: Protected) -> None:
    """The other desk of the house ends it than the one that admitted."""
    protected.move()
    protected.office.sync()
    end(protected.office.shift, protected.stay)
    protected.office.sync()
    assert protected.told() == {"ours": [(protected.case, "ended")], "there": [(protected.case, "ended")]}
    protected.office.take_back(protected.child, by="there")
    protected.office.sync()
    assert protected.office.house.ask(IN_THE_HOUSE) == []
    assert protected.is_at_rest()


def test_ended_at_one_desk_while_the_other_follows_it_is_ended_everywhere(protected: Protected) -> None:
    protected.move()
    end(protected.office.house, protected.stay)
    protected.office.sync("shift", "house", "shift")
    protected.office.sync()
    assert protected.told() == {"ours": [(protected.case, "ended")], "there": [(protected.case, "ended")]}
    assert protected.is_at_rest()


@pytest.mark.parametrize("back_by", [("house", "shift"), ("shift", "house"), ("shift", "shift", "house")])
def test_moved_back_the_first_commune_is_told_again(protected: Protected, back_by: tuple[str, ...]) -> None:
    protected.move()
    protected.office.sync("house", "house", "shift")
    protected.office.sync()
    protected.move("there", COMMUNE)
    protected.office.sync(*back_by)
    protected.office.sync()
    assert protected.told() == {"ours": [(protected.case, "staying")], "there": [(protected.case, "ended")]}
    assert protected.homes() == [[(COMMUNE[2:], "staying")]] * 2
    assert protected.is_at_rest()


def test_admitted_for_a_commune_that_the_child_had_left_the_present_one_is_told(sheltered: ShelteredOffice) -> None:
    """The house admits without a line while the child moves."""
    child = sheltered.child(NAME)
    ((case,),) = sheltered.ours.ask("SELECT case_number FROM child_file WHERE person=?", child)
    sheltered.share(child)
    sheltered.move("ours", child, OTHER_COMMUNE)
    admit(sheltered.house, child, case)
    sheltered.sync()
    sheltered.sync()
    assert sheltered.there.ask(TOLD) == [(case, "staying")]
    assert sheltered.ours.ask(TOLD) == [(case, "ended")]
    assert sheltered.unrest() == {}


def test_a_commune_that_an_officer_chose_though_the_child_never_lived_there_stays(sheltered: ShelteredOffice) -> None:
    child = sheltered.child(NAME)
    sheltered.share(child)
    admit(sheltered.house, child, "QN-1", commune="C:06841")
    sheltered.move("ours", child, OTHER_COMMUNE)
    sheltered.sync()
    assert sheltered.house.ask("SELECT home_commune FROM placement") == [("06841",)]


@pytest.mark.parametrize("by", ["ours", "there"])
def test_before_it_has_heard_of_the_stay_no_commune_takes_the_name(protected: Protected, by: str) -> None:
    """The new home just took the child over; a home of always asked before the notice came."""
    if by == "there":
        protected.move()
    protected.ask_back_unheard(by)
    desk = protected.office.desks[by]
    assert desk.ask(ASIDE) == [("protected",)]
    protected.office.sync()
    assert protected.office.house.ask(IN_THE_HOUSE) == [(NAME,)]
    assert held_by(desk, protected.child) == [THERE]
    refused = desk.register.write(lambda tx: sharing_of(tx.connection, protected.child).not_done).result()[0]
    assert refused is not None
    assert (refused.verb, refused.to, refused.code) == (Verb.UNSHARE, THERE, "protected")
    end(protected.office.house, protected.stay)
    protected.office.sync()
    protected.office.take_back(protected.child, by=by)
    protected.office.sync()
    assert protected.office.house.ask(IN_THE_HOUSE) == []


def test_unless_the_province_looks_for_a_stay_the_house_would_lose_the_name(
    protected: Protected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(relocating, "is_protected", lambda connection, change: False)
    protected.move()
    protected.ask_back_unheard("there")
    protected.office.sync()
    assert protected.office.house.ask(IN_THE_HOUSE) == []


def test_the_house_itself_may_let_go_of_whom_it_has(protected: Protected) -> None:
    """Its own programs do not while somebody stays; the province leaves that to the house."""
    protected.ask_back_unheard("house")
    assert protected.office.house.ask(ASIDE) == []


def test_of_a_stay_that_no_commune_is_told_of_the_province_says_nothing(sheltered: ShelteredOffice) -> None:
    child = sheltered.child(NAME)
    sheltered.share(child)
    admit(sheltered.house, child, "QN-1", commune="")
    sheltered.sync()
    sheltered.take_back(child)
    sheltered.sync()
    assert sheltered.house.ask(IN_THE_HOUSE) == []


def test_taken_back_and_put_back_to_before_the_end_of_the_stay_all_agree(protected: Protected) -> None:
    """The commune's word comes to the older province before the house has told the end again."""
    office = protected.office
    office.back_up()
    end(office.house, protected.stay)
    office.sync()
    office.take_back(protected.child)
    office.sync()
    assert office.house.ask(IN_THE_HOUSE) == []
    office.put_back()
    office.sync("ours", "ours", "house")
    office.sync()
    office.sync()
    assert office.ours.ask(ASIDE) == [("protected",)]
    assert office.house.ask(IN_THE_HOUSE) == [(NAME,)]
    office.take_back(protected.child)
    office.sync()
    assert office.house.ask(IN_THE_HOUSE) == []
    assert office.unrest().keys() == {"ours"}, "which still tells of the word that was set aside"
