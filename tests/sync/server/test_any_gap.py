"""Whatever numbers a desk offers, in whatever order: none is left out, and one that would be is refused (I2)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from commune_desk.domain.model.ids import uuid7
from sync import protocol, seal
from sync.change import Line
from sync.server.engine import tables
from tests.helpers.examples import examples
from tests.helpers.store_engine import StoreEngine
from tests.sync.actors.server_fixtures import Reply, ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")
CHANGES = 12
OFFERS = st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 5)), min_size=1, max_size=8)
"""How far from the next number that is due an offer begins, and how many changes it has."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, store_engine: StoreEngine) -> Iterator[World]:
    with province_in(Path(tmp_path_factory.mktemp("province"))) as made:
        yield made


class Writer:
    """A desk with a dozen changes, and its chain after each."""

    def __init__(self, world: World) -> None:
        self.desk: ServerDesk = world.desk()
        self.lines: list[Line] = []
        self.heads: list[bytes] = []
        for _ in range(CHANGES):
            self.lines.append(self.desk.change("person", uuid7(), {"full_name": "Lý A Ở"}))
            self.heads.append(self.desk.head)

    def offer(self, first: int, last: int) -> Reply:
        """The changes from `first` to `last`, numbers that both are counted from 1."""
        head = protocol.b64(self.heads[last - 1])
        signed = self.desk.key.sign(seal.HEAD, msgspec.json.encode([self.desk.id, last, head]))
        numbers = {"first_n": first, "last_n": last, "head": head, "head_signature": protocol.b64(signed)}
        return self.desk.push(*self.lines[first - 1 : last], **numbers)

    def held(self) -> list[int]:
        table = tables.change
        asked = select(table.c.n).where(table.c.desk == self.desk.id).order_by(table.c.n)
        return [row.n for row in self.desk.world.rows(asked)]


def _play(world: World, offers: list[tuple[int, int]]) -> None:
    """Raises AssertionError where a gap is taken, or what has none is not."""
    writer, held = Writer(world), 0
    for shift, count in offers:
        first = max(1, held + 1 + shift)
        last = min(first + count - 1, CHANGES)
        if first > last:
            continue
        reply = writer.offer(first, last)
        if first > held + 1:
            assert (reply.status, reply.code) == (409, "gap")
            assert reply.read(protocol.Problem).expect_n == held + 1
        else:
            assert reply.status == 200, reply.code
            held = max(held, last)
            assert reply.read(protocol.Receipt).accepted_n == held
        assert writer.held() == list(range(1, held + 1))


@settings(max_examples=examples(25))
@given(OFFERS)
def test_no_number_is_left_out(world: World, offers: list[tuple[int, int]]) -> None:
    _play(world, offers)
