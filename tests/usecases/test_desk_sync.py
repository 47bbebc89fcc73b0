"""A desk's rounds with the real province: what a sync brings, and what only an enrolment does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.errors import Fault
from tests.helpers.builders import make_report, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.real_province import real_province


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[EnrolledDesk]:
    with real_province(tmp_path) as province:
        made = enrolled_desk(province, tmp_path / "desk")
        yield made
        made.close()


def _save_a_report(desk: EnrolledDesk) -> None:
    """Its description is sealed."""
    desk.open.register.write(save_all(make_report())).result()


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
