"""How the serving process answers: at once."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Fault
from commune_desk.i18n import translate_error
from sync.server.edge import serving
from sync.server.edge.patience import PatientLoop
from sync.server.engine.private_files import refuse_unwritable
from tests.sync.actors.server_fixtures import command


async def _delays_replies(listener: socket.socket) -> bool:
    """Whether what it accepts waits with the second part of a reply until the first is acknowledged."""
    told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def accepted(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.set_result(not writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(accepted, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname()[:2])
        writer.close()
        return await told


def _served(listener: socket.socket) -> bool:
    """By the loop that serves."""
    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        return runner.run(_delays_replies(listener))


def test_a_reply_waits_for_no_acknowledgement() -> None:
    """Where both sides wait for each other a reply takes 40 ms more on a cable, and a whole way more on a poor line."""
    with serving._listening("127.0.0.1", 0) as listener:
        assert not _served(listener)


def test_a_socket_as_it_comes_would_wait() -> None:
    """The twin: asyncio asks for no delay only where a socket was named as TCP."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        assert _served(listener)


def test_without_its_certificate_it_says_how_to_have_one(tmp_path: Path) -> None:
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "127.0.0.1").returncode == 0
    (tmp_path / "data" / "server.crt").unlink()
    done = command(tmp_path, "serve", "--host", "127.0.0.1", "--port", "0")
    assert done.returncode == 2
    assert "commune-desk-server renew" in done.stderr


def test_a_folder_that_cannot_be_written_is_told_before_anybody_relies_on_it(tmp_path: Path) -> None:
    refuse_unwritable(tmp_path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    for place in (tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(Fault) as caught:
            refuse_unwritable(place)
        assert str(place) in translate_error(caught.value)
