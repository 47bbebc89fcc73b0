"""A desk that is handed back what it sent writes down where it lies, and looks closer only where something differs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from commune_desk.domain.records.families import Person
from commune_desk.store.intake.incoming import Incoming
from sync.merge import Outcome
from sync.protocol import Event
from sync.server.answers import snapshots
from sync.server.intake.standing import StandingLine
from tests.sync.actors.real_province import COMMUNE
from tests.sync.client.test_snapshots import Office, _begin, a_history, office, picture

__all__ = ["office"]
pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Records whose fields were asked for one by one."""
    honest = Incoming.restate
    found: list[str] = []

    def restate(self: Incoming, kind: Any, steps: Any) -> None:
        found.append(steps[0][1].change.record)
        honest(self, kind, steps)

    monkeypatch.setattr(Incoming, "restate", restate)
    return found


def test_what_is_the_same_is_only_given_its_place(office: Office, looked_at: list[str]) -> None:
    first, second = office.desk(), office.desk()
    a_history(first, second)
    open_conflicts = {row[0] for row in first.ask("SELECT record FROM conflict WHERE state='open'")}
    before = picture(first)
    looked_at.clear()
    _begin(first, COMMUNE)
    assert picture(first) == before
    assert set(looked_at) == open_conflicts
    assert first.ask("SELECT count(*) FROM change WHERE seq IS NULL AND state='accepted'") == [(0,)]


def test_a_value_that_is_not_what_its_author_wrote_is_put_back(office: Office) -> None:
    first, second = office.desk(), office.desk()
    people = a_history(first, second)
    before = picture(first)
    first.register.write(
        lambda tx: tx.connection.execute("UPDATE person SET full_name='Chìu Văn Khác' WHERE id=?", (people[5],))
    ).result()
    _begin(first, COMMUNE)
    assert picture(first) == before


def test_what_waits_here_is_looked_at(office: Office, looked_at: list[str]) -> None:
    first, second = office.desk(), office.desk()
    people = a_history(first, second)
    second.edit(Person, people[3], phone="0912000555")
    looked_at.clear()
    _begin(second, COMMUNE)
    assert people[3] in looked_at
    assert second.ask("SELECT phone FROM person WHERE id=?", people[3]) == [("0912000555",)]
    assert second.ask("SELECT count(*) FROM shadow WHERE record=?", people[3]) == [(1,)]


def test_a_conflict_that_the_province_no_longer_holds_is_closed_though_the_row_is_the_same(office: Office) -> None:
    first, second = office.desk(), office.desk()
    people = a_history(first, second)
    before = picture(first)
    row = ("c" * 32, COMMUNE, "person", people[5], "phone", None, None, "d" * 32, 1, "open", None)
    first.register.write(
        lambda tx: tx.connection.execute(f"INSERT INTO conflict VALUES ({','.join('?' * len(row))})", row)
    ).result()
    _begin(first, COMMUNE)
    assert first.ask("SELECT state FROM conflict WHERE id=?", row[0]) == [("closed",)]
    first.register.write(lambda tx: tx.connection.execute("DELETE FROM conflict WHERE id=?", row[:1])).result()
    assert picture(first) == before


def test_a_province_that_says_also_what_was_plainly_applied_is_understood(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = office.desk(), office.desk()
    a_history(first, second)
    brief = snapshots._event

    def at_length(one: StandingLine, *where: Any) -> Event:
        event = brief(one, *where)
        said = dict.fromkeys(one.line.change.fields, Outcome.APPLIED.value)
        return msgspec.structs.replace(event, outcomes=said | event.outcomes)

    monkeypatch.setattr(snapshots, "_event", at_length)
    third = office.desk()
    _begin(third, COMMUNE)
    names = "SELECT id, full_name, phone FROM person ORDER BY id"
    assert third.ask(names) == first.ask(names) != []
