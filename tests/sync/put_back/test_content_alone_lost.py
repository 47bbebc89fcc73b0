"""A province put back without a word to between a photo's words and its content: no number tells of it, a desk asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.attachments import Attachment
from commune_desk.domain.time.clock import local_day
from commune_desk.store.files import confirming, day_budget, file_queue
from sync.server.answers.files import FileAdmission
from sync.server.problems import Refused
from tests.helpers.workplaces import HandClock
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import PLACES, PROVINCE, TravelledOffice, travelled_office

PUT, OFFSET = "/v1/files/put", "/v1/files/offset"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def office(tmp_path: Path, clock: HandClock) -> Iterator[TravelledOffice]:
    with travelled_office(tmp_path, dict.fromkeys((*PLACES, PROVINCE), clock)) as made:
        yield made


def words_alone(office: TravelledOffice) -> tuple[RecordId, Attachment]:
    """A child and a photo of which only the words have gone: the line broke at its content."""
    child = office.child("Chìu Văn Sáng")
    made = office.photo("ours", child)
    office.real.line.down_at = PUT
    assert office.ours.go().file_fault is not None
    office.real.line.down_at = ""
    return child, made


@pytest.fixture
def photo(office: TravelledOffice) -> Attachment:
    """Its words are at the province and on the copy, its content came after that."""
    _child, made = words_alone(office)
    office.copy_silently()
    office.sync("ours", "ours")
    assert made.sha256 in office.whole_files()
    return made


def lose_content(office: TravelledOffice) -> None:
    office.put_back_silently()
    assert office.whole_files() == {}


@pytest.mark.parametrize("days", [1, 2, 3, 40], ids="after {} days".format)
def test_it_is_sent_once_more_on_a_later_day(
    office: TravelledOffice, clock: HandClock, photo: Attachment, days: int
) -> None:
    lose_content(office)
    clock.pass_by(days=days)
    assert office.ours.go().file_bytes == photo.size
    assert office.whole_files() == {photo.sha256: photo.scope}
    assert office.ours.counted() == (0, 0, 0, 0, 0)
    assert office.ours.go().file_bytes == 0


def test_a_disk_that_is_put_back_days_later_is_found_too(
    office: TravelledOffice, clock: HandClock, photo: Attachment
) -> None:
    for _ in range(2):
        clock.pass_by(days=1)
        office.sync("ours")
    lose_content(office)
    clock.pass_by(days=1)
    assert office.ours.go().file_bytes == photo.size


def test_until_it_is_there_again_it_counts_as_unsent(
    office: TravelledOffice, clock: HandClock, photo: Attachment
) -> None:
    lose_content(office)
    clock.pass_by(days=1)
    office.real.line.down_at = PUT
    assert office.ours.go().file_fault is not None
    assert office.ours.counted() == (1, photo.size, 0, 1, 1)


@pytest.fixture
def left(office: TravelledOffice) -> Attachment:
    """Its child moved away before it was sent; it came to the province after the copy was made."""
    child, made = words_alone(office)
    office.sync("colleague")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "there")
    office.copy_silently()
    office.sync("ours", "ours", "ours")
    assert made.sha256 in office.whole_files()
    return made


def test_what_was_sent_of_a_child_who_had_left_is_sent_again_too(
    office: TravelledOffice, clock: HandClock, left: Attachment
) -> None:
    lose_content(office)
    clock.pass_by(days=1)
    office.sync()
    assert office.whole_files() == {left.sha256: OTHER_COMMUNE}


@pytest.fixture
def fetched(office: TravelledOffice, photo: Attachment) -> Attachment:
    """A colleague looked at it, and the province lost the content; of the author's PC nothing is heard any more."""
    office.sync("colleague")
    office.colleague.run(lambda tx: file_queue.ask_for(tx, photo))
    office.sync("colleague")
    lose_content(office)
    return photo


def test_who_fetched_it_sends_it_too(office: TravelledOffice, clock: HandClock, fetched: Attachment) -> None:
    clock.pass_by(days=1)
    office.sync("colleague", "colleague")
    assert office.whole_files() == {fetched.sha256: fetched.scope}
    assert office.colleague.counted() == (0, 0, 0, 0, 0)


def test_until_it_is_sent_it_counts_as_unsent_there_too(
    office: TravelledOffice, clock: HandClock, fetched: Attachment
) -> None:
    clock.pass_by(days=1)
    office.real.line.down_at = PUT
    assert office.colleague.go().file_fault is not None
    assert office.colleague.counted() == (1, fetched.size, 0, 1, 1)


def test_what_was_fetched_is_here_though_the_province_refuses_to_speak_of_it(
    office: TravelledOffice, clock: HandClock, fetched: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does to a PC that may read alone. It is not asked with each sync."""

    def refuse(*_asked: object) -> int:
        raise Refused(404, "not_found")

    monkeypatch.setattr(FileAdmission, "size_of", refuse)
    clock.pass_by(days=1)
    assert questions(office, "colleague") == 1
    assert questions(office, "colleague") == 0
    assert office.colleague.ask("SELECT direction, state FROM file_queue") == [("down", "done")]
    assert office.colleague.counted() == (0, 0, 0, 0, 0)


@pytest.fixture
def nothing_may_go(office: TravelledOffice, clock: HandClock, photo: Attachment) -> None:
    """The next day's budget of bytes is spent before the province is asked."""
    assert photo.sha256 in office.whole_files()
    clock.pass_by(days=1)
    office.ours.run(lambda tx: day_budget.spend(tx.connection, local_day(clock.now()), 1 << 30))


@pytest.mark.usefixtures("nothing_may_go")
def test_a_question_costs_nothing_of_the_days_budget(office: TravelledOffice) -> None:
    assert questions(office) == 1
    assert office.ours.counted() == (0, 0, 0, 0, 0)


@pytest.mark.usefixtures("nothing_may_go")
def test_a_question_that_got_no_answer_says_nothing(office: TravelledOffice, clock: HandClock) -> None:
    """The province has the photo: it counts as sent, and its child may leave."""
    office.real.line.down_at = OFFSET
    assert office.ours.go().file_fault is not None
    assert office.ours.counted() == (0, 0, 0, 0, 0)
    ((child,),) = office.ours.ask("SELECT person FROM attachment")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "ours", "ours")
    assert office.ours.ask("SELECT record FROM departure WHERE is_gone=0") == []


def test_no_more_are_asked_about_in_a_day_than_a_poor_line_bears(
    office: TravelledOffice, clock: HandClock, photo: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is enrolled anew sends the content of every file here anew."""
    monkeypatch.setattr(confirming, "_MOST", 2)
    ((child,),) = office.ours.ask("SELECT person FROM attachment")
    for size in (1000, 2000):
        office.photo("ours", child, size)
    office.sync("ours")
    clock.pass_by(days=1)
    assert len(office.whole_files()) == 3
    assert questions(office) == 2


def test_what_is_there_is_asked_about_once_a_day_and_for_three_days_alone(
    office: TravelledOffice, clock: HandClock, photo: Attachment
) -> None:
    asked = {day: questions(office) for day in days_of(clock, 6)}
    assert asked == {0: 0, 1: 1, 2: 1, 3: 1, 4: 0, 5: 0}
    assert photo.sha256 in office.whole_files()


def test_never_asked_about_again_it_would_stay_lost(
    office: TravelledOffice, clock: HandClock, photo: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(confirming, "ask_once_more", lambda *_: None)
    lose_content(office)
    for _ in range(5):
        clock.pass_by(days=1)
        office.sync()
    assert office.ours.counted() == (0, 0, 0, 0, 0), "the register takes it for sent"
    assert photo.sha256 not in office.whole_files()


def questions(office: TravelledOffice, name: str = "ours") -> int:
    """How often a round of two syncs asks where a file ends."""
    with pytest.MonkeyPatch.context() as watched:
        paths: list[str] = []
        send = office.real.line.send

        def noted(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
            paths.append(request.path_url)
            return send(request, *args, **kwargs)

        watched.setattr(office.real.line, "send", noted)
        office.sync(name, name)
    return paths.count(OFFSET)


def days_of(clock: HandClock, most: int) -> Iterator[int]:
    for day in range(most):
        yield day
        clock.pass_by(days=1)
