"""Admission asks whose a change is: signed by the desk that sends it, in its name, under the number it is sent as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commune_desk.domain.model.ids import uuid7
from sync import protocol, seal
from sync.change import Line
from sync.server.intake.admission import Admission
from tests.sync.actors.server_fixtures import ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

NAME = {"full_name": "Đặng Thị Hoà"}


class Blind(Admission):
    """An admission that never asks whose a change is."""

    def fault(self, line: Line, **of_the_sender: object) -> None:
        return None


def _not_its_own(desk: ServerDesk, other: ServerDesk) -> dict[str, tuple[str, str]]:
    """What became of changes that are not the sender's own; each push carries a good one behind it."""
    wrongs: dict[str, dict[str, Any]] = {
        "signed by another key": {"signing": seal.SigningKey.generate()},
        "signed by another desk": {"signing": other.key},
        "in another desk's name": {"desk": other.id},
        "in another desk's name and hand": {"desk": other.id, "signing": other.key},
        "under another number": {"n": 77},
    }
    found = {}
    for name, facts in wrongs.items():
        wrong = desk.change("person", uuid7(), NAME, **facts)
        good = desk.change("person", uuid7(), NAME)
        found[name], behind = desk.results(wrong, good)
        assert behind == ("ok", "")
    return found


def test_a_change_that_is_not_the_senders_own_is_set_aside(world: World) -> None:
    assert _not_its_own(world.desk(), world.desk()) == {
        "signed by another key": ("quarantined", "signature"),
        "signed by another desk": ("quarantined", "signature"),
        "in another desk's name": ("quarantined", "identity"),
        "in another desk's name and hand": ("quarantined", "signature"),
        "under another number": ("quarantined", "identity"),
    }
    assert world.count("change") == 5


def test_a_chain_that_the_desk_signed_must_be_the_chain_of_what_it_sends(world: World) -> None:
    """Else a desk could prove, with a signature of its own, a history that the province never got."""
    desk = world.desk()
    line = desk.change("person", uuid7(), NAME)
    other = bytes(32)
    signature = desk.key.sign(seal.HEAD, protocol.head_statement(desk.id, 1, other))
    reply = desk.push(line, head=protocol.b64(other), head_signature=protocol.b64(signature))
    assert (reply.status, reply.code) == (409, "head")
    assert world.count("change") == 0
    assert desk.push(line).status == 200


def test_a_door_that_does_not_ask_lets_a_forged_change_in(tmp_path: Path) -> None:
    """The twin."""
    with province_in(tmp_path, admission=Blind()) as world:
        desk = world.desk()
        forged = desk.change("person", uuid7(), NAME, signing=seal.SigningKey.generate())
        assert desk.results(forged) == [("ok", "")]
