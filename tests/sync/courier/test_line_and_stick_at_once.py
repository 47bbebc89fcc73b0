"""A stick is read while the line brings the same, or more: neither takes that for another history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.usecases.sync.stick_bundles import ReadIn
from sync.protocol import PullRequest
from sync.server.answers import pull
from sync.server.edge import courier, courier_reply
from sync.server.edge.courier_answer import Answer
from tests.sync.actors.islands import Islands, people
from tests.sync.actors.real_desks import RealDesk
from tests.sync.courier.test_carried_snapshots import NAMES as STANDING
from tests.sync.courier.test_carried_snapshots import PARTS, filled, fresh

NAMES = ["Chìu Văn Hai", "Chìu Văn Một", "Của mình"]

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def desk(islands: Islands) -> RealDesk:
    return islands.desk()


def reply_and_more(islands: Islands, desk: RealDesk) -> list[bytes]:
    """What a stick brings back to the desk, and then a colleague goes on."""
    colleague = islands.desk()
    islands.save(colleague, "Chìu Văn Một")
    colleague.sync()
    islands.save(desk, "Của mình")
    reply = islands.bring(*islands.write_out(desk))
    islands.save(colleague, "Chìu Văn Hai")
    colleague.sync()
    return reply


def amid(monkeypatch: pytest.MonkeyPatch, asked: Sequence[str], happens: Callable[[], object]) -> None:
    """Once the register was asked for one of these, and before the next question."""
    left = [happens]

    def hooked(honest: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*given: Any, **named: Any) -> Any:
            answer = honest(*given, **named)
            if left:
                left.pop()()
            return answer

        return ask

    for name in asked:
        monkeypatch.setattr(RegisterReplica, name, hooked(getattr(RegisterReplica, name)))


def test_the_line_moves_on_while_a_page_is_read_from_a_stick(
    islands: Islands, desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = reply_and_more(islands, desk)
    amid(monkeypatch, ("cursors", "positions"), desk.sync)
    read = islands.read_in(desk, *reply)
    assert (read.faults, read.to_begin, read.unremembered) == ([], [], 0)
    assert people(desk) == NAMES


def test_a_stick_is_read_while_a_page_is_on_the_line(
    islands: Islands, desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = reply_and_more(islands, desk)
    begun_anew: list[object] = []
    monkeypatch.setattr(RegisterReplica, "begin_all_anew", begun_anew.append)
    read: list[ReadIn] = []
    amid(monkeypatch, ("known_root",), lambda: read.append(islands.read_in(desk, *reply)))
    later = islands.write_out(desk)
    desk.sync()
    assert (begun_anew, read[0].faults, people(desk)) == ([], [], NAMES)
    assert islands.read_in(desk, *islands.bring(*later)).unremembered == 0, "what was written by then is still answered"


def test_one_file_of_a_reply_that_the_line_went_beyond_promises_no_more(
    islands: Islands, desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others of that reply are not on the stick, and nothing of them is lacking."""
    monkeypatch.setattr(pull, "_LEAST_BYTES", 1)  # a change a page
    colleague, named = islands.desk(), desk.register.identity.desk
    replica = desk.replica()
    asked = PullRequest(
        epoch=islands.epoch, cursors=dict(replica.cursors()), certs=replica.certs_version(), max_bytes=1
    )
    islands.save(colleague, *NAMES)
    colleague.sync()
    courier.keep_question(islands.real.province, named, asked)
    first, *_rest, last = courier_reply.reply(islands.real.province, Answer(named), room=1)
    assert islands.read_in(desk, first).more, "the twin"
    desk.sync()
    assert [islands.read_in(desk, one).more for one in (first, last)] == [False, False]


def test_pieces_for_which_there_is_no_room_beside_those_of_the_line_are_no_forgery(
    islands: Islands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line begins the place with a snapshot of its own just when the last piece of the stick's is here."""
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 10)
    monkeypatch.setattr("sync.server.answers.snapshots.WORTH", 10)
    filled(islands)
    desk = fresh(islands)
    files = islands.bring(*islands.write_out(desk))
    amid(monkeypatch, ("keep_snapshot",), desk.sync)
    read = islands.read_in(desk, *files)
    assert (read.faults, read.begun, read.to_begin, desk.ask(PARTS)) == ([], [], [], [(0,)])
    assert people(desk) == sorted(STANDING)
