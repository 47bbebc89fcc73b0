"""Real desks: a child registered and moved away before a colleague syncs comes and goes in one page of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.intake import departures
from commune_desk.usecases.records.children import ChildEntry, register_child
from sync.client.session import Session
from sync.server.answers import pull
from tests.helpers.builders import make_file, make_person
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.two_communes import Two, move, visit, words_in

pytestmark = pytest.mark.usefixtures("store_engine")


def _made_and_gone(two: Two) -> RecordId:
    """Registered, visited and moved before anybody else heard of it; then the colleague syncs."""
    entry = ChildEntry(person=make_person("Chìu Văn Sáng"), file=make_file(RecordId("")))
    child: RecordId = two.old.register.write(lambda tx: register_child(tx, entry)).result()[0]
    visit(two.old, child)
    two.old.sync()
    move(two.old, child)
    two.old.sync()
    _sync_at_once(two.late)
    return child


def _sync_at_once(desk: RealDesk) -> None:
    """All of a page in one transaction."""
    Session(desk.connect(), desk.replica()).sync()


def _rows(desk: RealDesk) -> list[int]:
    return [desk.ask(f"SELECT count(*) FROM {table}")[0][0] for table in ("person", "child_file", "home_visit")]


def _tells_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """The province hands out what left, as one that does not know of the leave yet would."""

    def nothing(connection: Any, scope: str, cursor: int) -> Mapping[str, int]:
        return {}

    monkeypatch.setattr(pull, "_departed", nothing)


def test_the_colleague_is_told_no_word_and_keeps_no_row(two: Two) -> None:
    child = _made_and_gone(two)
    two.sync()
    assert _rows(two.late) == [0, 0, 0]
    assert "Chìu" not in words_in(two.late)
    assert two.new.ask("SELECT id FROM person") == [(child,)]


def test_told_of_both_in_one_page_it_still_keeps_no_row(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    _tells_everything(monkeypatch)
    _made_and_gone(two)
    assert two.late.ask("SELECT count(*) FROM change WHERE kind='person'") != [(0,)], "it did hear of the child"
    assert _rows(two.late) == [0, 0, 0]


def test_not_taken_out_behind_the_page_the_child_would_stay(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: who only writes what a page brings."""
    monkeypatch.setattr(departures, "settle", lambda _tx, **_how: None)
    _tells_everything(monkeypatch)
    _made_and_gone(two)
    assert _rows(two.late)[0] > 0
