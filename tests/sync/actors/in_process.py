"""Carries requests of the real client to the real server without a network, with a switch for a line that is down."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from tests.sync.actors.one_by_one import OneByOne

App = Callable[..., Any]


class InProcess(BaseAdapter):
    """Calls an ASGI application. `down` cuts the line, `lose_reply` the way back; `…_at` and `…_of` for one path.

    A refusal of that path comes through: what is lost is the word of what was done.
    """

    def __init__(self, app: App) -> None:
        super().__init__()
        self.app = app
        self.down = False
        self.down_at = ""
        self.lose_reply = False
        self.lose_reply_of = ""
        self._runner = OneByOne()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if self.down or request.path_url == self.down_at:
            raise requests.ConnectionError(OSError(errno.ENETUNREACH, "Network is unreachable"))
        status, headers, content = self._runner.run(ask_app(self.app, request, body_of(request)))
        if self.lose_reply or (request.path_url == self.lose_reply_of and status == 200):
            raise requests.ConnectionError(ConnectionResetError())
        return response_of(status, headers, content)

    def close(self) -> None:
        """Nothing stays open between two requests."""

    def shut(self) -> None:
        self._runner.close()


def body_of(request: requests.PreparedRequest) -> bytes:
    """The bytes of a request whose body is a file, as the transport makes them."""
    body: Any = request.body
    return body.read() if body is not None else b""


def response_of(status: int, headers: dict[str, str], content: bytes) -> requests.Response:
    """What `requests` would have made of a reply that came over a line."""
    response = requests.Response()
    response.status_code = status
    response.headers.update({"Content-Length": str(len(content))} | headers)
    response.raw = HTTPResponse(io.BytesIO(content), headers=headers, preload_content=False)
    return response


async def ask_app(app: App, request: requests.PreparedRequest, body: bytes) -> tuple[int, dict[str, str], bytes]:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "https",
        "path": request.path_url,
        "raw_path": request.path_url.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(k.lower().encode(), v.encode()) for k, v in request.headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 443),
        "state": {},
    }
    sent: list[dict[str, Any]] = []
    incoming = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return incoming.pop() if incoming else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent[1:])
