"""A file is ended at one PC while another, without a line, writes about the child: the child stays followed, and people
are asked; whichever of the two is heard first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.time.clock import SystemClock, local_day
from commune_desk.i18n import set_language
from commune_desk.presenters.sync.conflict_page import conflict_cards, decision
from commune_desk.program_files import code_book
from commune_desk.store.intake import unheard_ends
from commune_desk.store.pages.today import due_visits
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import close_file, reopen_file
from commune_desk.usecases.records.visits import record_visit
from commune_desk.usecases.sync import around_sync
from tests.helpers.builders import make_child, make_group, make_visit, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.joined import join
from tests.sync.actors.real_province import real_province
from tests.sync.meeting.test_notices_meet import sync_all

pytestmark = pytest.mark.usefixtures("store_engine")

ORDERS = [(0, 1), (1, 0)]
TODAY = local_day(SystemClock().now())
TOMORROW = TODAY + timedelta(days=1)


class Commune:
    """PCs of one commune that know one child."""

    def __init__(self, desks: Sequence[EnrolledDesk]) -> None:
        self.desks = list(desks)
        self.at = [Workplace(desk.open.register, code_book()) for desk in desks]
        self.person, self.file = make_child()
        self.at[0].write(save_all(self.person, self.file))
        sync_all(self.desks)

    def ends(self, desk: int, status: str = "closed") -> None:
        self.at[desk].write(lambda tx: close_file(tx, self.file.id, status))

    def visits(self, desk: int) -> None:
        made = make_visit(
            self.person.id,
            TODAY.isoformat(),
            risk_level="high",
            next_visit_on=TOMORROW.isoformat(),
            next_step="Thăm lại",
        )
        self.at[desk].write(lambda tx: record_visit(tx, made))

    def edits(self, desk: int, **fields: object) -> None:
        def run(tx: Tx) -> None:
            tx.save(msgspec.structs.replace(tx.existing(ChildFile, self.file.id), **fields))

        self.at[desk].write(run)

    def heard(self, *order: int) -> None:
        for one in order:
            self.desks[one].sync()
        sync_all(self.desks)

    def states(self) -> list[str]:
        return [desk.ask("SELECT status FROM child_file")[0][0] for desk in self.desks]

    def asked(self) -> list[list[tuple[str, list[str]]]]:
        """By desk what people are asked, with the texts to choose from, the one that stands first."""
        cards = [conflict_cards(one, most=9)[0] for one in self.at]
        return [[(card.conflict.field, [hand.text for hand in card.hands]) for card in found] for found in cards]

    def due(self) -> list[int]:
        return [one.read(lambda db: len(due_visits(db, TOMORROW, limit=9))) for one in self.at]


@pytest.fixture
def commune(tmp_path: Path) -> Iterator[Commune]:
    set_language("en")
    with real_province(tmp_path) as province, ExitStack() as stack:
        desks = [enrolled_desk(province, tmp_path / name) for name in ("here", "there", "upstairs")]
        for desk in desks:
            stack.callback(desk.close)
        yield Commune(desks)


ASKED = [("status", ["In the register", "File closed"])]


@pytest.mark.parametrize("order", ORDERS)
def test_a_child_who_was_visited_meanwhile_stays_followed_and_people_are_asked(
    commune: Commune, order: tuple[int, int]
) -> None:
    commune.ends(0)
    commune.visits(1)
    commune.heard(*order)
    assert commune.states() == ["active"] * 3
    assert commune.asked() == [ASKED] * 3
    assert commune.due() == [1] * 3


@pytest.mark.parametrize("order", ORDERS)
def test_so_does_one_whose_file_was_edited(commune: Commune, order: tuple[int, int]) -> None:
    commune.ends(0, "moved_away")
    commune.edits(1, school="TH Bình Liêu")
    commune.heard(*order)
    assert commune.states() == ["active"] * 3
    assert [one[0][0] for one in commune.asked()] == ["status"] * 3


@pytest.mark.parametrize("order", ORDERS)
def test_so_does_one_of_whom_anything_was_written(commune: Commune, order: tuple[int, int]) -> None:
    commune.ends(0)
    commune.at[1].write(save_all(make_group(commune.person.id, "HCDB01")))
    commune.heard(*order)
    assert commune.states() == ["active"] * 3


@pytest.mark.parametrize("order", ORDERS)
def test_without_that_look_the_child_is_on_no_list_any_more(
    commune: Commune, order: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(around_sync, "let_files_go_on", lambda tx: None)
    commune.ends(0)
    commune.visits(1)
    commune.heard(*order)
    assert (commune.states(), commune.due()) == (["closed"] * 3, [0] * 3)


@pytest.mark.parametrize("choice", ["closed", "active"])
def test_what_people_decide_stands(commune: Commune, choice: str) -> None:
    commune.ends(0)
    commune.visits(1)
    commune.heard(1, 0)
    (card,) = conflict_cards(commune.at[2], most=9)[0]
    assert card.base == "In the register"
    assert card.note.startswith("The file was ended while a colleague who did not know of that")
    key = next(hand.key for hand in card.hands if (hand.text == "File closed") is (choice == "closed"))
    decided = decision(card, chosen=key)
    assert not isinstance(decided, str)
    commune.at[2].write(decided)
    sync_all(commune.desks)
    sync_all(commune.desks)
    assert (commune.states(), commune.asked()) == ([choice] * 3, [[]] * 3)


def test_who_ends_it_again_from_the_childs_page_decides_too(commune: Commune) -> None:
    commune.ends(0)
    commune.visits(1)
    commune.heard(1, 0)
    commune.ends(2)
    commune.heard(2, 1, 0)
    assert (commune.states(), commune.asked()) == (["closed"] * 3, [[]] * 3)


def test_who_knew_of_the_end_writes_on_and_it_stays(commune: Commune) -> None:
    commune.ends(0)
    sync_all(commune.desks)
    commune.edits(1, school="TH Bình Liêu")
    commune.visits(2)
    commune.heard(1, 2, 0)
    assert (commune.states(), commune.asked()) == (["closed"] * 3, [[]] * 3)


def test_who_knew_of_the_visit_ends_the_file_for_good(commune: Commune) -> None:
    commune.visits(1)
    sync_all(commune.desks)
    commune.ends(0)
    commune.heard(0, 1, 2)
    assert (commune.states(), commune.asked()) == (["closed"] * 3, [[]] * 3)


def test_an_own_visit_before_the_end_is_no_question(commune: Commune) -> None:
    commune.visits(0)
    commune.ends(0)
    commune.heard(0, 1)
    assert (commune.states(), commune.asked()) == (["closed"] * 3, [[]] * 3)


@pytest.mark.parametrize("order", ORDERS)
def test_two_who_end_it_alike_are_not_asked(commune: Commune, order: tuple[int, int]) -> None:
    commune.ends(0)
    commune.ends(1)
    commune.heard(*order)
    assert (commune.states(), commune.asked()) == (["closed"] * 3, [[]] * 3)


def test_it_is_asked_once_where_several_had_not_heard_of_it(commune: Commune) -> None:
    commune.ends(0)
    commune.visits(1)
    commune.visits(2)
    commune.heard(0, 1, 2)
    assert (commune.states(), commune.asked()) == (["active"] * 3, [ASKED] * 3)


def test_who_took_the_end_back_by_hand_meanwhile_is_not_asked(commune: Commune) -> None:
    commune.ends(0)
    commune.at[0].write(lambda tx: reopen_file(tx, commune.file.id))
    commune.visits(1)
    commune.heard(1, 0)
    assert (commune.states(), commune.asked()) == (["active"] * 3, [[]] * 3)


def test_what_was_noted_with_a_page_is_done_after_a_start_anew(
    commune: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power goes between the page and what follows from it."""
    commune.ends(0)
    commune.visits(1)
    commune.desks[0].sync()
    with monkeypatch.context() as patch:
        patch.setattr(around_sync, "let_files_go_on", lambda tx: None)
        commune.desks[1].sync()
    desk = commune.desks[1]
    desk.restart()
    assert desk.open.register.write(lambda tx: len(unheard_ends.noted(tx.connection))).result()[0] == 1
    commune.at[1] = Workplace(desk.open.register, code_book())
    sync_all(commune.desks)
    assert commune.states() == ["active"] * 3


def test_an_end_that_was_decided_meanwhile_stays(commune: Commune, monkeypatch: pytest.MonkeyPatch) -> None:
    """Noted at one PC, which goes off; a colleague who hears of both reopens the file and ends it."""
    commune.ends(0)
    commune.visits(1)
    commune.desks[0].sync()
    with monkeypatch.context() as patch:
        patch.setattr(around_sync, "let_files_go_on", lambda tx: None)
        commune.desks[1].sync()
        commune.desks[2].sync()
        commune.at[2].write(lambda tx: reopen_file(tx, commune.file.id))
        commune.ends(2, "died")
        commune.desks[2].sync()
        commune.desks[1].sync()
    commune.heard(1, 0, 2)
    assert (commune.states(), commune.asked()) == (["died"] * 3, [[]] * 3)


def test_who_hears_all_of_it_once_more_does_not_hear_it_for_the_first_time(commune: Commune) -> None:
    """A PC that is enrolled anew forgets where its changes stood: it had known of the visit all the same."""
    commune.visits(1)
    sync_all(commune.desks)
    commune.ends(0)
    sync_all(commune.desks)
    commune.desks[0].enrol_anew()
    commune.heard(0, 1, 2)
    assert (commune.states(), commune.asked()) == (["closed"] * 3, [[]] * 3)


def test_nor_does_a_colleague_who_wrote_on_behind_the_end(commune: Commune) -> None:
    commune.ends(0)
    sync_all(commune.desks)
    commune.edits(1, school="TH Bình Liêu")
    sync_all(commune.desks)
    commune.desks[1].enrol_anew()
    commune.heard(1, 0, 2)
    assert (commune.states(), commune.asked()) == (["closed"] * 3, [[]] * 3)


@pytest.mark.parametrize("order", ORDERS)
def test_a_decision_that_ends_it_beside_another_visit_is_asked_about_once_more(
    commune: Commune, order: tuple[int, int]
) -> None:
    commune.ends(0)
    commune.visits(1)
    commune.heard(1, 0)
    (card,) = conflict_cards(commune.at[0], most=9)[0]
    decided = decision(card, chosen=next(hand.key for hand in card.hands if hand.text == "File closed"))
    assert not isinstance(decided, str)
    commune.at[0].write(decided)
    commune.visits(1)
    commune.heard(*order)
    assert (commune.states(), commune.asked()) == (["active"] * 3, [ASKED] * 3)


@pytest.mark.parametrize("how", ["visited", "edited"])
@pytest.mark.parametrize("order", ORDERS)
def test_so_does_one_who_was_visited_by_another_record_that_is_one_with_it_meanwhile(
    commune: Commune, order: tuple[int, int], how: str
) -> None:
    person, file = make_child()
    commune.at[0].write(save_all(person, file))
    sync_all(commune.desks)
    commune.at[0].write(lambda tx: join(tx, person.id, commune.person.id))
    commune.ends(0)
    made = make_visit(person.id, TODAY.isoformat(), risk_level="high", next_visit_on=TOMORROW.isoformat())
    edited = msgspec.structs.replace(file, school="TH Bình Liêu")
    commune.at[1].write(save_all(made if how == "visited" else edited))
    commune.heard(*order)
    asked = "SELECT status FROM child_file WHERE id=?"
    assert [desk.ask(asked, commune.file.id)[0][0] for desk in commune.desks] == ["active"] * 3
    assert all(ASKED[0] in found for found in commune.asked())
