"""A desk's rounds with the real province: what a sync brings, and what only an enrolment does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.words.errors import Fault
from commune_desk.store.exchange.sync_history import rounds
from commune_desk.usecases.sync.desk_sync import asks_for_sync
from sync.client.errors import Stopped
from tests.helpers.builders import make_report, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import real_province


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[EnrolledDesk]:
    with real_province(tmp_path) as province:
        made = enrolled_desk(province, tmp_path / "desk")
        yield made
        made.close()


def _save_a_report(desk: EnrolledDesk) -> ChangeSet:
    """Its description is sealed."""
    return desk.open.register.write(save_all(make_report())).result()[1]


def test_a_desk_without_a_sealing_key_is_sent_to_the_province_not_to_another_sync(desk: EnrolledDesk) -> None:
    """A page's keys are never sealed to, so a sentence that promised help by a sync led nowhere."""
    desk.ask("DELETE FROM scope_key")
    desk.restart()
    with pytest.raises(Fault, match="IT officer"):
        _save_a_report(desk)
    desk.sync()
    desk.restart()
    with pytest.raises(Fault, match="new enrolment"):
        _save_a_report(desk)
    desk.enrol_anew()
    _save_a_report(desk)


def test_what_a_sync_brings_asks_for_no_other_sync_but_a_save_does(desk: EnrolledDesk) -> None:
    """Told of its own news, every desk would sync each minute for ever."""
    assert asks_for_sync(_save_a_report(desk))
    desk.sync()
    desk.enrol_anew()
    assert asks_for_sync(_save_a_report(desk))
    desk.sync()
    desk.open.register.write(save_all(make_report())).result()
    assert len(desk.heard) > 5
    assert [news for news in desk.heard if asks_for_sync(news)] == []


def test_what_the_first_round_of_a_new_enrolment_brought_is_counted(desk: EnrolledDesk, tmp_path: Path) -> None:
    """It pulls, numbers what waited, and only then sends: the log counted the second half alone."""
    colleague = enrolled_desk(desk.province, tmp_path / "colleague")
    _save_a_report(colleague)
    colleague.sync()
    colleague.close()
    _save_a_report(desk)
    desk.enrol_anew()
    desk.sync()
    done = desk.open.register.write(lambda tx: rounds(tx.connection)).result()[0]
    placed = "SELECT count(*) FROM change WHERE seq IS NOT NULL AND scope=?"
    assert desk.ask(placed, desk.open.register.identity.scope) == [(sum(one.pulled for one in done),)]


def test_a_round_that_begins_after_the_program_said_to_stop_connects_to_nobody(desk: EnrolledDesk) -> None:
    session = desk.session()
    session.abort()
    for _again in range(2):
        with pytest.raises(Stopped):
            session.sync()
    assert desk.session().sync().at, "the twin: not told to stop, it goes through"


def test_a_province_that_was_begun_anew_between_two_syncs_costs_a_hello_and_nothing_else(desk: EnrolledDesk) -> None:
    """Its tickets died with its process."""
    _save_a_report(desk)
    desk.sync()
    desk.province.restart()
    _save_a_report(desk)
    assert desk.sync().pushed > 0
    assert desk.ask("SELECT count(*) FROM change WHERE state='waiting'") == [(0,)]
