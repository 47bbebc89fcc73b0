"""Two backups of one province at the same time, a timer's and somebody's own: what is told as whole is whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from commune_desk.domain.words.errors import DeskError, Refusal
from sync.server.identity.province import Province, open_province
from sync.server.lifecycle import backups
from tests.sync.actors.real_province import RealProvince, real_province

SECONDS = 20.0


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


class Beside:
    """Another process that begins a backup under the same name, and stands still once its file is made."""

    def __init__(self, province: Province, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refused: DeskError | None = None
        self._province, self._target = province, target
        self._stands, self._goes_on = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)
        touch = Path.touch

        def stand_still(path: Path, *args: Any, **how: Any) -> None:
            touch(path, *args, **how)
            if threading.current_thread() is self._thread:
                self._stands.set()
                self._goes_on.wait(SECONDS)

        monkeypatch.setattr(Path, "touch", stand_still)

    def _run(self) -> None:
        try:
            backups.back_up(self._province, self._target)
        except DeskError as error:
            self.refused = error
        self._stands.set()

    def begin(self) -> None:
        self._thread.start()
        assert self._stands.wait(SECONDS)

    def end(self) -> None:
        self._goes_on.set()
        self._thread.join(SECONDS)


def test_what_is_told_as_whole_is_whole(real: RealProvince, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, province, judge = tmp_path / "monday.cdbackup", real.province, backups.verified
    with closing(open_province(province.data, tmp_path / "key-file")) as second:
        beside = Beside(second, target, monkeypatch)

        def meanwhile(*asked: Any) -> backups.Backup:
            made = judge(*asked)
            if not beside.refused:
                beside.begin()
            return made

        monkeypatch.setattr(backups, "verified", meanwhile)
        backups.back_up(province, target)
        whole = target.stat().st_size
        beside.end()
    assert whole > 0
    assert isinstance(beside.refused, Refusal)
    backups.read_whole(target, province.keys.database_key)


def test_the_next_one_is_made(real: RealProvince, tmp_path: Path) -> None:
    for name in ("monday.cdbackup", "tuesday.cdbackup"):
        backups.back_up(real.province, tmp_path / name)
