"""What a sync does beside itself is waited for: how far that is at any moment would be chance, and no seed's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import pytest

from commune_desk.store.exchange.one_desk import OneDesk
from sync.client import pushing


class _WaitedFor(ThreadPoolExecutor):
    """A thread beside, of whose work nothing is left once it is handed in."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(work, *args, **kwargs)
        wait([future])
        return future


def _waited_for(begin: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
    def begun(desk: OneDesk, operation: Callable[..., Any]) -> Future[Any]:
        future = begin(desk, operation)
        wait([future])
        return future

    return begun


@contextmanager
def in_turn() -> Iterator[None]:
    """The same seed gives the same course, on a machine under whatever load. Real threads meet in `tests/system`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pushing, "ThreadPoolExecutor", _WaitedFor)
        patch.setattr(OneDesk, "_begin", _waited_for(OneDesk._begin))
        yield
