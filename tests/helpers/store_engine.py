"""On which engine the provinces of a test are founded: tests say nothing, the fixture `store_engine` chooses."""

from __future__ import annotations

import atexit
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sync.server.engine.address import ADDRESS_FILE, PostgresAddress, remembered
from tests.helpers.postgres_cluster import PostgresCluster

T = TypeVar("T")
EMBEDDED, POSTGRES = "embedded", "postgres"
ENGINES = (EMBEDDED, POSTGRES)


class StoreEngine:
    """Hands out places for new stores."""

    name = EMBEDDED
    _cluster: PostgresCluster | None = None

    def __init__(self) -> None:
        self._made: list[PostgresAddress] = []
        self._kept: dict[tuple[PostgresCluster | None, str], Any] = {}
        self._folders: list[tuple[int, Path]] = []

    @contextmanager
    def chosen(self, cluster: PostgresCluster | None) -> Iterator[None]:
        """Found on PostgreSQL from now on, unless `cluster` is None; what was not kept is dropped at the end."""
        before = self.name, self._cluster
        self.name, self._cluster = (POSTGRES if cluster else EMBEDDED), cluster
        try:
            yield
        finally:
            self.name, self._cluster = before
            while cluster and self._made:
                cluster.drop(self._made.pop())

    def new(self) -> PostgresAddress | None:
        """Where the next province is to be founded; None for the embedded engine."""
        return self._noted(self._cluster.migrated()) if self._cluster else None

    def kept(self, name: str, make: Callable[[], T]) -> T:
        """What `make` makes, a folder or a tuple that begins with one, once for each engine: its stores stay too."""
        key = self._cluster, name
        if key not in self._kept:
            before = len(self._made)
            self._kept[key] = made = make()
            del self._made[before:]
            self._folders.append((os.getpid(), made[0] if isinstance(made, tuple) else made))  # type: ignore[arg-type]
        found: T = self._kept[key]
        return found

    def let_go(self) -> None:
        """Forget what was kept, and remove it: but not what a fork has from the process that it came of."""
        self._kept.clear()
        while self._folders:
            maker, folder = self._folders.pop()
            if maker == os.getpid():
                shutil.rmtree(folder, ignore_errors=True)

    def init_words(self) -> list[str]:
        """The same as words for the command `init`."""
        address = self.new()
        return ["--database", address.url, "--owner", address.owner] if address else []

    def copy(self, source: Path, target: Path) -> None:
        """Copy a folder with provinces that nobody serves, each with a store of its own."""
        shutil.copytree(source, target, dirs_exist_ok=True)
        for path in target.rglob(ADDRESS_FILE):
            address = remembered(path.parent)
            assert address is not None
            assert self._cluster is not None
            copied = self._noted(self._cluster.copy_of(address))
            path.write_text(json.dumps({"url": copied.url, "owner": copied.owner}))

    def put_back(self, backup: Path, target: Path) -> None:
        """Let a copy of `backup` stand where `target` stood, its store too; nobody serves either."""
        self.forget(target)
        shutil.rmtree(target)
        self.copy(backup, target)

    def forget(self, folder: Path) -> None:
        """Drop the stores of a folder that nobody serves any more."""
        for path in folder.rglob(ADDRESS_FILE):
            address = remembered(path.parent)
            if address in self._made and self._cluster is not None:
                self._made.remove(address)
                self._cluster.drop(address)

    def _noted(self, address: PostgresAddress) -> PostgresAddress:
        self._made.append(address)
        return address


engine = StoreEngine()
"""Of the test that runs."""
atexit.register(engine.let_go)


@contextmanager
def using(name: str, cluster: Callable[[], PostgresCluster]) -> Iterator[StoreEngine]:
    """Tests on the engine `name`; `cluster` begins the server where it needs one."""
    with engine.chosen(cluster() if name == POSTGRES else None):
        yield engine
