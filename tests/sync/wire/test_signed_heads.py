"""A signed head proves a run of changes: to the province that takes them in, and to every desk that pulls them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from commune_desk.domain.model.ids import uuid7
from sync import protocol, seal
from sync.change import MAX_RUN, Line, next_head, write
from sync.client import errors
from sync.client.page import Page, is_proven, proven_by_heads, read_page, verified_keys, verify_page
from tests.sync.actors.server_fixtures import COMMUNE, ServerDesk, World

pytestmark = pytest.mark.usefixtures("store_engine")

NAME = {"full_name": "Chìu Văn Sáng"}


def unsigned(desk: ServerDesk, count: int) -> list[Line]:
    """So many changes that carry no signature."""
    return [write(desk.change("person", uuid7(), NAME).change) for _ in range(count)]


def marks(desk: ServerDesk, lines: list[Line], at: list[int]) -> list[protocol.HeadMark]:
    """Heads of the desk's first push, signed at these numbers."""
    found, head = [], bytes(32)
    for line in lines:
        head = seal.sha256(head + line.digest)
        n = line.change.n
        if n in at:
            signature = desk.key.sign(seal.HEAD, protocol.head_statement(desk.id, n, head))
            found.append(protocol.HeadMark(n=n, signature=protocol.b64(signature)))
    return found


def page_of(desk: ServerDesk, **how: int) -> Page:
    return read_page(desk.pull_from({COMMUNE: how.pop("cursor", 0)}, **how).body)


def test_lines_without_a_signature_are_proven_by_the_heads_of_their_desk(world: World) -> None:
    desk = world.desk()
    lines = unsigned(desk, 150)
    reply = desk.push(*lines, marks=marks(desk, lines, [64, 128]))
    assert reply.status == 200, reply.code
    assert world.count("signed_head") == 3
    page = page_of(desk)
    keys = verified_keys(page.header, world.province.keys.authority.public)
    assert len(verify_page(page, {}, keys.get)) == 150
    assert [run.last_n for run in page.trailer.runs] == [64, 128, 150]


def test_heads_too_far_apart_prove_nothing(world: World) -> None:
    desk = world.desk()
    reply = desk.push(*unsigned(desk, MAX_RUN + 1))
    assert (reply.status, reply.code) == (400, "malformed")
    assert world.count("change") == 0


def test_a_head_that_the_desk_did_not_sign_lets_nothing_in(world: World) -> None:
    desk = world.desk()
    lines = unsigned(desk, 100)
    wrong = [protocol.HeadMark(n=64, signature=protocol.b64(bytes(64)))]
    reply = desk.push(*lines, marks=wrong)
    assert (reply.status, reply.code) == (409, "head")
    assert world.count("change") == 0


def test_without_the_check_of_heads_anybodys_bytes_would_come_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(seal, "verify", lambda *_: True)
    desk = world.desk()
    wrong = [protocol.HeadMark(n=64, signature=protocol.b64(bytes(64)))]
    assert desk.push(*unsigned(desk, 100), marks=wrong).status == 200


def test_a_page_that_cuts_a_run_brings_the_digests_of_the_rest(world: World) -> None:
    desk, colleague = world.desk(), world.desk()
    values = {"observations": "ô" * 4000}
    lines = [write(desk.change("home_visit", uuid7(), values).change) for _ in range(20)]
    assert desk.push(*lines).status == 200
    page = page_of(colleague, max_bytes=0)
    keys = verified_keys(page.header, world.province.keys.authority.public)
    there = len(page.events)
    assert 0 < there < 20
    assert len(page.trailer.runs[0].absent) == 20 - there
    assert len(verify_page(page, {}, keys.get)) == there


@pytest.mark.parametrize("part", ["before", "signature", "absent"])
def test_whatever_is_changed_in_a_proof_proves_nothing(world: World, part: str) -> None:
    desk = world.desk()
    values = {"observations": "ô" * 4000}
    assert desk.push(*(write(desk.change("home_visit", uuid7(), values).change) for _ in range(20))).status == 200
    page = page_of(desk, max_bytes=0)
    keys = verified_keys(page.header, world.province.keys.authority.public)
    (run,) = page.trailer.runs
    other = protocol.b64(b"\1" * (64 if part == "signature" else 32))
    false: dict[str, Any] = {part: run.absent | {max(run.absent): other} if part == "absent" else other}
    trailer = msgspec.structs.replace(page.trailer, runs=[msgspec.structs.replace(run, **false)])
    with pytest.raises(errors.Unproven):
        verify_page(Page(page.header, page.steps, trailer), {}, keys.get)


def test_a_change_outside_every_run_is_not_believed(world: World) -> None:
    desk = world.desk()
    assert desk.push(*unsigned(desk, 3)).status == 200
    page = page_of(desk)
    keys = verified_keys(page.header, world.province.keys.authority.public)
    trailer = msgspec.structs.replace(page.trailer, runs=[])
    with pytest.raises(errors.Unproven):
        verify_page(Page(page.header, page.steps, trailer), {}, keys.get)


def test_what_was_set_aside_stays_part_of_the_proof(world: World) -> None:
    desk = world.desk()
    lines = unsigned(desk, 2)
    lines.insert(1, write(desk.change("robot", uuid7(), NAME).change))
    lines.sort(key=lambda line: line.change.n)
    reply = desk.push(*lines)
    assert reply.status == 200, reply.code
    page = page_of(desk)
    keys = verified_keys(page.header, world.province.keys.authority.public)
    assert len(verify_page(page, {}, keys.get)) == 2
    assert len(page.trailer.runs[0].absent) == 1


def test_a_desk_that_still_signs_each_change_is_served_as_before(world: World) -> None:
    desk = world.desk()
    assert desk.results(*(desk.change("person", uuid7(), NAME) for _ in range(100))) == [("ok", "")] * 100
    page = page_of(desk)
    keys = verified_keys(page.header, world.province.keys.authority.public)
    assert page.trailer.runs == []
    assert len(verify_page(page, {}, keys.get)) == 100


def _forged(line: Line) -> Line:
    """Another content under the same desk and number, which nobody signed."""
    return write(msgspec.structs.replace(line.change, set={"full_name": "Chìu Văn Giả"}))


@pytest.mark.parametrize("first", [True, False])
def test_of_two_lines_with_one_number_only_the_chains_is_proven(world: World, first: bool) -> None:
    desk = world.desk()
    assert desk.push(*unsigned(desk, 3)).status == 200
    page = page_of(desk)
    keys = verified_keys(page.header, world.province.keys.authority.public)
    _, line = page.events[1]
    pair = [line, _forged(line)] if first else [_forged(line), line]
    lines = [page.events[0][1], *pair, page.events[2][1]]
    try:
        proven = proven_by_heads(lines, page.trailer.runs, keys.get)
    except errors.Unproven:
        proven = set()
    assert not is_proven(_forged(line), proven, keys.get)


def test_another_desks_chain_proves_nothing(world: World) -> None:
    """A desk that signs a stranger's digest into its own chain says nothing about the stranger."""
    desk, accomplice = world.desk(), world.desk()
    assert desk.push(*unsigned(desk, 1)).status == 200
    forged = _forged(page_of(desk).events[0][1])
    statement = protocol.head_statement(accomplice.id, 1, next_head(bytes(32), forged.digest))
    run = protocol.Run(
        desk=accomplice.id,
        first_n=1,
        last_n=1,
        before=protocol.b64(bytes(32)),
        signature=protocol.b64(accomplice.key.sign(seal.HEAD, statement)),
        absent={1: protocol.b64(forged.digest)},
    )
    keys = {desk.id: desk.key.public, accomplice.id: accomplice.key.public}
    proven = proven_by_heads([forged], [run], keys.get)
    assert not is_proven(forged, proven, keys.get)


def test_a_run_that_is_too_long_is_not_believed(world: World) -> None:
    """What a third party has to be shown beside one change stays small, whatever the province hands out."""
    desk = world.desk()
    lines = [write(desk.change("person", uuid7(), NAME).change) for _ in range(MAX_RUN + 1)]
    for count, believed in ((MAX_RUN, True), (MAX_RUN + 1, False)):
        head = bytes(32)
        for line in lines[:count]:
            head = next_head(head, line.digest)
        signature = desk.key.sign(seal.HEAD, protocol.head_statement(desk.id, count, head))
        before, signed = protocol.b64(bytes(32)), protocol.b64(signature)
        run = protocol.Run(desk=desk.id, first_n=1, last_n=count, before=before, signature=signed)
        if believed:
            assert len(proven_by_heads(lines[:count], [run], lambda _: desk.key.public)) == count
        else:
            with pytest.raises(protocol.Malformed):
                proven_by_heads(lines, [run], lambda _: desk.key.public)
