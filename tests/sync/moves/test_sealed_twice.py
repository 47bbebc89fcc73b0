"""Two desks of one commune seal a photo's key again for the commune that its child moves to, and are heard apart."""

from __future__ import annotations

import pytest

from commune_desk.domain.records.attachments import Attachment
from commune_desk.store.intake import incoming
from tests.helpers.attached import ask_for, content_at, scan
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


@pytest.fixture
def photo(office: TravelledOffice) -> Attachment:
    """Its child was moved by both; the second is set aside, and what it sealed changes nothing any more."""
    child = office.child("Chìu Văn Sáng")
    made = office.photo("ours", child, 20_000)
    office.sync("ours", "ours", "colleague")
    for name in ("colleague", "ours"):
        office.move(name, child, OTHER_COMMUNE)
    office.sync("colleague", "there")
    assert keys(office) == [(made.caption, made.content_key)]
    office.sync("ours", "there", "there")
    return made


def keys(office: TravelledOffice) -> list[tuple[str, str]]:
    return [tuple(row) for row in office.there.ask("SELECT caption, content_key FROM attachment")]


def test_the_new_commune_goes_on_opening_it(office: TravelledOffice, photo: Attachment) -> None:
    assert keys(office) == [(photo.caption, photo.content_key)]
    ask_for(office.there.register, photo.id)
    office.sync("ours", "there")
    assert content_at(office.there.register, photo.id) == scan(20_000)


@pytest.fixture
def _shown_as_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what is written once the row names no writer."""
    monkeypatch.setattr(incoming, "_changes_nothing", lambda *_: False)


@pytest.mark.usefixtures("_shown_as_nobodys")
def test_taken_for_what_nobody_wrote_its_key_would_be_gone(office: TravelledOffice, photo: Attachment) -> None:
    """The twin."""
    assert keys(office) == [("", "")]
