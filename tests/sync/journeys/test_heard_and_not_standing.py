"""A province that was put back hears first what was written upon something that it has yet to hear.

What stood before stands again, or people are asked; and every PC shows what the province holds, also one that begins
behind both, to which no line names the one that does not stand.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.record import Record, kind_of
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.i18n import set_language
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.outing_form import OutingForm
from commune_desk.store.intake import comparing
from commune_desk.store.intake.conflicts import open_conflicts
from sync.server.answers import sums
from sync.server.intake.merging import Batch
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.sheltered_office import ShelteredOffice
from tests.sync.actors.sheltered_office import decide as decide_all
from tests.sync.actors.travelled_office import TravelledOffice, Traveller
from tests.sync.meeting.test_discharged_twice import leave
from tests.sync.meeting.test_notices_meet import decide

KIND_OF: dict[str, type[Record]] = {
    "phone": Person,
    "risk_level": ChildFile,
    "status": ChildFile,
    "disability_types": ChildFile,
}
OURS, THEIRS = "0912000001", "0912000002"


def edit(desk: Traveller, field: str, value: object) -> None:
    """Of the one child who is there."""
    kind = KIND_OF[field]
    ((record,),) = desk.ask(f"SELECT id FROM {kind_of(kind).name}")
    desk.run(lambda tx: tx.save(msgspec.structs.replace(tx.existing(kind, record), **{field: value})))


def shown(desk: Traveller, field: str) -> object:
    return desk.ask(f"SELECT {field} FROM {kind_of(KIND_OF[field]).name}")[0][0]


def asked(desk: Traveller) -> list[list[object]]:
    """What people are asked to choose from."""
    found = desk.register.write(lambda tx: open_conflicts(tx.connection)).result()[0]
    return [[side.value for side in one.sides] for one in found]


def put_back(office: TravelledOffice, first: str, second: str) -> None:
    office.put_back()
    for _ in range(3):
        office.sync(first, second)


@pytest.fixture
def commune(office: TravelledOffice) -> TravelledOffice:
    """With a child, and a backup."""
    office.child("Chìu Văn Sáng")
    edit(office.ours, "phone", "0912000000")
    edit(office.ours, "risk_level", "low")
    office.sync()
    office.back_up()
    return office


def corrected_back(commune: TravelledOffice, field: str, wrong: str, first: str) -> tuple[object, object]:
    """One PC wrote something else, the other what had stood before; how both show it after the restore."""
    before = shown(commune.ours, field)
    for name, value in (("ours", wrong), ("colleague", before)):
        edit(commune.desks[name], field, value)
        commune.sync("ours", "colleague", "ours")
    put_back(commune, first, "ours" if first == "colleague" else "colleague")
    return shown(commune.ours, field), shown(commune.colleague, field)


@pytest.mark.parametrize("first", ["ours", "colleague"])
@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [("phone", OURS, "0912000000"), ("risk_level", "high", "low"), ("status", "closed", "active")],
)
def test_what_was_corrected_back_stays_so(
    commune: TravelledOffice, field: str, wrong: str, right: str, first: str
) -> None:
    assert corrected_back(commune, field, wrong, first) == (right, right)
    assert asked(commune.ours) == asked(commune.colleague) == []
    assert commune.unrest() == {}


@pytest.mark.parametrize(
    ("field", "wrong", "ends"),
    [("phone", OURS, ("0912000000", "0912000000")), ("status", "closed", ("closed", "closed"))],
)
def test_if_the_province_forgot_upon_what_it_was_written_it_would_be_asked_about_or_undone(
    commune: TravelledOffice, monkeypatch: pytest.MonkeyPatch, field: str, wrong: str, ends: tuple[str, str]
) -> None:
    """The twin."""
    monkeypatch.setattr(Batch, "_load_upon", lambda *_: None)
    assert corrected_back(commune, field, wrong, "colleague") == ends
    assert field == "status" or asked(commune.ours) == [["0912000000", OURS]]


def test_if_an_equal_value_never_stood_the_mistake_would_come_back_in_silence(
    commune: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr("sync.server.intake.merging.taken_in", lambda _connection, ids: set(ids))
    assert corrected_back(commune, "phone", OURS, "colleague") == (OURS, OURS)
    assert asked(commune.ours) == []


def ticked_by_both(commune: TravelledOffice) -> None:
    """Heard in the other order: what the colleague ticked is in the list, and is not what wrote it last."""
    edit(commune.ours, "disability_types", ("hearing",))
    commune.sync("ours", "colleague")
    edit(commune.colleague, "disability_types", ("hearing", "seeing"))
    commune.sync("colleague", "ours")
    put_back(commune, "colleague", "ours")


def test_of_a_list_every_pc_holds_what_the_province_holds(commune: TravelledOffice) -> None:
    ticked_by_both(commune)
    assert commune.unrest() == {}
    assert shown(commune.ours, "disability_types") == shown(commune.colleague, "disability_types")


def test_what_the_province_has_heard_would_be_taken_for_lost(
    commune: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: so with a province of an earlier program."""
    monkeypatch.setattr(sums, "told_of", lambda *_: [])
    ticked_by_both(commune)
    assert commune.unrest().keys() == {"ours"}


def test_nobody_is_told_what_was_heard_in_another_place(commune: TravelledOffice) -> None:
    ticked_by_both(commune)
    known = [change for (change,) in commune.ours.ask("SELECT id FROM change WHERE record=(SELECT id FROM person)")]

    def told(scope: str) -> list[str]:
        return commune.real.write(lambda connection: sums.told_of(connection, scope, [*known, "0" * 32]))

    assert (told(COMMUNE), told(OTHER_COMMUNE)) == (sorted(known), [])


def test_what_comes_again_and_says_what_stands_is_not_lost(
    commune: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a province of an earlier program, by which it does not stand."""
    monkeypatch.setattr("sync.server.intake.merging.taken_in", lambda _connection, ids: set(ids))
    commune.join("third", {COMMUNE: Role.COMMUNE_OFFICER})
    commune.sync("third", "third")
    for name, value in (("ours", OURS), ("third", THEIRS), ("colleague", OURS)):
        edit(commune.desks[name], "phone", value)
        commune.sync(name, "ours", "third", "colleague")
    commune.put_back()
    commune.sync("ours", "ours", "colleague", "colleague", "ours")
    assert commune.unrest("ours", "colleague") == {}


def decided_and_set_aside(commune: TravelledOffice) -> list[object]:
    """A decision that was lost, and stays in sight at the PC that was heard first, then meets what stands there."""
    third = commune.join("third", {COMMUNE: Role.COMMUNE_OFFICER})
    commune.sync("third", "third")
    edit(commune.ours, "phone", OURS)
    edit(third, "phone", THEIRS)
    commune.sync("ours", "third", "colleague")
    decide_all(commune.colleague, "phone", THEIRS)
    commune.sync("colleague", "ours", "third")
    commune.put_back()
    commune.sync("ours", "ours")
    assert shown(commune.ours, "phone") == THEIRS, "who decided so sends it again"
    commune.sync("colleague", "colleague", "ours")
    return [shown(one, "phone") for one in (commune.ours, commune.colleague)]


def test_a_decision_that_meets_what_stands_is_shown_as_a_question_by_all(commune: TravelledOffice) -> None:
    assert decided_and_set_aside(commune) == [OURS, OURS]
    assert asked(commune.ours) == asked(commune.colleague) == [[OURS, THEIRS]]
    assert commune.unrest("ours", "colleague") == {}


def test_if_it_asked_nothing_a_pc_would_go_on_showing_it(
    commune: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(comparing, "ask", lambda _tx: None)
    assert decided_and_set_aside(commune) == [THEIRS, OURS]


Stay = tuple[ShelteredOffice, str]


@pytest.fixture
def stay(sheltered: ShelteredOffice) -> Stay:
    """In the house, and in the backup."""
    set_language("en")
    house = Colleague(sheltered.house)
    house.save(AdmitForm(house.workplace), reason="trafficking", full_name="Mẫu Thị Sen")
    sheltered.sync()
    (stay,) = sheltered.shift.ask("SELECT id FROM placement")[0]
    sheltered.back_up()
    return sheltered, str(stay)


def decided_by(stay: Stay, decider: str, value: str, first: str) -> Sequence[object]:
    """One PC of the house ended the stay, the other let her go out and does not know; people decide at one of them.

    How the two show the stay after the restore.
    """
    office, record = stay
    desks = {name: Colleague(office.desks[name]) for name in ("house", "shift")}
    leave(desks["house"], record)
    desks["shift"].save(OutingForm(desks["shift"].workplace, record), note="Đi khám")
    office.sync("house", "shift", "house")
    decide(desks[decider], "status", value)
    office.sync()
    office.put_back()
    for _ in range(4):
        office.sync(first, "shift" if first == "house" else "house")
    return [one.ask("SELECT status FROM placement WHERE id=?", record)[0][0] for one in (office.house, office.shift)]


@pytest.mark.parametrize("first", ["house", "shift"])
@pytest.mark.parametrize("value", ["gone out", "ended"])
@pytest.mark.parametrize("decider", ["house", "shift"])
def test_both_pcs_of_the_house_show_one_stay(stay: Stay, decider: str, value: str, first: str) -> None:
    office, _record = stay
    here, there = decided_by(stay, decider, value, first)
    assert here == there
    assert asked(office.house) == asked(office.shift)
    assert office.unrest() == {}


@pytest.mark.parametrize("first", ["house", "shift"])
def test_a_decision_against_an_end_that_is_heard_later_stands(stay: Stay, first: str) -> None:
    office, _record = stay
    assert decided_by(stay, "shift", "gone out", first) == ["out", "out"]
    assert asked(office.house) == asked(office.shift) == []


def test_by_a_province_that_forgot_it_they_would_be_asked_once_more(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    office, _record = stay
    monkeypatch.setattr(Batch, "_load_upon", lambda *_: None)
    assert decided_by(stay, "shift", "gone out", "shift") == ["ended", "ended"]
    assert asked(office.house) == asked(office.shift) == [["ended", "out"]]


def test_and_one_that_does_not_say_what_it_heard_would_have_them_show_two_things(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(Batch, "_load_upon", lambda *_: None)
    monkeypatch.setattr(sums, "told_of", lambda *_: [])
    assert decided_by(stay, "shift", "gone out", "shift") == ["out", "ended"]
