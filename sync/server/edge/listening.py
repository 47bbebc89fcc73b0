"""The socket that listens: it lets in only as many as there are handles for, and of one address only its share.

Counted from the first moment on: whoever opens connections and never shakes hands in TLS is no request's yet.
"""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from sync.server.edge.patience import PatientProtocol

MOST_INSIDE = 600
"""Connections at once: all that are answered, and as many again as half of them that are still shaking hands. A process
of a usual Linux has 1,024 handles, and needs some for its database."""
_NO_HANDLE = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class ListeningSocket(socket.socket):
    """Whom it does not let in, it closes at once.

    Without a handle asyncio itself would let its loop try again two thousand times for each that waits outside, and
    write each try down: some strangers' idle connections were a full disk and a gibibyte within half a minute. On
    Windows asyncio accepts by other means; there a process has handles enough.
    """

    most_inside = MOST_INSIDE
    from_one_address = PatientProtocol.from_one_address

    def __init__(self, family: int) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self._inside: WeakKeyDictionary[socket.socket, str] = WeakKeyDictionary()
        self._spare = os.open(os.devnull, os.O_RDONLY)

    def accept(self) -> tuple[socket.socket, Any]:
        """The next one who may come in. Raises BlockingIOError for nobody, and for one who may not."""
        try:
            guest, address = super().accept()
        except OSError as error:
            if error.errno in _NO_HANDLE:
                self._turn_away()
                raise BlockingIOError from error
            raise
        who = str(address[0])
        if not self._has_room_for(who):
            guest.close()
            raise BlockingIOError
        self._inside[guest] = who
        return guest, address

    def close(self) -> None:
        super().close()
        if self._spare >= 0:
            os.close(self._spare)
            self._spare = -1

    def _has_room_for(self, who: str) -> bool:
        inside = [one for guest, one in self._inside.items() if guest.fileno() >= 0]
        return len(inside) < self.most_inside and inside.count(who) < self.from_one_address

    def _turn_away(self) -> None:
        """Close one who waits, by the handle that is kept for it: left waiting, the loop would ask again at once."""
        os.close(self._spare)
        with suppress(OSError):  # who waited may have gone
            super().accept()[0].close()
        self._spare = os.open(os.devnull, os.O_RDONLY)
