"""A body with something odd in any place of it is refused with a reason, or does no harm: never a fault of the program.

Of the province's side of I19; its desks sign what they send, so that nothing but the value itself can stop it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commune_desk.domain.model.ids import uuid7
from sync import protocol, purge_wire, seal
from sync.server.intake import purge_statements
from tests.helpers.examples import examples
from tests.helpers.postgres_cluster import PostgresCluster
from tests.helpers.store_engine import StoreEngine
from tests.sync.actors.server_fixtures import COMMUNE, ServerDesk, World, province_in

ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, True, -1, 0, 1 << 31, 1 << 53, 1 << 63, 10**30, 1.5, "", "\x00", "\ufffd", "e\u0301", "x" * 5000, [], {}]
)
PICKED = st.integers(0, 1 << 20)
_HEALTH: dict[str, object] = {
    **{"program_version": "1.0", "schema": 4, "waiting": 2, "clock_ahead": -3},
    "oldest_waiting_at": "2026-11-20T00:00:00Z",
}
FILE: dict[str, object] = {"scope": COMMUNE, "file": "ab" * 32}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, store_engine: StoreEngine) -> Iterator[World]:
    with province_in(Path(tmp_path_factory.mktemp("province"))) as made:
        yield made


def _places(tree: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a message, the message itself first."""
    yield path
    if isinstance(tree, dict | list):
        for key, inside in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from _places(inside, (*path, key))


def _with(tree: Any, path: tuple[Any, ...], value: object) -> Any:
    if not path:
        return value
    key, *rest = path
    changed = dict(tree) if isinstance(tree, dict) else list(tree)
    changed[key] = _with(tree[key], tuple(rest), value)
    return changed


def _odd(tree: object, pick: int, value: object) -> bytes:
    places = list(_places(tree))
    return msgspec.json.encode(_with(tree, places[pick % len(places)], value))


def _purge(desk: ServerDesk, said: bytes) -> dict[str, str]:
    return {"body": protocol.b64(said), "signature": protocol.b64(desk.key.sign(seal.PURGE, said))}


def _statement(desk: ServerDesk, change: str) -> dict[str, object]:
    return {"desk": desk.id, "change": change, "records": 3, "at": desk.world.province.now()}


def _questions(desk: ServerDesk) -> dict[str, dict[str, object]]:
    """What a desk sends by each route but a push, as it should be."""
    place = {"epoch": desk.world.epoch, "scope": COMMUNE}
    asked = {"certs": "", "max_bytes": 9, "root": 0, "only_chains": False}
    told = _purge(desk, msgspec.json.encode(_statement(desk, uuid7())))
    return {
        "/v1/pull": {"epoch": desk.world.epoch, "cursors": {COMMUNE: 0}, **asked},
        "/v1/report": {"purges": [told], **_HEALTH},
        "/v1/snapshot": {**place, "fresh": True},
        "/v1/ranges": {**place, "fields": {"person": ["full_name"]}, "parts": True},
        "/v1/records": {**place, "ranges": [0, 255]},
        "/v1/files/offset": FILE,
        "/v1/files/get": {**FILE, "offset": 0, "max_bytes": 9},
    }


def _is_answered(status: int) -> bool:
    return status == 200 or 400 <= status < 500


@pytest.mark.usefixtures("store_engine")
@settings(max_examples=examples(60))
@given(route=PICKED, pick=PICKED, value=ODD)
def test_an_odd_question_gets_an_answer(world: World, route: int, pick: int, value: object) -> None:
    desk = world.desk()
    path, question = list(_questions(desk).items())[route % len(_questions(desk))]
    reply = desk.post(path, _odd(question, pick, value))
    assert _is_answered(reply.status), (path, reply.status)


@settings(max_examples=examples(60))
@given(pick=PICKED, value=ODD)
def test_an_odd_change_is_set_aside_or_refused(world: World, pick: int, value: object) -> None:
    """Signed as it is: the chain and the heads hold. The next push, of an honest desk, is taken."""
    desk = world.desk()
    line = desk.change("person", uuid7(), {"full_name": "Đặng Thị Hoà"}, base={"full_name": uuid7()}, group=uuid7())
    raw = _odd(msgspec.json.decode(line.raw), pick, value)
    signed = protocol.b64(desk.key.sign(seal.CHANGE, raw)).encode() + b" " + raw
    head = protocol.b64(seal.sha256(bytes(32) + seal.sha256(raw)))
    proof = protocol.b64(desk.key.sign(seal.HEAD, msgspec.json.encode([desk.id, 1, head])))
    reply = desk.push(signed, head=head, head_signature=proof)
    assert _is_answered(reply.status), reply.status
    honest = world.desk()
    assert honest.results(honest.change("person", uuid7(), {"full_name": "Bàn A Sáng"})) == [("ok", "")]


@settings(max_examples=examples(40))
@given(pick=PICKED, value=ODD)
def test_an_odd_header_of_a_push_is_refused_or_taken(world: World, pick: int, value: object) -> None:
    desk = world.desk()
    header, line = desk.body([desk.change("person", uuid7(), {"full_name": "Đặng Thị Hoà"})]).split(b"\n")
    reply = desk.post("/v1/push", _odd(msgspec.json.decode(header), pick, value) + b"\n" + line)
    assert _is_answered(reply.status), reply.status


def _told_of(desk: ServerDesk, *changes: str) -> int:
    said = [msgspec.json.encode(_statement(desk, change)) for change in changes]
    return desk.post("/v1/report", msgspec.json.encode({"purges": [_purge(desk, one) for one in said]})).status


@pytest.mark.usefixtures("store_engine")
def test_words_of_removal_name_a_change_or_all(world: World) -> None:
    desk = world.desk()
    assert _told_of(desk, "a\x00", "a\ufffd") == 400
    assert _told_of(desk, "x" * 4000) == 400
    change = uuid7()
    assert _told_of(desk, change) == _told_of(desk, change, purge_wire.REMOVED) == 200


def test_two_names_that_postgresql_takes_for_one_would_be_a_fault_of_the_program(
    tmp_path: Path, on_postgres: PostgresCluster, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The twin: whatever is named is kept."""
    monkeypatch.setattr(purge_statements, "_names_a_change", lambda text: True)
    with province_in(tmp_path) as world:
        assert _told_of(world.desk(), "a\x00", "a\ufffd") == 500
    assert "IntegrityError" in caplog.text
    caplog.clear()
