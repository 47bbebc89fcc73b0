"""A province that was put back is asked for a photo that it does not know again yet: once the PC that added it has told
of it anew, it comes by itself, and nobody is told that the province does not know it."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.child.files import ChildFiles
from commune_desk.store.files import file_queue
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.travelled_office import TravelledOffice

PUT, SMALL = "/v1/files/put", 2000


@pytest.fixture
def child(office: TravelledOffice) -> RecordId:
    """With a colleague's photo of which our PC knows the words alone and the province put back not even these."""
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    office.photo("colleague", child, SMALL)
    office.real.line.down_at = PUT
    assert office.colleague.go().file_fault is not None
    office.real.line.down_at = ""
    office.sync("ours")
    office.put_back()
    return child


def told(office: TravelledOffice, child: RecordId) -> list[tuple[str, bool]]:
    return [(one.state, one.is_here) for one in ChildFiles(Colleague(office.ours).workplace, child).view()]


def test_it_comes_once_its_words_are_there_again(office: TravelledOffice, child: RecordId) -> None:
    office.sync("ours")
    assert told(office, child) == [("Tỉnh không biết tệp này; hãy báo cán bộ CNTT của tỉnh", False)]
    office.sync("colleague", "ours")
    assert told(office, child) == [("Có trên máy này và ở tỉnh", True)]
    assert office.unrest() == {}


def test_asked_for_once_it_would_be_unknown_for_ever(
    office: TravelledOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(file_queue, "offer_named", lambda *_: None)
    with pytest.raises(AssertionError, match="Tỉnh không biết"):
        test_it_comes_once_its_words_are_there_again(office, child)
