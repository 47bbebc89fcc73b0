"""The power goes under PostgreSQL amid a desk's pushes: what was signed for had reached the disk, and is there."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.helpers.power_cut_cluster import power_cut_cluster
from tests.helpers.pushes import push_at_once
from tests.helpers.quick_passphrases import quick_passphrases
from tests.story.province import Province
from tests.sync.actors.struck_store import StruckStore
from tests.sync.postgres.test_struck import CHANGES_AT_ONCE, CHILDREN, LATEST, RECEIPTS, VISITS
from tests.system.test_killed_province import sync_until_struck


def _cut(folder: Path, monkeypatch: pytest.MonkeyPatch, moments: int, **settings: str) -> list[str]:
    """What does not hold after the power went so many times."""
    push_at_once(monkeypatch, CHANGES_AT_ONCE)
    chance = random.Random(20261201)
    with power_cut_cluster(settings) as cluster:
        with quick_passphrases():
            store = StruckStore(folder, cluster)
        cluster.settle()
        province = Province(folder)
        province.start()
        store.address = province.address
        try:
            for _ in range(moments):
                store.write(CHILDREN, VISITS)
                sync_until_struck(store.here, cluster.cut_power, chance.randint(1, RECEIPTS), chance.random() * LATEST)
                cluster.start_again()
                if faults := store.faults():
                    return list(faults)
                store.there.sync()
            store.at_rest()
        finally:
            store.close()
            province.stop()
    return []


@pytest.mark.parametrize("moments", [3, pytest.param(40, marks=pytest.mark.long)])
def test_what_was_signed_for_is_there_when_the_power_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moments: int
) -> None:
    assert _cut(tmp_path, monkeypatch, moments) == []


def test_without_waiting_for_the_disk_it_would_be_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: a database that is told not to wait."""
    assert _cut(tmp_path, monkeypatch, 6, fsync="off")
