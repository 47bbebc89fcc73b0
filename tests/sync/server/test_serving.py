"""How the serving process answers: at once."""

from __future__ import annotations

import asyncio
import socket

from sync.server.door import serving


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


def test_a_reply_waits_for_no_acknowledgement() -> None:
    """Where both sides wait for each other a reply takes 40 ms more on a cable, and a whole way more on a poor line."""
    with serving._listening("127.0.0.1", 0) as listener:
        assert not asyncio.run(_delays_replies(listener))


def test_a_socket_that_is_not_named_as_tcp_would_wait() -> None:
    """The twin: asyncio looks at the protocol that it was made with."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        assert asyncio.run(_delays_replies(listener))
