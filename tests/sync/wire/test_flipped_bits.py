"""One flipped bit in whatever travels: what it touched is refused, and what is whole survives (I19)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase, digits

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.words.errors import DeskError
from sync import framing, protocol
from sync.change import BadLine, read_line
from sync.client.session import Session
from tests.helpers.examples import examples
from tests.helpers.store_engine import StoreEngine
from tests.sync.actors.memory_replica import MemoryReplica
from tests.sync.actors.scripted_province import SCOPE, Raw, ScriptedProvince
from tests.sync.actors.server_fixtures import ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

SHARES = st.integers(0, 9_999).map(lambda part: part / 10_000)
BITS = st.integers(0, 7)
PATHS = ["/v1/hello", "/v1/push", "/v1/pull"]
BASE64 = (ascii_uppercase + ascii_lowercase + digits + "+/").encode()
SWEEP = 40
"""Places tried in one reply, evenly over its length."""


def flipped(data: bytes, share: float, bit: int) -> bytes:
    """`data` with one bit changed, `share` of the way through."""
    place = int(len(data) * share)
    return data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :]


def _inside(reply: Raw, share: float, bit: int) -> Raw:
    """Flip a bit of what the province signed; the frame around it is made anew."""
    return Raw(reply.status, framing.deflate(flipped(framing.inflate(reply.body), share, bit)), reply.headers)


def _on_the_way(reply: Raw, share: float, bit: int) -> Raw:
    """Flip a bit of the frame as it travels."""
    return Raw(reply.status, flipped(reply.body, share, bit), reply.headers)


def _filled() -> tuple[ScriptedProvince, MemoryReplica]:
    """A province with three changes of another desk, and a desk with two of its own that were never sent."""
    province = ScriptedProvince()
    other, desk = province.desk("BBBBBB"), province.desk("AAAAAA")
    for _ in range(3):
        other.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"})
    Session(province.transport(), other).sync()
    for _ in range(2):
        desk.record(SCOPE, "person", uuid7(), {"full_name": "Bàn A Sáng"})
    return province, desk


def _sync_with(path: str, change: Callable[[Raw], Raw]) -> bool:
    """Whether the changed reply was refused. An honest sync then brings it all."""
    province, desk = _filled()
    honest = getattr(province, path.removeprefix("/v1/"))
    province.pranks[path] = lambda body: change(honest(body))
    try:
        Session(province.transport(), desk).sync()
        is_refused = False
    except DeskError:
        is_refused = True
    assert desk.accepted_n <= len(province.held["AAAAAA"])
    assert (desk.applied == []) is is_refused
    province.pranks.clear()
    Session(province.transport(), desk).sync()
    assert (desk.accepted_n, len(desk.applied)) == (2, 5)
    return is_refused


@settings(max_examples=examples(40))
@given(st.sampled_from(PATHS), SHARES, BITS)
def test_a_bit_flipped_on_the_way_down_changes_nothing(path: str, share: float, bit: int) -> None:
    """Some bits of a frame mean nothing; what is taken is then what was sent."""
    _sync_with(path, lambda reply: _on_the_way(reply, share, bit))


@pytest.mark.parametrize("path", PATHS)
def test_a_bit_of_what_the_province_signed_changes_nothing(path: str) -> None:
    """Letters of names and digits of hours too, which no other check looks at."""
    for place in range(SWEEP):
        assert _sync_with(path, lambda reply, at=place: _inside(reply, at / SWEEP, at % 7)), place  # type: ignore[misc]


def test_a_bit_of_a_signed_refusal_decides_nothing() -> None:
    """A desk stops for good, or sends everything again, at the province's own word alone."""
    province, desk = _filled()
    for place in range(SWEEP):
        changed = _inside(province.problem(409, "revoked"), place / SWEEP, place % 7)
        province.pranks["/v1/push"] = lambda _, reply=changed: reply  # type: ignore[misc]
        with pytest.raises(DeskError):
            Session(province.transport(), desk).sync()
    assert desk.frozen == []


def test_the_refusal_as_it_was_signed_is_obeyed() -> None:
    """The twin of the test above."""
    province, desk = _filled()
    province.pranks["/v1/push"] = lambda _: province.problem(409, "revoked")
    with pytest.raises(DeskError):
        Session(province.transport(), desk).sync()
    assert desk.frozen == ["revoked"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, store_engine: StoreEngine) -> Iterator[World]:
    with province_in(Path(tmp_path_factory.mktemp("province"))) as made:
        yield made


def _lines(desk: ServerDesk) -> list[bytes]:
    return [desk.change("person", uuid7(), {"full_name": "Đặng Thị Hoà"}).encode() for _ in range(3)]


@settings(max_examples=examples(40))
@given(SHARES, BITS)
def test_a_bit_of_a_change_is_refused_and_the_rest_is_taken(world: World, share: float, bit: int) -> None:
    """In its bytes: the desk's signed head tells, nothing is kept, and the honest batch is taken whole.
    In its signature: the change is set aside, and those beside it are merged.
    """
    desk = world.desk()
    lines = _lines(desk)
    before = world.count("change") + world.count("quarantine")
    touched = [lines[0], flipped(lines[1], share, bit), lines[2]]
    reply = desk.push(*touched)
    if reply.status == 200:
        results = [(one.status, one.code) for one in reply.read(protocol.Receipt).results]
        assert results[0] == results[2] == ("ok", "")
        assert results[1] in [("quarantined", "signature"), ("quarantined", "unreadable")]
        return
    assert world.count("change") + world.count("quarantine") == before
    assert desk.push(*lines).read(protocol.Receipt).accepted_n == 3


@settings(max_examples=examples(60))
@given(SHARES, BITS)
def test_no_change_is_another_ones_by_a_bit(world: World, share: float, bit: int) -> None:
    """By the line alone: it cannot be read, or its author did not sign it."""
    desk = world.desk()
    line = desk.change("person", uuid7(), {"full_name": "Đặng Thị Hoà"}).encode()
    try:
        read = read_line(flipped(line, share, bit))
    except BadLine:
        return
    assert not read.signed_by(desk.key.public)


def test_a_bit_that_base64_does_not_use_is_no_other_way_to_write_a_signature(world: World) -> None:
    line = world.desk().change("person", uuid7(), {"full_name": "Đặng Thị Hoà"}).encode()
    signature, space, raw = line.partition(b" ")
    slack = signature[:-3] + bytes([BASE64[BASE64.index(signature[-3]) + 1]]) + b"=="
    assert b64decode(slack) == b64decode(signature), "the same bytes"
    with pytest.raises(BadLine):
        read_line(slack + space + raw)
