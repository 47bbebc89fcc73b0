"""`GET /v1/schema`: what is declared of kinds and fields, signed, and the same as the pages say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.records.kinds import KINDS, SCHEMA_VERSION, SINCE
from commune_desk.domain.records.registry import said_kinds
from sync import protocol, seal
from sync.change import Verb
from sync.server.answers.schema import Schema, declared
from sync.server.edge.limits import Limits
from tests.data_dictionary import TARGET
from tests.sync.actors.server_fixtures import Reply, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with province_in(tmp_path) as made:
        yield made


def fetched(world: World, *headers: tuple[str, str]) -> Reply:
    return world.call("/v1/schema", b"", headers, method="GET")


def test_it_says_the_same_to_everybody(world: World) -> None:
    before = fetched(world)
    world.desk().send("person", uuid7(), {"full_name": "Đặng Thị Dấu"})
    assert fetched(world) == before
    assert before.raw == declared()


def test_the_province_signs_it_as_this_and_as_nothing_else(world: World) -> None:
    reply, authority = fetched(world), world.province.keys.authority.public
    signature = protocol.unb64(reply.headers[protocol.SIGNATURE_HEADER.lower()])
    assert seal.verify(authority, seal.SCHEMA, reply.raw, signature)
    for domain in seal.DOMAINS:
        assert seal.verify(authority, domain, reply.raw, signature) is (domain == seal.SCHEMA)
    assert not seal.verify(authority, seal.SCHEMA, reply.raw.replace(b'"class":2', b'"class":0'), signature)


def test_it_is_kept_by_its_version(world: World) -> None:
    reply = fetched(world)
    named = reply.headers["etag"]
    assert named.startswith(f'"{SCHEMA_VERSION}.')
    again = fetched(world, ("If-None-Match", named))
    assert (again.status, again.raw, again.headers["etag"]) == (304, b"", named)
    assert fetched(world, ("If-None-Match", '"of before"')).raw == reply.raw, "the twin"


def test_it_is_asked_for_so_often_and_no_more(tmp_path: Path) -> None:
    with province_in(tmp_path, limits=Limits(clock=lambda: 0.0)) as world:
        statuses = [fetched(world).status for _ in range(61)]
        assert statuses == [200] * 60 + [429]


def test_every_kind_and_field_and_verb_is_in_it(world: World) -> None:
    said = msgspec.json.decode(fetched(world).raw, type=Schema)
    assert (said.schema, said.verbs) == (SCHEMA_VERSION, [verb.value for verb in Verb])
    assert {kind.name: [field.name for field in kind.fields] for kind in said.kinds} == {
        name: list(KINDS[name].fields) for name in sorted(KINDS)
    }
    for kind in said.kinds:
        for field in kind.fields:
            own = KINDS[kind.name].fields[field.name]
            assert (field.data, field.merge, field.required) == (int(own.data), own.merge.value, own.required)
            assert field.steps == {state: list(after) for state, after in own.steps.items()}
            assert own.default in (field.default, (), "")
            assert field.since == SINCE.get(f"{kind.name}.{field.name}", SINCE.get(kind.name, 1))


def _rows(page: str) -> set[tuple[str, ...]]:
    """Kind, field, data class and merge rule of each row of the data dictionary."""
    found: set[tuple[str, ...]] = set()
    for part in page.split("\n## ")[1:]:
        for row in re.findall(r"^\| (\**)(\w+)\1 \|.*\| C(\d) [^|]*\| (\w+) \|$", part, re.MULTILINE):
            found.add((part.partition(":")[0], *row[1:]))
    return found


def test_the_page_says_the_same() -> None:
    """What the route says and the data dictionary cannot come apart."""
    page = TARGET.read_text(encoding="utf-8")
    said = {(kind.name, field.name, str(field.data), field.merge) for kind in said_kinds() for field in kind.fields}
    assert _rows(page) == said
    assert _rows(page.replace("C2 abuse", "C1 abuse")) != said, "the twin"


def test_it_names_no_place_and_nobody(world: World) -> None:
    text = fetched(world).raw.decode()
    assert not [mark for mark in ("C:0", "S:AD", world.epoch, "Quảng Ninh") if mark in text]
