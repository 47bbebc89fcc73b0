"""What a locked desk rings for, and when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Invalid
from commune_desk.presenters.window.doorbell import bell_text, bell_tone
from commune_desk.usecases.locked import doorbell
from commune_desk.usecases.locked.doorbell import Bell, DoorbellCard, Question, Waiting, listen, take_card
from commune_desk.usecases.registers.profile import Profile
from sync.client.errors import Stopped, TooSlow
from tests.helpers.poor_province import dripping
from tests.helpers.workplaces import MORNING

CARD = DoorbellCard(due=(to_iso(MORNING + timedelta(hours=2)), to_iso(MORNING + timedelta(hours=3))), left_at="")


def heard(since: datetime, now: datetime, waiting: int = 0, known: int = 0) -> Bell:
    return listen(CARD, Waiting(waiting), now, known=Waiting(known), since=since)


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


@pytest.mark.parametrize(
    ("waiting", "known", "rings"),
    [
        (Waiting(2, "c"), Waiting(2, "b"), True),
        (Waiting(1, "c"), Waiting(3, "b"), True),
        (Waiting(2, "c"), Waiting(2, "c"), False),
        (Waiting(1, "a"), Waiting(2, "b"), False),
        (Waiting(0, ""), Waiting(1, "b"), False),
    ],
    ids=["one for another", "fewer, and a new one", "as before", "the newest was taken up", "none is left"],
)
def test_a_new_report_is_known_by_the_newest_where_others_were_taken_up(
    waiting: Waiting, known: Waiting, *, rings: bool
) -> None:
    assert listen(CARD, waiting, MORNING, known=known, since=MORNING).rings is rings


def test_the_next_clock_is_told() -> None:
    assert heard(MORNING, after(hours=2)).next_due == after(hours=3)
    assert heard(MORNING, after(hours=4)).next_due is None


@pytest.mark.parametrize(("waiting", "taken"), [(2, 1), (1, 1), (0, 0)])
def test_what_was_taken_up_and_not_sent_is_told_beside_what_waits_and_never_taken_off(waiting: int, taken: int) -> None:
    card = msgspec.structs.replace(CARD, taken=1)
    bell = listen(card, Waiting(waiting), MORNING, known=Waiting(), since=MORNING)
    assert (bell.waiting, bell.taken, bell.rings) == (waiting, taken, waiting > 0)


def test_the_locked_desk_says_how_many_of_them_are_taken_up() -> None:
    said = bell_text(Bell(2, None, rings=False, taken=1), MORNING)
    assert said == "Có 2 tin của tỉnh chờ tiếp nhận · trong đó 1 tin đã nhận trên máy này, chưa gửi"
    assert bell_text(Bell(2, None, rings=False), MORNING) == "Có 2 tin của tỉnh chờ tiếp nhận"


@pytest.mark.parametrize(
    ("due", "said", "tone"),
    [
        (after(hours=2), "Thời hạn gần nhất đến lúc 10:00", "warning"),
        (after(hours=15, minutes=59), "Thời hạn gần nhất đến lúc 23:59", "warning"),
        (after(hours=16), "Thời hạn gần nhất: 00:00 ngày 24/11/2026", "warning"),
        (after(days=1), "Thời hạn gần nhất: 08:00 ngày 24/11/2026", "warning"),
        (after(days=1, minutes=1), "Thời hạn gần nhất: 08:01 ngày 24/11/2026", "quiet"),
        (after(days=97), "Thời hạn gần nhất: 08:00 ngày 28/02/2027", "quiet"),
        (MORNING, "Có 1 thời hạn đã đến hoặc đã quá hạn", "danger"),
        (after(days=-3), "Có 1 thời hạn đã đến hoặc đã quá hạn", "danger"),
    ],
)
def test_a_limit_is_told_by_its_day_where_it_is_another_and_once_it_has_run_out(
    due: datetime, said: str, tone: str
) -> None:
    card = msgspec.structs.replace(CARD, due=(to_iso(due),))
    bell = listen(card, Waiting(), MORNING, known=Waiting(), since=MORNING)
    assert (bell_text(bell, MORNING), bell_tone(bell, MORNING)) == (said, tone)


def test_what_has_run_out_stands_before_what_is_next_and_reports_before_both() -> None:
    bell = heard(after(hours=2), after(hours=2, minutes=30), waiting=1)
    told = (
        "Có 1 tin của tỉnh chờ tiếp nhận",
        "Có 1 thời hạn đã đến hoặc đã quá hạn",
        "Thời hạn gần nhất đến lúc 11:00",
    )
    assert bell_text(bell, after(hours=2, minutes=30)) == " · ".join(told)


def test_a_report_that_waits_is_amber_however_far_the_next_limit_is() -> None:
    assert bell_tone(Bell(1, after(days=40), rings=True), MORNING) == "warning"


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
