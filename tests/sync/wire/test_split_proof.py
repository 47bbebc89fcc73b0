"""What proves that a province signed two histories can be handed to anybody: it names nobody; strangers check it."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from commune_desk.domain.words.errors import Fault
from commune_desk.store.engine import settings
from commune_desk.store.exchange import roots as kept_roots
from commune_desk.store.pages.sync_status import sync_facts
from commune_desk.usecases.sync.proof import proof_name, write_proof
from sync import protocol, seal, split_view
from sync.client import errors
from sync.protocol import b64
from sync.server.answers import pull, roots
from sync.server.commands.proof_commands import authority_fingerprint
from sync.server.engine import tables
from sync.server.engine.database import reach_of
from sync.server.identity import desks
from sync.server.problems import Refused
from tests.helpers.builders import make_person, save_all
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.rooted_office import Office, rooted_office
from tests.sync.actors.server_fixtures import OTHER, World

VERIFIER = Path(__file__).resolve().parents[2] / "verifier" / "verify_split.py"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with rooted_office(tmp_path) as made:
        yield made


def verified(proof: Path, fingerprint: str) -> tuple[int, str]:
    """By the independent program, in a process of its own."""
    done = subprocess.run([sys.executable, str(VERIFIER), str(proof), fingerprint], capture_output=True, text=True)
    return done.returncode, done.stdout.strip() + done.stderr


def fingerprint_of(office: Office) -> str:
    return authority_fingerprint(office.real.province)


def saved(office: Office, folder: Path) -> Path:
    register = office.desk.register
    target = folder / proof_name(register)
    write_proof(register, target)
    return target


def has_proof(office: Office) -> bool:
    return office.desk.register.read(sync_facts).has_proof


def split(office: Office) -> None:
    """The province has changed its past since the root of which the desk knows."""
    office.work(3)
    roots.make_due(office.real.province)
    office.work(3)
    office.rewrite(2)
    office.desk.register.write(save_all(make_person("Chìu Văn B"))).result()
    with pytest.raises(errors.SplitView):
        office.desk.sync()


def insides(value: object) -> Iterator[bytes]:
    """Every text in the file, as it stands and as what it encodes."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from insides(one)
    if isinstance(value, str):
        yield value.encode()
        if not value.startswith(("[", "cd-")):
            yield b64decode(value + "===")


def test_a_rewritten_past_is_proven_to_a_stranger_by_a_file_that_names_nobody(office: Office, tmp_path: Path) -> None:
    split(office)
    assert has_proof(office)
    file = saved(office, tmp_path)
    assert verified(file, fingerprint_of(office)) == (
        0,
        "proven: the province signed two chains of C:06838 at 3: one in the root of 2026-11-23, another in a page",
    )
    told = json.loads(file.read_text("ascii"))
    assert set(told) == {"format", "authority", "root", "page"}
    kept = office.proof()
    assert kept is not None
    assert "Chìu".encode() in kept.page, "the page that was shown stays here"
    ids = [row[0] for row in office.desk.ask("SELECT record FROM change UNION SELECT id FROM person")]
    whole = b"\n".join(insides(told))
    assert [word for word in ("Chìu", "PC of tests", *ids) if word.encode() in whole] == []


def test_a_root_that_was_made_of_another_feed_is_proven_likewise(office: Office, tmp_path: Path) -> None:
    def show(chain: bytes) -> None:
        changed = update(tables.scope).where(tables.scope.c.id == COMMUNE).values(chain=chain)
        office.real.write(lambda connection: connection.execute(changed))

    office.work(3)
    chain = bytes(office.desk.ask("SELECT chain FROM cursor")[0][0])
    show(bytes(32))
    roots.make_due(office.real.province)
    show(chain)
    with pytest.raises(errors.SplitView):
        office.desk.sync()
    assert verified(saved(office, tmp_path), fingerprint_of(office))[0] == 0


def test_two_roots_of_which_one_denies_the_other_are_the_proof_themselves(office: Office, tmp_path: Path) -> None:
    office.work()
    roots.make_due(office.real.province)
    office.work()

    def deny(connection: Any) -> None:
        for trigger in ("root_no_update", "root_no_delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger}")
        row = connection.execute(tables.root.select()).one()
        body = msgspec.json.encode(msgspec.json.decode(row.body) | {"leaves": 1})
        connection.execute(update(tables.root).values(body=body))

    office.real.write(deny)
    office.clock.pass_by(days=1)
    roots.make_due(office.real.province)
    with pytest.raises(errors.SplitView):
        office.desk.sync()
    file = saved(office, tmp_path)
    assert set(json.loads(file.read_text("ascii"))) == {"format", "authority", "root", "other"}
    assert verified(file, fingerprint_of(office)) == (0, "proven: the province signed root 2 does not follow root 1")


def _flipped(text: str) -> str:
    data = bytearray(b64decode(text))
    data[len(data) // 2] ^= 1
    return b64(bytes(data))


TAMPERED: dict[str, Callable[[dict[str, Any]], object]] = {
    "another format": lambda told: told.update(format="cd-split-v2"),
    "another key": lambda told: told.update(authority=_flipped(told["authority"])),
    "the root's words": lambda told: told["root"].update(body=_flipped(told["root"]["body"])),
    "the root's signature": lambda told: told["root"].update(signature=_flipped(told["root"]["signature"])),
    "another leaf": lambda told: told["root"].update(leaf=told["root"]["leaf"].replace(",3,", ",4,")),
    "another way up": lambda told: told["root"].update(path=[_flipped(step) for step in told["root"]["path"]]),
    "a step more": lambda told: told["root"]["path"].append(b64(bytes(32))),
    "another place in the tree": lambda told: told["root"].update(index=told["root"]["index"] + 1),
    "the page's words": lambda told: told["page"].update(body=_flipped(told["page"]["body"])),
    "the page's signature": lambda told: told["page"].update(signature=_flipped(told["page"]["signature"])),
    "no page": lambda told: told.pop("page"),
    "the root for both": lambda told: told.update(other=told["root"]),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_touched_proves_nothing(office: Office, tmp_path: Path, what: str) -> None:
    split(office)
    file = saved(office, tmp_path)
    told = json.loads(file.read_text("ascii"))
    TAMPERED[what](told)
    file.write_text(json.dumps(told))
    code, said = verified(file, fingerprint_of(office))
    assert (code, said.startswith(("DOES NOT HOLD", "CANNOT BE READ"))) == (1, True), said


def test_an_honest_province_is_not_proven_to_lie(office: Office, tmp_path: Path) -> None:
    """The twin: its own root, and its own page about the same place, signed as ever."""
    office.work(3)
    roots.make_due(office.real.province)
    office.work(3)
    province, root = office.real.province, office.known()
    own = office.desk.register.identity
    request = protocol.PullRequest(epoch=own.epoch, cursors={COMMUNE: root.seq}, root=root.n, only_chains=True)
    caller = province.database.read(lambda c: desks.find(c, own.desk), reach_of(own.desk, [COMMUNE]))
    assert caller is not None
    page = pull.page(province, caller, request)
    told = protocol.decode(page.split(b"\n")[0], protocol.PullHeader)
    page = page.replace(protocol.encode(told), protocol.encode(msgspec.structs.replace(told, certs=None)))
    assert not split_view.names_another_chain(root, page)
    signed = split_view.SignedPage(body=b64(page), signature=b64(province.keys.authority.sign(seal.FEED, page)))
    made = split_view.Proof(
        format=split_view.FORMAT, authority=b64(province.keys.authority.public), root=root.shown, page=signed
    )
    file = tmp_path / "proof.json"
    file.write_bytes(msgspec.json.encode(made))
    assert verified(file, fingerprint_of(office)) == (1, "DOES NOT HOLD: root and page say the same")
    office.clock.pass_by(days=1)
    roots.make_due(province)
    office.work(1)
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(made, page=None, other=office.known().shown)))
    assert verified(file, fingerprint_of(office)) == (1, "DOES NOT HOLD: both roots can be true")
    assert verified(file, "ab" * 32) == (1, "DOES NOT HOLD: the authority is not the one of the fingerprint")


def test_what_names_a_pc_or_another_place_or_time_is_no_proof(office: Office) -> None:
    split(office)
    kept = office.proof()
    assert kept is not None
    assert split_view.names_another_chain(kept.root, kept.place)
    header, trailer = kept.place.split(b"\n")
    told, ends = protocol.decode(header, protocol.PullHeader), protocol.decode(trailer, protocol.PullTrailer)
    place = ends.cursors[COMMUNE]
    cert = protocol.SignedCert(body="", signature="")
    for page in (
        (msgspec.structs.replace(told, certs=[cert]), ends),
        (msgspec.structs.replace(told, epoch="another"), ends),
        (told, msgspec.structs.replace(ends, cursors={})),
        (told, msgspec.structs.replace(ends, cursors={COMMUNE: msgspec.structs.replace(place, seq=place.seq + 1)})),
        (told, msgspec.structs.replace(ends, cursors={COMMUNE: msgspec.structs.replace(place, chain=kept.root.chain)})),
    ):
        assert not split_view.names_another_chain(kept.root, b"\n".join(map(protocol.encode, page)))


def test_a_province_of_an_older_program_is_asked_again_until_it_says_so(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = pull._page

    def former(connection: Any, province: Any, caller: Any, request: protocol.PullRequest) -> bytes:
        return honest(connection, province, caller, msgspec.structs.replace(request, only_chains=False))

    with monkeypatch.context() as older:
        older.setattr(pull, "_page", former)
        split(office)
    assert office.proof() is not None
    assert not has_proof(office)
    with pytest.raises(Fault):
        saved(office, tmp_path)
    assert list(tmp_path.glob("*.json")) == []
    with pytest.raises(errors.SplitView):
        office.desk.sync()
    assert has_proof(office)
    assert verified(saved(office, tmp_path), fingerprint_of(office))[0] == 0


def test_a_line_that_breaks_there_changes_nothing_of_what_was_found(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_asked: object) -> bytes:
        raise Refused(503, "busy")

    with monkeypatch.context() as amid:
        amid.setattr(pull, "_chains", broken)
        split(office)
    assert office.desk.register.identity.frozen == "split"
    assert not has_proof(office)


def test_chains_alone_are_told_of_the_places_that_were_asked_for_and_held(world: World) -> None:
    desk = world.desk()
    for number in range(3):
        desk.send("person", f"01a20cb2d481700895ed221e78996b8{number}", {"full_name": "Chìu Văn Không"})
    end = json.loads(desk.pull_from({COMMUNE: 2}).body.split(b"\n")[-1])["cursors"][COMMUNE]
    asked = desk.pull_from({COMMUNE: 2, OTHER: 0}, only_chains=True)
    header, trailer = (json.loads(line) for line in asked.body.split(b"\n"))
    assert header["epoch"] == world.epoch
    assert set(trailer["cursors"]) == {COMMUNE}
    assert trailer["cursors"][COMMUNE]["seq"] == 2
    assert (end["seq"], trailer["cursors"][COMMUNE]["chain"] != end["chain"]) == (3, True)
    assert trailer["more"] is False
    assert desk.pull_from({COMMUNE: 4}, only_chains=True).status == 410


def test_a_register_of_an_older_program_keeps_what_it_had(office: Office) -> None:
    """A contradiction that was kept before there was a second statement to keep."""
    split(office)

    def forget(tx: Any) -> None:
        kept = kept_roots.contradiction(tx.connection)
        assert kept is not None
        former = {name: getattr(kept, name) for name in ("at", "root", "page", "signature")}
        settings.put(tx.connection, kept_roots.CONTRADICTION, former)

    office.desk.register.write(forget).result()
    assert not has_proof(office)
    with pytest.raises(errors.SplitView):
        office.desk.sync()
    assert has_proof(office)


@pytest.mark.parametrize("leaf", ["", '["desk","",1,""]'])
def test_a_page_whose_root_says_nothing_is_no_proof_and_hides_no_page(office: Office, leaf: str) -> None:
    """A page that was found to be another history was read for its lines: its root nobody had looked at."""
    split(office)

    def shows_such_a_root(tx: Any) -> None:
        kept = kept_roots.contradiction(tx.connection)
        assert kept is not None
        header, *lines, trailer = kept.page.rstrip(b"\n").split(b"\n")
        told = protocol.decode(trailer, protocol.PullTrailer)
        shown = msgspec.structs.replace(kept.root.shown, leaf=leaf)
        page = b"\n".join([header, *lines, protocol.encode(msgspec.structs.replace(told, root=shown))])
        settings.put(tx.connection, kept_roots.CONTRADICTION, msgspec.structs.replace(kept, page=page, place=b""))

    office.desk.register.write(shows_such_a_root).result()
    assert not has_proof(office)
    with pytest.raises(errors.SplitView):
        office.desk.sync()
    assert has_proof(office)


def test_who_saves_the_proof_does_not_wait_for_a_long_report(office: Office) -> None:
    split(office)
    register, is_over = office.desk.register, Event()
    report = register.read_slowly(lambda _connection: is_over.wait(20))
    asked = Thread(target=proof_name, args=(register,))
    asked.start()
    asked.join(5)
    waits = asked.is_alive()
    is_over.set()
    assert report.result()
    asked.join()
    assert not waits


def test_without_a_file_and_a_fingerprint_it_says_how_it_is_called() -> None:
    for words in ([], ["--help"]):
        done = subprocess.run([sys.executable, str(VERIFIER), *words], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (1, "usage: python verify_split.py FILE FINGERPRINT\n")
