"""What a locked desk rings for, and when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Invalid
from commune_desk.presenters.window.doorbell import bell_text
from commune_desk.usecases.locked import doorbell
from commune_desk.usecases.locked.doorbell import Bell, DoorbellCard, Question, listen, take_card
from commune_desk.usecases.registers.profile import Profile
from sync.client.errors import Stopped, TooSlow
from tests.helpers.poor_province import dripping
from tests.helpers.workplaces import MORNING

CARD = DoorbellCard(due=(to_iso(MORNING + timedelta(hours=2)), to_iso(MORNING + timedelta(hours=3))), left_at="")


def heard(since: datetime, now: datetime, waiting: int = 0, known: int = 0) -> Bell:
    return listen(CARD, waiting, now, known=known, since=since)


def after(**time: float) -> datetime:
    return MORNING + timedelta(**time)


def test_a_clock_rings_once_however_rarely_one_listens() -> None:
    assert not heard(MORNING, after(hours=1, minutes=59)).rings
    assert heard(after(hours=1, minutes=59), after(hours=2)).rings, "to the second"
    assert heard(after(minutes=1), after(hours=2, minutes=20)).rings, "the PC slept, or the line was slow"
    assert not heard(after(hours=2), after(hours=2, minutes=1)).rings
    assert heard(after(hours=2, minutes=1), after(days=1)).rings


def test_locked_by_a_clock_that_ran_ahead_it_still_rings_once_for_what_ran_out() -> None:
    """The clock was set right meanwhile: what had rung before nobody can tell."""
    locked_at = after(days=26_000)
    assert heard(locked_at, after(hours=2, minutes=30)).rings
    assert not heard(locked_at, after(hours=1)).rings
    assert not heard(after(hours=2, minutes=30), after(hours=2, minutes=31)).rings


def test_it_rings_for_a_report_that_was_not_known() -> None:
    assert heard(MORNING, MORNING, waiting=2, known=1).rings
    assert not heard(MORNING, MORNING, waiting=2, known=2).rings


def test_the_next_clock_is_told() -> None:
    assert heard(MORNING, after(hours=2)).next_due == after(hours=3)
    assert heard(MORNING, after(hours=4)).next_due is None


@pytest.mark.parametrize(("waiting", "taken"), [(2, 1), (1, 1), (0, 0)])
def test_what_was_taken_up_and_not_sent_is_told_beside_what_waits_and_never_taken_off(waiting: int, taken: int) -> None:
    card = msgspec.structs.replace(CARD, taken=1)
    bell = listen(card, waiting, MORNING, known=0, since=MORNING)
    assert (bell.waiting, bell.taken, bell.rings) == (waiting, taken, waiting > 0)


def test_the_locked_desk_says_how_many_of_them_are_taken_up() -> None:
    assert bell_text(2, "", 1) == "Có 2 tin của tỉnh chờ tiếp nhận · trong đó 1 tin đã nhận trên máy này, chưa gửi"
    assert bell_text(2, "") == "Có 2 tin của tỉnh chờ tiếp nhận"


@pytest.mark.parametrize(
    "changed",
    [
        {"left_at": "nonsense"},
        {"due": ("2026-02-30T00:00:00Z",)},
        {"address": "https://10.0.0.5", "key": b"short"},
    ],
)
def test_a_card_that_somebody_changed_is_none(tmp_path: Path, changed: dict[str, object]) -> None:
    profile = Profile(tmp_path)
    card = msgspec.structs.replace(CARD, left_at=to_iso(MORNING))
    profile.doorbell.write_bytes(msgspec.json.encode(card))
    assert take_card(profile) == card
    profile.doorbell.write_bytes(msgspec.json.encode(msgspec.structs.replace(card, **changed)))
    assert take_card(profile) is None


def test_an_address_that_is_none_is_not_asked() -> None:
    card = msgspec.structs.replace(CARD, address="https://[::1", key=bytes(32))
    with pytest.raises(Invalid):
        Question(card).ask()


def test_an_answer_that_drips_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "ANSWER_SECONDS", 0.5)
    with dripping(tmp_path, CARD) as card, pytest.raises(TooSlow):
        Question(card).ask()


def test_a_question_is_broken_off_when_the_program_ends(tmp_path: Path) -> None:
    """The end of the process waits for the thread that asks, and until then no other may open the register."""
    with dripping(tmp_path, CARD) as card, ThreadPoolExecutor() as asking:
        question = Question(card)
        answer = asking.submit(question.ask)
        with pytest.raises(TimeoutError):
            answer.result(timeout=0.3)
        question.abort()
        with pytest.raises(Stopped):
            answer.result(timeout=10)


def test_a_question_broken_off_before_it_is_asked_is_not_asked(tmp_path: Path) -> None:
    with dripping(tmp_path, CARD) as card:
        question = Question(card)
        question.abort()
        with pytest.raises(Stopped):
            question.ask()
