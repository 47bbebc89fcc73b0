"""Files at the province: in order, from any byte, whole or not at all, and for nobody but the desks of the place.

Each test of a control has a twin in which that control is taken out.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select

from commune_desk.domain.model.access import Role
from sync import content, seal
from sync.file_wire import MAX_PIECE, FileAsked, FileOffset
from sync.protocol import unb64
from sync.server.answers import files
from sync.server.answers.files import FileAdmission, FileLimits, Files
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE, WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.identity.desks import DeskState
from sync.server.identity.scopes import keys_of
from sync.server.problems import Refused
from tests.helpers.store_engine import EMBEDDED, StoreEngine
from tests.sync.actors.named_files import (
    NamedFile,
    as_json,
    bytes_of,
    get,
    make_file,
    name_it,
    offset_of,
    put,
    put_all,
    put_bytes,
)
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, Reply, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

OTHER_OFFICE = {OTHER: Role.COMMUNE_OFFICER}


class OpenAdmission(FileAdmission):
    """The control taken out: every file that anybody names may be asked about by everybody."""

    def size_of(self, connection: Connection, caller: DeskState, asked: FileAsked, roles: frozenset[Role]) -> int:
        record = tables.RECORDS["attachment"]
        return connection.scalar(select(record.c.size).where(record.c.sha256 == asked.file)) or 1 << 20


def fetch_all(desk: Any, file: NamedFile) -> bytes:
    got = b""
    while len(got) < len(file.cipher):
        got += bytes_of(get(desk, file, len(got)))
    return got


def test_a_file_goes_up_in_pieces_and_comes_down_as_it_was(world: World) -> None:
    desk, colleague = world.desk(), world.desk()
    file = make_file(600_000)
    name_it(desk, file)
    told = put_all(desk, file)
    assert (told.offset, told.done, told.at) == (len(file.cipher), True, world.province.now())
    reply = get(colleague, file)
    assert as_json(reply) == {"scope": COMMUNE, "file": file.digest, "size": len(file.cipher), "offset": 0}
    assert seal.verify(
        world.province.keys.authority.public, seal.FILE, reply.body, unb64(reply.headers["cd-signature"])
    )
    assert fetch_all(colleague, file) == file.cipher
    assert content.decrypted(file.key, file.cipher) == file.plain
    assert bytes_of(get(colleague, file, len(file.cipher))) == b""


def test_any_byte_is_a_place_to_go_on_from(world: World) -> None:
    desk, file, random = world.desk(), make_file(400_000), Random(7)
    name_it(desk, file)
    offset = 0
    while offset < len(file.cipher):
        told = put(desk, file, offset, random.randrange(1, 60_000)).read(FileOffset)
        assert told.offset > offset
        offset = told.offset
        assert offset_of(desk, file).read(FileOffset).offset == offset
    for _ in range(20):
        start, most = random.randrange(len(file.cipher)), random.randrange(1, MAX_PIECE)
        assert bytes_of(get(desk, file, start, most=most)) == file.cipher[start : start + most]


def test_a_piece_that_comes_twice_or_from_elsewhere_is_left_aside(world: World) -> None:
    desk, file = world.desk(), make_file()
    name_it(desk, file)
    assert put(desk, file, 0, 1000).read(FileOffset).offset == 1000
    assert put(desk, file, 0, 1000).read(FileOffset).offset == 1000
    assert put(desk, file, 5000, 1000).read(FileOffset).offset == 1000
    assert put_all(desk, file).done
    assert put(desk, file, 0, 1000).read(FileOffset).done
    assert fetch_all(desk, file) == file.cipher


def test_what_is_not_what_the_change_names_is_thrown_away_and_begins_anew(world: World) -> None:
    desk, file = world.desk(), make_file(1000)
    name_it(desk, file)
    wrong = bytes([file.cipher[0] ^ 1]) + file.cipher[1:]
    told = put_bytes(desk, file, 0, wrong).read(FileOffset)
    assert (told.offset, told.done) == (0, False)
    assert get(desk, file).code == "file_waits"
    assert world.count("blob_piece") == 0
    assert put_all(desk, file).done
    assert fetch_all(desk, file) == file.cipher


def test_without_the_check_a_wrong_file_would_stay(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    desk, file = world.desk(), make_file(1000)
    name_it(desk, file)
    monkeypatch.setattr(files, "digest_of", lambda data: file.digest)
    assert put_bytes(desk, file, 0, bytes(len(file.cipher))).read(FileOffset).done
    assert fetch_all(desk, file) != file.cipher


def refused(*replies: Reply) -> list[tuple[int, str, str]]:
    return [(reply.status, reply.code, str(as_json(reply)["text"])) for reply in replies]


def test_the_sealed_part_of_a_record_is_taken_with_its_group_and_not_without(world: World) -> None:
    desk, file = world.desk(), make_file(1000)
    key = world.province.database.read(lambda connection: keys_of(connection, [COMMUNE])[0], WHOLE_PROVINCE)
    results = {}
    for group in ("0198c0de" * 4, ""):
        record = name_it(desk, file, more={"group": group})
        sealed = seal.seal_value(unb64(key.public), "x", scope=COMMUNE, record=record, field="caption")
        line = desk.change("attachment", record, {"caption": sealed}, data=2, key=key.key, group=group)
        results[group] = desk.results(line)
    assert list(results.values()) == [[("ok", "")], [("quarantined", "append_only")]]


def test_what_no_change_names_and_what_another_place_names_look_the_same(world: World) -> None:
    desk, stranger = world.desk(), world.desk(OTHER_OFFICE)
    file, nameless = make_file(), make_file(seed=2)
    name_it(desk, file)
    put_all(desk, file)
    told = refused(
        *(offset_of(desk, nameless), put(desk, nameless, 0), get(desk, nameless)),
        *(offset_of(stranger, file), put(stranger, file, 0), get(stranger, file)),
        *(offset_of(stranger, file, OTHER), put(stranger, file, 0, scope=OTHER), get(stranger, file, scope=OTHER)),
    )
    assert {(status, code) for status, code, _text in told} == {(404, "not_found")}
    assert len(set(told)) == 1
    assert world.count("blob") == 1


def test_without_the_door_a_stranger_would_get_it(tmp_path: Path, store_engine: StoreEngine) -> None:
    """The twin; PostgreSQL does not show the rows of another place even then."""
    with province_in(tmp_path, files=Files(admission=OpenAdmission())) as world:
        desk, stranger = world.desk(), world.desk(OTHER_OFFICE)
        file, nameless = make_file(), make_file(seed=2)
        name_it(desk, file)
        put_all(desk, file)
        if store_engine.name != EMBEDDED:
            assert get(stranger, file).code == "file_waits"
            return
        assert bytes_of(get(stranger, file)) == file.cipher[:MAX_PIECE]
        assert put(stranger, nameless, 0).status == 200


def test_a_file_of_one_place_is_not_had_by_naming_it_in_another(world: World) -> None:
    desk, stranger, file = world.desk(), world.desk(OTHER_OFFICE), make_file()
    name_it(desk, file)
    put_all(desk, file)
    line = stranger.change("attachment", "0198c0de" * 4, {"sha256": file.digest, "size": len(file.cipher)}, scope=OTHER)
    assert stranger.results(line) == [("ok", "")]
    assert get(stranger, file, scope=OTHER).code == "file_waits"


def test_who_only_reads_fetches_and_does_not_send(world: World) -> None:
    desk, chair, file = world.desk(), world.desk({COMMUNE: Role.CHAIR}), make_file(1000)
    name_it(desk, file)
    assert put(chair, file, 0).code == "not_found"
    put_all(desk, file)
    assert bytes_of(get(chair, file)) == file.cipher


def test_a_revoked_desk_sends_what_merged_changes_name_and_fetches_nothing(world: World) -> None:
    desk, file = world.desk(), make_file(1000)
    name_it(desk, file)
    world.province.database.write(lambda connection: desks.revoke(connection, world.province, desk.id), NO_SCOPE)
    assert offset_of(desk, file).status == 200
    assert put(desk, file, 0).status == 200
    assert get(desk, file).code == "revoked"
    assert put(desk, make_file(1000, seed=9), 0).status == 404


def test_more_than_the_change_says_or_than_the_province_takes_is_refused(world: World) -> None:
    desk, file, large = world.desk(), make_file(1000), make_file(1000, seed=3)
    name_it(desk, file)
    name_it(desk, large, size=content.MAX_FILE + 1)
    assert put_bytes(desk, file, 0, file.cipher + b"x").code == "file_too_large"
    reply = put_bytes(desk, large, 0, b"x")
    assert (reply.status, reply.code) == (413, "file_too_large")
    assert put_bytes(desk, file, 0, bytes(MAX_PIECE + 1)).status == 400
    assert put_bytes(desk, file, 0, bytes(8 << 20)).status in (400, 413)
    assert put_bytes(desk, file, 0, b"").status == 400
    assert world.count("blob") == 0


def test_a_bomb_is_refused_in_bounded_memory(world: World) -> None:
    desk, file = world.desk(), make_file(1000)
    name_it(desk, file)
    header = b'{"scope":"C:06838","file":"%s","offset":0}\n' % file.digest.encode()
    assert desk.post("/v1/files/put", header + bytes(64 << 20)).status == 400


def test_a_desk_sends_only_so_much_a_day_and_goes_on_tomorrow(tmp_path: Path) -> None:
    with province_in(tmp_path, files=Files(limits=FileLimits(desk_day=1500))) as world:
        desk, one, two = world.desk(), make_file(1000), make_file(1000, seed=2)
        for file in (one, two):
            name_it(desk, file)
        assert put_all(desk, one).done
        reply = put(desk, two, 0)
        assert (reply.status, reply.code) == (507, "file_day")
        assert int(reply.headers["retry-after"]) > 0
        assert put(desk, two, 0, 400).read(FileOffset).offset == 400
        world.clock.pass_by(days=1)
        assert put_all(desk, two).done
        assert world.count("file_day") == 1


def test_without_the_limit_a_desk_sends_what_it_likes(world: World) -> None:
    """The twin."""
    desk = world.desk()
    for seed in range(2):
        name_it(desk, file := make_file(1000, seed))
        assert put_all(desk, file).done


def test_a_place_has_only_so_much_room(tmp_path: Path) -> None:
    with province_in(tmp_path, files=Files(limits=FileLimits(scope=1500))) as world:
        desk, one, two = world.desk(), make_file(1000), make_file(1000, seed=2)
        for file in (one, two):
            name_it(desk, file)
        assert put_all(desk, one).done
        reply = put(desk, two, 0)
        assert (reply.status, reply.code) == (507, "file_no_room")
        assert world.count("blob") == 1


class ByPromise(Files):
    """The control taken out: a file has its room from its first byte on, whatever comes of it."""

    def _require_room(self, connection: Connection, blob: Any, more: int) -> None:
        promised = select(func.sum(tables.blob.c.size)).where(tables.blob.c.scope == blob.scope)
        held = connection.scalar(promised) or 0
        if not blob.got and held + blob.size > self._limits.scope:
            raise Refused(507, "file_no_room")


def _sent_beside_many_begun(folder: Path, guarded: Files) -> int:
    """What a colleague is told whose desk-mate began eight files with a byte each and sent no more."""
    with province_in(folder, files=guarded) as world:
        greedy, colleague, file = world.desk(), world.desk(), make_file(1000)
        for seed in range(8):
            name_it(greedy, begun := make_file(1000, seed + 2))
            put(greedy, begun, 0, 1)
        name_it(colleague, file)
        return put(colleague, file, 0).status


def test_files_that_were_begun_and_never_sent_take_nobodys_room(tmp_path: Path) -> None:
    assert _sent_beside_many_begun(tmp_path, Files(limits=FileLimits(scope=8000))) == 200


def test_given_by_promise_the_room_would_be_gone(tmp_path: Path) -> None:
    """The twin."""
    assert _sent_beside_many_begun(tmp_path, ByPromise(limits=FileLimits(scope=8000))) == 507


def test_a_file_on_its_way_goes_on_once_there_is_room(tmp_path: Path) -> None:
    with province_in(tmp_path, files=Files(limits=FileLimits(scope=1500))) as world:
        desk, one, two = world.desk(), make_file(1000), make_file(1000, seed=2)
        for file in (one, two):
            name_it(desk, file)
        assert put(desk, two, 0, 400).read(FileOffset).offset == 400
        assert put_all(desk, one).done
        assert put(desk, two, 400).code == "file_no_room"
        assert offset_of(desk, two).read(FileOffset).offset == 400


def test_two_desks_that_send_one_file_end_with_one(world: World) -> None:
    desk, colleague, file = world.desk(), world.desk(), make_file(1000)
    name_it(desk, file)
    assert put(desk, file, 0, 400).read(FileOffset).offset == 400
    assert put(colleague, file, 0).read(FileOffset).offset == 400
    assert put_all(colleague, file).done
    assert put(desk, file, 400).read(FileOffset).done


def test_a_full_disk_is_told_and_the_file_goes_on_from_what_was_acknowledged(
    world: World, caplog: pytest.LogCaptureFixture, store_engine: StoreEngine
) -> None:
    if store_engine.name != EMBEDDED:
        pytest.skip("only the embedded engine's pages can be counted out; the sentence is the same")
    desk, file = world.desk(), make_file(900_000)
    name_it(desk, file)
    acknowledged = put(desk, file, 0, 50_000).read(FileOffset).offset
    pages = world.province.database.read(
        lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar_one(), WHOLE_PROVINCE
    )
    engine = world.province.database.engine
    engine.dispose()

    def fill(connection: Any, record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", fill)
    reply = put(desk, file, acknowledged)
    assert (reply.status, reply.code) == (503, "busy")
    assert "disk is full" in caplog.text.lower()
    caplog.clear()
    assert offset_of(desk, file).read(FileOffset).offset == acknowledged
    event.remove(engine, "connect", fill)
    engine.dispose()
    assert put_all(desk, file).done
    assert fetch_all(desk, file) == file.cipher


def test_a_province_that_starts_anew_goes_on_from_the_same_byte(tmp_path: Path) -> None:
    with province_in(tmp_path) as world:
        desk, file = world.desk(), make_file()
        name_it(desk, file)
        put(desk, file, 0, 12_345)
    with province_in(tmp_path) as world:
        desk.world, desk._ticket = world, ""
        assert offset_of(desk, file).read(FileOffset).offset == 12_345
        assert put_all(desk, file).done
