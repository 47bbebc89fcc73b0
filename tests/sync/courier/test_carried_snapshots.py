"""Places that begin anew get what stands there on the stick, in as many files as it takes and in any order."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from commune_desk.domain.model.access import Role
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.exchange.courier import keep_key
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.usecases.sync.courier import Courier
from commune_desk.usecases.sync.stick_bundles import ReadIn
from sync import bundle, seal
from sync.bundle import PartKind
from sync.client import carried_snapshots, errors
from sync.client import courier as client
from sync.protocol import RootShown
from sync.roots import KnownRoot
from sync.server.answers import snapshots
from sync.server.edge import courier, courier_reply
from sync.server.edge.courier_answer import Answer
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.intake.admission import Admission
from tests.helpers.builders import make_person, save_all
from tests.sync.actors.islands import Islands, people, waiting
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OFFICE, OTHER_COMMUNE, real_province

pytestmark = pytest.mark.usefixtures("store_engine")

NAMES = [f"Chìu Văn {number}" for number in range(12)]
PARTS = "SELECT count(*) FROM snapshot_part"


@pytest.fixture
def islands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Islands]:
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 10)
    monkeypatch.setattr("sync.server.answers.snapshots.WORTH", 10)
    with real_province(tmp_path) as real:
        made = Islands(tmp_path, real)
        yield made
        made.close()


def fresh(islands: Islands, grants: Any = OFFICE) -> RealDesk:
    """A desk that was enrolled a moment ago and has heard nothing since."""
    path = islands.folder / f"fresh{len(islands.desks)}.db"
    enrolment = islands.real.enrol(grants)
    make_register(path, enrolment)
    desk = RealDesk(path, SystemClock(), islands.real.transport)
    desk.run(lambda tx: keep_key(tx, islands.real.province.keys.courier.public))
    islands.desks.append(desk)
    return desk


def filled(islands: Islands) -> RealDesk:
    """A commune with a history at the province, by a desk with a line."""
    desk = islands.desk()
    islands.save(desk, *NAMES)
    desk.sync()
    return desk


def small_pieces(monkeypatch: pytest.MonkeyPatch, size: int = 250) -> None:
    monkeypatch.setattr(bundle, "PIECE", size)


def pieces(islands: Islands, desk: RealDesk) -> list[bytes]:
    """The answer to a bundle of the desk, one part in each file."""
    answer = answered(islands, desk, *islands.write_out(desk))
    return list(courier_reply.reply(islands.real.province, answer, room=1))


def answered(islands: Islands, desk: RealDesk, *files: bytes) -> Answer:
    """What the province has to say to these bundles of the desk."""
    answer = Answer(desk.register.identity.desk)
    for data in files:
        arrived = courier.open_arrived(islands.real.province, data)
        label = bundle.fingerprint(data)
        courier.take_in_bundle(islands.real.province, arrived, answer, admission=Admission(), label=label)
    return answer


def shown(desk: RealDesk) -> list[Any]:
    rows = desk.ask("SELECT id, full_name, phone FROM person ORDER BY id")
    return [rows, desk.ask("SELECT scope, seq, chain FROM cursor ORDER BY scope")]


def test_a_new_desk_begins_with_what_stands_and_ends_as_by_line(islands: Islands) -> None:
    filled(islands)
    by_line, by_stick = islands.desk(), fresh(islands)
    files = islands.bring(*islands.write_out(by_stick))
    assert kinds(by_stick, files)[:2] == ["page", "snapshot"]
    read = islands.read_in(by_stick, *files)
    assert (read.begun, read.faults, read.more, read.half) == ([COMMUNE], [], False, {})
    by_line.sync()
    assert shown(by_stick) == shown(by_line)
    assert by_stick.ask(PARTS) == [(0,)]
    assert islands.read_in(by_stick, *files).begun == [], "read again it begins nothing"


def overtaken_by_line(islands: Islands, desk: RealDesk, monkeypatch: pytest.MonkeyPatch) -> ReadIn:
    """What the stick brought a new desk, whose line was back and brought all amid the beginning."""
    files = islands.bring(*islands.write_out(desk))
    honest, left = RegisterReplica._restate_all, [desk.sync]

    def restate_all(*given: Any) -> None:
        if left:
            left.pop()()
        honest(*given)

    monkeypatch.setattr(RegisterReplica, "_restate_all", restate_all)
    return islands.read_in(desk, *files)


def test_a_snapshot_that_the_line_overtakes_is_dropped(islands: Islands, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(islands)
    by_line, by_both = islands.desk(), fresh(islands)
    read = overtaken_by_line(islands, by_both, monkeypatch)
    assert (read.begun, read.faults, by_both.ask(PARTS)) == ([], [], [(0,)])
    by_line.sync()
    by_both.sync()
    assert shown(by_both) == shown(by_line)


def kinds(desk: RealDesk, files: list[bytes]) -> list[str]:
    box = seal.BoxKey.from_bytes(desk.register.identity.box)
    opened = [bundle.open_bundle(data, box, desk.register.identity.desk) for data in files]
    return [part.kind for one in opened for part in one.header.parts]


def test_pieces_come_in_any_order_and_over_several_readings(islands: Islands, monkeypatch: pytest.MonkeyPatch) -> None:
    first = filled(islands)
    small_pieces(monkeypatch)
    desk = fresh(islands)
    files = pieces(islands, desk)
    assert kinds(desk, files).count("snapshot") > 3
    read = islands.read_in(desk, *files[3:])
    assert read.begun == []
    assert list(read.half) == [COMMUNE]
    assert people(desk) == []
    assert not read.done_with, "nothing of it may leave the stick yet"
    read = islands.read_in(desk, *files[:3])
    assert (read.begun, read.half[COMMUNE][0] < read.half[COMMUNE][1]) == ([], True)
    read = islands.read_in(desk, *reversed(files))
    assert (read.begun, read.half, read.lacking, read.more) == ([COMMUNE], {}, {}, False)
    assert len(read.done_with) >= len(files)
    assert people(desk) == people(first)


def test_two_places_begin_from_one_stick(islands: Islands, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their pieces lie in one folder, mixed: neither drives the other out."""
    filled(islands)
    there = islands.desk({OTHER_COMMUNE: Role.COMMUNE_OFFICER})
    for name in NAMES:
        there.register.write(save_all(msgspec.structs.replace(make_person(name), scope=OTHER_COMMUNE))).result()
    there.sync()
    small_pieces(monkeypatch)
    desk = fresh(islands, {COMMUNE: Role.COMMUNE_OFFICER, OTHER_COMMUNE: Role.COMMUNE_OFFICER})
    files = pieces(islands, desk)
    read = islands.read_in(desk, *files)
    assert (sorted(read.begun), read.half, read.more) == ([COMMUNE, OTHER_COMMUNE], {}, False)
    assert len(people(desk)) == 2 * len(NAMES)


def test_what_is_whole_is_begun_whether_or_not_the_page_before_it_was_read(
    islands: Islands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names say nothing of the order: each part of an answer brings the certificates that prove it."""
    filled(islands)
    small_pieces(monkeypatch)
    desk = fresh(islands)
    files = pieces(islands, desk)
    assert kinds(desk, files)[0] == "page"
    read = islands.read_in(desk, *files[1:])
    assert (read.begun, read.faults, read.half) == ([COMMUNE], [], {})


def test_after_a_new_epoch_every_place_is_begun_as_by_line(islands: Islands) -> None:
    """Pushes first, then what stands with them in it, then what came after it."""
    first, desk = filled(islands), islands.desk()
    by_line = islands.desk()
    islands.save(desk, "Của đảo")
    islands.begin_epoch()
    read = islands.trip(desk)
    assert (read.has_followed, read.begun) == (True, [])
    assert desk.replica().to_begin_anew() == [COMMUNE]
    islands.save(desk, "Sau đó")
    read = islands.trip(desk)
    assert (read.begun, read.faults, read.more, waiting(desk)) == ([COMMUNE], [], False, 0)
    assert desk.replica().to_begin_anew() == []
    by_line.sync()
    first.sync()
    assert shown(desk) == shown(by_line) == shown(first)


def test_pages_of_a_place_that_is_to_be_begun_are_left(islands: Islands, monkeypatch: pytest.MonkeyPatch) -> None:
    first, desk = filled(islands), islands.desk()
    islands.begin_epoch()
    islands.trip(desk)
    first.sync()
    small_pieces(monkeypatch)
    files = pieces(islands, desk)
    is_page = [kinds(desk, [data]) == ["page"] for data in files]
    before = desk.ask("SELECT seq, chain FROM cursor")
    read = islands.read_in(desk, *(data for data, page in zip(files, is_page, strict=True) if page))
    assert (read.events, read.to_begin, read.done_with) == (0, [COMMUNE], [])
    assert desk.ask("SELECT seq, chain FROM cursor") == before
    assert islands.read_in(desk, *files).begun == [COMMUNE], "the twin"


def test_an_older_snapshot_does_not_set_back_what_was_signed_for_since(islands: Islands) -> None:
    filled(islands)
    desk = islands.desk()
    islands.begin_epoch()
    islands.trip(desk)
    old = islands.bring(*islands.write_out(desk))
    islands.save(desk, "Viết sau")
    (second,) = islands.bring(*islands.write_out(desk))
    receipts = without(islands, desk, second, PartKind.SNAPSHOT, PartKind.PAGE)
    islands.read_in(desk, receipts)
    assert waiting(desk) == 0
    assert islands.read_in(desk, *old).begun == []
    assert islands.read_in(desk, second).begun == [COMMUNE], "the twin"
    assert "Viết sau" in people(desk)


def test_taken_whenever_it_was_made_it_would(islands: Islands, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin of the control itself."""
    filled(islands)
    desk = islands.desk()
    islands.begin_epoch()
    islands.trip(desk)
    old = islands.bring(*islands.write_out(desk))
    islands.save(desk, "Viết sau")
    (second,) = islands.bring(*islands.write_out(desk))
    islands.read_in(desk, without(islands, desk, second, PartKind.SNAPSHOT, PartKind.PAGE))
    monkeypatch.setattr(carried_snapshots, "_is_wanted", lambda *_: True)
    assert islands.read_in(desk, *old).begun == [COMMUNE]


def without(islands: Islands, desk: RealDesk, data: bytes, *left_out: PartKind) -> bytes:
    """The same answer with fewer parts, as a file of a smaller size would hold them."""
    box = seal.BoxKey.from_bytes(desk.register.identity.box)
    opened = bundle.open_bundle(data, box, desk.register.identity.desk)
    both = zip(opened.header.parts, opened.contents, strict=True)
    kept = [(part, content) for part, content in both if part.kind not in left_out]
    contents = [content for _, content in kept]
    header = msgspec.structs.replace(opened.header, parts=[part for part, _ in kept], digest=bundle.digest_of(contents))
    return bundle.write_bundle(header, contents, islands.real.province.keys.authority, box.public)


def test_a_bundle_that_asked_to_begin_brought_once_more_leaves_no_gap(islands: Islands) -> None:
    """Its answer goes on behind a snapshot of now: a desk that began long ago and stands before it takes it as well."""
    first, desk = filled(islands), islands.desk()
    islands.begin_epoch()
    islands.trip(desk)
    asked = islands.write_out(desk)
    islands.read_in(desk, *islands.bring(*asked))
    first.sync()
    islands.save(first, "Viết sau")
    first.sync()
    read = islands.read_in(desk, *islands.bring(*asked))
    assert (read.begun, read.lacking, read.more) == ([COMMUNE], {}, False)
    assert shown(desk) == shown(first)
    assert islands.read_in(desk, *islands.bring(*asked)).begun == [], "the twin: it stands there already"


@pytest.mark.parametrize("what", ["offer", "bytes", "beyond"])
def test_a_changed_piece_is_refused(islands: Islands, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Sealed and signed as a bundle by the authority's own key: each control behind that stands alone."""
    filled(islands)
    desk = fresh(islands)
    files = islands.bring(*islands.write_out(desk))
    box = seal.BoxKey.from_bytes(desk.register.identity.box)
    opened = bundle.open_bundle(files[0], box, desk.register.identity.desk)
    place = next(i for i, part in enumerate(opened.header.parts) if part.kind == "snapshot")
    said, _, data = opened.contents[place].partition(b"\n")
    if what == "offer":
        said = said.replace(b'"scope":"C:06838"', b'"scope":"C:06839"')
    data = {"bytes": data[:-1] + bytes([data[-1] ^ 1]), "beyond": data + b"x"}.get(what, data)
    contents = [*opened.contents]
    contents[place] = said + b"\n" + data
    parts = [*opened.header.parts]
    parts[place] = msgspec.structs.replace(parts[place], size=len(contents[place]))
    header = msgspec.structs.replace(opened.header, parts=parts, digest=bundle.digest_of(contents))
    forged = bundle.write_bundle(header, contents, islands.real.province.keys.authority, box.public)
    read = islands.read_in(desk, forged)
    assert [type(fault) for fault in read.faults] == [errors.TooLarge if what == "beyond" else errors.Unproven]
    assert (people(desk), desk.ask(PARTS)) == ([], [(0,)])
    assert islands.read_in(desk, *files).begun == [COMMUNE], "the twin"


def test_a_desk_of_an_earlier_program_gets_pages_alone(islands: Islands, monkeypatch: pytest.MonkeyPatch) -> None:
    first, desk = filled(islands), fresh(islands)
    question = client._question
    monkeypatch.setattr(client, "_question", lambda *given: question(*given)[:1])
    files = islands.bring(*islands.write_out(desk))
    assert set(kinds(desk, files)) == {"page"}
    islands.read_in(desk, *files)
    assert people(desk) == people(first)


def test_a_place_whose_feed_is_not_the_known_one_is_begun_anew(islands: Islands) -> None:
    """410 `resync`: the desk has seen more than there is."""
    first, desk = filled(islands), islands.desk()
    islands.trip(desk)
    desk.ask("UPDATE cursor SET seq=seq+100")
    read = islands.trip(desk)
    assert isinstance(read.refusal, errors.HistoryRewritten)
    assert read.to_begin == [COMMUNE]
    read = islands.trip(desk)
    assert (read.begun, read.refusal, read.faults) == ([COMMUNE], None, [])
    first.sync()
    assert shown(desk) == shown(first)


def test_against_a_root_that_is_kept_here_nothing_is_begun_by_stick(islands: Islands) -> None:
    """Whether history was rewritten is proven over a line; the twin is the one above, without a root."""
    filled(islands)
    desk = islands.desk()
    islands.save(desk, "Của đảo")
    islands.trip(desk)
    shown_once = RootShown(body="", signature="", leaf="", index=0, path=[])
    desk.replica().keep_root(
        KnownRoot(n=1, epoch=islands.epoch, before="", scope=COMMUNE, seq=1, chain="", shown=shown_once)
    )
    desk.ask("UPDATE cursor SET seq=seq+100")
    read = islands.trip(desk)
    assert isinstance(read.refusal, errors.HistoryRewritten)
    assert (read.to_begin, waiting(desk)) == ([], 1), "but the last change goes up with its receipt"


LARGE, ROOM = 40 << 20, 2 << 20


def test_nobody_holds_more_of_it_than_a_file(islands: Islands, monkeypatch: pytest.MonkeyPatch) -> None:
    """With files of 2 MiB neither end holds much of a snapshot of 40 while it is carried, until its last piece."""
    filled(islands)
    small_pieces(monkeypatch, 512 << 10)
    desk = fresh(islands)
    (question,) = islands.write_out(desk)
    _grown(islands)
    answer = answered(islands, desk, question)
    files: list[Path] = []
    with traced() as most:
        for data in courier_reply.reply(islands.real.province, answer, room=ROOM):
            files.append(islands.folder / bundle.file_name(data))
            files[-1].write_bytes(data)
    assert most() < LARGE * 3 // 4
    assert len(files) >= LARGE // ROOM
    stick = islands.folder / "large"
    stick.mkdir()
    for path in files[:-2]:
        path.rename(stick / path.name)
    with traced() as most:
        read = Courier(desk.register, lambda changes: None).read_in(stick)
    assert most() < LARGE * 3 // 4
    assert read.half[COMMUNE][0] > LARGE - 4 * ROOM


def _grown(islands: Islands) -> None:
    """The newest snapshot of the commune is a large one, of bytes that say nothing."""
    province, content = islands.real.province, os.urandom(LARGE)
    snapshots.Snapshots().make_ahead(province)
    newest = select(tables.snapshot).order_by(tables.snapshot.c.seq.desc())
    row = province.database.read(lambda c: dict(c.execute(newest).mappings().first() or {}), WHOLE_PROVINCE)
    (province.data / snapshots.FOLDER / row["token"]).write_bytes(content)
    larger = update(tables.snapshot).values(size=LARGE, sha256=seal.sha256(content))
    province.database.write(lambda c: c.execute(larger), WHOLE_PROVINCE)


@contextmanager
def traced() -> Iterator[Callable[[], int]]:
    """The most bytes that were held at once since it began."""
    peaks: list[int] = []
    tracemalloc.start()
    try:
        yield lambda: peaks[-1]
    finally:
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
