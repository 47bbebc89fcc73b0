"""A child is moved back before the other commune has heard what somebody at home had written late and sealed for it."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.reports import Report
from sync.server.intake import relocating
from tests.helpers.attached import ask_for, content_at, scan
from tests.helpers.builders import make_report, save_all
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice

SAID = "Bị đánh bằng gậy"


def written_late_and_back(office: TravelledOffice) -> RecordId:
    """A report and a photo, sealed for home, then for the other commune, and the child is at home; the photo's id."""
    child = office.child("Chìu Văn Sáng")
    office.move("ours", child, OTHER_COMMUNE)
    office.sync("ours", "there")
    photo = office.photo("colleague", child, size=1000)
    office.colleague.run(save_all(make_report(person=child, child_name="Chìu Văn Sáng", description=SAID)))
    office.move("there", child, COMMUNE)
    office.sync("colleague", "colleague", "there")
    office.sync()
    office.sync()
    assert office.unrest() == {}
    return photo.id


def test_at_home_all_of_it_opens(office: TravelledOffice) -> None:
    photo = written_late_and_back(office)
    for desk in (office.ours, office.colleague):
        assert desk.ask("SELECT description FROM report") == [(SAID,)]
        ask_for(desk.register, photo)
        desk.go()
        assert content_at(desk.register, photo) == scan(1000)


def test_what_is_corrected_there_meets_nothing(office: TravelledOffice) -> None:
    """Whoever edits at home has seen what stands, by whichever sealing."""
    written_late_and_back(office)
    ((report,),) = office.ours.ask("SELECT id FROM report")
    office.ours.run(
        lambda tx: tx.save(msgspec.structs.replace(tx.existing(Report, report), description="Bị đánh bằng roi"))
    )
    office.sync()
    assert office.unrest() == {}
    for desk in (office.ours, office.colleague):
        assert desk.ask("SELECT description FROM report") == [("Bị đánh bằng roi",)]
        assert desk.ask("SELECT id FROM conflict WHERE state='open'") == []


def test_with_the_last_sealing_nobody_could_read_it(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(relocating, "let_stand_what_opens", lambda *_: None)
    written_late_and_back(office)
    assert office.ours.ask("SELECT description FROM report") == [("",)]
