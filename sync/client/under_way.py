"""What one thread has under way with the province and any other may break off."""

from __future__ import annotations

from typing import Protocol, TypeVar

from sync.client.errors import Stopped


class Abortable(Protocol):
    def abort(self) -> None:
        """Break off what is under way and refuse what follows; from any thread."""


Way = TypeVar("Way", bound=Abortable)


class UnderWay:
    """One way to the province after another, until `abort`."""

    def __init__(self) -> None:
        self._way: Abortable | None = None
        self._is_aborted = False

    def begin(self, way: Way) -> Way:
        """Go this way now. Raises Stopped once `abort` was called."""
        self._way = way
        if self._is_aborted:  # asked after the way is there for `abort` to find: one of the two sees the other
            raise Stopped
        return way

    def abort(self) -> None:
        """Break off the way that is gone, and refuse every later one; from any thread."""
        self._is_aborted = True
        if self._way is not None:
            self._way.abort()
