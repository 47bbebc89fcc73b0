"""Frames made with the dictionary: only between two that know it, and read beside those that were made without."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sync import framing, protocol
from sync.server.edge import app
from tests.helpers.builders import make_person, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import RealProvince, real_province

PLAIN, SHORT = framing.CONTENT_TYPE, framing.DICTIONARY_TYPE


class Heard:
    """Path, status, and how a request and its answer were framed."""

    def __init__(self, province: RealProvince) -> None:
        self.seen: list[tuple[str, int, str, str]] = []
        self._province = province
        self.listen()

    def listen(self) -> None:
        inner = self._province.line.app

        async def heard(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
            async def told(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    said = dict(message["headers"])
                    asked = dict(scope["headers"]).get(b"content-type", b"")
                    framed = asked.decode(), said.get(b"content-type", b"").decode()
                    self.seen.append((scope["path"], message["status"], *framed))
                await send(message)

            await inner(scope, receive, told)

        self._province.line.app = heard

    def framed(self) -> dict[str, set[tuple[str, str]]]:
        found: dict[str, set[tuple[str, str]]] = {}
        for path, _, asked, said in self.seen:
            found.setdefault(path, set()).add((asked, said))
        return found


@contextmanager
def office(folder: Path) -> Iterator[tuple[EnrolledDesk, Heard, RealProvince]]:
    with real_province(folder) as province:
        heard = Heard(province)
        desk = enrolled_desk(province, folder / "desk")
        heard.seen.clear()
        yield desk, heard, province
        desk.close()


def send_one(desk: EnrolledDesk, name: str) -> None:
    desk.open.register.write(save_all(make_person(name))).result()
    desk.session().sync()
    assert desk.ask("SELECT count(*) FROM change WHERE state='waiting'") == [(0,)]


@given(st.binary(max_size=3_000), st.sampled_from([PLAIN, SHORT]))
def test_either_frame_reads_the_same(body: bytes, content_type: str) -> None:
    assert framing.inflate(framing.deflate(body, content_type)) == body


def test_what_was_made_with_the_dictionary_is_not_read_without() -> None:
    """So it must be known who reads it; and without it there would be nothing to know."""
    body = b'{"epoch":"24fa","cursors":{"C:06838":41}}'
    short = framing.deflate(body, SHORT)
    assert len(short) < len(framing.deflate(body))
    with pytest.raises(zstandard.ZstdError):
        zstandard.ZstdDecompressor().decompress(short)
    assert zstandard.ZstdDecompressor().decompress(framing.deflate(body)) == body


@pytest.mark.parametrize("content_type", [PLAIN, SHORT])
def test_a_frame_that_holds_too_much_or_is_broken_is_refused(content_type: str) -> None:
    bomb = framing.deflate(bytes(64 << 20), content_type)
    assert len(bomb) < 10_000
    broken = bytearray(framing.deflate(b'{"epoch":"24fa"}' * 9, content_type))
    broken[5] ^= 0x40
    for frame in (bomb, bytes(broken), bomb[: len(bomb) // 2]):
        with pytest.raises(protocol.Malformed):
            framing.inflate(frame)


def test_a_frame_of_another_dictionary_is_refused() -> None:
    content = framing.DICTIONARY_TEXT.encode()[::-1]
    head = b64decode(framing.DICTIONARY_HEAD)
    other = zstandard.ZstdCompressionDict(head[:4] + (40_002).to_bytes(4, "little") + head[8:] + content)
    with pytest.raises(protocol.Malformed):
        framing.inflate(zstandard.ZstdCompressor(dict_data=other).compress(b'{"epoch":""}'))


@pytest.mark.usefixtures("store_engine")
def test_what_is_signed_goes_short_both_ways_once_a_hello_said_so(tmp_path: Path) -> None:
    with office(tmp_path) as (desk, heard, _):
        send_one(desk, "Chìu Thị Hai")
        framed = heard.framed()
        assert framed.pop("/v1/hello") == {(PLAIN, PLAIN)}
        assert {"/v1/push", "/v1/pull", "/v1/report"} <= framed.keys()
        assert set().union(*framed.values()) == {(SHORT, SHORT)}


def test_the_ticket_of_a_process_before_remembers_it(tmp_path: Path) -> None:
    with office(tmp_path) as (desk, heard, _):
        send_one(desk, "Chìu Thị Hai")
        heard.seen.clear()
        desk.restart()
        send_one(desk, "Chìu Thị Ba")
        assert heard.seen[0] == ("/v1/push", 200, SHORT, SHORT)
        assert "/v1/hello" not in heard.framed()


def test_with_a_province_of_an_earlier_program_nothing_goes_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it was of today's when the ticket was given: its refusal is read, and heard."""
    with office(tmp_path) as (desk, heard, province):
        send_one(desk, "Chìu Thị Hai")
        monkeypatch.setattr(app, "NEWEST_DICTIONARY", 0)
        monkeypatch.setattr(app, "DICTIONARY_TYPE", "unheard of")
        province.restart()
        heard.listen()
        heard.seen.clear()
        desk.restart()
        send_one(desk, "Chìu Thị Ba")
        assert heard.seen[:3] == [
            ("/v1/push", 401, SHORT, PLAIN),
            ("/v1/hello", 200, PLAIN, PLAIN),
            ("/v1/push", 200, PLAIN, PLAIN),
        ]
        assert {asked for _, _, asked, _ in heard.seen[1:]} == {PLAIN}
