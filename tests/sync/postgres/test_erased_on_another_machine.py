"""Two servers on one store, each with a data folder of its own: both lists name whom a command on one erased."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import pytest

from commune_desk.domain.model.ids import uuid7
from sync.server.edge import daily
from sync.server.identity.province import Province, open_province
from sync.server.lifecycle import erased_list
from tests.sync.actors.server_fixtures import World, command, province_in

pytestmark = pytest.mark.usefixtures("on_postgres")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with province_in(tmp_path) as opened:
        yield opened


@pytest.fixture
def other(world: World, tmp_path: Path) -> Iterator[Province]:
    """What a server on another machine opens."""
    shutil.copytree(world.province.data, tmp_path / "other")
    with closing(open_province(tmp_path / "other", tmp_path / "key.json")) as opened:
        yield opened


def _erase(world: World, folder: Path) -> bytes:
    child = uuid7()
    world.desk().send("person", child, {"full_name": "Chìu Văn Khoa"})
    assert command(folder, "erase", child, "--who", "x", "--why", "y", "--yes").returncode == 0
    return (folder / "data" / erased_list.FILE).read_bytes()


def _listed(province: Province) -> bytes:
    path = province.data / erased_list.FILE
    return path.read_bytes() if path.exists() else b""


def test_the_other_server_writes_it_down_too(world: World, other: Province, tmp_path: Path) -> None:
    with daily.erased_noted(other, partial(erased_list.settle, other), every=0.02):
        wanted, until = _erase(world, tmp_path), monotonic() + 20
        while _listed(other) != wanted:
            assert monotonic() < until
            sleep(0.02)


def test_two_that_repeat_it_at_one_time_order_it_once(world: World, other: Province, tmp_path: Path) -> None:
    """After the store was put back: the second finds it done when the places are its own."""
    _erase(world, tmp_path)
    (act,) = erased_list._read(world.province)
    before = world.count("change"), world.count("feed")
    erased_list.repeat(other, act)
    assert (world.count("change"), world.count("feed")) == before


def test_else_it_would_know_of_nobody(world: World, other: Province, tmp_path: Path) -> None:
    """The twin: put back and served from there first, the store would hand the child out again."""
    assert _erase(world, tmp_path)
    assert _listed(other) == b""
