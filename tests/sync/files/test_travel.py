"""Files between two desks and the real province: after all text, within the day's budget, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, select, update

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import Fault
from commune_desk.store.engine import settings
from commune_desk.store.exchange.file_replica import RegisterFiles
from commune_desk.store.exchange.one_desk import EnrolledAnew
from commune_desk.store.files import day_budget, file_queue
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.attachments import ContentDamaged, ContentNotHere, take_back
from sync import content, protocol
from sync.client import errors
from sync.client.channel import Channel
from sync.client.session import DeskIdentity, Session
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from tests.helpers.attached import add_child, add_file, ask_for, content_at, file_of, scan, state_of
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.file_office import Office, Place, file_office, forget_files
from tests.sync.actors.real_province import real_province

pytestmark = pytest.mark.usefixtures("store_engine")

SMALL, LARGE = 50_000, 700_000


@pytest.fixture
def office() -> Iterator[Office]:
    with file_office() as made:
        yield made


def test_a_small_file_comes_by_itself_and_a_large_one_when_it_is_asked_for(office: Office) -> None:
    small, large = office.add(SMALL), office.add(LARGE, seed=2)
    office.sync_all()
    assert office.here.state(small)[0] == office.here.state(large)[0] == "done"
    there = office.there.register
    assert content_at(there, small) == scan(SMALL)
    with pytest.raises(ContentNotHere):
        content_at(there, large)
    ask_for(there, large)
    office.there.carry()
    assert content_at(there, large) == scan(LARGE, seed=2)
    assert file_of(there, large).caption == "Biên bản thăm nhà"


def test_the_province_sees_neither_content_nor_caption_nor_key(office: Office) -> None:
    file = office.add(SMALL)
    office.here.carry()

    def work(connection: Connection) -> tuple[Any, bytes, bytes]:
        row = connection.execute(select(tables.RECORDS["attachment"])).mappings().one()
        pieces = b"".join(connection.scalars(select(tables.blob_piece.c.data)))
        return row, pieces, b"".join(connection.scalars(select(tables.change.c.raw)))

    row, pieces, raws = office.province.database.read(work, WHOLE_PROVINCE)
    assert row["sha256"] == file_of(office.here.register, file).sha256
    assert scan(SMALL)[:100] not in pieces
    for secret in ("Biên bản", file_of(office.here.register, file).content_key):
        assert secret.encode() not in raws
        assert secret not in str(dict(row))


def test_what_is_typed_while_a_file_goes_up_goes_first(office: Office) -> None:
    file = office.add(2_000_000)
    typed: list[RecordId] = []

    def type_a_visit(path: str) -> None:
        if path == "/v1/files/put" and office.paths.count(path) == 2:
            typed.append(office.visit())

    office.before = type_a_visit
    office.here.carry()
    puts = [place for place, path in enumerate(office.paths) if path == "/v1/files/put"]
    assert len(puts) > 5
    assert office.paths[puts[2] + 1] == "/v1/push", "right after the piece that was under way"
    assert office.here.ask("SELECT state FROM change WHERE record=?", typed[0]) == [("accepted",)]
    assert office.here.state(file)[0] == "done"


class DeafSession(Session):
    """The control taken out: files are carried to their end."""

    def _carry_files(self, channel: Channel, identity: DeskIdentity) -> None:
        carrier = self._carrier
        assert carrier is not None
        carrier.begin()
        while carrier.step(channel):
            pass


def test_a_session_that_does_not_look_up_lets_text_wait(office: Office) -> None:
    """The twin."""
    office.add(2_000_000)
    office.before = lambda path: path == "/v1/files/put" and office.paths.count(path) == 2 and office.visit()
    office.here.carry(DeafSession)
    assert "/v1/push" not in office.paths[office.paths.index("/v1/files/put") :]


def test_text_is_through_and_the_sync_counts_when_files_break_off(office: Office) -> None:
    office.add(SMALL)
    office.line.down_at = "/v1/files/offset"
    outcome = office.here.carry()
    assert isinstance(outcome.file_fault, errors.NoLine)
    assert outcome.pushed > 0
    office.line.down_at = ""
    assert office.here.carry().file_fault is None


def test_a_lost_reply_costs_a_question_and_no_piece_is_there_twice(office: Office) -> None:
    file = office.add(LARGE)
    office.line.lose_reply_of = "/v1/files/put"
    for _ in range(3):
        assert office.here.carry().file_fault is not None
    office.line.lose_reply_of = ""
    assert office.here.carry().file_fault is None
    office.there.carry()
    office.there.ask_for(file)
    office.there.carry()
    assert office.there.content(file) == scan(LARGE)


def set_budget(desk: Place, megabytes: int) -> None:
    desk.write(lambda tx: settings.put(tx.connection, day_budget.BUDGET_MB, megabytes))


def test_a_days_budget_holds_files_back_until_the_next_day_in_viet_nam(office: Office) -> None:
    set_budget(office.here, 1)
    files = [office.add(LARGE, seed) for seed in (1, 2)]
    assert office.here.carry().file_bytes == 1 << 20
    assert sorted(office.here.state(file)[0] for file in files) == ["done", "waiting"]
    office.clock.pass_by(hours=15, minutes=59)
    assert office.here.carry().file_bytes == 0, "23:59 of the same day in Viet Nam"
    office.clock.pass_by(minutes=2)
    office.here.carry()
    assert [office.here.state(file)[0] for file in files] == ["done", "done"]


def test_without_a_budget_all_goes_at_once(office: Office) -> None:
    """The twin; also what an officer gets who sends files now."""
    lifts: list[Callable[[], object]] = [lambda: set_budget(office.here, 0), lambda: send_now(office)]
    for lift in lifts:
        set_budget(office.here, 1)
        lift()
        files = [office.add(LARGE, seed) for seed in (1, 2)]
        office.here.carry()
        assert [office.here.state(file)[0] for file in files] == ["done", "done"]


def send_now(office: Office) -> None:
    office.here.write(lambda tx: file_queue.send_now(tx, office.clock.now().date()))


def test_what_an_officer_waits_for_comes_whatever_the_budget_says_and_before_all_else(office: Office) -> None:
    office.add(SMALL, seed=2)
    file = office.add(LARGE)
    office.here.carry()
    set_budget(office.there, 1)
    register = office.there.register
    office.there.write(lambda tx: day_budget.spend(tx.connection, office.clock.now().date(), 5_000_000))
    office.there.carry()
    assert office.there.ask("SELECT count(*) FROM file_piece") == [(0,)]
    ask_for(register, file)
    office.there.carry()
    assert content_at(register, file) == scan(LARGE)


def test_a_flipped_bit_is_refused_at_the_desk_and_fetched_anew_when_the_province_is_whole(office: Office) -> None:
    file = office.add(SMALL)
    office.here.carry()
    whole = office.piece_at_province()
    office.spoil(whole[:-1] + bytes([whole[-1] ^ 1]))
    office.there.carry()
    register = office.there.register
    assert office.there.state(file)[0] == "damaged", "three tries"
    with pytest.raises(ContentNotHere):
        content_at(register, file)
    office.spoil(whole)
    ask_for(register, file)
    office.there.carry()
    assert content_at(register, file) == scan(SMALL)


def test_without_the_digest_each_piece_still_proves_itself(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the desk believes what came; the file's own key does not."""
    file = office.add(SMALL)
    office.here.carry()
    named = file_of(office.here.register, file).sha256
    whole = office.piece_at_province()
    office.spoil(whole[:-1] + bytes([whole[-1] ^ 1]))
    monkeypatch.setattr(content, "digest_of", lambda ciphertext: named)
    office.there.carry()
    assert office.there.state(file)[0] == "done"
    with pytest.raises(ContentDamaged):
        office.there.content(file)


def test_a_file_that_is_damaged_here_is_not_sent_for_ever(office: Office) -> None:
    file = office.add(SMALL)
    spoil = "UPDATE file_piece SET data=zeroblob(length(data))"
    office.here.write(lambda tx: tx.connection.execute(spoil).rowcount)
    office.here.carry()
    assert office.here.state(file)[:2] == ("refused", "file_damaged")
    office.paths.clear()
    office.here.carry()
    assert "/v1/files/put" not in office.paths


def test_a_file_taken_back_does_not_come_by_itself(office: Office) -> None:
    file = office.add(SMALL)
    office.here.write(lambda tx: take_back(tx, file, "wrong_child"))
    office.sync_all()
    assert office.there.state(file) == ("", "", 0)


def test_a_file_whose_sender_has_not_sent_it_all_is_asked_for_once_a_sync(office: Office) -> None:
    file = office.add(LARGE)
    office.line.down_at = "/v1/files/put"
    office.here.carry()
    office.line.down_at = ""
    office.there.carry()
    office.there.ask_for(file)
    office.paths.clear()
    assert office.there.carry().file_fault is None
    assert office.paths.count("/v1/files/get") == 1
    assert office.there.state(file)[:2] == ("waiting", "file_waits")
    office.here.carry()
    office.there.carry()
    assert office.there.content(file) == scan(LARGE)


def test_a_province_that_does_not_know_the_file_does_not_stop_text_or_other_files(office: Office) -> None:
    lost, kept = office.add(SMALL), office.add(SMALL, seed=2)
    office.here.carry()
    office.lose_files()
    record = tables.RECORDS["attachment"]
    wrong = update(record).where(record.c.id == lost).values(sha256="0" * 64)
    office.province.database.write(lambda connection: connection.execute(wrong), WHOLE_PROVINCE)
    office.here.write(file_queue.offer_again)
    office.visit()
    outcome = office.here.carry()
    assert (outcome.file_fault, outcome.pushed) == (None, 1)
    assert office.here.state(lost)[:2] == ("refused", "not_found")
    assert office.here.state(kept)[0] == "done"


def test_a_province_that_lost_changes_is_offered_the_files_again(office: Office) -> None:
    file = office.add(SMALL)
    office.here.carry()
    office.lose_files()
    office.here.carry()
    assert office.here.state(file)[0] == "done", "nothing tells yet"
    office.here.replica().resend_from(1)
    office.here.carry()
    assert office.here.state(file)[0] == "done"
    assert len(office.piece_at_province()) > SMALL


def test_what_a_former_province_said_of_a_file_counts_for_nothing(office: Office) -> None:
    file = office.add(SMALL)
    former = RegisterFiles(office.here.register, lambda _changes: None)
    task = former.next_task(())
    assert task is None, "its change goes first"
    office.here.carry_text()
    task = former.next_task(())
    assert task is not None
    office.here.write(become_another)
    with pytest.raises(EnrolledAnew):
        former.sent(task, task.size, "2026-11-23T01:00:00Z", task.size)
    assert office.here.state(file)[0] == "waiting"


def become_another(tx: Tx) -> None:
    own = settings.identity(tx.connection)
    settings.put(tx.connection, settings.IDENTITY, msgspec.structs.replace(own, desk="ANEW22"))
    tx.topic("identity")


@pytest.fixture
def whole_desk(tmp_path: Path) -> Iterator[EnrolledDesk]:
    """A desk as the program makes it."""
    with real_province(tmp_path) as province:
        desk = enrolled_desk(province, tmp_path / "here")
        yield desk
        desk.close()


def test_a_backup_holds_the_files_and_a_desk_that_is_enrolled_anew_offers_them_again(
    whole_desk: EnrolledDesk, tmp_path: Path
) -> None:
    register = whole_desk.open.register
    file = add_file(register, add_child(register), scan(LARGE))
    whole_desk.sync()
    assert state_of(register, file)[0] == "done"
    whole_desk.back_up(tmp_path / "copy.cdbackup")
    restored = whole_desk.restored(tmp_path / "copy.cdbackup", tmp_path / "restored")
    assert content_at(restored.open.register, file.id) == scan(LARGE)
    forget_files(whole_desk.province.province)
    restored.enrol_anew()
    restored.sync()
    assert state_of(restored.open.register, file)[0] == "done"
    assert whole_desk.province.scalars(select(tables.blob.c.done_at)) != [None]
    restored.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_desk_that_dies_between_pieces_goes_on_where_it_was(
    office: Office, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = office.add(LARGE)
    office.here.carry()
    office.there.carry()
    register = office.there.register
    ask_for(register, file)
    received, calls = RegisterFiles.received, []

    def die(self: RegisterFiles, task: Any, data: bytes) -> None:
        calls.append(len(data))
        if when == "after":
            received(self, task, data)
        if len(calls) == 3:
            raise Fault("the power went out")
        if when == "before":
            received(self, task, data)

    monkeypatch.setattr(RegisterFiles, "received", die)
    with pytest.raises(Fault, match="power"):
        office.there.carry()
    monkeypatch.undo()
    office.there.restart()
    reached = office.there.state(file)[2]
    assert reached == sum(calls[:2] if when == "before" else calls)
    office.paths.clear()
    office.there.carry()
    assert office.there.content(file) == scan(LARGE)


def test_half_a_message_or_a_strangers_is_nothing(office: Office) -> None:
    from sync.file_wire import FilePiece, split_bytes

    for bad in (b"", b"{}", b"{}\n", b"[]\nx", b'{"scope":1}\nx'):
        with pytest.raises(protocol.Malformed):
            split_bytes(bad, FilePiece)
