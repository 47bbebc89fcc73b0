"""Offices that many tests begin with are made once, and do not stay in the temporary folder behind the tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.helpers.store_engine import StoreEngine


def _filled(folder: Path) -> Path:
    folder.mkdir()
    (folder / "register.db").write_bytes(b"of a test")
    return folder


def test_what_was_kept_for_the_tests_of_an_engine_is_removed_behind_them(tmp_path: Path) -> None:
    """Hundreds of them lay about after a day."""
    engine = StoreEngine()
    with engine.chosen(None):
        alone, with_more = tmp_path / "alone", tmp_path / "with more"
        for _twice in range(2):
            assert engine.kept("a", lambda: _filled(alone)) == alone
            assert engine.kept("b", lambda: (_filled(with_more), 1)) == (with_more, 1)
        assert all(path.is_dir() for path in (alone, with_more))
    assert list(tmp_path.iterdir()) == []
    assert engine.kept("a", lambda: _filled(alone)) == alone
    engine.let_go()
    assert list(tmp_path.iterdir()) == []


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
