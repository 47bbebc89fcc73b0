"""The log for support names nobody: a register full of names, and every place where one could slip in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.words.errors import Fault
from commune_desk.store.engine import settings
from commune_desk.store.exchange.sync_history import rounds
from commune_desk.usecases.sync import log as sync_log
from commune_desk.usecases.sync.log import log_name, write_sync_log
from sync.client.errors import SyncFault
from tests.helpers.builders import make_child, make_report, make_visit, save_all
from tests.helpers.enrolled_desks import LOGIN, OFFICER, EnrolledDesk, enrolled_desk
from tests.helpers.workplaces import HandClock, make_register
from tests.sync.actors.real_province import real_province

CANARIES = ("Thoằm", "Khe Vằn", "may cua Thoam", "0912345678", LOGIN, OFFICER.display_name, "Tests", "province.test")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[EnrolledDesk]:
    """A desk with people, files and a label that name somebody, which has synced, failed and synced again."""
    with real_province(tmp_path) as province:
        made = enrolled_desk(province, tmp_path / "desk")
        own = msgspec.structs.replace(made.open.register.identity, label="may cua Thoam")
        made.open.register.write(lambda tx: settings.put(tx.connection, settings.IDENTITY, own)).result()
        write(made)
        made.sync()
        province.line.down = True
        with pytest.raises(SyncFault):
            made.sync()
        province.line.down = False
        write(made)
        yield made
        made.close()


def write(desk: EnrolledDesk) -> None:
    person, file = make_child("Lò Thị Thoằm", village="Khe Vằn", phone="0912345678")
    desk.open.register.write(save_all(person, file, make_visit(person.id), make_report(place="Khe Vằn"))).result()


def log_of(desk: EnrolledDesk, folder: Path) -> str:
    target = folder / "Thoằm" / log_name(desk.open.register)
    target.parent.mkdir(exist_ok=True)
    write_sync_log(desk.open.register, target)
    return target.read_text("ascii")


def slipped(desk: EnrolledDesk, text: str) -> list[str]:
    """Names and ids of records, changes and officers that stand in the text, and words of the log's own path."""
    ids = {one for row in desk.ask("SELECT id, record, officer FROM change") for one in row if one}
    return [word for word in (*CANARIES, *ids, str(desk.open.profile.folder)) if word in text]


def test_it_holds_what_support_needs_and_names_nobody(desk: EnrolledDesk, tmp_path: Path) -> None:
    text = log_of(desk, tmp_path)
    assert slipped(desk, text) == []
    assert text.isascii()
    assert f"desk {desk.id}, epoch " in text
    assert ", ok, 200, " in text
    assert ", NoLine, 0, " in text
    assert "waiting: 4 records, " in text
    went, failed = desk.open.register.read_slowly(rounds).result()
    assert (went.code, failed.code) == ("ok", "NoLine")
    assert went.pushed > 4
    assert min(went.sent, went.received) > 1000
    assert (went.province_at != "", failed.province_at) == (True, "")


@pytest.mark.parametrize("place", ["epoch", "frozen", "desk", "code", "at"])
def test_a_name_in_a_place_for_a_code_does_not_get_in(
    desk: EnrolledDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """With its twin: were the shape of a code not asked for, it would."""
    put(desk, place, "Lo Thi Thoam, Khe Van")
    assert "Thoam" not in log_of(desk, tmp_path)
    monkeypatch.setattr(sync_log, "code_of", lambda text, _shape=None: text)
    monkeypatch.setattr(sync_log, "_instant", lambda text: text)
    assert "Thoam" in sync_log.sync_log(desk.open.register.reader, "Thoam" if place == "at" else "")


def put(desk: EnrolledDesk, place: str, text: str) -> None:
    """Write `text` where the log reads a code."""
    register = desk.open.register
    if place in ("code", "at"):
        kept = register.read_slowly(rounds).result()
        changed = [msgspec.structs.replace(kept[0], **{place: text}), *kept[1:]]
        register.write(lambda tx: settings.put(tx.connection, "sync_rounds", changed)).result()
    else:
        own = msgspec.structs.replace(register.identity, **{place: text})
        register.write(lambda tx: settings.put(tx.connection, settings.IDENTITY, own)).result()


def test_a_folder_that_refuses_is_told_in_a_sentence(desk: EnrolledDesk, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="cannot be written there"):
        write_sync_log(desk.open.register, tmp_path / "not there" / "log.txt")


def test_it_is_called_by_desk_and_the_day_in_viet_nam(tmp_path: Path) -> None:
    """At one in the morning there it is yesterday still in Greenwich."""
    register = make_register(tmp_path, clock=HandClock(datetime(2026, 11, 23, 18, 0, tzinfo=UTC)))
    assert log_name(register) == "commune-desk-sync-D-TEST01-2026-11-24.txt"
    register.close()
