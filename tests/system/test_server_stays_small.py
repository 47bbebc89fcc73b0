"""A served province under bombs, a million lines and bottomless JSON: all refused, and in little memory (I26)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync import seal
from sync.client.channel import Channel, Refused
from sync.client.transport import Transport
from tests.system.served_desks import ServedDesk, join, served

pytestmark = [
    pytest.mark.usefixtures("store_engine"),
    pytest.mark.skipif(sys.platform != "linux", reason="memory of another process is asked of /proc"),
]
MOST_MIB = 300


class Attacker:
    """An enrolled desk gone bad: its signatures hold, its bodies do not."""

    def __init__(self, desk: ServedDesk, process: int) -> None:
        self.desk = desk
        self.process = process
        own = desk.register.identity
        assert own.pins is not None
        self._transport: Transport = desk.connect()
        key = seal.SigningKey.from_bytes(own.signing)
        self._channel = Channel(self._transport, key_id=own.desk, key=key, authority_public=own.pins.authority_public)
        self._channel.hello()

    def push(self, body: bytes) -> int:
        """The status that a push of this inflated body gets."""
        try:
            self._channel.call("/v1/push", body, seal.RECEIPT)
        except Refused as refused:
            return refused.status
        return 200

    def peak_mib(self) -> int:
        """The most memory the server ever held."""
        status = Path(f"/proc/{self.process}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) // 1024


@pytest.fixture
def attacker(tmp_path: Path) -> Iterator[Attacker]:
    with served(tmp_path) as (province, codes):
        province.start()
        desk = join(tmp_path, "bad", province.address, codes[0])
        yield Attacker(desk, province.process)
        desk.register.close()


def test_nothing_that_a_desk_sends_makes_the_server_large(attacker: Attacker) -> None:
    bodies = {
        "a million lines": b"{}\n" * 1_000_000,
        "a million lines behind a header": b'{"desk":"AAAAAA"}\n' + b"x\n" * 1_000_000,
        "bottomless lists": b"[" * 8_000_000,
        "a bomb": bytes(100 << 20),
    }
    assert {name: attacker.push(body) in (400, 413) for name, body in bodies.items()} == dict.fromkeys(bodies, True)
    assert attacker.peak_mib() < MOST_MIB
    attacker.desk.write(1)
    assert attacker.desk.sync().pushed == 6, "and it goes on serving"
