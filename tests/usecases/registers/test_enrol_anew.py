"""A desk whose sync stopped goes on under a new id: copied, revoked, or with a province that lost what it had."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select, update

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Refusal
from commune_desk.i18n import translate_error
from commune_desk.store.exchange import staged
from commune_desk.usecases.registers import enrolment
from commune_desk.usecases.registers.enrolment import EnrolTries, Invitation, NotReached, enrol_anew, take_up
from commune_desk.usecases.registers.opening import make_training_register
from commune_desk.usecases.registers.profile import Profile
from commune_desk.vault.keyfile import KeyfileNotSaved
from sync.client import errors
from sync.server.answers import pull
from sync.server.engine import tables
from sync.server.identity import desks
from sync.spelling import spell
from tests.helpers.builders import make_person, make_report, save_all
from tests.helpers.enrolled_desks import OFFICER, EnrolledDesk, enrolled_desk
from tests.helpers.store_engine import engine
from tests.sync.actors.in_process import response_of
from tests.sync.actors.kept_provinces import reopened
from tests.sync.actors.real_province import OFFICE, RealProvince, real_province

PHONE, WORK = "0912000001", "thợ mỏ"


class Office:
    """Two desks of a commune that know the same person, and whatever is opened later."""

    def __init__(self, folder: Path, province: RealProvince) -> None:
        self.folder = folder
        self.province = province
        self.ours = enrolled_desk(province, folder / "ours")
        self.theirs = enrolled_desk(province, folder / "theirs")
        self.desks = [self.ours, self.theirs]
        self.person: Person = make_person()
        self.ours.open.register.write(save_all(self.person)).result()
        self.sync()

    def sync(self) -> None:
        """Twice, so that each has heard what the others sent."""
        for desk in (*self.desks, *self.desks):
            desk.sync()

    def shown(self, field: str) -> list[object]:
        return [desk.shown(self.person.id, field) for desk in self.desks]

    def held(self) -> set[str]:
        """The ids of all changes that the province merged."""
        return set(self.province.scalars(select(tables.change.c.id)))

    def set_aside(self) -> list[str]:
        return self.province.scalars(select(tables.quarantine.c.code))

    def names(self) -> list[set[str]]:
        return [{name for (name,) in desk.ask("SELECT full_name FROM person")} for desk in self.desks]

    def nothing_is_left(self) -> bool:
        """Nothing waits anywhere, nothing hides, and each desk has heard everything."""
        left = "SELECT count(*) FROM change WHERE seq IS NULL"
        return all(
            desk.ask(left) == [(0,)] and desk.ask("SELECT count(*) FROM shadow") == [(0,)] for desk in self.desks
        )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with real_province(tmp_path) as province:
        made = Office(tmp_path, province)
        yield made
        for desk in made.desks:
            desk.close()


def _stopped(desk: EnrolledDesk, fault: type[errors.SyncHalted]) -> None:
    with pytest.raises(fault):
        desk.sync()
    assert desk.open.register.identity.frozen == fault.code


def test_two_copies_of_a_desk_both_go_on_and_nothing_of_either_is_lost(office: Office) -> None:
    copy = office.ours.copied(office.folder / "copy")
    office.desks.append(copy)
    copy.open.register.write(save_all(make_person("Bàn Văn Tài"))).result()
    copy.sync()
    office.ours.edit(office.person.id, phone=PHONE)
    _stopped(office.ours, errors.Forked)
    _stopped(copy, errors.Forked)
    former = office.ours.id
    for desk in (office.ours, copy):
        desk.enrol_anew()
        assert desk.open.register.identity.frozen == ""
        assert desk.open.register.identity.former == (former,)
    office.sync()
    assert office.shown("phone") == [PHONE] * 3
    assert office.names() == [{"Đặng Thị Hoà", "Bàn Văn Tài"}] * 3
    assert office.set_aside() == []
    assert office.nothing_is_left()


def _revoked(office: Office) -> None:
    """What a revoked desk still sends is kept aside at the province, and nobody sees it."""
    office.province.write(lambda connection: desks.revoke(connection, office.province.province, office.ours.id))
    office.ours.edit(office.person.id, phone=PHONE)
    _stopped(office.ours, errors.DeskRevoked)
    assert office.set_aside() == ["revoked"]


def test_what_a_revoked_desk_sent_is_sent_again_once_it_is_enrolled_anew(office: Office) -> None:
    _revoked(office)
    office.ours.enrol_anew()
    office.sync()
    assert office.shown("phone") == [PHONE, PHONE]
    assert office.ours.ask("SELECT count(*) FROM change WHERE state='quarantined'") == [(0,)]


def test_left_aside_it_would_be_seen_at_its_own_desk_alone(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: only what waits is sent under the new id."""
    monkeypatch.setattr(staged, "_FOR_LACK_OF_RIGHTS", ("none",) * 3)
    _revoked(office)
    office.ours.enrol_anew()
    office.sync()
    assert office.shown("phone") == [PHONE, None]


def _lose_the_last_day(office: Office) -> None:
    """Both write and send; then the province comes back from the backup it made before."""
    backup, key_file = office.folder / "backup", office.folder / "key-file"
    reopened(office.province, key_file, lambda data: engine.copy(data, backup))
    office.ours.edit(office.person.id, phone=PHONE)
    office.ours.sync()
    office.theirs.sync()
    office.theirs.edit(office.person.id, occupation=WORK)
    office.sync()
    reopened(office.province, key_file, lambda data: engine.put_back(backup, data))


def _enrol_all_anew(office: Office) -> None:
    """In another order than the first time, so that neither desk's place in the feed is one any more."""
    for desk in (office.theirs, office.ours):
        desk.enrol_anew()
        desk.sync()
    office.sync()


@pytest.mark.usefixtures("store_engine")
def test_a_province_that_lost_a_day_gets_it_again_from_its_desks(office: Office) -> None:
    _lose_the_last_day(office)
    everything = {one for desk in office.desks for (one,) in desk.ask("SELECT id FROM change")}
    assert office.held() != everything
    _enrol_all_anew(office)
    assert office.held() == everything
    assert (office.shown("phone"), office.shown("occupation")) == ([PHONE, PHONE], [WORK, WORK])
    assert office.set_aside() == []
    assert office.nothing_is_left()


@pytest.mark.usefixtures("store_engine")
def test_a_province_whose_feeds_are_long_gets_it_again_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands says nothing of what was written before: a desk that began with it took all of its own for heard."""
    monkeypatch.setattr(pull, "WORTH", 1)
    _lose_the_last_day(office)
    everything = {one for desk in office.desks for (one,) in desk.ask("SELECT id FROM change")}
    _enrol_all_anew(office)
    assert office.held() == everything
    assert office.set_aside() == []


@pytest.mark.usefixtures("store_engine")
def test_taken_for_heard_what_the_province_lost_would_stay_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the desk goes on from the place that it had in the feed, and from what was signed for there."""
    monkeypatch.setattr(staged, "_hear_all_again", lambda tx, own: None)
    _lose_the_last_day(office)
    everything = {one for desk in office.desks for (one,) in desk.ask("SELECT id FROM change")}
    _enrol_all_anew(office)
    assert office.held() != everything


def test_a_province_founded_anew_gets_everything_and_can_have_it_opened(office: Office, tmp_path: Path) -> None:
    report = make_report()
    office.ours.open.register.write(save_all(report)).result()
    office.sync()
    everything = {one for desk in office.desks for (one,) in desk.ask("SELECT id FROM change")}
    (tmp_path / "second").mkdir()
    with real_province(tmp_path / "second") as second:
        office.province = second
        for desk in office.desks:
            desk.province = second
            take_up(desk.open, second.enrol(OFFICE), "PC of tests")
        office.sync()
        newcomer = enrolled_desk(second, tmp_path / "newcomer")
        office.desks.append(newcomer)
        newcomer.sync()
        assert office.held() > everything
        assert office.set_aside() == []
        assert newcomer.ask("SELECT description FROM report") == [(report.description,)]
        assert office.names() == [{"Đặng Thị Hoà"}] * 3


def test_a_keyfile_that_cannot_be_saved_leaves_the_desk_as_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise KeyfileNotSaved

    before = office.ours.open.register.identity
    monkeypatch.setattr(enrolment, "set_recovery", full)
    with pytest.raises(KeyfileNotSaved):
        office.ours.enrol_anew()
    assert office.ours.open.register.identity == before


def test_a_province_that_refuses_no_more_ends_the_halt(office: Office) -> None:
    office.ours.session()._replica.freeze("epoch")
    office.ours.sync()
    assert office.ours.open.register.identity.frozen == ""


def test_an_exchange_under_the_former_name_counts_for_nothing(office: Office) -> None:
    """It was under way when the officer enrolled: it may neither move the new desk's places nor stop it."""
    exchange = office.ours.session()
    office.ours.enrol_anew()
    before = office.ours.ask("SELECT scope, seq FROM cursor")
    with pytest.raises(Exception, match="under its former name"):
        exchange.sync()
    assert office.ours.ask("SELECT scope, seq FROM cursor") == before
    assert office.ours.open.register.identity.frozen == ""


class Tries(EnrolTries):
    """At the province of the tests, on its own line."""

    def __init__(self, province: RealProvince) -> None:
        super().__init__()
        self.connect = province.transport  # type: ignore[method-assign]


def test_a_province_that_has_forgotten_what_it_signed_for_learns_it_by_the_receipt_shown(office: Office) -> None:
    ours = office.ours.open.register
    before = ours.identity.epoch
    forgets = update(tables.desk).where(tables.desk.c.id == office.ours.id).values(last_n=0)
    office.province.write(lambda connection: connection.execute(forgets))
    invitation = Invitation("province.test", office.province.code().code, "PC")
    enrol_anew(office.ours.open, invitation, Tries(office.province))
    assert ours.identity.epoch != before
    assert office.ours.ask("SELECT count(*) FROM receipt") == [(0,)]
    office.sync()
    assert office.nothing_is_left()


@pytest.mark.parametrize(
    "answers",
    [
        lambda: response_of(200, {}, b"nothing of the province's"),
        lambda: response_of(500, {}, b"trouble"),
        lambda: response_of(503, {"Retry-After": "60"}, b""),
        requests.ConnectionError(TimeoutError()),
        requests.ConnectionError(OSError(errno.ENETUNREACH, "unreachable")),
    ],
)
def test_a_line_that_fails_promises_nothing_that_goes_by_itself(
    office: Office, monkeypatch: pytest.MonkeyPatch, answers: Any
) -> None:
    """The line's own sentences say that it goes on by itself: a PC that waits for that never syncs again."""

    def answered(*_request: Any, **_named: Any) -> requests.Response:
        if isinstance(answers, Exception):
            raise answers
        reply: requests.Response = answers()
        return reply

    code = office.province.code().code
    with monkeypatch.context() as patch:
        patch.setattr(office.province.line, "send", answered)
        with pytest.raises(NotReached) as failed:
            enrol_anew(office.ours.open, Invitation("province.test", code, "PC"), Tries(office.province))
    told = translate_error(failed.value)
    assert "mã vẫn dùng được" in told
    assert "tự" not in told
    enrol_anew(office.ours.open, Invitation("province.test", code, "PC"), Tries(office.province))


def test_a_training_register_never_becomes_one_that_sends(office: Office, tmp_path: Path) -> None:
    """Children who do not exist would be sent, and stand among those who do."""
    (tmp_path / "training").mkdir()
    place, role = Scope("C:06838"), Role.COMMUNE_OFFICER
    training = make_training_register(
        Profile(tmp_path / "training"), OFFICER, scope=place, role=role, clock=SystemClock()
    )
    nobody_listens = Invitation("https://127.0.0.1:9", spell(bytes(10)), "Máy 1")
    with pytest.raises(Refusal, match="training"):
        enrol_anew(training, nobody_listens, EnrolTries())
    with pytest.raises(Refusal, match="training"):
        take_up(training, office.province.enrol(OFFICE), "Máy 1")
    assert training.register.identity.is_training
    training.register.close()
