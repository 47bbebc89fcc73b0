"""Two desks show at one moment that the province was put back: one epoch begins."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from commune_desk.domain.model.ids import uuid7
from sync import protocol, seal
from sync.server.identity import desks
from sync.server.intake import push
from sync.server.intake.admission import Admission
from sync.server.problems import Refused
from tests.sync.actors.server_fixtures import ServerDesk, World
from tests.sync.server.test_at_the_same_moment import epochs, state_of

pytestmark = pytest.mark.usefixtures("on_postgres")


def body_ahead(world: World, desk: ServerDesk) -> bytes:
    """A push with the province's own receipt for more than it remembers."""
    receipt = protocol.Receipt(desk=desk.id, accepted_n=9, durable_n=0, at="", results=[], epoch=world.epoch)
    said = protocol.encode(receipt)
    signature = world.province.keys.authority.sign(seal.RECEIPT, said)
    line = desk.change("person", uuid7(), {"full_name": "Chìu Văn Sáng"})
    return desk.body([line], receipt=protocol.b64(said), receipt_signature=protocol.b64(signature))


def test_two_desks_that_find_it_put_back_at_once_begin_one_epoch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2)
    commit = push._commit

    def together(*args: object) -> object:
        try:
            return commit(*args)  # type: ignore[arg-type]
        except push.RolledBack:
            both.wait(20)
            raise

    monkeypatch.setattr(push, "_commit", together)
    made = [(state_of(world, desk), body_ahead(world, desk)) for desk in (world.desk(), world.desk())]

    def send(one: tuple[desks.DeskState, bytes]) -> str:
        with pytest.raises(Refused) as refused:
            push.take_in(world.province, *one, Admission())
        return refused.value.code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, made)) == ["epoch", "epoch"]
    assert epochs(world) == [world.epoch]
