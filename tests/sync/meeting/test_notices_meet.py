"""Two desks of one house tell a commune of one stay: the commune reads one notice, and the latest word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from commune_desk.domain.model.ids import new_record_id
from commune_desk.domain.records.placements import stay_ends
from commune_desk.domain.time.clock import SystemClock, local_day
from commune_desk.i18n import format_date, set_language
from commune_desk.presenters.frame.entry_form import EntryForm
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.discharge_form import DischargeForm
from commune_desk.presenters.shelter.outing_form import OutingForm
from commune_desk.presenters.sync.conflict_page import conflict_cards, decision
from commune_desk.program_files import code_book
from commune_desk.store.pages.placements import stay_record
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter import commune_notices
from commune_desk.usecases.sync import around_sync
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, HOUSE, OFFICE, real_province

pytestmark = pytest.mark.usefixtures("store_engine")

TODAY = format_date(local_day(SystemClock().now()))
LEFT = {"reason": "family", "receiver": "Bà ngoại"}


class Places:
    """Two desks of the house and one of the commune."""

    def __init__(self, here: Colleague, there: Colleague, commune: Colleague) -> None:
        self.here, self.there, self.commune = here, there, commune
        self.stay = self.admitted()
        self.sync()

    def admitted(self) -> str:
        form = AdmitForm(self.here.workplace)
        self.here.save(form, reason="isolation", home_commune=COMMUNE[2:], isolation_from=TODAY)
        (stay,) = self.here.desk.ask("SELECT id FROM placement")[0]
        return str(stay)

    def sync(self) -> None:
        for _ in range(2):
            for one in (self.here, self.there, self.commune):
                one.sync()

    def told(self) -> list[tuple[str, str | None, str]]:
        """Status, last day of isolation and of the stay, of every notice in the commune."""
        found = self.commune.desk.ask("SELECT status, isolation_until, stay_until FROM placement_notice")
        return [tuple(row) for row in found]

    def last_day(self) -> str:
        record = self.here.workplace.read(lambda c: stay_record(c, self.stay))
        assert record is not None
        return stay_ends(record.placement.admitted_at)


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    set_language("en")
    with real_province(tmp_path) as province, ExitStack() as stack:
        made = []
        for number, grants in enumerate((HOUSE, HOUSE, OFFICE)):
            path = tmp_path / f"desk{number}.db"
            make_register(path, province.enrol(grants))
            made.append(Colleague(RealDesk(path, SystemClock(), province.transport)))
            stack.callback(made[-1].desk.register.close)
        yield Places(*made)


def test_the_desk_that_ends_a_stay_ends_the_notice_that_its_colleague_wrote(places: Places) -> None:
    ((status, isolated, _last),) = places.told()
    assert (status, isolated is not None) == ("staying", True)
    places.there.save(AdmitForm(places.there.workplace, stay=places.stay), isolation_to=TODAY)
    places.sync()
    assert places.told() == [("staying", None, places.last_day())], "isolation that has ended is over no time limit"
    places.there.save(DischargeForm(places.there.workplace, places.stay), **LEFT)
    places.sync()
    assert places.told() == [("ended", None, places.last_day())]


def test_with_a_notice_of_its_own_the_first_would_stand_for_ever(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: ids as all other records have them."""
    monkeypatch.setattr(commune_notices, "notice_id", lambda stay, commune: new_record_id())
    places.there.save(DischargeForm(places.there.workplace, places.stay), **LEFT)
    places.sync()
    assert [status for status, *_ in places.told()].count("staying") == 1


def test_a_word_that_was_taken_back_is_said_again(places: Places) -> None:
    """`here` wrote the isolation, `there` ended it, `here` takes the end back: its own old notice says nothing new."""
    before = places.told()
    places.there.save(AdmitForm(places.there.workplace, stay=places.stay), isolation_to=TODAY)
    places.sync()
    places.here.save(AdmitForm(places.here.workplace, stay=places.stay), isolation_to="")
    places.sync()
    assert places.told() == before


def test_going_out_tells_the_commune_nothing_from_either_desk(places: Places) -> None:
    def heard() -> int:
        (count,) = places.commune.desk.ask("SELECT count(*) FROM change WHERE kind='placement_notice'")[0]
        return int(count)

    before = heard()
    places.there.save(OutingForm(places.there.workplace, places.stay), note="Đi khám")
    places.sync()
    assert heard() == before


def decide(at: Colleague, field: str, text: str) -> None:
    (card,) = (one for one in conflict_cards(at.workplace, most=9)[0] if one.conflict.field == field)
    key = next(hand.key for hand in card.hands if hand.text == text)
    operation = decision(card, chosen=key)
    assert not isinstance(operation, str)
    at.workplace.write(operation)


def test_a_stay_that_people_decide_to_go_on_is_protected_again(places: Places) -> None:
    places.there.save(DischargeForm(places.there.workplace, places.stay), **LEFT)
    places.here.save(OutingForm(places.here.workplace, places.stay), note="Đi khám")
    places.there.sync()
    places.sync()
    assert [status for status, *_ in places.told()] == ["ended"]
    decide(places.here, "status", "gone out")
    places.sync()
    assert [status for status, *_ in places.told()] == ["staying"]


def test_a_commune_that_people_decide_against_is_relieved(places: Places) -> None:
    places.there.save(AdmitForm(places.there.workplace, stay=places.stay), home_commune="")
    places.sync()
    assert [status for status, *_ in places.told()] == ["ended"]
    forms = [(one, AdmitForm(one.workplace, stay=places.stay)) for one in (places.here, places.there)]
    for (one, form), commune in zip(forms, (COMMUNE[2:], "06841"), strict=True):
        one.save(form, home_commune=commune)
    places.sync()
    assert [status for status, *_ in places.told()] == ["staying"]
    decide(places.there, "home_commune", "Hoành Mô Commune")
    places.sync()
    assert [status for status, *_ in places.told()] == ["ended"]


def apart(folder: Path) -> list[str]:
    """One desk ends a stay, the other learns its commune, both without a line: the states of the notices at the end."""
    set_language("en")
    with real_province(folder) as province, ExitStack() as stack:
        desks = [
            enrolled_desk(province, folder / name, grants=at)
            for name, at in (("a", HOUSE), ("b", HOUSE), ("c", OFFICE))
        ]
        for desk in desks:
            stack.callback(desk.close)
        here, there = (Workplace(desk.open.register, code_book()) for desk in desks[:2])
        form = AdmitForm(here)
        form.edit("reason", "isolation")
        stay = save(here, form)
        sync_all(desks)
        leaving, known = DischargeForm(here, stay), AdmitForm(there, stay=stay)
        for name, value in LEFT.items():
            leaving.edit(name, value)
        save(here, leaving)
        known.edit("home_commune", COMMUNE[2:])
        save(there, known)
        sync_all(desks)
        return [status for (status,) in desks[2].ask("SELECT status FROM placement_notice")]


def save(at: Workplace, form: EntryForm[Any]) -> str:
    operation = form.submit()
    assert operation is not None
    return str(at.write(operation)[0])


def sync_all(desks: list[EnrolledDesk]) -> None:
    for _ in range(3):
        for desk in desks:
            desk.sync()


def test_a_stay_that_ended_while_its_commune_became_known_is_ended_there(tmp_path: Path) -> None:
    assert apart(tmp_path) == ["ended"]


def test_what_was_told_apart_would_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: nobody looks again at what this desk told."""
    monkeypatch.setattr(around_sync, "keep_told", lambda tx: None)
    assert apart(tmp_path) == ["staying"]
