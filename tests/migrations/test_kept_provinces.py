"""Provinces that earlier versions really wrote are served by the present program, to the desks that knew them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from sync.client.page import read_page, verified_keys, verify_page
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.stores import postgres
from sync.server.lifecycle import moving
from tests.helpers.postgres_cluster import PostgresCluster
from tests.migrations.make_kept import KEPT
from tests.migrations.make_kept_province import DESK_FILE, NAMES, PHONES, STEPS, KeptDesk
from tests.sync.actors.server_fixtures import COMMUNE, World, command, province_in

FROZEN = {
    "v0001_first_release.sql": "d0b4de4261a623f875468bc0c02760bc09d812a7e3be002d598530f276865da9",
    "v0002_two_engines.psql": "0633f1b024dc5029b32bd676a9e6ee4b9fde7ee48dd42d4e75ea0b376dc05b1f",
    "v0002_two_engines.sql": "6acaa8b416ad0d60c959149b87698df8db6ba9128b285a8e0f59081291cb3d83",
    "v0005_signed_heads.psql": "e8090a5f18029fe308f6d3939062e922ccad84ab2f82d56a78da60eba2223cc3",
    "v0005_signed_heads.sql": "edbf78d26f05869486b090824f43351230bbd0324b10fbeec1188145d0968081",
    "v0006_places.psql": "cbc95a25446d7f615c6e5facce5454db9324ae5cd1735707aa45ad37fba76647",
    "v0006_places.sql": "b5bbcc01f623106807441d347abe7d498ebd60a585f77ce8f44bb0d6d49d1473",
    "v0008_roots.psql": "8f648139846f8f8dcabc0243056093aa43e204fbe77755d8926a18177d370b9f",
    "v0008_roots.sql": "613e2c4d9f7d0b4ce5e4e53e7a9baae733b0aff8040a963461a2d5d40edeb6eb",
    "v0010_erasure.psql": "31e3b60fbdd092708eb2cee179a0a40e5a4445369be45f26dad6b0ac121db4a3",
    "v0010_erasure.sql": "e4bdaa9ceb814043722b97ab6430f4f8599137cf5b4e9718b4e986cd3f20e0b9",
    "v0012_awaited.psql": "bc575962b158cd5300464c8008e1e6954eae27abe6501578f6a975f266339439",
    "v0012_awaited.sql": "a4b84cc8e6b24aa66055cbd647cf16468f25c33ae8f5a3ae1f6af9de378bc294",
}
"""Steps that provinces out there have been through. A change to the tables is a new step, not another of these."""


@pytest.fixture(params=sorted(path.name for path in KEPT.glob("province-*")))
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a kept province."""
    copied = tmp_path / "province"
    shutil.copytree(KEPT / request.param, copied)
    (copied / "key.json").chmod(0o600)
    return copied


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    with province_in(folder) as opened:
        yield opened


@pytest.fixture
def kept(folder: Path) -> KeptDesk:
    return msgspec.json.decode((folder / DESK_FILE).read_bytes(), type=KeptDesk)


def test_a_kept_province_holds_everything_that_was_written(world: World, kept: KeptDesk) -> None:
    person = world.row("person", kept.record)
    assert (person["full_name"], person["phone"]) == (NAMES[0], PHONES[0])
    assert world.count("feed") == len(NAMES) + len(PHONES)
    assert len(world.open_conflicts()) == 1


def test_a_desk_of_then_pulls_what_it_wrote_with_its_signatures_and_pushes_on(world: World, kept: KeptDesk) -> None:
    desk = kept.at(world)
    page = read_page(desk.pull_from({COMMUNE: 0}).body)
    keys = verified_keys(page.header, world.province.keys.authority.public)
    assert verify_page(page, {}, keys.get)[-1].seq == len(page.events) == len(NAMES) + len(PHONES)
    assert desk.send("person", kept.record, {"village": "Khe Bốc"})
    assert world.row("person", kept.record)["village"] == "Khe Bốc"


def test_the_commands_read_a_kept_province(folder: Path) -> None:
    told = command(folder, "status")
    assert told.returncode == 0, told.stderr
    assert "Quảng Ninh" in told.stdout


def test_a_kept_province_moves_to_the_other_engine(world: World, postgres_cluster: PostgresCluster) -> None:
    """Its log is complete: the present merge makes of it what the merge of then made."""
    address = postgres_cluster.migrated()
    with closing(postgres(address)) as target:
        moving.move(world.province, target, progress=lambda done: None)
        moving.finish(world.province, target)
        assert len(target.read(lambda c: c.execute(tables.feed.select()).all(), WHOLE_PROVINCE)) == world.count("feed")
    postgres_cluster.drop(address)


def test_a_step_that_provinces_have_been_through_is_never_changed() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in STEPS.glob("*.*sql")}
    assert found == FROZEN
    kept = sorted(path.name for path in KEPT.glob("province-*"))
    assert kept == ["province-0001", "province-0002"]
