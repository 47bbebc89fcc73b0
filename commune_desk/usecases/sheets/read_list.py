"""Opens the lists that communes keep (.xls, .xlsx, .ods, .csv) as sheets of rows, whatever state they are in."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from commune_desk.domain.lists.cells import Row
from commune_desk.domain.words.errors import Fault
from commune_desk.usecases.sheets import list_guard, list_text
from commune_desk.usecases.sheets.list_guard import FileKind
from commune_desk.usecases.sheets.list_worker import LENGTH_BYTES, Frame, Request, as_row, unpack_cell

MAX_ROWS = 250_000
ANSWER_SECONDS = 120.0
"""For each frame. A list of 200,000 rows is parsed in three seconds here, before its first; an old PC needs more."""
MAX_FRAME_BYTES = 64 << 20
WORKER_OPTION = "--read-list"
"""With this option the packaged program runs `list_worker.main`: it has no `python -m`."""

_FAULTS = {"password": list_guard.PASSWORD, "rows": list_guard.TOO_MANY_ROWS}


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list that can be read as often as needed; nothing of it is kept in memory."""

    path: Path
    sheets: tuple[str, ...]
    kind: FileKind

    def rows(self, sheet: str, shared: Collection[int] = (), data_from: int = 0) -> Iterator[Row]:
        """Every row of `sheet` from its first, empty ones too, so that the n-th is row n in Excel.

        A cell of the columns `shared` that is merged downwards from row `data_from` (from 0) or below is said for each
        of its rows. Raises Fault when the file is damaged, changed meanwhile, or has more than `MAX_ROWS` rows.
        Closing the iterator early stops the reading.
        """
        if self.kind is FileKind.TEXT:
            return list_text.read_rows(self.path, MAX_ROWS)
        asked = Request(os.fsencode(self.path), sheet, MAX_ROWS, tuple(shared), data_from)
        return _workbook_rows(self.path, asked)


def open_list(path: Path) -> ListFile:
    """Look into a file and name its sheets (hidden ones left out). Raises Fault with what to do."""
    kind = list_guard.inspect(path)
    if kind is FileKind.TEXT:
        return ListFile(path, (path.stem,), kind)
    sheets = tuple(name for frame in _ask(path, Request(os.fsencode(path))) for name in frame.sheets)
    if not sheets:
        raise Fault(list_guard.EMPTY, name=path.name)
    return ListFile(path, sheets, kind)


def _workbook_rows(path: Path, asked: Request) -> Iterator[Row]:
    for frame in _ask(path, asked):
        yield from map(as_row, frame.rows)


def _ask(path: Path, request: Request) -> Iterator[Frame]:
    """The frames of a worker process, which ends with the iterator. Raises Fault when it fails or falls silent."""
    with _worker() as process:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(msgspec.json.encode(request))
            process.stdin.close()
            yield from _frames(process.stdout, path, process.kill)
        except OSError as error:  # Windows has no word of its own for a pipe that nobody reads any more
            raise list_guard.broken(path) from error
        finally:
            process.kill()


def _frames(pipe: IO[bytes], path: Path, kill: Callable[[], None]) -> Iterator[Frame]:
    """The answer, frame by frame; `kill` ends a worker that keeps one waiting, and never one that waits for us."""
    decode = msgspec.msgpack.Decoder(Frame, ext_hook=unpack_cell).decode
    last = False
    while not last:
        with _watched(kill):
            length = int.from_bytes(pipe.read(LENGTH_BYTES), "big")
            body = pipe.read(length) if 0 < length <= MAX_FRAME_BYTES else b""
        if not body or len(body) < length:
            raise list_guard.broken(path)
        frame = decode(body)
        if frame.fault == "damaged":
            raise list_guard.broken(path)
        if frame.fault:
            raise Fault(_FAULTS[frame.fault], name=path.name, limit=MAX_ROWS)
        last = frame.last
        yield frame


@contextmanager
def _watched(kill: Callable[[], None]) -> Iterator[None]:
    watchdog = threading.Timer(ANSWER_SECONDS, kill)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()


def _worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "commune_desk.usecases.sheets.list_worker"]
    if getattr(sys, "frozen", False):
        command = [sys.executable, WORKER_OPTION]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
