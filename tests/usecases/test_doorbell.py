"""What a locked desk rings for, and when."""

from __future__ import annotations

import socket
import threading
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.clock import SystemClock, to_iso
from commune_desk.presenters.doorbell import bell_text
from commune_desk.usecases import doorbell
from commune_desk.usecases.doorbell import Bell, DoorbellCard, ask_province, listen
from sync.client.errors import SyncFault
from sync.seal import SigningKey
from sync.server.authority import make_authority
from tests.helpers.workplaces import MORNING
from tests.sync.tls_server import tls_server

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


def test_an_answer_that_drips_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever unlocks meanwhile, or closes, waits for the end of the question."""
    authority = make_authority("Province of tests", clock=SystemClock())
    ends = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not ends.wait(0.05):
            connection.sendall(b" ")

    monkeypatch.setattr(doorbell, "ANSWER_SECONDS", 0.5)
    with tls_server(tmp_path, authority, drip) as port:
        card = msgspec.structs.replace(
            CARD,
            address=f"https://127.0.0.1:{port}",
            ca_pem=authority.certificate,
            desk="ABC234",
            key=SigningKey.generate().to_bytes(),
            authority_public=SigningKey.generate().public,
        )
        with pytest.raises(SyncFault):
            ask_province(card)
        ends.set()
