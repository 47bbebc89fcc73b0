"""The province on its virtual disk: asked one request at a time, and started again after a power cut."""

from __future__ import annotations

from pathlib import Path

import requests

from sync.server.edge.app import Service
from sync.server.edge.tickets import Tickets
from sync.server.identity.province import Province, open_province
from tests.helpers.store_engine import POSTGRES, engine
from tests.simulator.disk import Disk, PowerCut
from tests.simulator.line import Answer
from tests.simulator.when import OwnClock, TrueTime
from tests.sync.actors.in_process import ask_app
from tests.sync.actors.one_by_one import OneByOne, app_of


class Server:
    """`province` is the one that runs now."""

    def __init__(self, disk: Disk, key_file: Path, true: TrueTime) -> None:
        self.disk = disk
        self._key_file = key_file
        self._true = true
        self._runner = OneByOne()
        self._open()

    def _open(self) -> None:
        self.province: Province = open_province(self.disk.folder, self._key_file, clock=OwnClock(self._true))
        self.restart()

    def restart(self) -> None:
        """A new process on the same files: tickets and what else it only remembered are gone."""
        self._app = app_of(Service(self.province, tickets=Tickets(self._true.elapsed)))

    def serve(self, request: requests.PreparedRequest, body: bytes) -> Answer:
        """Raises ConnectionError when the power goes out meanwhile; the next request finds it running again."""
        try:
            return self._runner.run(ask_app(self._app, request, body))
        except PowerCut:
            self.power_cut()
            raise requests.ConnectionError(ConnectionResetError()) from None

    def power_cut(self) -> None:
        """Off and on again, from what lay on the disk; a PostgreSQL elsewhere stays, and sees its connections end."""
        self.disk.cut()
        if engine.name == POSTGRES:
            self.province.close()
        self.disk.power_on()
        self._open()

    def close(self) -> None:
        self._runner.close()
        self.province.close()
