"""A desk that begins fetches what stands instead of all that ever happened, and ends with the same register."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.changes import writers
from commune_desk.store.exchange import feeds
from commune_desk.store.writing.transaction import Tx
from sync import protocol
from sync.client import errors
from sync.client.session import Session
from sync.client.snapshots import begin_scope
from sync.server.answers import snapshots
from tests.helpers.builders import make_file, make_group, make_person, make_relation, make_report, make_visit, save_all
from tests.sync.actors.in_process import response_of
from tests.sync.actors.real_desks import Crash, RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")

DERIVED = ("change", "child_index", "conflict", "shadow")


class Office:
    """A commune with a history, and desks that begin one by one."""

    def __init__(self, folder: Path, real: RealProvince) -> None:
        self._folder, self.real = folder, real
        self.desks: list[RealDesk] = []

    def desk(self, scope: str = COMMUNE) -> RealDesk:
        path = self._folder / f"{len(self.desks)}.db"
        make_register(path, self.real.enrol({scope: Role.COMMUNE_OFFICER}))
        self.desks.append(RealDesk(path, SystemClock(), self.real.transport))
        return self.desks[-1]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 20)
    with real_province(tmp_path) as real:
        made = Office(tmp_path, real)
        yield made
        for desk in made.desks:
            desk.register.close()


def a_history(first: RealDesk, second: RealDesk) -> list[RecordId]:
    """Children with families, visits and a sealed report, edits that were replaced, and an open conflict."""
    people = [make_person(f"Chìu Văn {number}") for number in range(6)]
    carer = make_person("Chìu Thị Mây")
    first.register.write(save_all(*people, carer)).result()
    for person in people:
        first.register.write(
            save_all(
                make_file(person.id), make_group(person.id), make_relation(person.id, carer.id), make_visit(person.id)
            )
        ).result()
    first.register.write(save_all(make_report(person=people[0].id))).result()
    for turn in range(3):
        first.edit(Person, people[0].id, phone=f"091200011{turn}")
    first.sync()
    second.sync()
    first.edit(Person, people[1].id, phone="0912000222")
    second.edit(Person, people[1].id, phone="0912000333")
    first.sync()
    second.sync()
    first.sync()
    return [person.id for person in people]


def picture(desk: RealDesk) -> dict[str, list[Any]]:
    """What a register shows, table by table; changes that no longer matter are not part of it."""
    tables = [row[0] for row in desk.ask("SELECT name FROM sqlite_master WHERE type='table' AND sql LIKE '%writers%'")]
    shown: dict[str, list[Any]] = {table: sorted(desk.ask(f"SELECT * FROM {table}")) for table in tables}
    for table, rows in shown.items():  # id, scope, writers: in whatever order they were named
        shown[table] = [(*row[:2], writers.parse(row[2]), *row[3:]) for row in rows]
    shown["conflict"] = sorted(desk.ask("SELECT id, scope, kind, record, field, base, ours, theirs FROM conflict"))
    columns = "person, file, scope, shown, status, name, name_key, risk, groups, last_visit_on, next_visit_on, carer"
    shown["child_index"] = sorted(desk.ask(f"SELECT {columns} FROM child_index"))
    shown["cursor"] = desk.ask("SELECT scope, seq, chain, head_seq FROM cursor")
    return shown


def test_who_begins_with_a_snapshot_shows_the_same_as_who_pulled_everything(office: Office) -> None:
    first, second = office.desk(), office.desk()
    a_history(first, second)
    third = office.desk()
    outcome = third.sync()
    assert picture(third) == picture(second) == picture(first)
    assert outcome.pulled < first.ask("SELECT count(*) FROM change")[0][0]
    assert third.ask("SELECT count(*) FROM snapshot_part") == [(0,)]
    third.sync()
    assert picture(third) == picture(second) == picture(first)


def test_work_goes_on_from_there_for_everybody(office: Office) -> None:
    first, second = office.desk(), office.desk()
    people = a_history(first, second)
    third = office.desk()
    third.sync()
    third.edit(Person, people[2], phone="0912000444")
    third.register.write(save_all(make_visit(people[2]))).result()
    third.sync()
    first.sync()
    second.sync()
    third.sync()
    assert picture(first) == picture(third) == picture(second)


def test_a_line_that_breaks_goes_on_where_it_broke(office: Office) -> None:
    first, second = office.desk(), office.desk()
    a_history(first, second)
    third = office.desk()
    asked: list[str] = []
    send = office.real.line.send

    def cut(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if not request.path_url.startswith("/v1/snapshots/"):
            return send(request, *args, **kwargs)
        asked.append(str(request.headers["Range"]))
        response = send(request, *args, **kwargs)
        whole = response.raw.read()
        response.raw = Cut(whole[: len(whole) // 2], breaks=True) if len(asked) == 1 else Cut(whole)
        return response

    office.real.line.send = cut  # type: ignore[method-assign]
    with pytest.raises(errors.HalfPage):
        third.sync()
    half = third.ask("SELECT sum(length(data)) FROM snapshot_part")[0][0]
    assert half > 0
    third.restart()
    third.sync()
    assert asked == ["bytes=0-", f"bytes={half}-"]
    assert picture(third) == picture(second) == picture(first)


class Cut:
    """A body that ends where a line broke."""

    def __init__(self, content: bytes, *, breaks: bool = False) -> None:
        self._left, self._breaks = content, breaks

    def read1(self, most: int, decode_content: bool = False) -> bytes:
        piece, self._left = self._left[:most], self._left[most:]
        if not piece and self._breaks:
            raise ConnectionResetError
        return piece

    def close(self) -> None:
        """Nothing stays open."""

    def release_conn(self) -> None:
        """Nothing to give back."""


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_flipped_byte_anywhere_lets_nothing_in(office: Office, place: int) -> None:
    first, second = office.desk(), office.desk()
    a_history(first, second)
    third = office.desk()
    _sent(office, lambda data: data[:place] + bytes([data[place] ^ 1]) + (data[place + 1 :] if place >= 0 else b""))
    with pytest.raises((errors.Unproven, protocol.Malformed)):
        third.sync()
    assert third.ask("SELECT count(*) FROM person") == [(0,)]
    assert third.ask("SELECT count(*) FROM snapshot_part") == [(0,)]


def test_without_its_digest_a_flipped_byte_is_still_found_by_the_seal(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the digest: behind it stand the cipher's tags and the authors' signatures."""
    first, second = office.desk(), office.desk()
    a_history(first, second)
    third = office.desk()
    _sent(office, lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:])
    monkeypatch.setattr("sync.client.snapshots._fetch", _unchecked)
    with pytest.raises(errors.Unproven):
        third.sync()
    assert third.ask("SELECT count(*) FROM person") == [(0,)]


def _unchecked(transport: Any, replica: Any, offer: Any) -> bytes:
    transport.fetch(f"/v1/snapshots/{offer.token}", 0, lambda piece: replica.keep_snapshot(offer.token, piece))
    content: bytes = replica.snapshot_bytes(offer.token)
    return content


def _sent(office: Office, spoil: Callable[[bytes], bytes]) -> None:
    send = office.real.line.send

    def spoilt(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = send(request, *args, **kwargs)
        if request.path_url.startswith("/v1/snapshots/"):
            response.raw = Cut(spoil(response.raw.read()))
        return response

    office.real.line.send = spoilt  # type: ignore[method-assign]


def test_nobody_gets_another_places_snapshot(office: Office) -> None:
    first, second = office.desk(), office.desk()
    a_history(first, second)
    stranger = office.desk(OTHER_COMMUNE)
    with pytest.raises(errors.NotRecognised):
        _begin(stranger, COMMUNE)


def _begin(desk: RealDesk, scope: str) -> int:
    from sync.client.channel import Channel

    replica = desk.replica()
    identity = replica.identity()
    transport = desk.connect()
    channel = Channel(
        transport, key_id=identity.desk, key=identity.signing_key, authority_public=identity.authority_public
    )
    channel.hello()
    return begin_scope(transport, channel, replica, identity, scope, fresh=True)


def test_a_snapshot_lies_at_the_province_encrypted(office: Office) -> None:
    first, second = office.desk(), office.desk()
    a_history(first, second)
    office.desk().sync()
    (file,) = (office.real.province.data / snapshots.FOLDER).iterdir()
    assert "Chìu".encode() not in file.read_bytes()
    assert b"zstd" not in file.read_bytes()[:4]


def test_one_that_is_fresh_enough_serves_every_desk(office: Office) -> None:
    first, second = office.desk(), office.desk()
    a_history(first, second)
    for _ in range(2):
        office.desk().sync()
    assert len(list((office.real.province.data / snapshots.FOLDER).iterdir())) == 1


def test_what_waits_on_the_desk_survives_its_beginning_anew(office: Office) -> None:
    """A scope is begun anew on a desk at work: nothing that waits is overwritten, nothing it holds is lost."""
    first, second = office.desk(), office.desk()
    people = a_history(first, second)
    second.edit(Person, people[3], phone="0912000555")
    second.register.write(save_all(make_visit(people[3]))).result()
    before = picture(second)
    _begin(second, COMMUNE)
    assert picture(second) == before
    Session(second.connect(), second.replica()).sync()
    first.sync()
    assert picture(first) == picture(second)


def test_a_register_at_work_is_begun_anew_from_a_snapshot_of_now(office: Office) -> None:
    """One that a newcomer would be content with lacks what the register has seen since it was made."""
    first, second = office.desk(), office.desk()
    people = a_history(first, second)
    office.desk().sync()
    first.edit(Person, people[4], phone="0912000666")
    first.sync()
    second.sync()
    before = picture(second)
    second.replica().begin_all_anew()  # or it would refuse one that lies behind it
    _begin(second, COMMUNE)
    assert second.ask("SELECT phone FROM person WHERE id=?", people[4]) == [("0912000666",)]
    assert picture(second) == before


def test_a_desk_that_dies_between_two_portions_begins_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = office.desk(), office.desk()
    a_history(first, second)
    third = office.desk()
    monkeypatch.setattr("commune_desk.store.exchange.replica.RESTATE_AT_ONCE", 5)
    replica, honest, portions = third.replica(), feeds.restate, []

    def dies(tx: Tx, records: Any) -> None:
        portions.append(records)
        if len(portions) == 3:
            raise Crash
        honest(tx, records)

    with monkeypatch.context() as power:
        power.setattr(feeds, "restate", dies)
        with pytest.raises(Crash):
            third.sync(replica)
    assert third.ask("SELECT seq FROM cursor WHERE scope=?", COMMUNE) in ([], [(0,)])
    third.restart()
    third.sync()
    assert picture(third) == picture(second) == picture(first)


def test_beyond_its_end_there_is_no_part_and_a_desk_that_asks_begins_anew(office: Office) -> None:
    """The file at the province is cut short while it is fetched: of the next one the desk gets all."""
    first, second = office.desk(), office.desk()
    a_history(first, second)
    third = office.desk()
    asked: list[tuple[str, int, str]] = []
    send = office.real.line.send

    def noted(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if not request.path_url.startswith("/v1/snapshots/"):
            return send(request, *args, **kwargs)
        if not asked:
            (file,) = (office.real.province.data / snapshots.FOLDER).iterdir()
            file.write_bytes(file.read_bytes()[:100])
        response = send(request, *args, **kwargs)
        asked.append((request.headers["Range"], response.status_code, response.headers.get("Content-Range", "")))
        return response

    office.real.line.send = noted  # type: ignore[method-assign]
    third.sync()
    assert asked[:2] == [
        ("bytes=0-", 206, f"bytes 0-99/{100}"),
        ("bytes=100-", 416, "bytes */100"),
    ]
    assert asked[2][:2] == ("bytes=0-", 206)
    assert picture(third) == picture(second) == picture(first)
    assert third.ask("SELECT count(*) FROM snapshot_part") == [(0,)]


def half_fetched(office: Office, status: int) -> tuple[RealDesk, int]:
    """A desk whose line broke amid a snapshot, and to which somebody on the way says `status` since; and how many
    bytes it has."""
    a_history(office.desk(), office.desk())
    desk = office.desk()
    honest = office.real.line.send

    def cut(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = honest(request, *args, **kwargs)
        if request.path_url.startswith("/v1/snapshots/"):
            whole = response.raw.read()
            response.raw = Cut(whole[: len(whole) // 2], breaks=True)
        return response

    def refused(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if request.path_url.startswith("/v1/snapshots/"):
            return response_of(status, {}, b"no")
        return honest(request, *args, **kwargs)

    office.real.line.send = cut  # type: ignore[method-assign]
    with pytest.raises(errors.HalfPage):
        desk.sync()
    office.real.line.send = refused  # type: ignore[method-assign]
    with pytest.raises(errors.ServerTrouble):
        desk.sync()
    office.real.line.send = honest  # type: ignore[method-assign]
    return desk, desk.ask("SELECT coalesce(sum(length(data)), 0) FROM snapshot_part")[0][0]


@pytest.mark.parametrize("status", [404, 416, 413, 502])
def test_what_somebody_on_the_way_says_takes_nothing_back_of_it(office: Office, status: int) -> None:
    """Nobody signs for a status. The province offers the same one again, so it is there."""
    desk, have = half_fetched(office, status)
    assert have > 0
    asked: list[str] = []
    send = office.real.line.send

    def noted(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        asked.extend([str(request.headers["Range"])] if request.path_url.startswith("/v1/snapshots/") else [])
        return send(request, *args, **kwargs)

    office.real.line.send = noted  # type: ignore[method-assign]
    desk.sync()
    assert asked == [f"bytes={have}-"]
    assert picture(desk) == picture(office.desks[0])


def test_a_file_that_the_disk_cut_short_is_offered_to_nobody(office: Office) -> None:
    a_history(office.desk(), office.desk())
    office.desk().sync()
    (file,) = (office.real.province.data / snapshots.FOLDER).iterdir()
    file.write_bytes(file.read_bytes()[:100])
    last = office.desk()
    last.sync()
    assert picture(last) == picture(office.desks[0])


def test_offered_all_the_same_no_desk_would_get_the_rest(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(snapshots, "_is_whole", lambda path, _size: path.is_file())
    with pytest.raises(errors.ServerTrouble):
        test_a_file_that_the_disk_cut_short_is_offered_to_nobody(office)
