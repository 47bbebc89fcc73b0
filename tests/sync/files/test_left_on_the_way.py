"""Real desks: a scan is still on its way when a colleague moves the child; it arrives, and then the desk lets go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.time.clock import local_day
from commune_desk.store.files import file_queue
from commune_desk.store.intake import departures
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.moves import move_child
from sync.client import errors
from sync.client.channel import Channel
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.lifecycle.erasing import Ordered, erase
from tests.helpers.attached import add_child, file_of
from tests.sync.actors.file_office import Office, Place, file_office
from tests.sync.actors.real_province import OTHER_COMMUNE

pytestmark = pytest.mark.usefixtures("store_engine")

LARGE = 700_000


@pytest.fixture
def office() -> Iterator[Office]:
    with file_office() as made:
        made.real.enrol({OTHER_COMMUNE: Role.COMMUNE_OFFICER})
        yield made


def move_while_it_is_on_the_way(office: Office) -> RecordId:
    """Its words are at the province, its content is not, and the colleague has moved the child."""
    file = office.add(LARGE)
    office.here.carry_text()
    office.there.carry_text()
    office.there.write(lambda tx: move_child(tx, office.child, Scope(OTHER_COMMUNE)))
    office.there.carry_text()
    return file


def whole_at(office: Office) -> list[str]:
    return office.real.scalars(select(tables.blob.c.scope).where(tables.blob.c.done_at.is_not(None)))


def held_here(office: Office) -> list[int]:
    names = ("person", "attachment", "file_piece", "file_queue")
    return [office.here.ask(f"SELECT count(*) FROM {name}")[0][0] for name in names]


def test_it_arrives_where_the_child_is_and_then_nothing_of_it_is_here(office: Office) -> None:
    move_while_it_is_on_the_way(office)
    office.here.carry()
    assert whole_at(office) == [OTHER_COMMUNE]
    office.here.carry()
    assert held_here(office)[:2] == [0, 0]
    assert office.here.ask("SELECT count(*) FROM purge_receipt") == [(1,)]


def test_a_line_that_breaks_in_the_middle_of_it_loses_nothing(office: Office) -> None:
    move_while_it_is_on_the_way(office)

    def cut(path: str) -> None:
        if path == "/v1/files/put" and office.paths.count(path) == 1:
            raise errors.HalfPage

    office.before = cut
    office.here.carry()
    assert whole_at(office) == []
    assert held_here(office)[1] == 1
    office.before = lambda path: None
    office.here.carry()
    assert whole_at(office) == [OTHER_COMMUNE]
    assert held_here(office)[:2] == [0, 0]


def test_what_a_colleague_fetched_of_it_goes_with_the_child(office: Office) -> None:
    """Its bytes would stay for good otherwise: no record names them any more."""
    file = office.add(LARGE)
    office.sync_all()
    office.there.ask_for(file)
    office.there.carry()
    assert office.there.state(file)[0] == "done"
    office.there.write(lambda tx: move_child(tx, office.child, Scope(OTHER_COMMUNE)))
    office.there.carry()
    assert [office.there.ask(f"SELECT count(*) FROM {name}")[0][0] for name in ("file_piece", "file_queue")] == [0, 0]


def test_one_that_the_province_does_not_take_keeps_nobody_here(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a province whose program does not know that files follow."""
    move_while_it_is_on_the_way(office)
    answered = Channel.call

    def refusing(self: Channel, path: str, body: bytes, domain: bytes) -> tuple[bytes, bytes]:
        if path.startswith("/v1/files/"):
            raise errors.NotRecognised
        return answered(self, path, body, domain)

    monkeypatch.setattr(Channel, "call", refusing)
    office.here.carry()
    assert held_here(office)[:2] == [0, 0]


def test_let_go_at_once_it_would_be_lost(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: nor is what was let go of offered to a province that may lack it."""
    monkeypatch.setattr(file_queue, "goes_up", lambda db, attachment: False)
    monkeypatch.setattr(file_queue, "_left_to_send", lambda db: [])
    move_while_it_is_on_the_way(office)
    office.here.carry()
    office.here.carry()
    assert whole_at(office) == []


def leave(office: Office) -> None:
    """The child moves, and the desk that added its file hears of it."""
    office.there.write(lambda tx: move_child(tx, office.child, Scope(OTHER_COMMUNE)))
    office.there.carry_text()
    office.here.carry()
    assert office.here.ask("SELECT count(*) FROM attachment") == [(0,)]


def counted(desk: Place) -> tuple[int, ...]:
    """What the sync page counts, what is told of unsent files, and what holds back the removal of a register."""

    def count(tx: Tx) -> tuple[int, ...]:
        db = tx.connection
        return *file_queue.waiting(db), file_queue.count_unsent(db), file_queue.count_going_up(db)

    return desk.register.write(count).result()[0]


def test_content_that_was_offered_again_after_its_child_left_counts_as_nothing(office: Office) -> None:
    """Nothing names it any more, so nobody could ever send it: the chip would not be green again, and a withdrawn
    register would never be removed."""
    office.add(LARGE)
    office.sync_all()
    leave(office)
    office.here.replica().resend_from(1)
    office.here.carry()
    assert counted(office.here) == (0, 0, 0, 0, 0)


def test_nor_does_a_file_that_was_refused(office: Office) -> None:
    file = office.add(LARGE)
    office.here.carry_text()
    office.there.carry_text()
    sha256 = file_of(office.here.register, file).sha256
    refuse = "UPDATE file_queue SET state='refused', code='file_too_large' WHERE sha256=?"
    office.here.write(lambda tx: tx.connection.execute(refuse, (sha256,)).rowcount)
    assert counted(office.here)[2:] == (1, 1, 0)
    leave(office)
    assert counted(office.here) == (0, 0, 0, 0, 0)
    office.here.write(lambda tx: file_queue.send_now(tx, local_day(tx.ledger.now())))
    assert counted(office.here) == (0, 0, 0, 0, 0)


def pieces(desk: Place) -> int:
    return int(desk.ask("SELECT count(*) FROM file_piece")[0][0])


def test_what_a_colleague_fetched_and_offered_again_goes_with_the_child(office: Office) -> None:
    """It is a colleague's file, whichever way it went last."""
    file = office.add(LARGE)
    office.sync_all()
    office.there.ask_for(file)
    office.there.carry()
    office.there.replica().resend_from(1)
    office.there.carry()
    assert office.there.state(file)[0] == "done"
    leave(office)
    office.there.carry()
    assert (pieces(office.there), pieces(office.here)) == (0, 3)


def durable(desk: Place, up_to: int) -> None:
    """A verified backup of the province holds the desk's changes up to this number."""
    desk.write(lambda tx: departures.forget_durable(tx.connection, tx.ledger.desk, up_to))


def last_n(desk: Place) -> int:
    return int(desk.ask("SELECT max(n) FROM change WHERE desk<>''")[0][0])


def test_what_was_added_here_stays_until_a_backup_is_sure_to_hold_it(office: Office) -> None:
    """A backup that holds all that was written before the child left may be older than the content."""
    office.add(LARGE)
    office.sync_all()
    leave(office)
    written = last_n(office.here)
    durable(office.here, written)
    assert pieces(office.here) == 3
    add_child(office.here.register)
    durable(office.here, written + 1)
    assert pieces(office.here) == 0
    assert office.here.ask("SELECT count(*) FROM file_queue") == [(0,)]


def test_what_comes_back_meanwhile_is_not_let_go(office: Office) -> None:
    office.add(LARGE)
    office.sync_all()
    leave(office)
    back = "INSERT INTO attachment (id, scope, sha256, size) SELECT 'back', scope, sha256, size FROM file_queue"
    office.here.write(lambda tx: tx.connection.execute(back).rowcount)
    add_child(office.here.register)
    durable(office.here, 1 << 40)
    assert pieces(office.here) == 3


def test_an_erasure_takes_what_is_kept_of_a_child_that_left(office: Office) -> None:
    office.add(LARGE)
    office.sync_all()
    leave(office)
    province = office.province
    province.database.write(
        lambda connection: erase(connection, province, "person", office.child, Ordered("Sở Y tế", "QĐ 12/2026"))[0],
        WHOLE_PROVINCE,
    )
    office.here.carry()
    assert office.here.ask("SELECT count(*) FROM erasure") == [(1,)]
    assert pieces(office.here) == 0
    assert office.here.ask("SELECT count(*) FROM file_queue") == [(0,)]
