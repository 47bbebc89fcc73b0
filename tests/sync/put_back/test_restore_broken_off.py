"""A restore of the province that is broken off is run again, and still knows what its desks rely on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Fault, Refusal
from sync.server.engine.embedded import FILE
from sync.server.identity.province import open_province
from sync.server.identity.stores import FRESH
from sync.server.lifecycle import restoring
from sync.server.lifecycle.backups import FILES
from sync.server.lifecycle.restoring import restore
from tests.sync.actors.real_province import real_province
from tests.sync.actors.restorable_office import Office


class PowerCut(Exception):
    """The power went out."""


def _restore(office: Office, name: str, *, older: bool = False) -> Path:
    data, key = office.real.province.data, office.folder / "key-file"
    return restore(data, key, office.folder / name, clock=SystemClock(), older=older)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """With two backups, the second relied on; its restore was broken off when what was there had been put aside."""

    def cut(*_args: object) -> None:
        raise PowerCut

    with real_province(tmp_path) as real:
        made = Office(tmp_path, real)
        for number in ("first", "second"):
            made.save(0, number)
            made.sync()
            made.back_up(number)
        real.province.close()
        with monkeypatch.context() as broken:
            broken.setattr(restoring, "write_private", cut)
            with pytest.raises(PowerCut):
                _restore(made, "second")
        yield made
        real.province = open_province(real.province.data, tmp_path / "key-file")
        for desk in made.desks:
            desk.register.close()


def test_an_older_backup_is_refused_as_before(office: Office) -> None:
    with pytest.raises(Refusal) as refused:
        _restore(office, "first")
    assert refused.value.params["path"] == office.folder / "first", "that is the file which is too old"
    _restore(office, "second")
    office.real.province = open_province(office.real.province.data, office.folder / "key-file")
    office.real.restart()
    office.sync(0, 1, 2, 0)
    assert office.lacks() == set()


def test_looked_for_in_its_place_alone_it_would_be_taken(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what was put aside says nothing."""
    monkeypatch.setattr(restoring, "_asides", lambda data: iter([data / "aside"]))
    _restore(office, "first")


def test_what_is_asked_meanwhile_leads_on(office: Office) -> None:
    """Nothing is in its place: whoever was told to found a province would take all of it for lost."""
    data, key = office.real.province.data, office.folder / "key-file"
    with pytest.raises(Fault) as met:
        open_province(data, key)
    assert "Run the same restore again" in met.value.text
    (data / FRESH).unlink()  # as where the disk was full by then, which takes the copy away
    with pytest.raises(Fault) as met:
        open_province(data, key)
    assert "Run the same restore again" in met.value.text
    _restore(office, "second")
    open_province(data, key).close()


MOVES = 5
"""The certificates, the key, the log with its index and then the database."""


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Office]:
    """With two backups, the second relied on; its server was killed, so that this stands in the engine's log alone."""
    with real_province(tmp_path) as real:
        made, data = Office(tmp_path, real), real.province.data
        for number in ("first", "second"):
            made.save(0, number)
            made.sync()
            made.back_up(number)
        lying = {path.name: path.read_bytes() for path in data.iterdir() if path.is_file()}
        assert len(lying[FILE + "-wal"]) > 0
        real.province.close()
        for name, content in lying.items():
            (data / name).write_bytes(content)
        yield made
        real.province = open_province(data, tmp_path / "key-file")
        for desk in made.desks:
            desk.register.close()


def _cut_after(moves: int, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Break a restore off once so many files were put aside; with --older it asks nothing of what was there."""
    real = Path.replace
    moved: list[str] = []

    def replace(path: Path, target: Path) -> Path:
        if target.parent.name.startswith("before-restore"):
            if len(moved) == moves:
                raise PowerCut
            moved.append(path.name)
        return real(path, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", replace)
        with pytest.raises(PowerCut):
            _restore(office, "second", older=True)


@pytest.mark.parametrize("moves", range(MOVES))
def test_the_database_follows_its_log_into_one_folder(
    killed: Office, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    data = killed.real.province.data
    log = (data / (FILE + "-wal")).read_bytes()
    _cut_after(moves, killed, monkeypatch)
    aside = _restore(killed, "second", older=True)
    assert list(data.glob("before-restore-*")) == [aside]
    assert (aside / (FILE + "-wal")).read_bytes() == log
    assert sorted(path.name for path in aside.iterdir()) == sorted((*FILES, FILE, FILE + "-shm", FILE + "-wal"))


@pytest.mark.parametrize("moves", range(MOVES))
def test_what_the_log_says_of_backups_holds_as_before(
    killed: Office, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    _cut_after(moves, killed, monkeypatch)
    with pytest.raises(Refusal):
        _restore(killed, "first")
    _restore(killed, "second")


def test_each_restore_has_a_folder_of_its_own(killed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the one after a restore that was broken off and run again: what is there by then is no leftover of it."""
    data = killed.real.province.data
    _cut_after(MOVES - 1, killed, monkeypatch)
    for number in (1, 2, 3):
        before = (data / FILE).read_bytes()
        aside = _restore(killed, "second", older=True)
        assert (aside.name, (aside / FILE).read_bytes()) == (f"before-restore-{number}", before)
