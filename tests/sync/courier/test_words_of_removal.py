"""Signed words for what was removed, and a withdrawn desk's last ones: by stick as over a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.words.errors import Refusal
from commune_desk.store.exchange.courier import forget_written
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.registers.removal import finish_removal
from commune_desk.usecases.sync.courier import Courier
from commune_desk.usecases.sync.leaving import Removal
from commune_desk.usecases.sync.stick_bundles import ReadIn
from sync import bundle, protocol, purge_wire, seal
from sync.bundle import PartKind
from sync.client import courier as client
from sync.client.errors import DeskRemoved
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.identity.scopes import ensure_communes
from tests.helpers.attached import add_child, add_file, scan
from tests.helpers.builders import make_file, make_person, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.couriers import bring
from tests.sync.actors.islands import Islands
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import OTHER_COMMUNE, RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")

UNSENT = "SELECT count(*) FROM purge_receipt WHERE is_sent=0"


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        escrow = made.province.escrow_public
        made.province.database.write(lambda c: ensure_communes(c, escrow_public=escrow), WHOLE_PROVINCE)
        yield made


@pytest.fixture
def islands(real: RealProvince, tmp_path: Path) -> Iterator[Islands]:
    made = Islands(tmp_path, real)
    yield made
    made.close()


def words(real: RealProvince, desk: str) -> list[str]:
    table = tables.purge
    return sorted(real.scalars(select(table.c.change).where(table.c.desk == desk)))


def a_child_has_left(islands: Islands) -> RealDesk:
    """A desk that removed a child which moved to another commune, and has not told of it yet."""
    desk = islands.desk()
    islands.desk({OTHER_COMMUNE: Role.COMMUNE_OFFICER})
    child = make_person("Chìu Văn Đi")
    desk.register.write(save_all(child, make_file(child.id))).result()
    islands.trip(desk)
    desk.register.write(lambda tx: move_child(tx, RecordId(child.id), Scope(OTHER_COMMUNE))).result()
    islands.trip(desk)
    assert desk.ask(UNSENT) == [(1,)]
    return desk


def test_words_for_what_was_removed_go_up_once_and_are_kept(islands: Islands) -> None:
    desk = a_child_has_left(islands)
    ((change,),) = desk.ask("SELECT change FROM purge_receipt")
    files = islands.write_out(desk)
    replies = islands.bring(*files)
    assert words(islands.real, desk.register.identity.desk) == [change]
    assert desk.ask(UNSENT) == [(1,)], "no reply has been read yet"
    islands.read_in(desk, *replies)
    assert desk.ask(UNSENT) == [(0,)]
    islands.bring(*files)
    assert words(islands.real, desk.register.identity.desk) == [change], "brought again it changes nothing"
    assert said(islands, files) == {change}
    assert said(islands, islands.write_out(desk)) == set(), "and it goes up no more"


def said(islands: Islands, files: list[bytes]) -> set[str]:
    """The changes whose signed words are in these files."""
    key = islands.real.province.keys.courier
    opened = [bundle.open_bundle(data, key, protocol.PROVINCE_DESK) for data in files]
    requests = [
        protocol.decode(body, purge_wire.PurgeRequest) for one in opened for _, body in one.parts(PartKind.PURGES)
    ]
    signed = [protocol.unb64(word.body) for request in requests for word in request.purges]
    return {protocol.decode(word, purge_wire.PurgeStatement).change for word in signed}


def test_an_answer_that_nobody_remembers_keeps_no_word(islands: Islands) -> None:
    """A province that was put back may have lost it since: what it said before counts for nothing."""
    desk = a_child_has_left(islands)
    replies = islands.bring(*islands.write_out(desk))
    desk.register.write(forget_written).result()
    islands.read_in(desk, *replies)
    assert desk.ask(UNSENT) == [(1,)]
    islands.trip(desk)
    assert desk.ask(UNSENT) == [(0,)], "the twin"


def test_a_word_in_a_bundle_of_another_time_is_kept_too(islands: Islands) -> None:
    desk = a_child_has_left(islands)
    files = islands.write_out(desk)
    islands.begin_epoch()
    read = islands.read_in(desk, *islands.bring(*files))
    assert read.has_followed
    assert len(words(islands.real, desk.register.identity.desk)) == 1
    assert desk.ask(UNSENT) == [(0,)]


def test_another_desks_word_is_refused(islands: Islands) -> None:
    desk, other = a_child_has_left(islands), islands.desk()
    signed = desk.replica().unsent_purges()
    own = words(islands.real, other.register.identity.desk)
    request = purge_wire.PurgeRequest(purges=list(signed))
    items = [bundle.part(PartKind.PURGES, protocol.encode(request))]
    public = islands.real.province.keys.courier.public
    forged = client._sealed(other.replica().identity(), public, items, before_n=0, at="2026-11-26T00:00:00Z")
    (reply,) = islands.bring(forged.data)
    assert words(islands.real, desk.register.identity.desk) == []
    assert words(islands.real, other.register.identity.desk) == own
    box = seal.BoxKey.from_bytes(other.register.identity.box)
    (refused,) = bundle.open_bundle(reply, box, other.register.identity.desk).parts(PartKind.REFUSAL)
    assert refused[0].status == 401


def test_words_that_do_not_fit_one_message_go_in_several(islands: Islands) -> None:
    desk = a_child_has_left(islands)
    (one,) = desk.replica().unsent_purges()
    requests = list(purge_wire.requests_with([one] * 95))
    assert [len(request.purges) for request in requests] == [40, 40, 15]
    assert all(len(protocol.encode(request)) < 16 * 1024 for request in requests)


@pytest.fixture
def pc(real: RealProvince, tmp_path: Path) -> Iterator[EnrolledDesk]:
    """A desk as the program makes it, with a person that the province has and one that it lacks, withdrawn for good."""
    made = enrolled_desk(real, tmp_path / "pc")
    save(made, "Đã gửi")
    made.sync()
    save(made, "Chưa gửi")
    named = made.id
    real.write(lambda connection: desks.revoke(connection, real.province, named, removes=True))
    yield made
    with suppress(RuntimeError):
        made.close()


def save(desk: EnrolledDesk, name: str) -> None:
    desk.open.register.write(save_all(make_person(name))).result()


def trip(desk: EnrolledDesk, folder: Path) -> ReadIn:
    folder.mkdir()
    courier = Courier(desk.open.register, desk.heard.append)
    courier.write_out(folder)
    for reply in bring(desk.province.province, *(path.read_bytes() for path in folder.iterdir())):
        (folder / bundle.file_name(reply)).write_bytes(reply)
    return courier.read_in(folder)


def set_aside(desk: EnrolledDesk) -> int:
    table = tables.quarantine
    named = desk.id
    return len(desk.province.scalars(select(table.c.n).where(table.c.desk == named, table.c.code == "revoked")))


def test_a_withdrawn_desk_sends_all_then_its_word_then_goes(pc: EnrolledDesk, tmp_path: Path) -> None:
    profile = pc.open.profile
    read = trip(pc, tmp_path / "first")
    assert isinstance(read.refusal, DeskRemoved)
    assert (read.removal, set_aside(pc)) == (Removal(is_decided=False), 1)
    assert not profile.is_removed
    assert words(pc.province, pc.id) == []
    read = trip(pc, tmp_path / "second")
    assert words(pc.province, pc.id) == [purge_wire.REMOVED]
    assert read.removal == Removal(is_decided=True)
    assert profile.is_removed
    with pytest.raises(Refusal):
        save(pc, "Quá muộn")
    pc.close()
    assert finish_removal(profile) is not None
    assert not profile.has_register()


def test_what_is_typed_between_two_sticks_goes_first(pc: EnrolledDesk, tmp_path: Path) -> None:
    trip(pc, tmp_path / "first")
    courier = Courier(pc.open.register, pc.heard.append)
    stick = tmp_path / "second"
    stick.mkdir()
    courier.write_out(stick)
    save(pc, "Giữa hai lần")
    for reply in bring(pc.province.province, *(path.read_bytes() for path in stick.iterdir())):
        (stick / bundle.file_name(reply)).write_bytes(reply)
    read = courier.read_in(stick)
    assert read.removal == Removal(is_decided=False), "the word is kept there, and something waits again"
    assert not pc.open.profile.is_removed
    assert trip(pc, tmp_path / "third").removal == Removal(is_decided=True)
    assert set_aside(pc) == 2


def test_without_looking_what_waits_the_last_work_would_be_lost(
    pc: EnrolledDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr("commune_desk.store.desk.removal.is_all_sent", lambda connection: True)
    courier = Courier(pc.open.register, pc.heard.append)
    for name in ("first", "second"):
        stick = tmp_path / name
        stick.mkdir()
        courier.write_out(stick)
        save(pc, "Giữa chừng")
        for reply in bring(pc.province.province, *(path.read_bytes() for path in stick.iterdir())):
            (stick / bundle.file_name(reply)).write_bytes(reply)
        courier.read_in(stick)
    assert pc.open.profile.is_removed
    assert set_aside(pc) < 3


def test_an_order_that_answers_no_bundle_of_ours_removes_nothing(pc: EnrolledDesk, tmp_path: Path) -> None:
    trip(pc, tmp_path / "first")
    courier = Courier(pc.open.register, pc.heard.append)
    stick = tmp_path / "second"
    stick.mkdir()
    courier.write_out(stick)
    replies = bring(pc.province.province, *(path.read_bytes() for path in stick.iterdir()))
    pc.open.register.write(forget_written).result()
    for reply in replies:
        (stick / bundle.file_name(reply)).write_bytes(reply)
    read = courier.read_in(stick)
    assert (read.refusal, read.removal, pc.open.profile.is_removed) == (None, None, False)


def test_files_that_wait_for_a_line_hold_the_removal_back(pc: EnrolledDesk, tmp_path: Path) -> None:
    """What lies here alone is not destroyed because there is no line."""
    add_file(pc.open.register, add_child(pc.open.register), scan(500))
    trip(pc, tmp_path / "first")
    assert trip(pc, tmp_path / "second").removal == Removal(is_decided=False, files=1)
    assert words(pc.province, pc.id) == []
    pc.ask("UPDATE file_queue SET state='refused'")
    trip(pc, tmp_path / "third")
    assert trip(pc, tmp_path / "fourth").removal == Removal(is_decided=True), "the twin"
