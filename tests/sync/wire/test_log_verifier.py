"""A log that was exported is checked by a program that shares nothing with ours, and every tampering is found."""

from __future__ import annotations

import ast
import base64
import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Fault
from commune_desk.store.writing import relocating
from commune_desk.store.writing.transaction import Tx
from sync import protocol, seal
from sync.change import Verb
from sync.roots import root_of
from sync.server.answers import roots
from sync.server.answers.log_export import export_log
from sync.server.commands.proof_commands import authority_fingerprint
from sync.server.engine import tables
from tests.helpers.builders import make_file, make_person, make_report, make_visit, save_all
from tests.helpers.store_engine import POSTGRES, engine
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince, real_province
from tests.sync.actors.server_fixtures import World

pytestmark = pytest.mark.usefixtures("store_engine")
VERIFIER = Path(__file__).resolve().parents[2] / "verifier" / "verify_log.py"
Lines = list[dict[str, Any]]


def a_moved_child(folder: Path, real: RealProvince) -> None:
    """Two communes; one child with a report goes from the one to the other, where work goes on."""
    desks = []
    for number, scope in enumerate((COMMUNE, OTHER_COMMUNE)):
        make_register(folder / f"{number}.db", real.enrol({scope: Role.COMMUNE_OFFICER}))
        desks.append(RealDesk(folder / f"{number}.db", SystemClock(), real.transport))
    first, second = desks
    people = [make_person(f"Chìu Văn {number}") for number in range(3)]
    first.register.write(save_all(*people)).result()
    child = people[0]
    first.register.write(save_all(make_file(child.id), make_visit(child.id), make_report(person=child.id))).result()
    first.sync()
    roots.make_due(real.province)

    def move(tx: Tx) -> None:
        relocating.relocate(tx, tx.existing(Person, child.id), Verb.MOVE, Scope(OTHER_COMMUNE))

    first.register.write(move).result()
    first.sync()
    second.sync()

    def edit(tx: Tx) -> None:
        tx.save(msgspec.structs.replace(tx.existing(Person, child.id), phone="0912000111"))

    second.register.write(edit).result()
    second.sync()
    for desk in desks:
        desk.register.close()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lines, str, seal.SigningKey]]:
    """The lines of an honest log, the fingerprint, and the authority's key for who forges with it."""
    folder = tmp_path_factory.mktemp("log")
    with real_province(folder) as real:
        a_moved_child(folder, real)
        path = folder / "log.zst"
        export_log(real.province, path)
        yield read(path), authority_fingerprint(real.province), real.province.keys.authority


def read(path: Path) -> Lines:
    body = zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()
    return [msgspec.json.decode(line) for line in body.splitlines()]


def verify(lines: Lines, fingerprint: str, folder: Path) -> tuple[int, str]:
    """Exit code and what was said, of a process of its own that finds nothing of ours."""
    path = folder / "shown.zst"
    path.write_bytes(zstandard.ZstdCompressor().compress(b"\n".join(msgspec.json.encode(line) for line in lines)))
    words = [sys.executable, "-I", str(VERIFIER), str(path), fingerprint]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", cwd=folder)
    return done.returncode, done.stdout + done.stderr


def test_a_disk_too_full_for_the_log_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "out").mkdir()
    with real_province(tmp_path) as real:
        with monkeypatch.context() as disk:
            disk.setattr("sync.disk.os.fsync", full)
            with pytest.raises(Fault) as told:
                export_log(real.province, tmp_path / "out" / "log.zst")
        assert told.value.params["path"] == tmp_path / "out" / "log.zst"
        assert list((tmp_path / "out").iterdir()) == []
        assert export_log(real.province, tmp_path / "out" / "log.zst") > 0


def test_the_verifier_knows_nothing_of_the_program() -> None:
    text = VERIFIER.read_text("utf-8")
    assert "commune_desk" not in text
    assert not [line for line in text.splitlines() if line.startswith(("from sync", "import sync", "from tests"))]


def test_it_is_short_enough_to_be_read_in_one_sitting() -> None:
    """About 100 lines, without the empty ones and what explains them."""
    text = VERIFIER.read_text("utf-8")
    explained = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Module, ast.ClassDef))]
    docstrings = "\n".join(ast.get_docstring(node) or "" for node in explained)
    assert _filled(text) - _filled(docstrings) < 118


def _filled(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


def test_an_honest_log_holds(exported: tuple[Lines, str, seal.SigningKey], tmp_path: Path) -> None:
    lines, fingerprint, _ = exported
    code, said = verify(lines, fingerprint, tmp_path)
    assert (code, said.startswith("holds: ")) == (0, True), said
    for what in ("3 cert", "1 root", "1 end", "change", "head", "event", "audit"):
        assert what in said
    assert any("entered" in line for line in lines), "nothing of the child that moved is in the log"


def test_another_authority_is_refused(exported: tuple[Lines, str, seal.SigningKey], tmp_path: Path) -> None:
    lines, _, _ = exported
    code, said = verify(lines, "0" * 64, tmp_path)
    assert (code, "authority" in said) == (1, True)


def _at(lines: Lines, what: str, place: int = 0) -> int:
    return [number for number, line in enumerate(lines) if line["t"] == what][place]


def _flip(text: str) -> str:
    raw = bytearray(base64.b64decode(text))
    raw[len(raw) // 2] ^= 1
    return base64.b64encode(raw).decode()


def flip_a_change(lines: Lines, key: seal.SigningKey) -> None:
    line = lines[_at(lines, "change", 2)]
    line["raw"] = _flip(line["raw"])


def flip_a_signature_of_a_head(lines: Lines, key: seal.SigningKey) -> None:
    line = lines[_at(lines, "head")]
    line["signature"] = _flip(line["signature"])


def flip_a_certificate(lines: Lines, key: seal.SigningKey) -> None:
    line = lines[_at(lines, "cert")]
    line["body"] = _flip(line["body"])


def drop_a_change(lines: Lines, key: seal.SigningKey) -> None:
    del lines[_at(lines, "change", 1)]


def drop_an_event(lines: Lines, key: seal.SigningKey) -> None:
    del lines[_at(lines, "event", 1)]


def drop_the_last_event(lines: Lines, key: seal.SigningKey) -> None:
    del lines[_at(lines, "event", -1)]


def drop_a_head(lines: Lines, key: seal.SigningKey) -> None:
    del lines[_at(lines, "head")]


def drop_a_root(lines: Lines, key: seal.SigningKey) -> None:
    del lines[_at(lines, "root")]
    lines[_at(lines, "end")]["t"] = "root"


def drop_the_end(lines: Lines, key: seal.SigningKey) -> None:
    del lines[-1]


def drop_an_audit_row(lines: Lines, key: seal.SigningKey) -> None:
    del lines[_at(lines, "audit", 1)]


def swap_two_changes(lines: Lines, key: seal.SigningKey) -> None:
    one, other = lines[_at(lines, "change", 1)], lines[_at(lines, "change", 2)]
    one["raw"], other["raw"] = other["raw"], one["raw"]


def swap_two_events(lines: Lines, key: seal.SigningKey) -> None:
    one, other = lines[_at(lines, "event", 1)], lines[_at(lines, "event", 2)]
    one["n"], other["n"] = other["n"], one["n"]


def insert_a_change(lines: Lines, key: seal.SigningKey) -> None:
    place = _at(lines, "change", -1)
    last = lines[place]
    lines.insert(place + 1, {**last, "n": last["n"] + 1})


def insert_an_event(lines: Lines, key: seal.SigningKey) -> None:
    place = _at(lines, "event", -1)
    lines.insert(place + 1, {**lines[place], "q": lines[place]["q"] + 1})


def rewrite_a_feed(lines: Lines, key: seal.SigningKey) -> None:
    """The first two events of a feed exchanged, and every chain after them made again."""
    feed = [line for line in lines if line["t"] == "event" and line["s"] == COMMUNE]
    feed[0]["n"], feed[1]["n"] = feed[1]["n"], feed[0]["n"]
    digests = {
        (line["d"], line["n"]): seal.sha256(base64.b64decode(line["raw"])) for line in lines if line["t"] == "change"
    }
    chain = bytes(32)
    for line in feed:
        chain = seal.sha256(chain + line["q"].to_bytes(8) + digests[line["d"], line["n"]])
        line["chain"] = base64.b64encode(chain).decode()


def forge_a_root(lines: Lines, key: seal.SigningKey) -> None:
    """By somebody without the authority's key."""
    _rooted(lines[_at(lines, "root")], seal.SigningKey.generate())


def forge_a_root_with_the_authoritys_key(lines: Lines, key: seal.SigningKey) -> None:
    _rooted(lines[_at(lines, "root")], key)


def _rooted(line: dict[str, Any], key: seal.SigningKey) -> None:
    leaf = msgspec.json.decode(line["leaves"][0])
    line["leaves"][0] = msgspec.json.encode([*leaf[:3], base64.b64encode(bytes(32)).decode()]).decode()
    body = msgspec.json.decode(base64.b64decode(line["body"]))
    encoded = msgspec.json.encode(body | {"root": base64.b64encode(root_of(line["leaves"])).decode()})
    line["body"] = base64.b64encode(encoded).decode()
    line["signature"] = base64.b64encode(key.sign(seal.ROOT, encoded)).decode()


def put_a_change_into_a_strangers_feed(lines: Lines, key: seal.SigningKey) -> None:
    """What says how it came there is taken out."""
    del next(line for line in lines if "entered" in line and line["t"] == "event")["entered"]


def tell_of_a_desk_twice(lines: Lines, key: seal.SigningKey) -> None:
    place = _at(lines, "cert")
    lines.insert(place, lines[place])


def give_an_event_a_number_below_all(lines: Lines, key: seal.SigningKey) -> None:
    lines[_at(lines, "event")]["q"] = -1


TAMPERINGS = (
    flip_a_change,
    flip_a_signature_of_a_head,
    flip_a_certificate,
    drop_a_change,
    drop_an_event,
    drop_the_last_event,
    drop_a_head,
    drop_a_root,
    drop_the_end,
    drop_an_audit_row,
    swap_two_changes,
    swap_two_events,
    insert_a_change,
    insert_an_event,
    rewrite_a_feed,
    forge_a_root,
    forge_a_root_with_the_authoritys_key,
    put_a_change_into_a_strangers_feed,
    tell_of_a_desk_twice,
    give_an_event_a_number_below_all,
)


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_tampering_is_found(
    exported: tuple[Lines, str, seal.SigningKey],
    tmp_path: Path,
    tamper: Callable[[Lines, seal.SigningKey], None],
) -> None:
    """The twin of the honest log: it holds because nothing was touched."""
    honest, fingerprint, key = exported
    lines: Lines = msgspec.json.decode(msgspec.json.encode(honest))
    tamper(lines, key)
    code, said = verify(lines, fingerprint, tmp_path)
    assert (code, said.startswith("DOES NOT HOLD")) == (1, True), said


def test_what_was_set_aside_and_what_was_erased_has_its_place_in_the_chain(world: World, tmp_path: Path) -> None:
    if engine.name == POSTGRES:
        pytest.skip("the role that serves drops no trigger there")
    desk = world.desk()
    person = "0" * 31 + "1"
    lines = [desk.change("person", person, {"full_name": "Chìu Văn A"})]
    lines.append(desk.change("person", person, {"phone": "0912"}, scope=OTHER_COMMUNE, data=0))
    lines.append(desk.change("person", person, {"village": "Khe Bốc"}))
    desk.push(*lines)
    assert world.count("quarantine") == 1

    def erase(connection: Any) -> None:
        connection.exec_driver_sql("DROP TRIGGER change_no_update")
        change = tables.change
        connection.execute(change.update().where(change.c.id == lines[2].change.id).values(raw=b""))

    fingerprint = authority_fingerprint(world.province)
    export_log(world.province, tmp_path / "before.zst")
    assert verify(read(tmp_path / "before.zst"), fingerprint, tmp_path)[0] == 0
    world.write(erase)
    export_log(world.province, tmp_path / "after.zst")
    shown = read(tmp_path / "after.zst")
    assert [line["digest"] for line in shown if "digest" in line] == [protocol.b64(lines[2].digest)]
    code, said = verify(shown, fingerprint, tmp_path)
    assert (code, "1 erased" in said) == (0, True), said


def test_without_a_file_and_a_fingerprint_it_says_how_it_is_called() -> None:
    for words in ([], ["--help"]):
        done = subprocess.run([sys.executable, str(VERIFIER), *words], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (1, "usage: python verify_log.py FILE FINGERPRINT\n")
