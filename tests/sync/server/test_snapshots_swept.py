"""Files of snapshots that stand in no row: they hold people's data, so they do not stay."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from sync.server.answers import snapshots
from sync.server.answers.snapshots import FOLDER, Snapshots
from sync.server.engine import tables
from tests.sync.actors.real_province import COMMUNE
from tests.sync.client.test_snapshots import Office, a_history, office
from tests.sync.server.test_snapshots_ahead import _few_are_worth_it, made, make_ahead

__all__ = ["_few_are_worth_it", "office"]
pytestmark = pytest.mark.usefixtures("store_engine")


class PowerCut(Exception):
    """Between the file and its row."""


def files(office: Office) -> set[str]:
    folder: Path = office.real.province.data / FOLDER
    return {path.name for path in folder.iterdir()}


def age(office: Office, seconds: float) -> None:
    """As if the files had lain there for so long."""
    folder: Path = office.real.province.data / FOLDER
    for path in folder.iterdir():
        then = path.stat().st_mtime - seconds
        os.utime(path, (then, then))


def leave_one_behind(office: Office, monkeypatch: pytest.MonkeyPatch) -> str:
    def cut(*_: object) -> None:
        raise PowerCut

    a_history(office.desk(), office.desk())
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "_remember", cut)
        with pytest.raises(PowerCut):
            Snapshots()._make(office.real.province, COMMUNE)
    (left,) = files(office) - {*made(office.real)}
    return left


def test_what_a_process_left_that_ended_in_between_goes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    left = leave_one_behind(office, monkeypatch)
    make_ahead(office.real)
    assert files(office) == {left, *made(office.real)}  # it may be another process's that is being made
    age(office, 3600)
    make_ahead(office.real)
    assert files(office) == {*made(office.real)}


def test_what_was_made_before_an_erasure_or_a_restore_goes_though_its_command_was_broken_off(office: Office) -> None:
    """Their rows go with the transaction; the files are removed after it, if the process lives until then."""
    a_history(office.desk(), office.desk())
    make_ahead(office.real)
    (token,) = made(office.real)

    def forget(connection: Connection) -> None:
        connection.execute(tables.snapshot.delete())

    office.real.write(forget)
    age(office, 3600)
    make_ahead(office.real)
    assert token not in files(office)


def test_one_that_was_being_made_while_somebody_was_erased_does_not_stay(office: Office) -> None:
    """No other one has to be made for it to go: its place may never have enough to tell again."""
    a_history(office.desk(), office.desk())
    (token,) = made(office.real)

    def erased_meanwhile(connection: Connection) -> None:
        seq = connection.scalar(select(tables.snapshot.c.seq)) or 0
        facts = {"scope": COMMUNE, "record": "0" * 32, "kind": "person", "change": "1" * 32, "seq": seq + 1}
        connection.execute(tables.departure.insert().values(facts))
        connection.execute(tables.snapshot.update().values(made_at="2020-01-01T00:00:00Z"))

    office.real.write(erased_meanwhile)
    age(office, 3600)
    snapshots.sweep(office.real.province)
    assert made(office.real) == []
    assert token not in files(office)


def test_the_newest_stays_however_old_it_is(office: Office) -> None:
    a_history(office.desk(), office.desk())
    office.real.write(
        lambda connection: connection.execute(tables.snapshot.update().values(made_at="2020-01-01T00:00:00Z"))
    )
    age(office, 3600)
    snapshots.sweep(office.real.province)
    assert files(office) == {*made(office.real)} != set()


def test_unswept_it_would_stay(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    left = leave_one_behind(office, monkeypatch)
    monkeypatch.setattr(snapshots, "sweep", lambda province: None)
    age(office, 3600)
    make_ahead(office.real)
    assert left in files(office)


def test_those_of_a_clock_that_ran_ahead_neither_stay_nor_push_out_what_is_fetched(office: Office) -> None:
    a_history(office.desk(), office.desk())
    for _ in range(snapshots._KEPT_BESIDE + 1):
        Snapshots()._make(office.real.province, COMMUNE)

    def ahead(connection: Connection) -> None:
        connection.execute(tables.snapshot.update().values(made_at="2099-01-01T00:00:00Z"))

    office.real.write(ahead)
    being_fetched = Snapshots()._make(office.real.province, COMMUNE)["token"]
    newest = Snapshots()._make(office.real.province, COMMUNE)["token"]
    assert set(made(office.real)) == files(office) == {being_fetched, newest}
