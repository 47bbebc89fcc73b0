"""Carrying files, one piece at a time, so that whoever calls can look for text in between.

What a file refuses never stops the text: the caller is told of trouble on the line, and everything else is noted with
the file. Pieces are as large as the line carries in a few seconds.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

import msgspec

from commune_desk.domain.time.clock import monotonic
from sync import protocol, seal
from sync.client import errors
from sync.client.channel import Channel, Refused
from sync.client.reply import TOO_LARGE
from sync.content import MAX_FILE
from sync.file_wire import (
    MAX_PIECE,
    FileAsked,
    FileGet,
    FileOffset,
    FilePiece,
    FilePut,
    FileTask,
    split_bytes,
    with_bytes,
)

_SMALLEST, _FIRST = 8 * 1024, 64 * 1024
_QUICK_SECONDS, _SLOW_SECONDS = 2.0, 8.0
_NOT_TODAY = ("file_day", "file_no_room")
"""What the province says of all that would go up, not of one file."""
_FOR_GOOD = ("not_found", "file_too_large")
"""What it says of a file that asking again would not change; a reason that this program does not know is none."""
_OF_ITSELF = ("ticket",)
"""What it says of itself: as little of a file as a line that breaks, or a 500."""
_HAS_A_BUG = 500
_MOST_STRANGERS = 3
"""Files in one sync to which somebody on the way says no before it is taken for a line that carries none."""


class FileStore(Protocol):
    """A desk's files, as far as sync is concerned. Called from the network thread, as `Replica` is."""

    def next_task(self, passed_over: Collection[str]) -> FileTask | None:
        """What to carry next, without the files named; None for nothing."""
        ...

    def piece(self, file: str, offset: int, most: int) -> bytes:
        """Some of the ciphertext from `offset` on, at least a byte."""
        ...

    def sent(self, task: FileTask, reached: int, at: str, spent: int) -> None:
        """The province holds the file up to `reached` (all of it: `at`); `spent` bytes went over the line."""
        ...

    def received(self, task: FileTask, data: bytes) -> None:
        """What follows after `task.reached`; `task.size` is what the province says the file has."""
        ...

    def refused(self, task: FileTask, code: str, *, for_good: bool) -> None:
        """The province does not take or give the file."""
        ...


class FileCarrier:
    """Carries the files of one desk. Remembers how large a piece the line takes."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self._piece, self._largest = _FIRST, MAX_PIECE
        self._passed_over: set[str] = set()
        self._asked: dict[str, int] = {}
        self._takes_more = True
        self.refused_on_the_way: list[errors.ServerTrouble] = []
        """Of this sync: what refused a file and decides nothing about it. It is tried again with the next one."""
        self.carried = 0

    def begin(self) -> None:
        """A new sync: what was passed over in the last one is tried again, and so is what was too large."""
        self._largest = MAX_PIECE
        self._passed_over.clear()
        self._asked.clear()
        self.refused_on_the_way.clear()
        self._takes_more = True
        self.carried = 0

    def step(self, channel: Channel) -> bool:
        """Carry one piece; False when nothing is left to carry. Raises a SyncFault or Malformed for the line."""
        task = self._store.next_task(self._passed_over)
        if task is None:
            return False
        if task.is_up and not self._takes_more:
            self._passed_over.add(task.file)
            return True
        try:
            self._carry(channel, task)
        except Refused as refused:
            if refused.problem.code in _OF_ITSELF:
                raise
            self._note(task, refused.problem.code)
        except errors.NotRecognised:
            self._note(task, "not_found")
        except errors.ServerTrouble as fault:
            self._pass_by(task, fault)
        return True

    def _pass_by(self, task: FileTask, fault: errors.ServerTrouble) -> None:
        """Skip the file for this sync after an unsigned 4xx, as proxies answer, or a bug of the province, which this
        file alone may meet; after a 413 first halve the piece.

        A signed refusal is handled elsewhere. Raises `fault` again for any other status (the server itself is in
        trouble), and once `_MOST_STRANGERS` files were refused so: then it is not about one file.
        """
        status = fault.params["status"]
        if not isinstance(status, int) or not 400 <= status <= _HAS_A_BUG:
            raise fault
        if status == TOO_LARGE and self._piece > _SMALLEST:
            self._piece = self._largest = max(_SMALLEST, self._piece // 2)
            return
        self.refused_on_the_way.append(fault)
        if len(self.refused_on_the_way) >= _MOST_STRANGERS:
            raise fault
        self._passed_over.add(task.file)

    def _note(self, task: FileTask, code: str) -> None:
        self._passed_over.add(task.file)
        self._takes_more = self._takes_more and code not in _NOT_TODAY
        self._store.refused(task, code, for_good=code in _FOR_GOOD)

    def _carry(self, channel: Channel, task: FileTask) -> None:
        began, before = monotonic(), self.carried
        try:
            (self._send if task.is_up else self._fetch)(channel, task)
        except (errors.HalfPage, errors.TooSlow):
            self._piece = max(_SMALLEST, self._piece // 2)
            raise
        if self.carried == before:
            return  # a question says nothing of how large a piece the line takes
        took = monotonic() - began
        if took < _QUICK_SECONDS:
            self._piece = min(self._piece * 2, self._largest)
        elif took > _SLOW_SECONDS:
            self._piece = max(_SMALLEST, self._piece // 2)

    def _send(self, channel: Channel, task: FileTask) -> None:
        """Ask first how far the file is, once in a sync: only the province knows."""
        offset = self._asked.get(task.file)
        if offset is None:
            request = protocol.encode(FileAsked(scope=task.scope, file=task.file))
            self._told(task, channel.call("/v1/files/offset", request, seal.FILE)[0], 0)
            return
        data = self._store.piece(task.file, offset, min(self._piece, task.most))
        header = FilePut(scope=task.scope, file=task.file, offset=offset)
        self._told(task, channel.call("/v1/files/put", with_bytes(header, data), seal.FILE)[0], len(data))

    def _told(self, task: FileTask, reply: bytes, spent: int) -> None:
        told = protocol.decode(reply, FileOffset)
        if (told.scope, told.file) != (task.scope, task.file) or told.offset > task.size or (told.done and not told.at):
            raise errors.Unproven
        before = self._asked.pop(task.file, -1)
        self.carried += spent
        self._store.sent(task, told.offset, told.at if told.done else "", spent)
        if told.done:
            return
        self._asked[task.file] = told.offset
        if told.offset > before:
            return
        self._passed_over.add(task.file)
        if told.offset == 0:  # it was whole, and not what its change names
            self._store.refused(task, "file_damaged", for_good=True)

    def _fetch(self, channel: Channel, task: FileTask) -> None:
        """How large the file is says the province, which has it whole: a colleague's record may say what it likes."""
        most = min(self._piece, task.most)
        asked = FileGet(scope=task.scope, file=task.file, offset=task.reached, max_bytes=most)
        header, data = split_bytes(channel.call("/v1/files/get", protocol.encode(asked), seal.FILE)[0], FilePiece)
        is_asked_for = (header.scope, header.file, header.offset) == (task.scope, task.file, task.reached)
        ends_at = task.reached + len(data)
        if not is_asked_for or not 0 < len(data) <= most or not ends_at <= header.size <= MAX_FILE:
            raise errors.Unproven
        self.carried += len(data)
        self._store.received(msgspec.structs.replace(task, size=header.size), data)
