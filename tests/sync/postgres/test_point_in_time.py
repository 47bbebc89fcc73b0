"""PostgreSQL puts the province back to a moment of its past by its own tools: what was sent since comes back (I17)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.exchange.replica import RegisterReplica
from sync.server.engine import tables
from sync.server.identity.province import open_province
from sync.server.lifecycle.restoring import begin
from tests.helpers.archived_cluster import ArchivedCluster
from tests.helpers.builders import make_person, save_all
from tests.helpers.postgres_cluster import programs
from tests.helpers.store_engine import POSTGRES, using
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import RealProvince, real_province

HERE = "here"


@pytest.fixture
def cluster() -> Iterator[ArchivedCluster]:
    installed = programs()
    if installed is None:
        pytest.skip("there is no PostgreSQL on this machine")
    made = ArchivedCluster(installed)
    try:
        with using(POSTGRES, lambda: made):
            yield made
    finally:
        made.stop()


class Drill:
    """Two desks that work before the backup, between it and the moment, and after."""

    def __init__(self, folder: Path, real: RealProvince, cluster: ArchivedCluster) -> None:
        self._key_file, self.real, self._cluster = folder / "key-file", real, cluster
        self.desks = []
        for name in ("one.db", "two.db"):
            make_register(folder / name, real.enrol())
            self.desks.append(RealDesk(folder / name, SystemClock(), real.transport))

    def work(self, when: str) -> None:
        for number, desk in enumerate(self.desks):
            desk.register.write(save_all(make_person(f"{when} {number}"))).result()
        self.sync()

    def sync(self) -> None:
        for desk in (*self.desks, *self.desks):
            desk.sync()

    def play(self) -> set[str]:
        """The changes that the province held at the end; it stands where it stood at the moment."""
        self.work("Trước")
        self._cluster.back_up()
        self.work("Giữa")
        self._cluster.moment(HERE)
        between = self.held()
        self.work("Sau")
        held = self.held()
        self.real.province.close()
        self._cluster.put_back(HERE)
        self.real.province = open_province(self.real.province.data, self._key_file)
        self.real.restart()
        assert self.held() == between < held, "the log was played up to the moment and no further"
        return held

    def held(self) -> set[str]:
        return set(self.real.scalars(select(tables.change.c.id)))

    def people(self) -> list[list[str]]:
        return [sorted(name for (name,) in desk.ask("SELECT full_name FROM person")) for desk in self.desks]


@pytest.fixture
def drill(cluster: ArchivedCluster, tmp_path: Path) -> Iterator[Drill]:
    with real_province(tmp_path) as real:
        made = Drill(tmp_path, real, cluster)
        yield made
        for desk in made.desks:
            desk.register.close()


@pytest.mark.parametrize("is_told", [True, False])
def test_what_was_sent_since_the_moment_comes_back(drill: Drill, is_told: bool) -> None:
    """Whether its people say so, as the manual asks, or a desk finds it by a receipt of its own."""
    held = drill.play()
    if is_told:
        begin(drill.real.province)
    drill.sync()
    assert drill.held() >= held
    assert drill.people() == [sorted(f"{when} {number}" for when in ("Trước", "Giữa", "Sau") for number in (0, 1))] * 2


def test_not_sent_again_it_would_stay_lost(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    held = drill.play()
    monkeypatch.setattr(RegisterReplica, "resend_from", lambda _self, _n: None)
    begin(drill.real.province)
    drill.sync()
    assert not drill.held() >= held
