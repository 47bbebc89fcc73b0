"""What a real sync with a real province announces is told once, and nothing else it brings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.record import Value
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.reports.news import NewReports, ReportNews
from commune_desk.program_files import code_book
from commune_desk.store.pages.reports import waiting_from_province
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.reports import acknowledge_report
from sync.server.intake.reports_in import hand_down, read_received
from tests.helpers.builders import make_report, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.workplaces import HandClock
from tests.sync.actors.real_province import RealProvince, real_province


@pytest.fixture
def province(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path, clock=HandClock()) as made:
        yield made


@pytest.fixture
def desk(tmp_path: Path, province: RealProvince) -> Iterator[EnrolledDesk]:
    made = enrolled_desk(province, tmp_path / "desk", clock=HandClock())
    yield made
    made.close()


def report_in(province: RealProvince, received: str) -> None:
    values: dict[str, Value] = {
        "received_at": read_received(received),
        **{"source": "111", "place": "Khe Lạc", "description": "Cháu bị đánh."},
    }
    hand_down(province.province, [("06838", values)])


def told(desk: EnrolledDesk, news: ReportNews) -> list[NewReports]:
    """What is told of one sync."""
    desk.heard.clear()
    desk.sync()
    return [new for changes in desk.heard if (new := news.heard(changes)) is not None]


def test_each_report_of_the_province_is_told_once(desk: EnrolledDesk, province: RealProvince) -> None:
    workplace = Workplace(desk.open.register, code_book())
    desk.sync()
    news = ReportNews(workplace)
    report_in(province, "2026-11-23 04:27")
    (new,) = told(desk, news)
    (row,) = workplace.read(waiting_from_province)
    assert (new.sentence, new.route) == ("Tin mới từ Tổng đài 111, hạn 16:27", Route("reports", row.id))
    assert told(desk, news) == []
    assert news.waits(new)
    workplace.write(lambda tx: acknowledge_report(tx, row.id))
    assert not news.waits(new)
    workplace.write(save_all(make_report()))
    assert told(desk, news) == []
    report_in(province, "2026-11-22 23:40")
    assert [one.sentence for one in told(desk, news)] == ["Tin mới từ Tổng đài 111, hạn 11:40"]


def test_what_was_here_when_the_window_opened_is_not_told(desk: EnrolledDesk, province: RealProvince) -> None:
    report_in(province, "2026-11-23 04:27")
    desk.sync()
    news = ReportNews(Workplace(desk.open.register, code_book()))
    assert [new for changes in desk.heard if (new := news.heard(changes)) is not None] == []
