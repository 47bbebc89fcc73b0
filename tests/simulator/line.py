"""The virtual network: what may happen to one request and its reply between a desk and the province."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import BaseAdapter

from tests.sync.actors.in_process import body_of, response_of

Answer = tuple[int, dict[str, str], bytes]
Ask = Callable[[], Answer]
_PORTAL = b"<html><body>Wi-Fi: please sign in</body></html>"


def _unreachable() -> Answer:
    raise requests.ConnectionError(OSError(errno.ENETUNREACH, "Network is unreachable"))


def _reset() -> Answer:
    raise requests.ConnectionError(ConnectionResetError())


def _portal(ask: Ask) -> Answer:
    return 200, {"Content-Type": "text/html"}, _PORTAL


def _redirect(ask: Ask) -> Answer:
    return 302, {"Location": "https://portal.test/"}, b""


def _lost(ask: Ask) -> Answer:
    ask()
    return _reset()


def _cut(share: float) -> Callable[[Ask], Answer]:
    """The reply ends after a share of its bytes; its length says otherwise."""

    def fault(ask: Ask) -> Answer:
        status, headers, body = ask()
        return status, {"Content-Length": str(len(body))} | headers, body[: int(len(body) * share)]

    return fault


def _shortened(share: float) -> Callable[[Ask], Answer]:
    """A proxy passes on a part of the reply as if it were the whole."""

    def fault(ask: Ask) -> Answer:
        status, headers, body = ask()
        part = body[: int(len(body) * share)]
        return status, {k: v for k, v in headers.items() if k.lower() != "content-length"}, part

    return fault


def _twice(which: int) -> Callable[[Ask], Answer]:
    """The request arrives twice; the desk gets one of the two replies."""

    def fault(ask: Ask) -> Answer:
        return (ask(), ask())[which]

    return fault


def _flipped(share: float) -> Callable[[Ask], Answer]:
    def fault(ask: Ask) -> Answer:
        status, headers, body = ask()
        place = int((len(body) - 1) * share)
        return status, headers, body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]

    return fault


def _serviced(ask: Ask) -> Answer:
    return 503, {"Retry-After": "30"}, b""


FAULTS: dict[str, Callable[[Ask], Answer]] = {
    "no line": lambda ask: _unreachable(),
    "reply lost": _lost,
    "reply cut early": _cut(0.1),
    "reply cut late": _cut(0.95),
    "reply shortened": _shortened(0.6),
    "reply empty": _shortened(0.0),
    "reply flipped": _flipped(0.5),
    "request twice, first reply": _twice(0),
    "request twice, second reply": _twice(1),
    "sign-in page": _portal,
    "redirect": _redirect,
    "serviced": _serviced,
}
"""By name; `STALE` and `LATE` need more than one request and stand in `Line`."""
STALE, LATE = "reply of an earlier request", "request again, later"
FAULT_NAMES = [*FAULTS, STALE, LATE]


class Line(BaseAdapter):
    """One desk's way to the province. `plan` names what happens to the requests to come, "" for nothing."""

    def __init__(self, serve: Callable[[requests.PreparedRequest, bytes], Answer], before: Callable[[], None]) -> None:
        """`before` is called ahead of every request: others may do something meanwhile."""
        super().__init__()
        self.plan: list[str] = []
        self.delayed: list[Callable[[], Answer]] = []
        """Copies of requests that arrive once more, some time later."""
        self._serve = serve
        self._before = before
        self._earlier: dict[str, Answer] = {}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        body = body_of(request)
        self._before()
        fault = self.plan.pop(0) if self.plan else ""
        return response_of(*self._answer(fault, request, body))

    def _answer(self, fault: str, request: requests.PreparedRequest, body: bytes) -> Answer:
        def ask() -> Answer:
            return self._serve(request, body)

        if fault == STALE:
            fresh = ask()
            return self._earlier.get(str(request.path_url), fresh)
        if fault == LATE and request.headers.get("Signature"):
            self.delayed.append(ask)
        answer = FAULTS[fault](ask) if fault in FAULTS else ask()
        self._earlier[str(request.path_url)] = answer
        return answer

    def close(self) -> None:
        """Nothing stays open between two requests."""
