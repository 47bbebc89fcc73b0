"""What was done about a report without a line follows the child to whom a colleague tied it, and opens there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Value
from commune_desk.store.exchange import feeds
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.intake.standing import Step
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.reports import acknowledge_report, link_report, record_measures
from sync.change import FeedPosition
from sync.server.answers import pull
from sync.server.intake.reports_in import hand_down
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice

pytestmark = pytest.mark.usefixtures("store_engine")

WORDS = "Đã đưa cháu đến trạm y tế."
ACTED = "2026-11-22T16:30:00Z"


@pytest.fixture
def child(office: TravelledOffice) -> RecordId:
    return office.child("Chìu Văn Sáng")


@pytest.fixture
def report(office: TravelledOffice) -> RecordId:
    told: dict[str, Value] = {
        "received_at": "2026-11-22T15:40:00Z",
        "source": "111",
        "place": "Khe Lạc",
        "description": "Hàng xóm nghe cháu khóc.",
    }
    (made,) = hand_down(office.real.province, [(COMMUNE[2:], told)])
    one = RecordId(made.record)
    office.sync()
    office.ours.run(lambda tx: acknowledge_report(tx, one))
    office.sync()
    return one


def tied_and_handed_over(office: TravelledOffice, child: RecordId, report: RecordId) -> None:
    """By the colleague, while what was done is written at our PC without a line."""
    office.colleague.run(lambda tx: link_report(tx, report, child))
    office.sync("colleague")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague")
    office.ours.run(lambda tx: record_measures(tx, report, measures=WORDS, acted_at=ACTED))


def measures_there(office: TravelledOffice) -> list[object]:
    return dict(Colleague(office.there).conflicts())["measures"]


def test_the_words_open_where_the_child_is(office: TravelledOffice, child: RecordId, report: RecordId) -> None:
    tied_and_handed_over(office, child, report)
    office.sync()
    office.sync()
    assert measures_there(office) == [None, WORDS]
    assert office.ours.ask("SELECT id FROM report") == office.ours.ask("SELECT id FROM person") == []
    assert office.unrest() == {}


def test_untold_of_the_tie_they_would_open_nowhere(
    office: TravelledOffice, child: RecordId, report: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(pull, "only_ties", lambda _change: False)
    tied_and_handed_over(office, child, report)
    office.sync()
    office.sync()
    assert measures_there(office) == [None, None]


def reports_on_the_way(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """How many reports a PC that was enrolled today holds after each event of the feed."""
    held: set[int] = set()
    apply = feeds.apply

    def one_by_one(tx: Tx, events: Sequence[Step], positions: Mapping[str, FeedPosition]) -> None:
        for step in events:
            apply(tx, [step], {})
            held.add(*tx.connection.execute("SELECT count(*) FROM report").fetchone())
        apply(tx, [], positions)

    monkeypatch.setattr(feeds, "apply", one_by_one)
    office.join("fresh", {COMMUNE: Role.COMMUNE_OFFICER}).go()
    return held


def test_a_pc_that_never_had_the_report_shows_none_between_the_tie_and_the_move(
    office: TravelledOffice, child: RecordId, report: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    tied_and_handed_over(office, child, report)
    assert reports_on_the_way(office, monkeypatch) == {0}


def test_it_would_show_an_empty_one(
    office: TravelledOffice, child: RecordId, report: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(Incoming, "_is_here", lambda *_: True)
    tied_and_handed_over(office, child, report)
    assert reports_on_the_way(office, monkeypatch) == {0, 1}
