"""A restore of the province that is broken off is run again, and still knows what its desks rely on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Refusal
from sync.server.identity.province import open_province
from sync.server.lifecycle import restoring
from sync.server.lifecycle.restoring import restore
from tests.sync.actors.real_province import real_province
from tests.sync.actors.restorable_office import Office


class PowerCut(Exception):
    """The power went out."""


def _restore(office: Office, name: str) -> None:
    restore(office.real.province.data, office.folder / "key-file", office.folder / name, clock=SystemClock())


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
