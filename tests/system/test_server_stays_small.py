"""A served province under bombs, a million lines and bottomless JSON: all refused, and in little memory (I26)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from sync import bundle, protocol, seal
from sync.client.channel import Channel, Refused
from sync.client.errors import Busy
from sync.client.handing_on import OF_BUNDLES, hand_on
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

    def hand_on(self, data: bytes) -> int:
        """The status that a bundle gets, over a line of its own."""
        own = self.desk.register.identity
        assert own.pins is not None
        transport = Transport(own.pins.address, ca_pem=own.pins.ca_pem, limits=OF_BUNDLES)
        key = seal.SigningKey.from_bytes(own.signing)
        channel = Channel(transport, key_id=own.desk, key=key, authority_public=own.pins.authority_public)
        channel.hello()
        try:
            hand_on(channel, data)
        except Refused as refused:
            return refused.status
        except Busy:
            return 503
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


def _largest_stick(attacker: Attacker) -> bytes:
    """As many bytes as a bundle may hold, that nothing makes smaller, signed and sealed as is due."""
    own = attacker.desk.register.identity
    assert own.pins is not None
    line = Random(7).randbytes(700 << 10).hex().encode() + b"\n"
    noise = line * (bundle.MAX_INSIDE // len(line) - 1)
    parts = [bundle.part(bundle.PartKind.PUSH, Random(n).randbytes(1 << 20)) for n in range(14)]
    parts.append(bundle.part(bundle.PartKind.PUSH, noise[: bundle.MAX_INSIDE - (14 << 20) - 4096]))
    contents = [content for _, content in parts]
    header = bundle.Header(
        id="0" * 32,
        sender=own.desk,
        to=protocol.PROVINCE_DESK,
        key=protocol.b64(own.pins.courier_public),
        epoch=own.epoch,
        at="2026-12-01T00:00:00Z",
        digest=bundle.digest_of(contents),
        parts=[part for part, _ in parts],
    )
    key = seal.SigningKey.from_bytes(own.signing)
    return bundle.write_bundle(header, contents, key, own.pins.courier_public)


def test_nor_does_the_largest_stick_that_is_handed_on_four_at_a_time(attacker: Attacker) -> None:
    data = _largest_stick(attacker)
    assert len(data) > 14 << 20
    with ThreadPoolExecutor(4) as threads:
        ends = list(threads.map(lambda _: attacker.hand_on(data), range(4)))
    assert set(ends) <= {200, 503}
    assert 200 in ends, "what is in it is refused, push by push, in an answer to its sender"
    assert attacker.peak_mib() < MOST_MIB
    attacker.desk.write(1)
    assert attacker.desk.sync().pushed == 6, "and it goes on serving"
