"""Of a child who is in the house by two stays each is ended at another PC, neither hearing of the other: somebody is
reminded all the same to ask how the child is, and once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.records.desks import Task
from commune_desk.domain.records.placements import Placement
from commune_desk.i18n import set_language
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.discharge_form import DischargeForm
from commune_desk.presenters.shelter.outing_form import OutingForm
from commune_desk.store.engine.schema import read_many
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.sync import around_sync
from commune_desk.usecases.sync.desk_sync import DeskSync
from sync.client.session import SyncOutcome
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_desks import FragileReplica, RealDesk
from tests.sync.actors.real_province import HOUSE
from tests.sync.meeting.test_discharged_twice import FOLLOW_UPS, comes_back, leave, to_do
from tests.sync.meeting.test_notices_meet import decide

pytestmark = pytest.mark.usefixtures("store_engine")

Pair = tuple[Colleague, Colleague]


class WholeDesk(RealDesk):
    """With what the program does around an exchange."""

    def sync(self, replica: FragileReplica | None = None) -> SyncOutcome:
        return DeskSync(self.register, lambda changes: None, connect=lambda pins: self.connect()).sync()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    set_language("en")
    with two_colleagues(tmp_path, HOUSE) as both:
        for one in both:
            one.desk.__class__ = WholeDesk
        yield both


@pytest.fixture
def stays(pair: Pair) -> tuple[str, str]:
    """The earlier and the later stay of a child who came back, and whom each PC admitted without hearing of it."""
    here, _there = pair
    here.save(AdmitForm(here.workplace), reason="trafficking", full_name="Mẫu Thị Sen")
    ((first,),) = here.desk.ask("SELECT id FROM placement")
    leave(here, first)
    say_of_tasks(here, "done")
    settle(pair)
    for one in pair:
        comes_back(one, first)
    settle(pair)
    earlier, later = here.desk.ask("SELECT id FROM placement WHERE status<>'ended' ORDER BY admitted_at, id")
    return earlier[0], later[0]


def settle(pair: Pair) -> None:
    for one in (*pair, *pair):
        one.sync()


def say_of_tasks(at: Colleague, status: str) -> None:
    """Of all that is to be done."""

    def work(tx: Tx) -> None:
        for task in read_many(tx.connection, Task, "status=?", "open"):
            tx.save(msgspec.structs.replace(task, status=status))

    at.workplace.write(work)


def twice(at: Colleague, stays: tuple[str, str]) -> None:
    at.save(DischargeForm(at.workplace, stays[1]), reason="entered_twice", goes_on_in=stays[0])


def test_who_ended_it_and_who_took_the_other_back_are_both_reminded(pair: Pair, stays: tuple[str, str]) -> None:
    here, there = pair
    leave(here, stays[0])
    twice(there, stays)
    assert to_do(pair, stays[0]) == [FOLLOW_UPS] * 2
    settle(pair)
    assert to_do(pair, stays[0]) == [FOLLOW_UPS] * 2
    for one in pair:
        assert one.conflicts() == []


def test_without_it_nobody_would_be(pair: Pair, stays: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(around_sync, "ask_after_all", lambda tx, stays: None)
    leave(pair[0], stays[0])
    twice(pair[1], stays)
    assert to_do(pair, stays[0]) == [[], []]


def test_who_is_still_here_by_the_other_stay_is_not_asked_after(pair: Pair, stays: tuple[str, str]) -> None:
    here, there = pair
    leave(here, stays[0])
    assert to_do(pair, stays[1]) == [[], []]
    leave(there, stays[1])
    assert to_do(pair, stays[1]) == [FOLLOW_UPS] * 2, "and after that one once"


def test_of_two_ends_that_both_say_where_to_one_is_asked_about(pair: Pair, stays: tuple[str, str]) -> None:
    for one, stay in zip(pair, stays, strict=True):
        leave(one, stay)
    assert to_do(pair, stays[0]) == [FOLLOW_UPS] * 2


def test_what_somebody_left_off_stays_left_off(pair: Pair, stays: tuple[str, str]) -> None:
    here, there = pair
    leave(here, stays[0])
    twice(there, stays)
    settle(pair)
    say_of_tasks(here, "dropped")
    settle(pair)
    for one, stay in zip(pair, stays, strict=True):
        one.desk.edit(Placement, stay, alias="Hoa Mai")  # each hears of a stay once more
    assert to_do(pair, stays[0]) == [[], []]


def test_who_goes_on_being_here_by_both_is_not_asked_after(pair: Pair, stays: tuple[str, str]) -> None:
    """People decide that the stay which one PC ended goes on: what was left off with that end is no task of it."""
    here, there = pair
    leave(here, stays[0])
    there.save(OutingForm(there.workplace, stays[0]), note="Đi khám")
    settle(pair)
    decide(here, "status", "gone out")
    assert to_do(pair, stays[0]) == [[], []]


def test_nor_who_is_here_by_the_other_where_people_decide_for_the_end(pair: Pair, stays: tuple[str, str]) -> None:
    here, there = pair
    leave(here, stays[1])
    there.save(OutingForm(there.workplace, stays[1]), note="Đi khám")
    settle(pair)
    decide(here, "status", "ended")
    assert to_do(pair, stays[0]) == [[], []]
