"""Requests to a province in this process, one after another, at a fraction of what a server's own way costs.

A server has one application, and threads that stay. A test process has thousands of provinces, each asked a few times:
here their requests go through routes that are made once (`app_of`), and what a route would hand to a thread is done
where it is asked (`OneByOne`), because a new thread for each request is all that it would come to. That the answers are
the same is held in `tests/sync/server/test_one_by_one.py`; provinces that are served as processes have neither.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from types import ModuleType
from typing import Any, TypeVar

import anyio.to_thread
from litestar import Litestar

from sync.server.edge import app as routes
from sync.server.edge.app import Service

T = TypeVar("T")

_asked: ContextVar[Service] = ContextVar("asked")
"""Whose request it is."""
_is_alone: ContextVar[bool] = ContextVar("is_alone", default=False)
_by_a_thread: Any = anyio.to_thread.run_sync
_made: dict[tuple[object, ...], Litestar] = {}


class _Whoever(Service):
    """What the routes are made for: it has nothing of its own, and is who is asked."""

    def __init__(self) -> None:
        """Nothing is handed in."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_asked.get(), name)


class _App:
    """The shared routes, for one service."""

    def __init__(self, service: Service, shared: Litestar) -> None:
        self._service, self._shared = service, shared
        self.routes = shared.routes

    async def __call__(self, *asgi: Any) -> None:
        token = _asked.set(self._service)
        try:
            await self._shared(*asgi)
        finally:
            _asked.reset(token)


def app_of(service: Service) -> Callable[..., Any]:
    """As `Service.app`. One that a test changed has routes of its own."""
    if type(service) is not Service or any(name in vars(Service) for name in vars(service)):
        return service.app()
    kind = _as_they_are_now(routes)
    if kind not in _made:
        _made[kind] = _Whoever().app()
    return _App(service, _made[kind])


def _as_they_are_now(module: ModuleType) -> tuple[object, ...]:
    """The methods and the limits that routes are made with: a test may have put others there."""
    methods = [(name, value) for name, value in vars(Service).items() if callable(value)]
    limits = [(name, value) for name, value in vars(module).items() if isinstance(value, int)]
    return *methods, *limits


class OneByOne:
    """A loop that requests go through one after another."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, request: Coroutine[Any, Any, T]) -> T:
        """Its answer. What a test lets happen amid another request has a thread to itself."""
        if asyncio._get_running_loop() is not None:
            with ThreadPoolExecutor(1) as beside:
                return beside.submit(asyncio.run, request).result()
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        token = _is_alone.set(True)
        try:
            return self._loop.run_until_complete(request)
        finally:
            _is_alone.reset(token)

    def close(self) -> None:
        if self._loop is not None:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()


async def _by_whoever_asks(work: Callable[..., T], *args: Any, **how: Any) -> T:
    """In the place of `anyio.to_thread.run_sync`."""
    done: T = work(*args) if _is_alone.get() else await _by_a_thread(work, *args, **how)
    return done


setattr(anyio.to_thread, "run_sync", _by_whoever_asks)  # noqa: B010 - mypy would compare the two signatures
