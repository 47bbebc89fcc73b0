"""The serving process dies, or PostgreSQL ends, before any statement of a push: all of the push is there or nothing.

What was signed for is there each time, and the desk goes on with numbers that have no gap.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import DeskError
from sync.server.engine.copying import COPIED_FROM
from sync.server.engine.postgres import _GONE as GONE
from tests.helpers.pushes import push_at_once
from tests.helpers.struck_cluster import StruckCluster, struck_cluster
from tests.sync.actors.struck_store import StruckStore
from tests.sync.postgres.struck_server import DIES, EARLY, QUITS, UNTOLD
from tests.sync.postgres.test_struck import told
from tests.system.forked import Forked

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is forked for each death")
CHANGES_AT_ONCE = COPIED_FROM + 6
CHILDREN, VISITS = 2, 40
"""More than a push of this length holds: a long one, copied, and a short one behind it."""
STATEMENTS = 36
DRAWN = 3


@pytest.fixture(scope="module")
def cluster() -> Iterator[StruckCluster]:
    with struck_cluster() as made:
        yield made


class Server(Forked):
    """The process of `tests.sync.postgres.struck_server`."""

    def __init__(self, cluster: StruckCluster, log: Path) -> None:
        super().__init__("tests.sync.postgres.struck_server", str(cluster.postmaster_file), str(log))
        self._cluster, self._log = cluster, log

    def serve(self, store: StruckStore, how: str, at: int) -> int:
        """Until `over`; the id of the process."""
        port = store.address.rpartition(":")[2] or "0"
        pid = self.begin(f"{how} {at} {port} {store.data} {store.key_file}")
        ready = self.heard().split()
        assert ready[:1] == ["ready"], self._log.read_text()
        store.address = ready[1]
        return pid

    def over(self, pid: int) -> bool:
        """Whether it was struck, or PostgreSQL was; both run again, or can."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        said = [self.heard()]
        while said[-1] not in ("killed", "ended"):
            said.append(self.heard())
        self._cluster.start_again()
        return said[-1] == "killed" or "struck" in said

    def told(self) -> set[str]:
        return told(self._log.read_text())


@pytest.fixture
def store(tmp_path: Path, cluster: StruckCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[StruckStore]:
    push_at_once(monkeypatch, CHANGES_AT_ONCE)
    made = StruckStore(tmp_path, cluster)
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, cluster: StruckCluster) -> Iterator[Server]:
    with Server(cluster, tmp_path_factory.mktemp("server") / "log") as made:
        yield made


def struck(server: Server, store: StruckStore, how: str, at: int) -> bool:
    """Whether it was: a round of the desk meets it."""
    if store.waiting() <= CHANGES_AT_ONCE:
        store.write(CHILDREN, VISITS)
    pid = server.serve(store, how, at)
    with suppress(DeskError):
        store.here.sync()
    return server.over(pid)


def all_arrives(server: Server, store: StruckStore) -> None:
    pid = server.serve(store, DIES, 0)
    store.at_rest()
    assert not server.over(pid)


@pytest.mark.parametrize("how", [DIES, QUITS])
def test_all_of_a_push_is_there_or_nothing(server: Server, store: StruckStore, how: str) -> None:
    assert struck(server, store, UNTOLD + how, 1)
    assert len(store.held()) == CHANGES_AT_ONCE, "committed"
    assert len(store.signed_for()) == (0 if how == DIES else CHANGES_AT_ONCE)
    for at in random.Random(f"{how} 20261201").sample(range(1, STATEMENTS), DRAWN):
        assert struck(server, store, how, at), f"it has no statement {at}"
        assert store.faults() == [], f"statement {at}"
    all_arrives(server, store)
    assert server.told() <= {GONE}


@pytest.mark.long
@pytest.mark.parametrize("how", [DIES, QUITS])
def test_all_of_a_push_is_there_or_nothing_at_every_statement(server: Server, store: StruckStore, how: str) -> None:
    at = 1
    while struck(server, store, how, at):
        assert store.faults() == [], f"statement {at}"
        at += 1
    assert at > STATEMENTS
    all_arrives(server, store)
    assert server.told() <= {GONE}


@pytest.mark.parametrize("how", [DIES, QUITS])
def test_a_receipt_before_the_commit_would_be_found(server: Server, store: StruckStore, how: str) -> None:
    """The twin."""
    assert struck(server, store, EARLY + how, 1)
    assert store.lacks() == set(range(1, CHANGES_AT_ONCE + 1))
