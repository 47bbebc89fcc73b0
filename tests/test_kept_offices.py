"""Offices that many tests begin with are made once, and do not stay in the temporary folder behind the tests."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from sync.server.engine.address import PostgresAddress
from tests.helpers.postgres_cluster import PostgresCluster
from tests.helpers.store_engine import StoreEngine


def _filled(folder: Path) -> Path:
    folder.mkdir()
    (folder / "register.db").write_bytes(b"of a test")
    return folder


def test_what_was_kept_for_the_tests_of_a_process_is_removed_behind_them(tmp_path: Path) -> None:
    """Hundreds of them lay about after a day."""
    engine = StoreEngine()
    alone, with_more = tmp_path / "alone", tmp_path / "with more"
    for _twice in range(2):
        with engine.chosen(None):
            assert engine.kept("a", lambda: _filled(alone)) == alone
            assert engine.kept("b", lambda: (_filled(with_more), 1)) == (with_more, 1)
    assert all(path.is_dir() for path in (alone, with_more))
    engine.let_go()
    assert list(tmp_path.iterdir()) == []
    assert engine.kept("a", lambda: _filled(alone)) == alone
    engine.let_go()
    assert list(tmp_path.iterdir()) == []


def test_each_engine_has_its_own_and_what_it_kept_stays_when_the_rest_is_dropped(
    tmp_path: Path, postgres_cluster: PostgresCluster
) -> None:
    engine, folders = StoreEngine(), iter([tmp_path / "embedded", tmp_path / "postgres"])

    def made() -> tuple[Path, PostgresAddress | None]:
        return _filled(next(folders)), engine.new()

    assert engine.kept("a", made) == (tmp_path / "embedded", None)
    with engine.chosen(postgres_cluster):
        folder, address = engine.kept("a", made)
        other = engine.new()
    assert folder == tmp_path / "postgres"
    assert address is not None
    assert other is not None
    with engine.chosen(postgres_cluster):
        assert engine.kept("a", made) == (folder, address)
        with psycopg.connect(address.url):
            """It is there still."""
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(other.url)
    postgres_cluster.drop(address)
    engine.let_go()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where a process can fork")
def test_a_fork_leaves_what_the_process_before_it_kept(tmp_path: Path) -> None:
    engine = StoreEngine()
    folder = engine.kept("a", lambda: _filled(tmp_path / "kept"))
    child = os.fork()
    if child == 0:
        engine.let_go()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert folder.is_dir()
    engine.let_go()
    assert not folder.exists()
