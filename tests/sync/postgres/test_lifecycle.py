"""What a province on PostgreSQL does about backups, epochs and policy: its own server copies, this program is told."""

from __future__ import annotations

import json

import pytest

from commune_desk.domain.words.errors import Refusal
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.engine.embedded import FILE
from sync.server.engine.postgres import PostgresDatabase
from sync.server.identity.policy import policy_of
from sync.server.identity.province import epoch_of
from sync.server.lifecycle.backups import BackupBroken, back_up
from tests.sync.actors.server_fixtures import World, command

pytestmark = pytest.mark.usefixtures("on_postgres")


def _files(world: World) -> set[str]:
    return {path.name for path in world.province.data.iterdir()}


@pytest.mark.parametrize("words", [("backup", "--to"), ("restore", "--from")])
def test_what_is_the_embedded_engines_alone_is_refused_in_a_sentence(world: World, words: tuple[str, str]) -> None:
    folder, before = world.province.data.parent, _files(world)
    target = folder / "copy.cdbackup"
    done = command(folder, *words, str(target))
    assert (done.returncode, "keeps its data on PostgreSQL" in done.stderr) == (2, True), done.stderr
    assert (_files(world), target.exists()) == (before, False)


def test_without_the_refusal_a_backup_would_look_for_a_file_that_is_not_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = world.province.data.parent / "copy.cdbackup"
    with pytest.raises(Refusal):
        back_up(world.province, target)
    monkeypatch.setattr(PostgresDatabase, "is_shared", False)
    with pytest.raises(BackupBroken):
        back_up(world.province, target)
    assert FILE in _files(world), "and would have left an empty one in the data folder"


def test_a_policy_is_decided_more_than_once_by_the_role_that_serves(world: World) -> None:
    folder = world.province.data.parent
    for days in ("10", "12"):
        done = command(folder, "policy", "--lease-days", days, "--stubs", "drop", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"lease_days": int(days), "conflict_days": 14, "drops_stubs": True}
    assert world.province.database.read(policy_of, WHOLE_PROVINCE).lease_days == 12
    waiting = command(folder, "conflicts", "--json")
    assert (waiting.returncode, json.loads(waiting.stdout)) == (0, []), waiting.stderr


def test_a_backup_made_by_the_server_itself_is_told_and_so_is_a_copy_put_back(world: World) -> None:
    folder, database = world.province.data.parent, world.province.database
    told = command(folder, "durable", "--until", "2026-01-01 00:00")
    assert told.returncode == 0, told.stderr
    before = database.read(epoch_of, WHOLE_PROVINCE)
    put_back = command(folder, "restored")
    assert put_back.returncode == 0, put_back.stderr
    assert database.read(epoch_of, WHOLE_PROVINCE) != before
